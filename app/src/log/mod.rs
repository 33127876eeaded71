//! The logs of a site: a page for visits and one for errors, with the same filters.

mod filter;
mod lines;
mod show;

pub use lines::size;
pub use show::show;
