//! Sessions: signing in and out, and finding out who a request is from.

mod api;
mod caller;
mod end;
mod find;
mod halfway;
mod list;
mod prove;
mod seen;
mod sign_in;
mod store;
mod tries;

pub(crate) use api::ROUTES;
pub use caller::{
    Cookies, DEVICE_COOKIE, HALFWAY_COOKIE, SESSION_COOKIE, caller, cookies_of, set_cookies, set_halfway,
    unset_cookies,
};
pub use end::{end, end_others, ended, sign_out};
pub(crate) use end::{end_all, shut_out};
pub(crate) use find::{actor, actor_columns};
pub use find::{by_secret, still};
pub use halfway::{HALFWAY_MS, awaited, finish};
pub use list::{SessionView, list};
pub(crate) use prove::note;
pub use prove::{Proof, prove};
pub use seen::{Seen, family};
pub(crate) use sign_in::network;
pub use sign_in::{Begun, Refusal, SignIn, SignedIn, Verified, begin, sign_in};
pub(crate) use tries::Tries;

/// A session that is not used ends after this time,
pub const IDLE_MS: i64 = 14 * 24 * 3_600_000;
/// and any session after this.
pub const LONGEST_MS: i64 = 30 * 24 * 3_600_000;
/// How long a proof that the user is there is good for dangerous acts.
pub const PROOF_MS: i64 = 10 * 60_000;
