//! Reads a frozen host's whole ledger into the store, for an admin to compare.

use super::store::clean;
use crate::{
    Server,
    store::{Tx, sql},
};
use model::{
    HostId, Kind, Problem, Resource, TenantUid,
    wire::{Answer, Query},
};

/// Resources asked for at once.
const PAGE: u16 = 500;
/// Pages, at most: an agent that goes on for ever is none of ours.
const MOST_PAGES: usize = 1_000;
/// How far beyond what the panel itself gave a host's uid is believed: that does not grow with what was believed before.
const MOST_AHEAD: u32 = 10_000;

/// Asks page by page, then replaces the copy in one transaction.
pub async fn copy(server: Server, host: HostId) -> Result<usize, Problem> {
    let mut resources: Vec<Resource> = Vec::new();
    for _ in 0..MOST_PAGES {
        let after = resources.last().map(|resource| (resource.kind, resource.key));
        match server.hub.ask(host, Query::Ledger { after, limit: PAGE }).await? {
            Answer::Ledger { resources: page, more } => {
                // In order and new, or it would never end.
                let last = page.last().map(|resource| (resource.kind, resource.key));
                let moves = last.is_some_and(|last| after.is_none_or(|after| last > after));
                resources.extend(page);
                if !more || !moves {
                    break;
                }
            }
            // Not what was asked.
            Answer::DatabaseSizes { .. }
            | Answer::Dialling
            | Answer::SiteIsEmpty { .. }
            | Answer::Outbox { .. }
            | Answer::HeldMail { .. }
            | Answer::AccessLog { .. }
            | Answer::ErrorLog { .. }
            | Answer::Statistics { .. }
            | Answer::SftpSignIns { .. }
            | Answer::Space { .. }
            | Answer::Uses { .. } => return Err(super::away()),
            Answer::Failed { text } => {
                tracing::warn!(%host, reason = %clean(&text.en, 300), "the agent could not show its ledger");
                return Err(super::away());
            }
        }
    }
    let count = resources.len();
    write(&server, host, resources).await?;
    Ok(count)
}

/// A uid that owns files on a host is never given again, even if the panel forgot that it gave it. What lies far beyond is not
/// believed: one host could use up all uids.
async fn reserve(tx: &mut Tx, resources: &[Resource]) -> Result<(), Problem> {
    let given =
        sql("SELECT MAX(g.uid) FROM (SELECT uid FROM accounts UNION ALL SELECT uid FROM past_accounts) g")
            .one(tx.on(), |row| row.first::<Option<u32>>())
            .await?;
    let next = given.unwrap_or(TenantUid::FIRST);
    let credible = TenantUid::FIRST..=TenantUid::LAST.min(next.saturating_add(MOST_AHEAD));
    let largest = resources
        .iter()
        .filter(|resource| resource.kind == Kind::Account)
        .filter_map(|resource| resource.body.as_ref()?["uid"].as_u64())
        .filter_map(|uid| u32::try_from(uid).ok())
        .filter(|uid| credible.contains(uid))
        .max();
    let Some(largest) = largest else { return Ok(()) };
    sql("UPDATE panel SET next_uid = $1 WHERE one = 1 AND next_uid < $1")
        .bind(largest + 1)
        .run(tx.on())
        .await
        .map(drop)
}

async fn write(server: &Server, host: HostId, resources: Vec<Resource>) -> Result<(), Problem> {
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    reserve(&mut tx, &resources).await?;
    sql("DELETE FROM ledger_copies WHERE host_id = $1").bind(host).run(tx.on()).await?;
    for resource in resources {
        sql("INSERT INTO ledger_copies (host_id, kind, key, generation, body, at) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (host_id, kind, key) DO NOTHING")
            .bind(host)
            .bind(resource.kind.code())
            .bind(resource.key)
            .bind(resource.generation)
            .bind(resource.body.map(|body| clean(&body.to_string(), 1 << 20)))
            .bind(now)
            .run(tx.on())
            .await?;
    }
    sql("UPDATE hosts SET ledger_at = $2 WHERE id = $1").bind(host).bind(now).run(tx.on()).await?;
    tx.wake_host(host);
    tx.commit().await
}
