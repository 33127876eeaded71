//! What the hub reads and writes of `hosts` and their history.

use crate::{
    host::consent_of,
    store::{Tx, internal, sql},
};
use model::{ChangeId, HostFacts, HostId, Kind, Problem, Resource, wire::Position};
use sqlx::{Any, Executor};

/// The agent's first frame.
#[derive(Clone, Debug)]
pub struct Hello {
    pub protocol: u16,
    pub agent_version: String,
    pub position: Option<Position>,
    pub facts: HostFacts,
    pub now_ms: u64,
}

impl Hello {
    /// The host's clock against ours.
    pub fn offset(&self, now: i64) -> i64 {
        i64::try_from(self.now_ms).unwrap_or(i64::MAX).saturating_sub(now)
    }
}

/// Where a host stands in our history.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    pub epoch: u64,
    pub generation: u64,
}

/// What a connection looks at whenever it is woken.
#[derive(Debug)]
pub struct Look {
    pub standing: Standing,
    pub frozen: bool,
    pub connected_to: Option<String>,
    /// The host was revoked or retired, or this certificate was.
    pub unwelcome: bool,
}

pub async fn connect(
    tx: &mut Tx,
    host: HostId,
    mark: &str,
    hello: &Hello,
    now: i64,
) -> Result<Standing, Problem> {
    let facts = serde_json::to_string(&hello.facts).map_err(|error| internal("facts", &error))?;
    sql("UPDATE hosts SET connected_at = $2, connected_to = $3, last_seen_at = $2, agent_version = $4, facts = $5,
           clock_offset_ms = $6 WHERE id = $1 RETURNING epoch, generation")
        .bind(host)
        .bind(now)
        .bind(mark)
        .bind(clean(&hello.agent_version, 64))
        .bind(clean(&facts, 8192))
        .bind(hello.offset(now))
        .one(tx.on(), |row| Ok(Standing { epoch: row.get("epoch")?, generation: row.get("generation")? }))
        .await
}

/// The connection ended; unless a newer one has taken over, the host is away. Gives whether it is.
pub async fn disconnect(tx: &mut Tx, host: HostId, mark: &str, now: i64) -> Result<bool, Problem> {
    let rows = sql("UPDATE hosts SET connected_at = NULL, connected_to = NULL, last_seen_at = $3
                    WHERE id = $1 AND connected_to = $2")
    .bind(host)
    .bind(mark)
    .bind(now)
    .run(tx.on())
    .await?;
    Ok(rows > 0)
}

/// The agent is heard of, and has this much on its disk.
pub async fn seen(
    on: impl Executor<'_, Database = Any>,
    host: HostId,
    mark: &str,
    acked: u64,
    now: i64,
) -> Result<(), Problem> {
    sql("UPDATE hosts SET last_seen_at = $3, acked_generation = $4 WHERE id = $1 AND connected_to = $2")
        .bind(host)
        .bind(mark)
        .bind(now)
        .bind(acked)
        .run(on)
        .await
        .map(drop)
}

/// Whoever comes with a new certificate has it on disk: those before it open no door any more.
pub async fn revoke_older(tx: &mut Tx, host: HostId, fingerprint: &str, now: i64) -> Result<(), Problem> {
    sql("UPDATE host_certificates SET revoked_at = $3 WHERE host_id = $1 AND revoked_at IS NULL
           AND issued_at < (SELECT c.issued_at FROM host_certificates c WHERE c.id = $2)")
    .bind(host)
    .bind(fingerprint)
    .bind(now)
    .run(tx.on())
    .await
    .map(drop)
}

pub async fn look(
    on: impl Executor<'_, Database = Any>,
    host: HostId,
    fingerprint: &str,
) -> Result<Look, Problem> {
    sql("SELECT h.epoch, h.generation, h.state, h.frozen_at, h.connected_to, c.revoked_at
         FROM hosts h JOIN host_certificates c ON c.host_id = h.id WHERE h.id = $1 AND c.id = $2")
    .bind(host)
    .bind(fingerprint)
    .one(on, |row| {
        let state: String = row.get("state")?;
        let revoked: Option<i64> = row.get("revoked_at")?;
        let frozen: Option<i64> = row.get("frozen_at")?;
        Ok(Look {
            standing: Standing { epoch: row.get("epoch")?, generation: row.get("generation")? },
            frozen: frozen.is_some(),
            connected_to: row.get("connected_to")?,
            unwelcome: revoked.is_some() || !matches!(state.as_str(), "active" | "draining"),
        })
    })
    .await
}

/// Everything of a host that changed after a generation, in order.
pub async fn newer(
    on: impl Executor<'_, Database = Any>,
    host: HostId,
    generation: u64,
) -> Result<Vec<Resource>, Problem> {
    sql("SELECT kind, key, generation, change_id, body, consent FROM resources
         WHERE host_id = $1 AND generation > $2 ORDER BY generation")
    .bind(host)
    .bind(generation)
    .all(on, |row| {
        let kind: String = row.get("kind")?;
        let consent: Option<String> = row.get("consent")?;
        Ok(Resource {
            kind: Kind::from_code(&kind).ok_or_else(|| internal("a stored kind is unknown", &kind))?,
            key: row.get("key")?,
            generation: row.get("generation")?,
            change: row.get("change_id")?,
            body: row.get("body")?,
            consent: consent.as_deref().and_then(consent_of),
        })
    })
    .await
}

/// Whether a change made this generation of the host: whoever names both has our history up to there.
pub async fn is_known(tx: &mut Tx, host: HostId, generation: u64, change: ChangeId) -> Result<bool, Problem> {
    let found =
        sql("SELECT change_id FROM change_states WHERE host_id = $1 AND generation = $2 AND change_id = $3")
            .bind(host)
            .bind(generation)
            .bind(change)
            .optional(tx.on(), |row| row.get::<ChangeId>("change_id"))
            .await?;
    Ok(found.is_some())
}

pub async fn thaw(tx: &mut Tx, host: HostId) -> Result<(), Problem> {
    sql("UPDATE hosts SET frozen_at = NULL, frozen_fr = NULL, frozen_en = NULL, ledger_at = NULL
         WHERE id = $1 AND frozen_at IS NOT NULL")
    .bind(host)
    .run(tx.on())
    .await?;
    sql("DELETE FROM ledger_copies WHERE host_id = $1").bind(host).run(tx.on()).await.map(drop)
}

pub async fn forget_reports(tx: &mut Tx, host: HostId) -> Result<(), Problem> {
    sql("UPDATE resources SET state = 'wanted', text_fr = NULL, text_en = NULL, drift = NULL, applied_generation = NULL
         WHERE host_id = $1")
        .bind(host)
        .run(tx.on())
        .await
        .map(drop)
}

/// Text from an agent: bounded, and without what a database or a terminal would stumble over.
pub fn clean(text: &str, longest: usize) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).take(longest).collect()
}
