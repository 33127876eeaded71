//! Both ports: TCP, TLS and HTTP around a router, bounded in number and in time, and who is at the other end.

mod client;
mod serve;

pub use client::{ClientAddress, PeerCertificate};
pub use serve::{Limits, Listening, bind, serve};
