//! The statements. Each gives `word` and `id` of what was found, in that order, with what is shown of it.
//!
//! $1 the user, $2 now, $3 the kind; the leading word begins with $4; found after ($6, $7), up to ($5, $16); the other words, if their
//! beginning is not empty: $8 to $9, $10 to $11, $12 to $13, $14 to $15; at most $17.

use super::{Kind, Reach};
use crate::{actor::scoped_accounts, member::seen_members};

/// The rows of the index that one statement looks at, where other words may be missing from all of them.
pub(super) const WINDOW: i64 = 3000;

/// The piece of the index that is walked in its order, until there is enough to show.
macro_rules! range {
    () => {
        "w.kind = $3 AND w.word >= $6 AND w.word <= $5 AND (w.word, w.id) > ($6, $7) AND (w.word, w.id) <= ($5, $16)"
    };
}

macro_rules! everywhere {
    () => {
        concat!("search_words w WHERE ", range!())
    };
}

/// Begins with what is one's own (CROSS, so that SQLite does): what others have costs no time.
macro_rules! among {
    ($mine:expr) => {
        concat!("(", $mine, ") mine CROSS JOIN search_words w WHERE w.id = mine.id AND ", range!())
    };
}

macro_rules! also {
    ($from:literal, $to:literal) => {
        concat!(
            " AND (length(",
            $from,
            ") = 0 OR EXISTS (SELECT 1 FROM search_words o WHERE o.kind = $3 AND o.id = w.id AND o.word >= ",
            $from,
            " AND o.word < ",
            $to,
            "))"
        )
    };
}

/// A thing is found once, at the first of its words that begins so.
macro_rules! found {
    ($columns:literal, $within:expr, $joins:literal) => {
        concat!(
            "SELECT f.word, f.id, ", $columns, " FROM (SELECT w.word, w.id FROM ", $within, "
               AND NOT EXISTS (SELECT 1 FROM search_words e WHERE e.kind = $3 AND e.id = w.id AND e.word >= $4 AND e.word < w.word)",
            also!("$8", "$9"), also!("$10", "$11"), also!("$12", "$13"), also!("$14", "$15"),
            " AND ($1 <> '-' AND $2 >= 0) ORDER BY w.word, w.id LIMIT $17) f ", $joins, " ORDER BY f.word, f.id"
        )
    };
}

macro_rules! accounts {
    ($within:expr) => {
        found!(
            "a.name, m.id AS member_id, m.name AS member_name",
            $within,
            "JOIN accounts a ON a.id = f.id JOIN members m ON m.id = a.member_id"
        )
    };
}

macro_rules! sites {
    ($within:expr) => {
        found!(
            "(SELECT n.name FROM names n WHERE n.site_id = s.id ORDER BY n.position LIMIT 1) AS name,
             a.id AS account_id, a.name AS account_name, m.id AS member_id, m.name AS member_name",
            $within,
            "JOIN sites s ON s.id = f.id JOIN accounts a ON a.id = s.account_id JOIN members m ON m.id = a.member_id"
        )
    };
}

macro_rules! databases {
    ($within:expr) => {
        found!(
            "d.name, a.id AS account_id, a.name AS account_name, m.id AS member_id, m.name AS member_name",
            $within,
            "JOIN databases d ON d.id = f.id JOIN accounts a ON a.id = d.account_id JOIN members m ON m.id = a.member_id"
        )
    };
}

macro_rules! members {
    ($within:expr) => {
        found!("m.name", $within, "JOIN members m ON m.id = f.id")
    };
}

/// `None`: there is nothing this far to be found.
pub(super) fn statement(kind: Kind, reach: Reach) -> Option<&'static str> {
    Some(match (kind, reach) {
        (_, Reach::None) | (Kind::User | Kind::Host, Reach::Own) => return None,
        (Kind::Account, Reach::All) => accounts!(everywhere!()),
        (Kind::Account, Reach::Own) => {
            accounts!(among!(scoped_accounts!(
                "SELECT a.id FROM accounts a WHERE a.state <> 'erased' AND",
                ""
            )))
        }
        (Kind::Site, Reach::All) => sites!(everywhere!()),
        (Kind::Site, Reach::Own) => sites!(among!(scoped_accounts!(
            "SELECT s.id FROM accounts a JOIN sites s ON s.account_id = a.id WHERE a.state <> 'erased' AND",
            ""
        ))),
        (Kind::Database, Reach::All) => databases!(everywhere!()),
        (Kind::Database, Reach::Own) => databases!(among!(scoped_accounts!(
            "SELECT d.id FROM accounts a JOIN databases d ON d.account_id = a.id WHERE a.state <> 'erased' AND",
            ""
        ))),
        (Kind::Member, Reach::All) => members!(everywhere!()),
        (Kind::Member, Reach::Own) => members!(among!(seen_members!())),
        (Kind::User, Reach::All) => found!("u.email AS name", everywhere!(), "JOIN users u ON u.id = f.id"),
        (Kind::Host, Reach::All) => found!("h.name", everywhere!(), "JOIN hosts h ON h.id = f.id"),
    })
}

/// How many rows of the index begin so, up to a window: $1 the kind, $2 to $3.
pub(super) const COUNT: &str = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM search_words i WHERE i.kind = $1 AND i.word >= $2 AND i.word < $3 LIMIT 3000) x";

/// The last row of a full window: $1 the kind, before $2, after ($3, $4).
pub(super) const LAST: &str = "SELECT i.word, i.id FROM search_words i WHERE i.kind = $1 AND i.word >= $3 AND i.word < $2 AND (i.word, i.id) > ($3, $4)
   ORDER BY i.word, i.id LIMIT 1 OFFSET 2999";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_the_same_everywhere() {
        assert!(COUNT.contains(&format!("LIMIT {WINDOW})")));
        assert!(LAST.ends_with(&format!("OFFSET {}", WINDOW - 1)));
    }
}
