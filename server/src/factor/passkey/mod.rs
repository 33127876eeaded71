//! Passkeys (WebAuthn): keys on somebody's device, bound to the panel's name, that no page of another name can ask for. Each ceremony has
//! two halves: a challenge the panel keeps (`ceremony`), and the answer to it. docs/decisions/0007-passkeys.md says what was decided.

mod ceremony;
mod keys;
mod party;
mod register;
mod verify;
mod words;

pub(crate) use ceremony::{CEREMONY_MS, forget};
pub use party::passkeys;
pub use register::{begin_passkey, confirm_passkey};
pub(crate) use verify::{Purpose, ask, settle, verify};

use model::Problem;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// The first half: what `navigator.credentials` takes as `publicKey`, binary values in base64url (WebAuthn Level 3, “JSON”).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Challenge {
    #[schema(value_type = Object)]
    pub options: Value,
}

/// The second half as a form's field brings it. What is no JSON is no answer.
pub fn answer_of(typed: &str) -> Value {
    serde_json::from_str(typed).unwrap_or_default()
}

/// For who is suspended: the words for a passkey that is not registered.
pub(crate) fn unknown_passkey() -> Problem {
    words::unknown("passkey")
}
