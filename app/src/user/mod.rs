//! Users: signing in and out, one-time links, one's own profile.

pub mod forgotten;
pub mod link;
pub mod list;
pub mod profile;
pub mod session;
pub mod signin;
