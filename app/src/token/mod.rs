//! API tokens: one's own, listed without their secrets.

pub mod list;
mod scopes;
