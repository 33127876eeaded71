//! Alvéole's control plane: rules, store, derivation of resources, REST API, agent hub, jobs. No HTML.

pub mod ca;
pub mod config;
pub mod file;
pub mod listen;
