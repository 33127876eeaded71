//! What an account may take of its host, all that runs and lies there of it together.

use crate::{AccountId, AppId, CronJobId};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The limits a plan gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// On the disk, in millions of octets, and files, folders and links.
    pub disk_mb: u32,
    pub files: u32,
    /// In mebibytes, as PHP's own limits count.
    pub memory_mb: u32,
    /// Hundredths of one processor.
    pub cpu_percent: u32,
    /// Processes and threads.
    pub processes: u32,
}

impl Limits {
    pub fn octets(&self) -> u64 {
        u64::from(self.disk_mb) * 1_000_000
    }

    pub fn memory(&self) -> u64 {
        u64::from(self.memory_mb) << 20
    }
}

/// What `HostFacts::limits` is of an agent that understands limits and tells of use.
pub const LIMITS: u8 = 1;

/// The file system that holds a host's homes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HomeDisk {
    /// As the kernel names it: `ext4`, `xfs`, `overlay`.
    pub kind: String,
    /// Where it is mounted.
    pub mount: String,
    /// It holds accounts to their space.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quotas: bool,
}

/// Over how long a figure is the most that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    Hour,
    Day,
}

impl Span {
    pub const ALL: [Span; 2] = [Span::Hour, Span::Day];

    pub fn code(self) -> &'static str {
        match self {
            Span::Hour => "hour",
            Span::Day => "day",
        }
    }

    pub fn from_code(code: &str) -> Option<Span> {
        Span::ALL.into_iter().find(|span| span.code() == code)
    }

    pub fn ms(self) -> u64 {
        match self {
            Span::Hour => 3_600_000,
            Span::Day => 24 * 3_600_000,
        }
    }

    /// When the one begins that a moment lies in (in UTC).
    pub fn start(self, at: u64) -> u64 {
        at - at % self.ms()
    }
}

/// What an account took in a span: the most of what it holds, the sum of what it spends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Use {
    pub span: Span,
    /// When it begins, and when it was last sampled, in milliseconds since 1970.
    pub start: u64,
    pub at: u64,
    /// On the disk at the last sample; none where nobody counted yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub octets: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<u64>,
    /// In octets. None: it was asleep all the time, or the host's kernel does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
    pub cpu_ms: u64,
    /// Processes and threads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processes: Option<u64>,
}

/// What can be too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scarce {
    Space,
    Files,
    Memory,
    Cpu,
    Processes,
}

impl Scarce {
    pub const ALL: [Scarce; 5] =
        [Scarce::Space, Scarce::Files, Scarce::Memory, Scarce::Cpu, Scarce::Processes];

    pub fn code(self) -> &'static str {
        match self {
            Scarce::Space => "space",
            Scarce::Files => "files",
            Scarce::Memory => "memory",
            Scarce::Cpu => "cpu",
            Scarce::Processes => "processes",
        }
    }

    pub fn from_code(code: &str) -> Option<Scarce> {
        Scarce::ALL.into_iter().find(|scarce| scarce.code() == code)
    }
}

/// Who of an account asked for too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "of", content = "id", deny_unknown_fields)]
pub enum Culprit {
    /// All of it together, or nobody could tell.
    Account,
    /// Apache, for its sites.
    Cell,
    Php,
    Job(CronJobId),
    App(AppId),
}

/// A limit held an account back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bite {
    pub what: Scarce,
    pub by: Culprit,
    /// The hour it was in, and when it was last seen in that hour.
    pub start: u64,
    pub at: u64,
    pub times: u32,
}

/// What is new of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountUse {
    pub account: AccountId,
    pub uses: Vec<Use>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bites: Vec<Bite>,
}

impl fmt::Display for Culprit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Culprit::Account => f.write_str("account"),
            Culprit::Cell => f.write_str("cell"),
            Culprit::Php => f.write_str("php"),
            Culprit::Job(id) => write!(f, "job:{id}"),
            Culprit::App(id) => write!(f, "app:{id}"),
        }
    }
}

impl FromStr for Culprit {
    type Err = ();

    fn from_str(text: &str) -> Result<Culprit, ()> {
        match text.split_once(':') {
            None if text == "account" => Ok(Culprit::Account),
            None if text == "cell" => Ok(Culprit::Cell),
            None if text == "php" => Ok(Culprit::Php),
            Some(("job", id)) => id.parse().map(Culprit::Job).map_err(drop),
            Some(("app", id)) => id.parse().map(Culprit::App).map_err(drop),
            _ => Err(()),
        }
    }
}
