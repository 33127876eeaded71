//! API tokens: `alv_…`, shown once, revocable, worth what their user is worth at each request.

mod api;
mod rules;

pub(crate) use api::ROUTES;
pub(crate) use rules::by_secret;
pub use rules::{create, list, revoke};

use model::TokenId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A token as pages and the API show it, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TokenView {
    #[schema(value_type = String)]
    pub id: TokenId,
    pub name: String,
    pub created_at: i64,
    pub expires_at: Option<i64>,
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
}
