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
                 PRAGMA foreign_keys = ON; PRAGMA cache_size = -8000; PRAGMA temp_store = MEMORY"
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

    /// The index of words of the change log, made where it is missing: full text is what the engines do each in its own way. Its rows are
    /// positions of the chain, its words are those `change::terms` makes, and neither engine takes them apart any further.
    pub(super) fn word_index(self) -> &'static [&'static str] {
        match self {
            // No text is kept, no place within it: which rows have a word is all that is asked. Beginnings of words are indexed too, so that
            // those of what half of all addresses end with (org, gmail, laposte) are read from the end like any word.
            Engine::Sqlite => &[
                "CREATE VIRTUAL TABLE IF NOT EXISTS change_words USING fts5(words, content='', detail=none, columnsize=0, \
                 prefix='2 3 4 5 6 7', tokenize='ascii')",
            ],
            Engine::Postgres => &[
                "CREATE TABLE IF NOT EXISTS change_words (position BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
                "CREATE INDEX IF NOT EXISTS change_words_by_word ON change_words USING gin (words)",
            ],
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

    /// Links of the chain of history, many at once: `$1` is a JSON array of [position, change, hash].
    pub fn add_links(self) -> &'static str {
        match self {
            Engine::Sqlite => {
                "INSERT INTO change_chain (position, change_id, hash)
                 SELECT json_extract(j.value, '$[0]'), json_extract(j.value, '$[1]'), json_extract(j.value, '$[2]') FROM json_each($1) j"
            }
            Engine::Postgres => {
                "INSERT INTO change_chain (position, change_id, hash)
                 SELECT CAST(j.value ->> 0 AS BIGINT), j.value ->> 1, j.value ->> 2 FROM json_array_elements(CAST($1 AS json)) AS j(value)"
            }
        }
    }

    /// Puts rows into the index: `$1` is a JSON array of [position, words].
    pub fn add_words(self) -> &'static str {
        match self {
            Engine::Sqlite => {
                "INSERT INTO change_words (rowid, words)
                 SELECT json_extract(j.value, '$[0]'), json_extract(j.value, '$[1]') FROM json_each($1) j"
            }
            Engine::Postgres => {
                "INSERT INTO change_words (position, words)
                 SELECT CAST(j.value ->> 0 AS BIGINT), array_to_tsvector(string_to_array(j.value ->> 1, ' '))
                 FROM json_array_elements(CAST($1 AS json)) AS j(value)"
            }
        }
    }

    /// Words (and, where `true`, beginnings of words) that a row must all have, as `find_words` takes them. They hold nothing that
    /// either engine would read as anything but a letter.
    pub fn words_query(self, terms: &[(&str, bool)]) -> String {
        let (quote, and, begins) = match self {
            Engine::Sqlite => ('"', " AND ", " *"),
            Engine::Postgres => ('\'', " & ", ":*"),
        };
        let one = |(word, beginning): &(&str, bool)| {
            format!("{quote}{word}{quote}{}", if *beginning { begins } else { "" })
        };
        terms.iter().map(one).collect::<Vec<_>>().join(and)
    }

    /// Said in a transaction before `find_words`: PostgreSQL shall plan for the very words asked, rare or common, not for words in general.
    pub fn plan_anew(self) -> Option<&'static str> {
        match self {
            Engine::Sqlite => None,
            Engine::Postgres => Some("SET LOCAL plan_cache_mode = force_custom_plan"),
        }
    }

    /// Positions that have the words, the highest first: `$1` the query, above `$2`, below `$3`, at most `$4`.
    pub fn find_words(self) -> &'static str {
        match self {
            Engine::Sqlite => {
                "SELECT x.position, x.change_id FROM (SELECT w.rowid AS position FROM change_words w WHERE change_words MATCH $1
                   AND w.rowid > $2 AND w.rowid < $3 ORDER BY w.rowid DESC LIMIT $4) f
                 JOIN change_chain x ON x.position = f.position ORDER BY x.position DESC"
            }
            Engine::Postgres => {
                "SELECT x.position, x.change_id FROM (SELECT w.position FROM change_words w WHERE w.words @@ CAST($1 AS tsquery)
                   AND w.position > $2 AND w.position < $3 ORDER BY w.position DESC LIMIT $4) f
                 JOIN change_chain x ON x.position = f.position ORDER BY x.position DESC"
            }
        }
    }

    /// The same where some of the words are known to be rare, `$5` a query of those alone. PostgreSQL guesses how rare a word is that its
    /// statistics do not name, and would rather read the index from its end: it is told to begin with them.
    pub fn find_few(self) -> Option<&'static str> {
        match self {
            Engine::Sqlite => None,
            Engine::Postgres => Some(
                "WITH few AS MATERIALIZED (SELECT w.position, w.words FROM change_words w WHERE w.words @@ CAST($5 AS tsquery))
                 SELECT x.position, x.change_id FROM (SELECT w.position FROM few w WHERE w.words @@ CAST($1 AS tsquery)
                   AND w.position > $2 AND w.position < $3 ORDER BY w.position DESC LIMIT $4) f
                 JOIN change_chain x ON x.position = f.position ORDER BY x.position DESC",
            ),
        }
    }

    /// The same as `find_words`, the lowest first.
    pub fn find_words_upwards(self) -> &'static str {
        match self {
            Engine::Sqlite => {
                "SELECT x.position, x.change_id FROM (SELECT w.rowid AS position FROM change_words w WHERE change_words MATCH $1
                   AND w.rowid > $2 AND w.rowid < $3 ORDER BY w.rowid LIMIT $4) f
                 JOIN change_chain x ON x.position = f.position ORDER BY x.position"
            }
            Engine::Postgres => {
                "SELECT x.position, x.change_id FROM (SELECT w.position FROM change_words w WHERE w.words @@ CAST($1 AS tsquery)
                   AND w.position > $2 AND w.position < $3 ORDER BY w.position LIMIT $4) f
                 JOIN change_chain x ON x.position = f.position ORDER BY x.position"
            }
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

/// A statement about many ids at once, `$1`, a JSON array: `among!(engine, "SELECT … WHERE c.id IN", "ORDER BY …")`.
macro_rules! among {
    ($engine:expr, $head:expr, $tail:expr) => {
        match $engine {
            $crate::store::Engine::Sqlite => concat!($head, " (SELECT j.value FROM json_each($1) j) ", $tail),
            $crate::store::Engine::Postgres => {
                concat!($head, " (SELECT json_array_elements_text(CAST($1 AS json))) ", $tail)
            }
        }
    };
}
pub(crate) use among;
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
