//! Members of the cooperative: persons or organisations that own accounts.

mod api;
mod rules;

pub(crate) use api::ROUTES;
pub use rules::{create, delete, list, rename, show};
pub(crate) use rules::{load, rename_as};

use model::MemberId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A member as pages and the API show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MemberView {
    #[schema(value_type = String)]
    pub id: MemberId,
    pub name: String,
    /// Accounts that are not erased.
    pub accounts: u32,
    pub created_at: i64,
    pub version: i64,
}

/// What is asked, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMember {
    pub name: String,
}
