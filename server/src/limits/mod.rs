//! What accounts take of their hosts over time, warnings before a limit is reached, and when one held an account back. Hosts sample; the
//! panel asks them every few minutes and keeps what they tell.

mod api;
mod catch_up;
mod collect;
mod show;
mod warn;
mod write;

pub(crate) use api::ROUTES;
pub use collect::{EVERY, collect};
pub(crate) use show::newest;
pub use show::read;
pub use write::told;

use model::{AppId, CronJobId};
use serde::Serialize;
use utoipa::ToSchema;

/// How long hours, days and bites are kept.
pub(crate) const HOURS_MS: i64 = 8 * 24 * 3_600_000;
pub(crate) const DAYS_MS: i64 = 400 * 24 * 3_600_000;
pub(crate) const BITES_MS: i64 = 90 * 24 * 3_600_000;

/// What an account took in an hour or a day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Use)]
pub struct UseRow {
    /// When it begins, and when it was last sampled.
    pub start_at: i64,
    pub at: i64,
    /// On the disk, at the last sample.
    pub octets: Option<u64>,
    /// Files, folders and links.
    pub files: Option<u64>,
    /// The most at once, in octets.
    pub memory: Option<u64>,
    /// All together.
    pub cpu_ms: u64,
    /// Processes and threads, the most at once.
    pub processes: Option<u64>,
}

/// A limit held the account back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Bite)]
pub struct BiteView {
    /// `space`, `files`, `memory`, `cpu` or `processes`.
    pub what: &'static str,
    /// Who asked for more: `account`, `cell` (its sites' Apache), `php`, `job` or `app`.
    pub by: &'static str,
    #[schema(value_type = Option<String>)]
    pub job: Option<CronJobId>,
    #[schema(value_type = Option<String>)]
    pub app: Option<AppId>,
    /// When it was last seen within its hour, and how often it was seen in that hour.
    pub at: i64,
    pub times: u32,
}

/// What an account takes, against its plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AccountUse)]
pub struct UseView {
    /// Hour by hour, the last days; oldest first.
    pub hours: Vec<UseRow>,
    /// Day by day (in UTC), the last year.
    pub days: Vec<UseRow>,
    /// Newest first.
    pub bites: Vec<BiteView>,
    /// Whether its host holds it to its space; where not, nothing beyond it is refused.
    pub quotas: bool,
}
