//! The resource `cron_job`: something an account does at set times, in its cell.

#[cfg(feature = "zones")]
mod next;
mod run;
mod schedule;
mod task;
mod zone;

pub use run::{CronRun, RunEnd};
pub use schedule::Schedule;
pub use task::{Argument, CommandLine, Task};
pub use zone::ZoneName;

use crate::{AccountId, CronJobId, Problem, UnixName, text};
use serde::{Deserialize, Serialize};

/// The body of a resource of kind `cron_job`; its key is `id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CronJob {
    pub id: CronJobId,
    pub account_id: AccountId,
    pub account: UnixName,
    pub schedule: Schedule,
    pub zone: ZoneName,
    pub task: Task,
    /// After so many minutes a run is ended, with everything it started.
    pub limit: TimeLimit,
    /// Nothing is started at its times; what is running goes on.
    pub paused: bool,
    /// When somebody last asked for a run at once, in milliseconds since 1970; 0: never. Each such moment is one run.
    pub run_now: u64,
}

impl CronJob {
    /// Jobs of one account.
    pub const MOST: u32 = 50;
    /// A wish for a run at once that comes later than this is not fulfilled any more: whoever had it has gone on.
    pub const RUN_NOW_MS: u64 = 3_600_000;
}

/// Minutes, 1 to 1,440.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct TimeLimit(u16);

impl TimeLimit {
    pub const MOST: u16 = 24 * 60;

    pub fn minutes(self) -> u16 {
        self.0
    }
}

impl Default for TimeLimit {
    fn default() -> TimeLimit {
        TimeLimit(60)
    }
}

impl TryFrom<u16> for TimeLimit {
    type Error = Problem;
    fn try_from(minutes: u16) -> Result<TimeLimit, Problem> {
        let most = TimeLimit::MOST;
        if (1..=most).contains(&minutes) {
            return Ok(TimeLimit(minutes));
        }
        Err(Problem::invalid(
            "minutes",
            "cron_limit",
            text!(
                "Une exécution dure de 1 à {most} minutes (24 heures) au plus.",
                "A run lasts 1 to {most} minutes (24 hours) at most."
            ),
        ))
    }
}

impl From<TimeLimit> for u16 {
    fn from(limit: TimeLimit) -> u16 {
        limit.0
    }
}
