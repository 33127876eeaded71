//! How many there are of what, and how many there were: a job counts every minute and keeps one figure a day. Pages draw from it and
//! read their totals here, so that none of them counts a whole table.

mod api;
mod past;
mod show;
mod take;

pub(crate) use api::ROUTES;
pub use show::{Asked, Census, Memory, list, read};
pub use take::{EVERY, take};

use model::{Day, MemberStatus};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Counted)]
pub enum What {
    /// Active and suspended accounts.
    Accounts,
    Applicants,
    /// Acts of the day.
    Changes,
    Clients,
    Left,
    Members,
    /// Of accounts that are not deleted.
    Sites,
    StruckOff,
    SuspendedAccounts,
    /// Suspended because they are unpaid.
    UnpaidAccounts,
    Users,
}

impl What {
    pub const ALL: [What; 11] = [
        What::Accounts,
        What::Applicants,
        What::Changes,
        What::Clients,
        What::Left,
        What::Members,
        What::Sites,
        What::StruckOff,
        What::SuspendedAccounts,
        What::UnpaidAccounts,
        What::Users,
    ];

    pub fn code(self) -> &'static str {
        match self {
            What::Accounts => "accounts",
            What::Applicants => "applicants",
            What::Changes => "changes",
            What::Clients => "clients",
            What::Left => "left",
            What::Members => "members",
            What::Sites => "sites",
            What::StruckOff => "struck_off",
            What::SuspendedAccounts => "suspended_accounts",
            What::UnpaidAccounts => "unpaid_accounts",
            What::Users => "users",
        }
    }

    pub fn from_code(code: &str) -> Option<What> {
        What::ALL.into_iter().find(|what| what.code() == code)
    }

    /// Members of this status.
    pub fn of(status: MemberStatus) -> What {
        match status {
            MemberStatus::Applicant => What::Applicants,
            MemberStatus::Member => What::Members,
            MemberStatus::Client => What::Clients,
            MemberStatus::Left => What::Left,
            MemberStatus::StruckOff => What::StruckOff,
        }
    }
}

/// One figure of one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Sample {
    /// In UTC.
    #[schema(value_type = String)]
    pub day: Day,
    pub what: What,
    pub count: i64,
}
