//! The chain of history: acts in the order the sequencer saw them, each hash covering the act and the hash before it.
//!
//! Changes are written by many transactions at once; chaining them there would make them wait for each other. So each only leaves a note in
//! `change_queue`, and a job chains what it finds there a few seconds later, one process at a time: its work is that of what is new, however
//! long history is. Who notes the head somewhere else can tell later whether anything before it was touched.

use crate::{
    Actor, Server,
    store::{Row, among, internal, sql},
};
use model::{ChangeId, Duty, Problem};
use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::{Any, Executor};
use std::fmt::Write;
use utoipa::ToSchema;

/// Acts chained in one transaction.
const BATCH: i64 = 500;

/// Whether history is as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Chain {
    pub length: i64,
    /// The hash of the last act chained; worth noting elsewhere.
    pub head: String,
    /// The first act that is not what was chained, if any.
    #[schema(value_type = Option<String>)]
    pub broken: Option<ChangeId>,
    /// Acts written since, not yet chained.
    pub waiting: i64,
}

/// What the hash covers, in this order.
macro_rules! covered {
    () => {
        "c.id, CAST(c.at AS TEXT) AS at, c.user_id, c.who, c.via, c.verb, c.member_id, c.account_id, c.host_id, c.subject_kind, c.subject_id, \
         c.subject_label, c.before_json, c.after_json, c.undoes"
    };
}
pub(super) use covered;
pub(super) const COVERED: [&str; 15] = [
    "id",
    "at",
    "user_id",
    "who",
    "via",
    "verb",
    "member_id",
    "account_id",
    "host_id",
    "subject_kind",
    "subject_id",
    "subject_label",
    "before_json",
    "after_json",
    "undoes",
];

/// Chains what has been written since; gives how many acts.
pub async fn extend(server: &Server) -> Result<usize, Problem> {
    let mut chained = 0;
    loop {
        // Mostly there is nothing, and then nobody is made to wait.
        if waiting(server).await? == 0 {
            return Ok(chained);
        }
        let mut tx = server.store.write().await?;
        // One sequencer: other processes wait here.
        sql("UPDATE panel SET one = 1").run(tx.on()).await?;
        let tail = sql("SELECT position, hash FROM change_chain ORDER BY position DESC LIMIT 1")
            .optional(tx.on(), |row| Ok((row.get::<i64>("position")?, row.get::<String>("hash")?)))
            .await?;
        let (mut position, mut hash) = tail.unwrap_or((0, server.store.panel().to_string()));
        let acts = sql(concat!(
            "SELECT ",
            covered!(),
            " FROM change_queue q JOIN changes c ON c.id = q.change_id ORDER BY q.change_id LIMIT $1"
        ))
        .bind(BATCH)
        .all(tx.on(), |row| Ok((row.get::<ChangeId>("id")?, content(row)?)))
        .await?;
        let found = acts.len();
        let mut links = Vec::with_capacity(found);
        for (id, content) in acts {
            position += 1;
            hash = link(&hash, &content);
            links.push((position, id, hash.clone()));
        }
        let engine = server.store.engine();
        let ids: Vec<ChangeId> = links.iter().map(|(_, id, _)| *id).collect();
        let json = serde_json::to_string(&links).map_err(|error| internal("links", &error))?;
        sql(engine.add_links()).bind(json).run(tx.on()).await?;
        sql(among!(engine, "DELETE FROM change_queue WHERE change_id IN", ""))
            .bind(super::search::json(&ids)?)
            .run(tx.on())
            .await?;
        tx.commit().await?;
        chained += found;
        if found < BATCH as usize {
            return Ok(chained);
        }
    }
}

async fn waiting(server: &Server) -> Result<i64, Problem> {
    sql("SELECT COUNT(*) FROM change_queue").one(server.store.on(), |row| row.first()).await
}

