//! Databases of accounts, in the host's MariaDB: what is wanted of them, what is there, the SQL between the two.

pub mod client;
pub mod dump;
#[cfg(test)]
pub mod fake;
mod protocol;
pub mod sizes;
pub mod sql;
pub mod steps;
pub mod visitor;
mod wish;

pub use client::{Engine, Socket};
pub use steps::{Key, Login, Presence, There, Want};
