//! The tables `sessions` and `devices`.

use super::{IDLE_MS, LONGEST_MS};
use crate::{
    Actor, Server, Via,
    secrets::hashed,
    store::{Row, sql},
};
use model::{Problem, UserId};

/// Seen-times are written at most this often: reading a page writes nothing.
const NOTE_EVERY_MS: i64 = 3_600_000;

pub(super) async fn begin(server: &Server, user: UserId, session: &str, device: &str) -> Result<(), Problem> {
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    // What has long ended is of no use to anyone.
    sql("DELETE FROM sessions WHERE user_id = $1 AND created_at <= $2")
        .bind(user)
        .bind(now - LONGEST_MS)
        .run(tx.on())
        .await?;
    sql("INSERT INTO sessions (id, user_id, created_at, seen_at) VALUES ($1, $2, $3, $3)")
        .bind(session)
        .bind(user)
        .bind(now)
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
    .await?;
    tx.commit().await
}

pub(super) async fn knows(server: &Server, user: UserId, device: &str) -> Result<bool, Problem> {
    let known = sql("SELECT id FROM devices WHERE id = $1 AND user_id = $2")
        .bind(device)
        .bind(user)
        .optional(server.store.on(), |_| Ok(()))
        .await?;
    Ok(known.is_some())
}

/// Who a session's secret belongs to, if it still runs.
pub async fn by_secret(server: &Server, secret: &str) -> Result<Option<Actor>, Problem> {
    let now = server.world.now_ms();
    let found = sql("SELECT s.id, s.seen_at, u.id AS user_id, u.email, u.lang,
           (SELECT COUNT(*) FROM grants g WHERE g.user_id = u.id AND g.role = 'admin' AND g.account_id IS NULL AND g.member_id IS NULL
             AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $4)) AS admin
         FROM sessions s JOIN users u ON u.id = s.user_id
         WHERE s.id = $1 AND s.ended_at IS NULL AND s.created_at > $2 AND s.seen_at > $3")
    .bind(hashed(secret))
    .bind(now - LONGEST_MS)
    .bind(now - IDLE_MS)
    .bind(now)
    .optional(server.store.on(), |row| Ok((actor(row, Via::Session(row.get("id")?))?, row.get::<i64>("seen_at")?)))
    .await?;
    let Some((actor, seen_at)) = found else { return Ok(None) };
    if now - seen_at > NOTE_EVERY_MS {
        let mut tx = server.store.write().await?;
        sql("UPDATE sessions SET seen_at = $2 WHERE id = $1")
            .bind(hashed(secret))
            .bind(now)
            .run(tx.on())
            .await?;
        tx.commit().await?;
    }
    Ok(Some(actor))
}

/// The columns `user_id`, `email`, `lang`, `admin` as an actor.
pub(crate) fn actor(row: &Row, via: Via) -> Result<Actor, Problem> {
    Ok(Actor {
        user: Some(row.get("user_id")?),
        who: row.get("email")?,
        admin: row.get::<u32>("admin")? > 0,
        lang: row.get("lang")?,
        via,
        once: None,
    })
}

/// Ends the session an actor came by.
pub async fn sign_out(server: &Server, actor: &Actor) -> Result<(), Problem> {
    let Via::Session(session) = &actor.via else { return Ok(()) };
    let mut tx = server.store.write().await?;
    sql("UPDATE sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL")
        .bind(session.as_str())
        .bind(server.world.now_ms())
        .run(tx.on())
        .await?;
    tx.commit().await
}

/// Whether what an actor came by (session or token) has ended since: open event streams ask this.
pub async fn ended(server: &Server, actor: &Actor) -> Result<bool, Problem> {
    let now = server.world.now_ms();
    let alive = match &actor.via {
        Via::Panel => return Ok(false),
        Via::Session(session) => {
            sql("SELECT id FROM sessions WHERE id = $1 AND ended_at IS NULL AND created_at > $2")
                .bind(session.as_str())
                .bind(now - LONGEST_MS)
        }
        Via::Token(token) => {
            sql("SELECT id FROM tokens WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)")
                .bind(*token)
                .bind(now)
        }
    };
    Ok(alive.optional(server.store.on(), |_| Ok(())).await?.is_none())
}
