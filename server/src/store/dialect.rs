//! The only place where the two engines differ.

use sqlx::any::AnyPoolOptions;
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    /// Which engine a `database` setting means: a PostgreSQL URL, else the path of an SQLite file.
    pub fn of(database: &str) -> Engine {
        if database.starts_with("postgres://") || database.starts_with("postgresql://") {
            Engine::Postgres
        } else {
            Engine::Sqlite
        }
    }

    /// sqlx's URL.
    pub(super) fn url(self, database: &str) -> String {
        match self {
            Engine::Postgres => database.to_owned(),
            Engine::Sqlite => {
                let path = database.strip_prefix("sqlite://").unwrap_or(database);
                let quoted: String = path
                    .bytes()
                    .map(|byte| match byte {
                        b'/' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
                        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
                        _ => format!("%{byte:02X}"),
                    })
                    .collect();
                format!("sqlite://{quoted}?mode=rwc")
            }
        }
    }

    pub(super) fn pool(self) -> AnyPoolOptions {
        let options = AnyPoolOptions::new().acquire_timeout(Duration::from_secs(10));
        match self {
            Engine::Sqlite => options.max_connections(8).min_connections(2),
            Engine::Postgres => options.max_connections(16).min_connections(2),
        }
    }

    /// Said to every new connection.
    pub(super) fn settings(self) -> &'static str {
        match self {
            // FULL: an acknowledged change survives a power cut.
            Engine::Sqlite => {
                "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                 PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY"
            }
            Engine::Postgres => "SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '60s'",
        }
    }

    /// Begins a transaction that writes. SQLite takes the write lock at once: a reader that turned writer could fail with "database is locked" at any statement.
    pub(super) fn begin_write(self) -> &'static str {
        match self {
            Engine::Sqlite => "BEGIN IMMEDIATE",
            Engine::Postgres => "BEGIN ISOLATION LEVEL READ COMMITTED",
        }
    }

    /// Begins a transaction that only reads, one snapshot throughout.
    pub(super) fn begin_read(self) -> &'static str {
        match self {
            Engine::Sqlite => "BEGIN DEFERRED",
            Engine::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }

    /// Keeps the planner's figures fresh; PostgreSQL does so by itself.
    pub(super) fn tidy(self) -> Option<&'static str> {
        match self {
            Engine::Sqlite => Some("PRAGMA optimize"),
            Engine::Postgres => None,
        }
    }

    /// Indexes of words, made where they are missing: beginnings of words are a range in the order of bytes, whatever order of letters a
    /// PostgreSQL database was made with.
    pub(super) fn word_indexes(self) -> &'static [&'static str] {
        match self {
            Engine::Sqlite => {
                &["CREATE INDEX IF NOT EXISTS member_words_by_word ON member_words (word, member_id)"]
            }
            Engine::Postgres => &[
                "CREATE INDEX IF NOT EXISTS member_words_by_word ON member_words (word text_pattern_ops, member_id)",
            ],
        }
    }

    /// Tells the other panel processes inside the transaction; SQLite has only one.
    pub(super) fn notify(self) -> Option<&'static str> {
        match self {
            Engine::Sqlite => None,
            Engine::Postgres => Some("SELECT pg_notify('alveole_wake', $1)"),
        }
    }
}

/// That a word `w.word` begins so: `$from` is the beginning, `$to` what comes after all words that begin so.
/// `begins!(Sqlite, "$1", "$2")`, to be put into a statement by `concat!`.
macro_rules! begins {
    (Sqlite, $from:literal, $to:literal) => {
        concat!("w.word >= ", $from, " AND w.word < ", $to)
    };
    (Postgres, $from:literal, $to:literal) => {
        concat!("w.word ~>=~ ", $from, " AND w.word ~<~ ", $to)
    };
}
pub(crate) use begins;
