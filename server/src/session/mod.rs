//! Sessions: signing in and out, and finding out who a request is from.

mod alone;
mod api;
mod caller;
mod end;
mod find;
mod halfway;
mod list;
mod locked;
mod passkeys;
mod prove;
mod seen;
mod sign_in;
mod store;
mod tries;

pub use alone::{ask_alone, sign_in_alone};
pub use caller::{
    Cookies, DEVICE_COOKIE, HALFWAY_COOKIE, PASSKEY_COOKIE, SESSION_COOKIE, caller, cookies_of, set_cookies,
    set_halfway, set_passkey, unset_cookies,
};
pub use end::{end, end_others, ended, sign_out};
pub(crate) use end::{end_all, shut_out};
pub(crate) use find::{NOTE_EVERY_MS, actor, actor_columns};
pub use find::{by_secret, still};
pub use halfway::{HALFWAY_MS, ask_passkey, awaited, finish, finish_with_passkey, takes_passkey};
pub use list::{SessionView, list};
pub use locked::{LockedOut, LockedUser, locked_out};
pub(crate) use prove::note;
pub use prove::{Proof, ask_proof, prove};
pub use seen::{Seen, family};
pub(crate) use sign_in::network;
pub use sign_in::{Begun, Refusal, SignIn, SignedIn, Verified, begin, sign_in};
pub(crate) use tries::Tries;

/// Two files of them.
pub(crate) const ROUTES: [&[crate::api::Route]; 2] = [api::ROUTES, passkeys::ROUTES];

/// A session that is not used ends after this time,
pub const IDLE_MS: i64 = 14 * 24 * 3_600_000;
/// and any session after this.
pub const LONGEST_MS: i64 = 30 * 24 * 3_600_000;
/// How long a proof that the user is there is good for dangerous acts.
pub const PROOF_MS: i64 = 10 * 60_000;
