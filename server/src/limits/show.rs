//! What is shown of an account's use.

use super::{BiteView, UseRow, UseView};
use crate::{
    Actor, Server, account,
    store::{Row, sql},
};
use model::{AccountId, Culprit, HostFacts, Problem, Scarce, Span};
use sqlx::{Any, Executor};

/// Bites shown at most.
const MOST_BITES: i64 = 50;

/// What an account took, of an account the actor may see.
pub async fn read(server: &Server, actor: &Actor, id: AccountId) -> Result<UseView, Problem> {
    account::must_see(server, actor, id).await?;
    let span = async |span| {
        sql("SELECT * FROM account_uses WHERE account_id = $1 AND span = $2 ORDER BY start_at")
            .bind(id)
            .bind(span)
            .all(server.store.on(), row)
            .await
    };
    let (hours, days) = (span(Span::Hour).await?, span(Span::Day).await?);
    let bites = sql("SELECT what, unit, at, times FROM limit_bites WHERE account_id = $1 ORDER BY at DESC, what, unit LIMIT $2")
        .bind(id)
        .bind(MOST_BITES)
        .all(server.store.on(), bite)
        .await?;
    let facts = sql("SELECT h.facts FROM accounts a JOIN hosts h ON h.id = a.host_id WHERE a.id = $1")
        .bind(id)
        .optional(server.store.on(), |row| row.get::<Option<String>>("facts"))
        .await?;
    let facts = facts.flatten().and_then(|facts| serde_json::from_str::<HostFacts>(&facts).ok());
    let quotas = facts.and_then(|facts| facts.home).is_some_and(|home| home.quotas);
    Ok(UseView { hours, days, bites, quotas })
}

/// The newest day of an account whoever asks has been shown.
pub(crate) async fn newest<'c>(
    on: impl Executor<'c, Database = Any>,
    id: AccountId,
) -> Result<Option<UseRow>, Problem> {
    sql("SELECT * FROM account_uses WHERE account_id = $1 AND span = $2 ORDER BY start_at DESC LIMIT 1")
        .bind(id)
        .bind(Span::Day)
        .optional(on, row)
        .await
}

fn row(row: &Row) -> Result<UseRow, Problem> {
    Ok(UseRow {
        start_at: row.get("start_at")?,
        at: row.get("at")?,
        octets: row.get("octets")?,
        files: row.get("files")?,
        memory: row.get("memory")?,
        cpu_ms: row.get("cpu_ms")?,
        processes: row.get("processes")?,
    })
}

fn bite(row: &Row) -> Result<BiteView, Problem> {
    let (by, job, app) = match row.get("unit")? {
        Culprit::Account => ("account", None, None),
        Culprit::Cell => ("cell", None, None),
        Culprit::Php => ("php", None, None),
        Culprit::Job(id) => ("job", Some(id), None),
        Culprit::App(id) => ("app", None, Some(id)),
    };
    let what = row.get::<Scarce>("what")?.code();
    Ok(BiteView { what, by, job, app, at: row.get("at")?, times: row.get("times")? })
}
