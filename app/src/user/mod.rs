//! Users: signing in and out, one-time links, one's own profile.

pub mod link;
pub mod profile;
pub mod session;
pub mod signin;

use server::Server;

/// The address of a one-time link, as it is passed on.
pub fn link_url(server: &Server, secret: &str) -> String {
    format!("{}/link/{secret}", server.config.origin.as_str())
}
