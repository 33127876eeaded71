//! What was there before this panel searched, and what a restored backup brought: it is given its words, a few at a time, so that nobody
//! waits. What has words is passed over, so this may be cut off, run again, and run in two processes at once.

use super::{Kind, index};
use crate::{
    Server,
    store::{Tx, sql},
};
use model::{Problem, SiteName};

/// Things given their words in one transaction.
const BATCH: i64 = 100;

/// Gives how many there were.
pub async fn backfill(server: &Server) -> Result<usize, Problem> {
    let mut done = 0;
    for kind in Kind::ALL {
        // A name without a letter has no words: it is looked at once each time, not for ever.
        let mut after = String::new();
        loop {
            let mut some: Vec<(String, String)> = sql(without_words(kind))
                .bind(kind.code())
                .bind(after.as_str())
                .bind(BATCH)
                .all(server.store.on(), |row| Ok((row.get("held")?, row.get("id")?)))
                .await?;
            let Some((_, last)) = some.last() else { break };
            after = last.clone();
            // In the order in which everybody holds them, so that nobody waits for somebody who waits.
            some.sort();
            let mut tx = server.store.write().await?;
            for (_, id) in &some {
                one(&mut tx, kind, id).await?;
            }
            tx.commit().await?;
            done += some.len();
        }
    }
    Ok(done)
}

fn without_words(kind: Kind) -> &'static str {
    macro_rules! without {
        ($held:literal, $table:literal, $there:literal) => {
            concat!(
                "SELECT t.id, t.",
                $held,
                " AS held FROM ", $table, " t WHERE t.id > $2 ", $there,
                " AND NOT EXISTS (SELECT 1 FROM search_words w WHERE w.kind = $1 AND w.id = t.id) ORDER BY t.id LIMIT $3"
            )
        };
    }
    match kind {
        Kind::Account => without!("id", "accounts", "AND t.state <> 'erased'"),
        Kind::Site => without!("account_id", "sites", ""),
        Kind::Database => without!("account_id", "databases", "AND t.deleted_at IS NULL"),
        Kind::Member => without!("id", "members", ""),
        Kind::User => without!("id", "users", ""),
        Kind::Host => without!("id", "hosts", ""),
    }
}

/// Holds the thing, so that who renames it meanwhile comes before or after, and reads its names as they are then.
async fn one(tx: &mut Tx, kind: Kind, id: &str) -> Result<(), Problem> {
    let (hold, names) = match kind {
        Kind::Account => (
            "UPDATE accounts SET version = version WHERE id = $1",
            "SELECT name FROM accounts WHERE id = $1 AND state <> 'erased'",
        ),
        Kind::Site => (
            "UPDATE accounts SET version = version WHERE id = (SELECT account_id FROM sites WHERE id = $1)",
            "SELECT name FROM names WHERE site_id = $1 AND preview_at IS NULL ORDER BY position",
        ),
        Kind::Database => (
            "UPDATE accounts SET version = version WHERE id = (SELECT account_id FROM databases WHERE id = $1)",
            "SELECT name FROM databases WHERE id = $1 AND deleted_at IS NULL",
        ),
        Kind::Member => (
            "UPDATE members SET version = version WHERE id = $1",
            "SELECT name || ' ' || CAST(number AS TEXT) AS name FROM members WHERE id = $1",
        ),
        Kind::User => (
            "UPDATE users SET password = password WHERE id = $1",
            "SELECT email AS name FROM users WHERE id = $1",
        ),
        Kind::Host => {
            ("UPDATE hosts SET version = version WHERE id = $1", "SELECT name FROM hosts WHERE id = $1")
        }
    };
    sql(hold).bind(id).run(tx.on()).await?;
    if kind == Kind::Site {
        let names: Vec<SiteName> = sql(names).bind(id).all(tx.on(), |row| row.get("name")).await?;
        return index::put_site(tx, id, &names).await;
    }
    let names: Vec<String> = sql(names).bind(id).all(tx.on(), |row| row.get("name")).await?;
    index::put(tx, kind, id, &names).await
}
