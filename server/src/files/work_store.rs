//! The table `file_works`.

use super::work::{WorkState, WorkView};
use crate::{
    Server,
    store::{Row, Tx, sql},
};
use model::{AccountId, FileWorkId, Problem, Text, archive::Archived};

/// Of an account, the last so many are kept.
const KEPT: i64 = 20;
/// A host that is at it says so twice a second; one that has not for so long, or the panel process that heard it, is gone.
const LOST_MS: i64 = 10 * 60 * 1000;

fn view(row: &Row, now: i64) -> Result<WorkView, Problem> {
    let state: String = row.get("state")?;
    let told_at: i64 = row.get("told_at")?;
    let state = match state.as_str() {
        "working" if told_at < now - LOST_MS => WorkState::Unknown,
        "working" => WorkState::Working,
        "done" => WorkState::Done,
        "refused" => WorkState::Refused,
        _ => WorkState::Unknown,
    };
    let text = match (row.get::<Option<String>>("text_fr")?, row.get::<Option<String>>("text_en")?) {
        (Some(fr), Some(en)) => Some(Text { fr: fr.into(), en: en.into() }),
        _ => None,
    };
    let left_out: serde_json::Value = row.get("left_out")?;
    Ok(WorkView {
        id: row.get("id")?,
        does: row.get("does")?,
        path: row.get("path")?,
        to: row.get("goes_to")?,
        who: row.get("who")?,
        state,
        entries: row.get("entries")?,
        octets: row.get("octets")?,
        left_out: serde_json::from_value(left_out).unwrap_or_default(),
        left: row.get("left_count")?,
        text,
        began_at: row.get("began_at")?,
        ended_at: (state != WorkState::Working).then_some(told_at),
    })
}

/// An account's, newest first.
pub(super) async fn list(server: &Server, account: AccountId) -> Result<Vec<WorkView>, Problem> {
    let now = server.world.now_ms();
    sql("SELECT * FROM file_works WHERE account_id = $1 ORDER BY began_at DESC, id DESC LIMIT $2")
        .bind(account)
        .bind(KEPT)
        .all(server.store.on(), |row| view(row, now))
        .await
}

pub(super) async fn load(server: &Server, account: AccountId, id: FileWorkId) -> Result<WorkView, Problem> {
    let now = server.world.now_ms();
    let found = sql("SELECT * FROM file_works WHERE account_id = $1 AND id = $2")
        .bind(account)
        .bind(id)
        .optional(server.store.on(), |row| view(row, now))
        .await?;
    found.ok_or_else(crate::actor::not_found)
}

pub(super) async fn insert(tx: &mut Tx, account: AccountId, work: &WorkView) -> Result<(), Problem> {
    sql("INSERT INTO file_works (id, account_id, who, does, path, goes_to, state, entries, octets, left_out, left_count, began_at, told_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'working', 0, 0, '[]', 0, $7, $7)")
        .bind(work.id)
        .bind(account)
        .bind(work.who.as_str())
        .bind(work.does.as_str())
        .bind(work.path.as_str())
        .bind(work.to.as_str())
        .bind(work.began_at)
        .run(tx.on())
        .await?;
    sql("DELETE FROM file_works WHERE account_id = $1 AND id NOT IN
         (SELECT id FROM file_works WHERE account_id = $1 ORDER BY began_at DESC, id DESC LIMIT $2)")
    .bind(account)
    .bind(KEPT)
    .run(tx.on())
    .await
    .map(drop)
}

pub(super) async fn so_far(
    server: &Server,
    id: FileWorkId,
    (entries, octets): (u64, u64),
) -> Result<(), Problem> {
    let mut tx = server.store.write().await?;
    sql("UPDATE file_works SET entries = $2, octets = $3, told_at = $4 WHERE id = $1")
        .bind(id)
        .bind(entries)
        .bind(octets)
        .bind(server.world.now_ms())
        .run(tx.on())
        .await?;
    tx.commit().await
}

pub(super) async fn done(tx: &mut Tx, id: FileWorkId, told: &Archived, now: i64) -> Result<(), Problem> {
    let left_out = serde_json::to_string(&told.left_out).unwrap_or_else(|_| "[]".to_owned());
    sql("UPDATE file_works SET state = 'done', entries = $2, octets = $3, left_out = $4, left_count = $5, told_at = $6 WHERE id = $1")
        .bind(id)
        .bind(told.entries)
        .bind(told.octets)
        .bind(left_out)
        .bind(told.left)
        .bind(now)
        .run(tx.on())
        .await
        .map(drop)
}

pub(super) async fn ended(
    tx: &mut Tx,
    id: FileWorkId,
    (state, text): (&'static str, &Text),
    now: i64,
) -> Result<(), Problem> {
    sql("UPDATE file_works SET state = $2, text_fr = $3, text_en = $4, told_at = $5 WHERE id = $1")
        .bind(id)
        .bind(state)
        .bind(&*text.fr)
        .bind(&*text.en)
        .bind(now)
        .run(tx.on())
        .await
        .map(drop)
}
