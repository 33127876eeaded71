//! Second factors: what a user shows besides the password. An authenticator app's codes or a passkey,
//! with recovery codes for when these are lost.

mod accept;
mod api;
mod passkey;
mod policy;
mod recovery;
mod remove;
mod rename;
mod set_up;
mod show;
mod totp;

pub(crate) use accept::accept;
pub(crate) use api::ROUTES;
pub(crate) use passkey::{CEREMONY_MS, Purpose, ask, forget, settle, unknown_passkey, verify};
pub use passkey::{Challenge, answer_of, begin_passkey, confirm_passkey, passkeys};
pub use policy::{Policy, policy, set_policy};
pub use recovery::CODES;
pub(crate) use remove::take_all;
pub use remove::{remove, reset};
pub use rename::rename;
pub(crate) use set_up::held;
pub use set_up::{begin_totp, confirm_totp, new_codes};
pub use show::{mine, one_of_mine, pending_totp};
pub use totp::code_at;

use model::{FactorId, Secret};
use serde::Serialize;
use utoipa::ToSchema;

/// A factor as pages and the API show it, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FactorView {
    #[schema(value_type = String)]
    pub id: FactorId,
    /// `totp` or `passkey`
    pub kind: String,
    /// As its user named it; an app has one only when it was given one.
    pub name: Option<String>,
    pub created_at: i64,
    pub used_at: Option<i64>,
    /// When a passkey last counted backwards, as only a copy does.
    pub suspect_at: Option<i64>,
}

/// A user's factors, and how many recovery codes are left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Factors {
    pub factors: Vec<FactorView>,
    pub codes_left: i64,
}

impl Factors {
    pub fn has_passkey(&self) -> bool {
        self.factors.iter().any(|factor| factor.kind == "passkey")
    }

    pub fn has_app(&self) -> bool {
        self.factors.iter().any(|factor| factor.kind == "totp")
    }
}

/// An authenticator app being set up: shown once, to be confirmed by a code.
#[derive(Clone, Debug)]
pub struct Pending {
    pub id: FactorId,
    pub secret: Secret,
    /// The same as an address, for a QR code.
    pub uri: Secret,
}
