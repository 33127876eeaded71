//! Hosting accounts: who may see them, making them, and their life from active to erased.

mod api;
mod cause;
mod create;
mod derive;
mod life;
mod plan;
mod purge;
mod store;
mod usage;

pub(crate) use api::ROUTES;
pub(crate) use cause::Why;
pub use cause::{Cause, Suspension};
pub use create::{Created, NewAccount, create};
pub(crate) use derive::{as_it_is, gone as site_gone, of_site as site_want, wants};
pub use life::{delete, restore, resume, suspend};
pub(crate) use life::{delete_as, delete_in, restore_as, resume_as, summary, suspend_as};
pub use plan::set_plan;
pub(crate) use plan::set_plan_as;
pub use purge::purge;
pub use store::{list, list_for, list_of_member, must_see, show, unpaid};
pub(crate) use store::{lock, lock_for};
pub use usage::{Limit, Limited, usage, usage_now, usage_of};

use crate::views::{Ref, RefShape};
use model::{
    AccountId, ChangeState, HostId, MemberId, PhpVersion, PlanId, Problem, ProblemKind, TenantUid, Text,
    UnixName,
};
use serde::Serialize;
use utoipa::ToSchema;

/// Where an account stands in the panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Active,
    Suspended,
    /// Comes back whole until `erase_at`.
    Deleted,
}

impl Standing {
    pub fn code(self) -> &'static str {
        match self {
            Standing::Active => "active",
            Standing::Suspended => "suspended",
            Standing::Deleted => "deleted",
        }
    }

    pub fn from_code(code: &str) -> Option<Standing> {
        [Standing::Active, Standing::Suspended, Standing::Deleted].into_iter().find(|s| s.code() == code)
    }
}

/// An account as pages and the API show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountView {
    #[schema(value_type = String)]
    pub id: AccountId,
    #[schema(value_type = String)]
    pub name: UnixName,
    #[schema(value_type = u32)]
    pub uid: TenantUid,
    #[schema(value_type = RefShape)]
    pub member: Ref<MemberId>,
    pub plan: AccountPlan,
    #[schema(value_type = RefShape)]
    pub host: Ref<HostId>,
    #[schema(value_type = String)]
    pub php: PhpVersion,
    pub state: Standing,
    /// Why it is suspended, as told to the member.
    pub reason: Option<String>,
    /// The reason's code; none where it was suspended before there were codes.
    pub code: Option<Cause>,
    /// The reference of a legal order.
    pub reference: Option<String>,
    pub deleted_at: Option<i64>,
    /// When a deleted account is erased for good.
    pub erase_at: Option<i64>,
    /// How the account stands on its host.
    #[schema(value_type = String)]
    pub host_state: ChangeState,
    pub sites: u32,
    /// Without deleted ones.
    pub databases: u32,
    pub created_at: i64,
    pub version: i64,
}

/// The limits an account has through its plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountPlan {
    #[schema(value_type = String)]
    pub id: PlanId,
    pub name: String,
    pub sites_max: u32,
    pub names_max: u32,
    pub databases_max: u32,
    pub php_workers: u32,
    pub disk_mb: u32,
    pub memory_mb: u32,
    pub files_max: u32,
    pub cpu_percent: u32,
    pub processes_max: u32,
    /// Mails within an hour and a day.
    pub mails_hour: u32,
    pub mails_day: u32,
}

/// Refused for an account that is deleted: nothing of it changes, and nobody is let in.
pub(crate) fn must_stay(account: &AccountView) -> Result<(), Problem> {
    if account.state != Standing::Deleted {
        return Ok(());
    }
    Err(Problem::new(
        ProblemKind::Conflict,
        "account_deleted",
        Text::new(
            "Ce compte est supprimé\u{a0}: ses sites et ses rôles ne changent plus, sauf si la coopérative le rétablit.",
            "This account is deleted: its sites and roles no longer change, unless the cooperative restores it.",
        ),
    ))
}
