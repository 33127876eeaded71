//! The tables `resources` and `change_states`: one transaction with the domain rows and the change that wants them.

use super::Want;
use crate::store::{Row, Tx, internal, sql};
use model::{AccountId, ChangeId, HostId, Kind, Problem};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a host has of one resource.
struct Stored {
    body: Option<String>,
}

/// Writes what is wanted; what already stands byte for byte is no step. Every resource that changes gets a generation of its own,
/// taken from its host's counter; hosts are locked in the order of their ids, so that two writers never wait for each other.
/// Gives the number of resources that changed.
pub async fn write(tx: &mut Tx, change: ChangeId, now: i64, wants: Vec<Want>) -> Result<usize, Problem> {
    let mut hosts: BTreeMap<HostId, Vec<Want>> = BTreeMap::new();
    for want in wants {
        hosts.entry(want.host).or_default().push(want);
    }
    let mut written = 0;
    for (host, wants) in hosts {
        written += write_host(tx, change, now, host, wants).await?;
    }
    Ok(written)
}

async fn write_host(
    tx: &mut Tx,
    change: ChangeId,
    now: i64,
    host: HostId,
    wants: Vec<Want>,
) -> Result<usize, Problem> {
    // Locks the host's row until the end: what is read below stays true.
    let (generation, epoch): (u64, u64) =
        sql("UPDATE hosts SET generation = generation WHERE id = $1 RETURNING generation, epoch")
            .bind(host)
            .one(tx.on(), |row| Ok((row.get("generation")?, row.get("epoch")?)))
            .await?;
    let mut next = generation;
    for want in &wants {
        let body = match &want.body {
            Some(body) => {
                let value = body.to_value().map_err(|error| internal("a body cannot be written", &error))?;
                Some(value.to_string())
            }
            None => None,
        };
        let stored = sql("SELECT body FROM resources WHERE host_id = $1 AND kind = $2 AND key = $3")
            .bind(host)
            .bind(want.kind.code())
            .bind(want.key)
            .optional(tx.on(), |row: &Row| Ok(Stored { body: row.get("body")? }))
            .await?;
        let unchanged = match &stored {
            Some(stored) => stored.body == body,
            None => body.is_none(),
        };
        if unchanged {
            continue;
        }
        next += 1;
        sql("INSERT INTO resources (host_id, kind, key, account_id, generation, change_id, body, deleted_at, state)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'wanted')
             ON CONFLICT (host_id, kind, key) DO UPDATE SET account_id = excluded.account_id, generation = excluded.generation,
               change_id = excluded.change_id, body = excluded.body, deleted_at = excluded.deleted_at, consent = NULL,
               state = 'wanted', text_fr = NULL, text_en = NULL, drift = NULL")
            .bind(host)
            .bind(want.kind.code())
            .bind(want.key)
            .bind(want.account)
            .bind(next)
            .bind(change)
            .bind(body.clone())
            .bind(body.is_none().then_some(now))
            .run(tx.on())
            .await?;
        let Want { kind, key, account, .. } = *want;
        start(tx, Start { change, host, kind, key, account, epoch, generation: next, now }).await?;
    }
    if next > generation {
        sql("UPDATE hosts SET generation = $2 WHERE id = $1").bind(host).bind(next).run(tx.on()).await?;
        tx.wake_host(host);
    }
    Ok(usize::try_from(next - generation).unwrap_or(usize::MAX))
}

/// A change that begins its way: the resource it wants otherwise, and the generation that will tell its reports apart.
pub(crate) struct Start {
    pub change: ChangeId,
    pub host: HostId,
    pub kind: Kind,
    pub key: Uuid,
    pub account: Option<AccountId>,
    pub epoch: u64,
    pub generation: u64,
    pub now: i64,
}

/// Earlier changes of this resource that were still on their way are superseded; this one is wanted.
pub(crate) async fn start(tx: &mut Tx, start: Start) -> Result<(), Problem> {
    let Start { change, host, kind, key, account, epoch, generation, now } = start;
    sql(
        "UPDATE change_states SET state = 'superseded', text_fr = NULL, text_en = NULL, at = $4
         WHERE host_id = $1 AND kind = $2 AND key = $3 AND state IN ('wanted', 'waiting', 'checked', 'held')",
    )
    .bind(host)
    .bind(kind.code())
    .bind(key)
    .bind(now)
    .run(tx.on())
    .await?;
    sql("INSERT INTO change_states (change_id, host_id, kind, key, account_id, epoch, generation, state, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'wanted', $8)")
    .bind(change)
    .bind(host)
    .bind(kind.code())
    .bind(key)
    .bind(account)
    .bind(epoch)
    .bind(generation)
    .bind(now)
    .run(tx.on())
    .await?;
    if let Some(account) = account {
        tx.wake_account(account);
    }
    Ok(())
}
