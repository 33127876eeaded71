//! Second factors: what a user shows besides the password. An authenticator app's codes, with recovery codes for when it is lost.

mod accept;
mod api;
mod policy;
mod recovery;
mod remove;
mod set_up;
mod show;
mod totp;

pub(crate) use accept::accept;
pub(crate) use api::ROUTES;
pub use policy::{Policy, policy, set_policy};
pub use recovery::CODES;
pub use remove::{remove, reset};
pub(crate) use set_up::held;
pub use set_up::{begin_totp, confirm_totp, new_codes};
pub use show::{mine, pending_totp};
pub use totp::code_at;

use model::{FactorId, Secret};
use serde::Serialize;
use utoipa::ToSchema;

/// A factor as pages and the API show it, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FactorView {
    #[schema(value_type = String)]
    pub id: FactorId,
    /// `totp`
    pub kind: String,
    pub created_at: i64,
    pub used_at: Option<i64>,
}

/// A user's factors, and how many recovery codes are left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Factors {
    pub factors: Vec<FactorView>,
    pub codes_left: i64,
}

/// An authenticator app being set up: shown once, to be confirmed by a code.
#[derive(Clone, Debug)]
pub struct Pending {
    pub id: FactorId,
    pub secret: Secret,
    /// The same as an address, for a QR code.
    pub uri: Secret,
}
