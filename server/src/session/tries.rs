//! Failed tries within a sliding window. A try is counted before it is made, so that many at once count too, and given back when it succeeds.

use super::Refusal;
use crate::{
    Server,
    store::{Tx, sql},
};
use model::{Problem, ProblemKind, text};

/// How long a try counts.
pub(super) const WINDOW_MS: i64 = 15 * 60_000;

/// Tries that were counted and may be given back.
#[must_use]
pub(crate) struct Tries {
    ids: Vec<String>,
}

impl Tries {
    /// Counts one try in each bucket; refused, and not counted, when one is full. The window slides, so a place comes free with time.
    pub async fn take(server: &Server, buckets: Vec<(String, i64)>) -> Result<Tries, Refusal> {
        let now = server.world.now_ms();
        let mut tx = server.store.write().await?;
        // Locks one row, so that tries at the same instant count one another on PostgreSQL too.
        sql("UPDATE panel SET one = 1").run(tx.on()).await?;
        sql("DELETE FROM attempts WHERE at <= $1").bind(now - WINDOW_MS).run(tx.on()).await?;
        let mut ids = Vec::new();
        for (bucket, most) in buckets {
            let times: Vec<i64> = sql("SELECT at FROM attempts WHERE bucket = $1 ORDER BY at DESC LIMIT $2")
                .bind(bucket.as_str())
                .bind(most)
                .all(tx.on(), |row| row.get("at"))
                .await?;
            if times.len() as i64 >= most {
                let free = times.last().map_or(now, |oldest| oldest + WINDOW_MS);
                return Err(too_many(free - now));
            }
            let id = server.world.id::<()>().to_string();
            sql("INSERT INTO attempts (id, bucket, at) VALUES ($1, $2, $3)")
                .bind(id.as_str())
                .bind(bucket.as_str())
                .bind(now)
                .run(tx.on())
                .await?;
            ids.push(id);
        }
        tx.commit().await?;
        Ok(Tries { ids })
    }

    /// It succeeded: it does not count.
    pub async fn give_back(&self, tx: &mut Tx) -> Result<(), Problem> {
        for id in &self.ids {
            sql("DELETE FROM attempts WHERE id = $1").bind(id.as_str()).run(tx.on()).await?;
        }
        Ok(())
    }
}

fn too_many(wait_ms: i64) -> Refusal {
    let minutes = (wait_ms + 59_999) / 60_000;
    let problem = Problem::new(
        ProblemKind::TooMany,
        "too_many_tries",
        text!(
            "Trop d’essais\u{a0}: réessayez dans {minutes} min, ou depuis le navigateur où vous vous connectez d’habitude.",
            "Too many tries: try again in {minutes} min, or from the browser you usually sign in with."
        ),
    );
    Refusal { problem, retry_after_s: Some((wait_ms + 999) / 1000) }
}
