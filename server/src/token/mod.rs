//! API tokens: `alv_…`, shown once, revocable, worth at each request what their user is worth, within their scopes and address range.

mod api;
mod create;
mod find;
mod list;
mod range;
mod revoke;
mod scopes;

pub(crate) use api::ROUTES;
pub use create::create;
pub(crate) use find::{by_secret, running};
pub use list::list;
pub use range::Range;
pub use revoke::revoke;
pub use scopes::{Scopes, offered};

use model::{Scope, TokenId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A token as pages and the API show it, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TokenView {
    #[schema(value_type = String)]
    pub id: TokenId,
    pub name: String,
    /// What it may be used for: `read`, `sites`, `mail`, `dns`, `admin`.
    #[schema(value_type = Vec<String>)]
    pub scopes: Vec<Scope>,
    /// From where it works; from anywhere when empty.
    pub networks: Vec<String>,
    pub created_at: i64,
    pub expires_at: Option<i64>,
    /// To the hour.
    pub used_at: Option<i64>,
}

/// What is asked, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    pub name: String,
    /// Days until it expires, 1 to 3650; never when left out.
    #[serde(default)]
    pub days: Option<u32>,
    /// `read`, `sites`, `mail`, `dns`, `admin`; all of them when left out.
    #[serde(default)]
    pub scopes: Option<Vec<String>>,
    /// Addresses and networks it may be used from (`192.0.2.7`, `2001:db8::/32`), 10 at most; from anywhere when empty.
    #[serde(default)]
    pub networks: Vec<String>,
}
