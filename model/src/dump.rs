//! Dumps of a database: what is asked of the process that makes or takes one as the database's user, and what it says.
//!
//! As with files, asks and answers are JSON and contents are octets; each is a frame of its own. What goes in ends with an empty frame of
//! contents, what comes out with an answer.

use serde::{Deserialize, Serialize};

/// Octets of a dump as it is sent here, at most.
pub const LARGEST_SENT: u64 = 8 * 1024 * 1024 * 1024;
/// Octets of SQL that it may unfold to.
pub const LARGEST_SQL: u64 = 64 * 1024 * 1024 * 1024;
/// Characters of what the engine says that are passed on.
pub const LONGEST_SAID: usize = 300;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "ask", deny_unknown_fields)]
pub enum DumpAsk {
    /// Comes as `Ready`, contents (gzip), and `Done` or `Refused`.
    Export,
    /// Goes after `Ready`, as SQL or as gzip of it.
    Import,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "said", deny_unknown_fields)]
pub enum DumpSaid {
    Ready,
    /// It goes on: so many octets of SQL until now.
    Working {
        octets: u64,
    },
    /// All of it, so many octets of SQL.
    Done {
        octets: u64,
    },
    Refused {
        why: DumpRefusal,
    },
}

/// Why there is no dump, or it did not go in to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why", deny_unknown_fields)]
pub enum DumpRefusal {
    /// The engine did not take what ends on this line of the SQL, and said so.
    Line {
        line: u64,
        said: String,
    },
    /// It said something else.
    Engine {
        said: String,
    },
    /// Begins as gzip does, and is none.
    Unreadable,
    TooLarge,
    /// The host could not start what it takes.
    Failed,
}
