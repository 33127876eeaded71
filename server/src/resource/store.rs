//! The tables `resources` and `change_states`: one transaction with the domain rows and the change that wants them.

use super::Want;
use crate::store::{Row, Tx, internal, sql};
use model::{AccountId, Body, ChangeId, HostFacts, HostId, Kind, LIMITS, Problem, ProblemKind, text};
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
    let (generation, epoch, name, facts): (u64, u64, String, Option<String>) = sql(
        "UPDATE hosts SET generation = generation WHERE id = $1 RETURNING generation, epoch, name, facts",
    )
    .bind(host)
    .one(tx.on(), |row| Ok((row.get("generation")?, row.get("epoch")?, row.get("name")?, row.get("facts")?)))
    .await?;
    let facts = facts.and_then(|facts| serde_json::from_str::<HostFacts>(&facts).ok());
    let mut next = generation;
    for want in &wants {
        // A host that was never there says nothing of its agent yet.
        if want.body.is_some() && facts.as_ref().is_some_and(|facts| !facts.knows(want.kind)) {
            return Err(older(&name));
        }
        let body = match &want.body {
            Some(body) => {
                let mut value =
                    body.to_value().map_err(|error| internal("a body cannot be written", &error))?;
                // An older agent would refuse what it does not know; it is given the account without.
                if let (Body::Account(_), Some(fields)) = (body, value.as_object_mut())
                    && facts.as_ref().is_some_and(|facts| facts.limits < LIMITS)
                {
                    fields.remove("limits");
                }
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

/// One frame that an agent does not understand would hold up all that comes after it.
pub(crate) fn older(host: &str) -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "agent_older",
        text!(
            "L’agent de l’hôte {host} est d’une version qui ne connaît pas encore cela\u{a0}: la coopérative doit y mettre à jour alveole-agent et alveole-web (apt upgrade).",
            "The agent of the host {host} is of a version that does not know this yet: the cooperative has to update alveole-agent and alveole-web there (apt upgrade)."
        ),
    )
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