/// Where the chain ends: with this noted elsewhere, nobody can rewrite what came before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Head {
    /// How many acts are chained; 0: none, and the hash is the start.
    pub position: i64,
    pub hash: String,
    /// When the last act chained was done.
    pub at: Option<i64>,
    #[schema(value_type = Option<String>)]
    pub change: Option<ChangeId>,
    /// What stands before the first act: the panel's id.
    pub start: String,
}

/// The chain's head.
pub async fn head(server: &Server, actor: &Actor) -> Result<Head, Problem> {
    actor.must(Duty::SeeHistory)?;
    head_on(server, server.store.on()).await
}

pub(super) async fn head_on<'c>(
    server: &Server,
    on: impl Executor<'c, Database = Any>,
) -> Result<Head, Problem> {
    let start = server.store.panel().to_string();
    let last = sql(
        "SELECT x.position, x.hash, c.id, c.at FROM change_chain x LEFT JOIN changes c ON c.id = x.change_id
         ORDER BY x.position DESC LIMIT 1",
    )
    .optional(on, |row| {
        let (position, hash) = (row.get("position")?, row.get("hash")?);
        Ok(Head { position, hash, at: row.get("at")?, change: row.get("id")?, start: start.clone() })
    })
    .await?;
    Ok(last.unwrap_or(Head { position: 0, hash: start.clone(), at: None, change: None, start }))
}

/// Follows the whole chain and compares.
pub async fn chain(server: &Server, actor: &Actor) -> Result<Chain, Problem> {
    actor.must(Duty::SeeHistory)?;
    let mut snapshot = server.store.read().await?;
    let (mut position, mut head) = (0_i64, server.store.panel().to_string());
    let mut broken = None;
    loop {
        let links = sql(concat!(
            "SELECT x.position, x.hash, x.change_id, ",
            covered!(),
            " FROM change_chain x LEFT JOIN changes c ON c.id = x.change_id WHERE x.position > $1 ORDER BY x.position LIMIT $2"
        ))
        .bind(position)
        .bind(BATCH)
        .all(&mut *snapshot, |row| {
            // Of an act that is no more, nothing is left that its hash could fit.
            Ok((row.get::<i64>("position")?, row.get::<String>("hash")?, (row.get("change_id")?, content(row)?)))
        })
        .await?;
        let last = links.len() < BATCH as usize;
        for (at, hash, (id, content)) in links {
            if broken.is_none() && (at != position + 1 || hash != link(&head, &content)) {
                broken = Some(id);
            }
            (position, head) = (at, hash);
        }
        if last {
            break;
        }
    }
    let all = sql("SELECT COUNT(*) FROM changes").one(&mut *snapshot, |row| row.first::<i64>()).await?;
    let length =
        sql("SELECT COUNT(*) FROM change_chain").one(&mut *snapshot, |row| row.first::<i64>()).await?;
    Ok(Chain { length, head, broken, waiting: (all - length).max(0) })
}

/// Whether the chain has this hash, noted as its head earlier.
pub async fn goes_through(server: &Server, actor: &Actor, head: &str) -> Result<bool, Problem> {
    actor.must(Duty::SeeHistory)?;
    let found = sql("SELECT position FROM change_chain WHERE hash = $1")
        .bind(head.trim())
        .optional(server.store.on(), |row| row.get::<i64>("position"))
        .await?;
    Ok(found.is_some())
}

/// An act as bytes that no other act has: every part with its length.
fn content(row: &Row) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    for column in COVERED {
        match row.get::<Option<String>>(column)? {
            None => bytes.push(0),
            Some(text) => {
                let length = u64::try_from(text.len()).map_err(|error| internal("length", &error))?;
                bytes.push(1);
                bytes.extend(length.to_be_bytes());
                bytes.extend(text.as_bytes());
            }
        }
    }
    Ok(bytes)
}

fn link(before: &str, content: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(before.as_bytes());
    hash.update(content);
    hash.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
