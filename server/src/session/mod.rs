//! Sessions: signing in and out, and finding out who a request is from.

mod api;
mod caller;
mod sign_in;
mod store;
mod tries;

pub(crate) use api::ROUTES;
pub use caller::{Cookies, DEVICE_COOKIE, SESSION_COOKIE, caller, cookies_of, set_cookies, unset_cookies};
pub(crate) use sign_in::network;
pub use sign_in::{Refusal, SignIn, SignedIn, sign_in, start};
pub(crate) use store::actor;
pub use store::{by_secret, ended, sign_out};
pub(crate) use tries::Tries;

/// A session that is not used ends after this time,
pub const IDLE_MS: i64 = 14 * 24 * 3_600_000;
/// and any session after this.
pub const LONGEST_MS: i64 = 30 * 24 * 3_600_000;
