//! What takes two: one asks, another whose duty it is approves within seven days, and only then it happens.

mod api;
mod carry;
mod rules;

pub(crate) use api::ROUTES;
pub(crate) use rules::ask;
pub use rules::{Approved, approve, approve_by_command, first, list, open, refuse};

use model::{AccountId, ApprovalId, Duty, MemberId, Text, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How long an approval can be given.
pub const OPEN_MS: i64 = 7 * 24 * 3_600_000;

/// An act that takes a second person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Ask {
    /// Making somebody an admin.
    Admin { email: String, days: Option<u32> },
    /// Deleting a member with these accounts, all it had when it was asked.
    DeleteMember { member: MemberId, accounts: Vec<AccountId> },
    /// Moving the access of a user who has lost everything to this address; how it was made sure who they are.
    Recover { user: UserId, email: String, reason: String },
}

impl Ask {
    fn kind(&self) -> Kind {
        match self {
            Ask::Admin { .. } => Kind::Admin,
            Ask::DeleteMember { .. } => Kind::DeleteMember,
            Ask::Recover { .. } => Kind::Recover,
        }
    }

    /// The id of what it is about.
    fn subject(&self) -> String {
        match self {
            Ask::Admin { email, .. } => email.clone(),
            Ask::DeleteMember { member, .. } => member.to_string(),
            Ask::Recover { user, .. } => user.to_string(),
        }
    }
}

/// Which act it is, for those who read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Admin,
    DeleteMember,
    Recover,
}

impl Kind {
    const ALL: [Kind; 3] = [Kind::Admin, Kind::DeleteMember, Kind::Recover];

    /// Whose duty it is: to ask, and, for another than who asked, to approve.
    pub fn duty(self) -> Duty {
        match self {
            Kind::Admin | Kind::DeleteMember => Duty::Administer,
            Kind::Recover => Duty::SendLinks,
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            Kind::Admin => "admin",
            Kind::DeleteMember => "delete_member",
            Kind::Recover => "recover",
        }
    }

    pub fn from_code(code: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// What waits for a second person, as pages and the API show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ApprovalView {
    #[schema(value_type = String)]
    pub id: ApprovalId,
    pub kind: Kind,
    /// Whom or what it is about, and its id; of a new admin, the address.
    pub label: String,
    pub subject: String,
    /// What it means, line by line.
    #[schema(value_type = Vec<Object>)]
    pub details: Vec<Text>,
    /// Who asked.
    pub by: String,
    pub created_at: i64,
    pub expires_at: i64,
    /// The signed-in user asked and so cannot approve, only withdraw.
    pub own: bool,
    /// The signed-in user may answer: refuse it, and, unless `hindrance` says why not, approve it.
    pub may: bool,
    /// Why who may answer cannot approve this one.
    #[schema(value_type = Option<Object>)]
    pub hindrance: Option<Text>,
}
