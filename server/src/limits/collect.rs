//! Asks connected hosts what their accounts took since they were last asked.

use super::{catch_up, write};
use crate::{Server, store::sql};
use model::{
    AccountId, HostFacts, HostId, LIMITS, Problem,
    wire::{Answer, Query},
};
use std::time::Duration;
use tokio::time::timeout;

/// How often.
pub const EVERY: Duration = Duration::from_secs(300);
/// What was sampled while the last answer was on its way is asked for again.
const OVERLAP_MS: u64 = 120_000;
/// For all a host tells.
const PATIENCE: Duration = Duration::from_secs(60);
/// A host that tells of more has lost its way.
const MOST_PAGES: usize = 100;

/// Asks every host that is connected to this process; what one does not answer, the next round asks.
pub async fn collect(server: &Server) -> Result<(), Problem> {
    let hosts = sql("SELECT id, facts, uses_at FROM hosts WHERE connected_at IS NOT NULL AND frozen_at IS NULL ORDER BY id")
        .all(server.store.on(), |row| {
            let facts: Option<String> = row.get("facts")?;
            let facts = facts.and_then(|facts| serde_json::from_str::<HostFacts>(&facts).ok());
            let knows = facts.is_some_and(|facts| facts.limits >= LIMITS);
            Ok((row.get::<HostId>("id")?, knows, row.get::<u64>("uses_at")?))
        })
        .await?;
    for (host, _, at) in hosts.into_iter().filter(|(_, knows, _)| *knows) {
        catch_up::accounts(server, host).await?;
        // One that dawdles is asked for the rest in the next round.
        if let Ok(done) = timeout(PATIENCE, of_host(server, host, at)).await {
            done?;
        }
    }
    Ok(())
}

async fn of_host(server: &Server, host: HostId, at: u64) -> Result<(), Problem> {
    let now = u64::try_from(server.world.now_ms()).unwrap_or(0);
    // A host whose clock was ahead tells everything once more.
    let since = if at > now + 2 * OVERLAP_MS { 0 } else { at.saturating_sub(OVERLAP_MS) };
    let (mut after, mut newest): (Option<AccountId>, u64) = (None, since);
    for _ in 0..MOST_PAGES {
        // Away, or connected to another process: whoever has it asks.
        let Ok(Answer::Uses { uses, more }) = server.hub.ask(host, Query::Uses { since, after }).await else {
            return Ok(());
        };
        let last = uses.last().map(|told| told.account);
        let moves = last.is_some_and(|last| after.is_none_or(|after| last > after));
        let ats = uses
            .iter()
            .flat_map(|told| told.uses.iter().map(|one| one.at).chain(told.bites.iter().map(|one| one.at)));
        newest = ats.chain([newest]).max().unwrap_or(newest);
        write::told(server, host, &uses).await?;
        if !more || !moves {
            break;
        }
        after = last;
    }
    sql("UPDATE hosts SET uses_at = $2 WHERE id = $1")
        .bind(host)
        .bind(i64::try_from(newest).unwrap_or(i64::MAX))
        .run(server.store.on())
        .await
        .map(drop)
}
