//! One run of a cron job, as its host tells of it.

use crate::CronJobId;
use serde::{Deserialize, Serialize};

/// A run, told when it begins and again when it has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CronRun {
    pub job: CronJobId,
    /// When it began, milliseconds since 1970: with the job, this is what names it.
    pub started: u64,
    /// `None` while it is running.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<u64>,
    pub end: RunEnd,
    /// Somebody asked for it; else its time had come.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asked: bool,
    /// Starts that were left out because this run was still going.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub skipped: u32,
    /// The last of what it wrote, on either output.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub output: String,
    /// It wrote more before that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl CronRun {
    /// Octets of output that are kept.
    pub const LONGEST_OUTPUT: usize = 64 * 1024;
    /// Runs of one job that are kept.
    pub const KEPT: usize = 20;
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "how")]
pub enum RunEnd {
    Running,
    /// With this code; 0 is success.
    Exit {
        code: u8,
    },
    /// By this signal.
    Signal {
        number: u8,
    },
    /// Its time was over.
    TimeLimit,
    /// It took more memory than there was.
    Memory,
    /// It could not be started.
    NotStarted,
    /// Ended from outside: the account was suspended, or the job deleted.
    Stopped,
    /// The host went down meanwhile, or was restarted.
    Lost,
    /// The host was down when its time came.
    Missed,
}

impl RunEnd {
    pub const SUCCESS: RunEnd = RunEnd::Exit { code: 0 };

    /// Whether somebody should look at it. What the host did is not the job's fault.
    pub fn is_failure(self) -> bool {
        match self {
            RunEnd::Exit { code } => code != 0,
            RunEnd::Signal { .. } | RunEnd::TimeLimit | RunEnd::Memory | RunEnd::NotStarted => true,
            RunEnd::Running | RunEnd::Stopped | RunEnd::Lost | RunEnd::Missed => false,
        }
    }
}
