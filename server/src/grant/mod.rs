//! Grants: which user manages which account or member, and who is staff.

mod api;
mod rules;

pub(crate) use api::ROUTES;
pub(crate) use rules::give;
pub use rules::{create, list, revoke};

use model::{AccountId, GrantId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a role is held on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    Account(AccountId),
    Panel,
}

/// A grant as pages and the API show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GrantView {
    #[schema(value_type = String)]
    pub id: GrantId,
    pub email: String,
    pub role: String,
    pub created_at: i64,
    pub expires_at: Option<i64>,
}

/// What is asked, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGrant {
    pub email: String,
    /// Send them a mail, with the link inside instead of in the answer; unless said, if the panel sends mail.
    #[serde(default)]
    pub mail: Option<bool>,
}
