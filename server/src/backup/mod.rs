//! One file that brings a panel back: every table, and the authority its agents trust. The same format from both engines into both, so
//! that it is also the way from SQLite to PostgreSQL.
//!
//! JSON lines: a head, the authority's files, the rows table by table, and an end with the number of lines and their SHA-256. What lives
//! for minutes only (sessions, ceremonies, links, enrolment tokens, counted tries) is left out: it shall not come back to life.

mod read;
mod write;

pub use read::restore;
pub use write::{Written, write};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The tables, each after those it refers to.
pub const TABLES: [&str; 41] = [
    "panel",
    "users",
    "members",
    "member_statuses",
    "member_contacts",
    "member_words",
    "imported_owners",
    "plans",
    "hosts",
    "host_certificates",
    "accounts",
    "past_accounts",
    "grants",
    "invitations",
    "approvals",
    "domains",
    "sites",
    "names",
    "ssh_keys",
    "sftp_logins",
    "cron_jobs",
    "certificates",
    "certificate_orders",
    "acme_accounts",
    "databases",
    "database_users",
    "apps",
    "account_uses",
    "limit_bites",
    "limit_warnings",
    "changes",
    "change_chain",
    "change_queue",
    "change_states",
    "resources",
    "ledger_copies",
    "census",
    "devices",
    "tokens",
    "factors",
    "recovery_codes",
];

/// What a backup leaves out.
/// Mails too: a restored copy must not tell people again what they were told. And the index of words with where it stops: it is derived, and
/// the restored panel makes it anew (`change::index`), as it does the words of the search. And runs of cron jobs, and of which accounts
/// mail is held: hosts tell of them again. And how far archives are, which lasts for minutes.
pub const LEFT_OUT: [&str; 15] = [
    "sessions",
    "viewings",
    "halfway",
    "ceremonies",
    "links",
    "attempts",
    "idempotency",
    "enrolments",
    "mails",
    "change_log",
    "member_imports",
    "search_words",
    "cron_runs",
    "held_mails",
    "file_works",
];

/// The index of words, which each engine keeps in tables of its own named so.
pub const INDEX: &str = "change_words";

/// The authority's files in the state folder.
const FILES: [&str; 2] = ["ca/ca.key", "ca/ca.pem"];

const FORMAT: &str = "alveole-backup-1";

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Line {
    Head {
        format: String,
        /// The program that wrote it.
        version: String,
        /// The last migration its tables have seen.
        schema: i64,
        at: i64,
    },
    File {
        path: String,
        text: String,
    },
    Row {
        table: String,
        /// Columns that are not NULL.
        values: Map<String, Value>,
    },
    End {
        lines: u64,
        sha256: String,
    },
}
