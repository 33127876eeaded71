//! Both ports: TCP, TLS and HTTP around a router, bounded in number and in time, and who is at the other end.

mod client;
mod faces;
mod serve;

pub use client::{ClientAddress, PeerCertificate};
pub use faces::Faces;
pub use serve::{Limits, Listening, bind, serve};
