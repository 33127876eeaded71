//! What two admins do together: one asks, another approves within seven days, and only then it happens.

mod api;
mod rules;

pub(crate) use api::ROUTES;
pub(crate) use rules::ask;
pub use rules::{Approved, approve, approve_by_command, list, refuse};

use model::ApprovalId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How long an approval can be given.
pub const OPEN_MS: i64 = 7 * 24 * 3_600_000;

/// An act that takes a second admin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Ask {
    /// Making somebody an admin.
    Admin { email: String, days: Option<u32> },
}

impl Ask {
    fn kind(&self) -> Kind {
        match self {
            Ask::Admin { .. } => Kind::Admin,
        }
    }
}

/// Which act it is, for those who read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Admin,
}

impl Kind {
    pub fn code(self) -> &'static str {
        match self {
            Kind::Admin => "admin",
        }
    }

    pub fn from_code(code: &str) -> Option<Kind> {
        [Kind::Admin].into_iter().find(|kind| kind.code() == code)
    }
}

/// What waits for a second admin, as pages and the API show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ApprovalView {
    #[schema(value_type = String)]
    pub id: ApprovalId,
    pub kind: Kind,
    /// Whom or what it is about.
    pub label: String,
    /// Who asked.
    pub by: String,
    pub created_at: i64,
    pub expires_at: i64,
    /// The signed-in user asked and so cannot approve, only withdraw.
    pub own: bool,
}
