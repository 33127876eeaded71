//! The tables `sessions` and `devices`: what a sign-in leaves there.

use super::{LONGEST_MS, Seen};
use crate::{
    Server,
    store::{Tx, sql},
};
use model::{Problem, UserId};

pub(super) async fn begin(
    tx: &mut Tx,
    user: UserId,
    now: i64,
    [session, device]: [&str; 2],
    seen: &Seen,
) -> Result<(), Problem> {
    // What has long ended is of no use to anyone.
    sql("DELETE FROM sessions WHERE user_id = $1 AND created_at <= $2")
        .bind(user)
        .bind(now - LONGEST_MS)
        .run(tx.on())
        .await?;
    sql("INSERT INTO sessions (id, user_id, created_at, seen_at, proved_at, address, browser)
         VALUES ($1, $2, $3, $3, $3, $4, $5)")
    .bind(session)
    .bind(user)
    .bind(now)
    .bind(seen.address.map(|address| address.to_string()))
    .bind(seen.browser.as_deref())
    .run(tx.on())
    .await?;
    sql("INSERT INTO devices (id, user_id, created_at, seen_at) VALUES ($1, $2, $3, $3)
         ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at")
    .bind(device)
    .bind(user)
    .bind(now)
    .run(tx.on())
    .await?;
    // A user's ten latest browsers are enough.
    sql("DELETE FROM devices WHERE user_id = $1 AND id NOT IN
           (SELECT id FROM devices WHERE user_id = $1 ORDER BY seen_at DESC, id LIMIT 10)")
    .bind(user)
    .run(tx.on())
    .await
    .map(drop)
}

pub(super) async fn knows(server: &Server, user: UserId, device: &str) -> Result<bool, Problem> {
    let known = sql("SELECT id FROM devices WHERE id = $1 AND user_id = $2")
        .bind(device)
        .bind(user)
        .optional(server.store.on(), |_| Ok(()))
        .await?;
    Ok(known.is_some())
}
