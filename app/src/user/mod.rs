//! Users: signing in and out, one-time links, one's own profile with factors and sessions.

pub mod code;
pub mod factors;
pub mod forgotten;
pub mod link;
pub mod list;
pub mod manage;
pub mod passkeys;
pub mod profile;
pub mod recovery;
mod roles;
pub mod session;
pub mod sessions;
pub mod signin;
