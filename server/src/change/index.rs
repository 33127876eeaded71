//! The index of the search over the change log. A job writes it, behind the sequencer and in the chain's order: an act costs nothing for it
//! when it is done, and what is not in the index yet (ten seconds' worth of acts, or everything after a restoration) is looked through
//! directly (`search`). Where it stopped stands in `change_log`, in the transaction of the rows themselves: it may be cut off at any point.

use super::terms::{Indexed, indexed_columns};
use crate::{
    Server,
    store::{Row, internal, sql},
};
use model::Problem;
use sqlx::{Any, Executor};

/// Acts indexed in one transaction: SQLite's other writers wait for it, some 30 ms.
const BATCH: i64 = 1000;

/// Indexes what has been chained since; gives how many acts.
pub async fn index(server: &Server) -> Result<usize, Problem> {
    let mut written = 0;
    loop {
        let done = indexed(server.store.on()).await?;
        let rows = sql(concat!(
            "SELECT x.position, ",
            indexed_columns!(),
            " FROM change_chain x JOIN changes c ON c.id = x.change_id WHERE x.position > $1 ORDER BY x.position LIMIT $2"
        ))
        .bind(done)
        .bind(BATCH)
        .all(server.store.on(), |row| Ok((row.get::<i64>("position")?, Indexed::read(row)?)))
        .await?;
        let Some((last, _)) = rows.last() else { return Ok(written) };
        let last = *last;
        let lines: Vec<(i64, String)> = rows
            .iter()
            .map(|(position, change)| (*position, change.terms().into_iter().collect::<Vec<_>>().join(" ")))
            .collect();
        let lines = serde_json::to_string(&lines).map_err(|error| internal("words", &error))?;
        let mut tx = server.store.write().await?;
        // Another process that did the same meanwhile has done it.
        let mine = sql("UPDATE change_log SET indexed = $1 WHERE one = 1 AND indexed = $2")
            .bind(last)
            .bind(done)
            .run(tx.on())
            .await?;
        if mine == 1 {
            sql(server.store.engine().add_words()).bind(lines).run(tx.on()).await?;
            tx.commit().await?;
            written += rows.len();
        }
    }
}

/// The last position in the index.
pub(super) async fn indexed<'c>(on: impl Executor<'c, Database = Any>) -> Result<i64, Problem> {
    sql("SELECT indexed FROM change_log WHERE one = 1").one(on, Row::first).await
}
