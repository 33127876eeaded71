//! The table `ceremonies`: what the panel keeps between the two halves.

use super::{Purpose, words};
use crate::{
    Server,
    secrets::hashed,
    store::{Tx, sql},
};
use model::{Problem, UserId};
use serde::{Serialize, de::DeserializeOwned};

/// How long a challenge waits for its answer.
pub(crate) const CEREMONY_MS: i64 = 5 * 60_000;

/// Keeps a challenge; one asked earlier by the same holder for the same purpose is forgotten.
pub(super) async fn keep<S: Serialize>(
    server: &Server,
    purpose: &Purpose<'_>,
    state: &S,
) -> Result<(), Problem> {
    let (state, now) = (serde_json::to_string(state).map_err(words::ours)?, server.world.now_ms());
    let mut tx = server.store.write().await?;
    sql("DELETE FROM ceremonies WHERE created_at <= $1").bind(now - CEREMONY_MS).run(tx.on()).await?;
    sql("INSERT INTO ceremonies (id, user_id, state, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE SET user_id = excluded.user_id, state = excluded.state, created_at = excluded.created_at")
    .bind(id(purpose))
    .bind(purpose.user())
    .bind(state)
    .bind(now)
    .run(tx.on())
    .await?;
    tx.commit().await
}

/// Takes the challenge out: it is used up, whatever the answer is worth. So it is done in a transaction of its own, before the answer is
/// looked at.
pub(super) async fn take<S: DeserializeOwned>(server: &Server, purpose: &Purpose<'_>) -> Result<S, Problem> {
    let since = server.world.now_ms() - CEREMONY_MS;
    let mut tx = server.store.write().await?;
    let kept = sql("DELETE FROM ceremonies WHERE id = $1 RETURNING state, created_at")
        .bind(id(purpose))
        .optional(tx.on(), |row| Ok((row.get::<String>("state")?, row.get::<i64>("created_at")?)))
        .await?;
    tx.commit().await?;
    let (state, created_at) = kept.ok_or_else(|| words::over(purpose.field()))?;
    if created_at <= since {
        return Err(words::over(purpose.field()));
    }
    serde_json::from_str(&state).map_err(words::ours)
}

/// Something about the user changed: what is under way is over.
pub(crate) async fn forget(tx: &mut Tx, user: UserId) -> Result<(), Problem> {
    sql("DELETE FROM ceremonies WHERE user_id = $1").bind(user).run(tx.on()).await.map(drop)
}

fn id(purpose: &Purpose<'_>) -> String {
    let user = purpose.user().map(|user| user.to_string()).unwrap_or_default();
    hashed(&format!("{} {user} {}", purpose.code(), purpose.holder()))
}
