//! Counts the requests to each site from the host's access log, as it grows: by day and name, without cookies and without keeping an address.

mod count;
mod counter;
mod kind;
mod store;

pub use counter::{Counter, now_ms};
