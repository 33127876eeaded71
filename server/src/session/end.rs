//! Ending sessions: one's own one by one, and all of a user's when something about the user changed.

use super::list::HANDLE;
use crate::{
    Actor, Server, Via,
    actor::not_found,
    factor,
    store::{Tx, sql},
    user,
};
use model::{Problem, UserId};

/// Ends the session an actor came by.
pub async fn sign_out(server: &Server, actor: &Actor) -> Result<(), Problem> {
    let (Via::Session(session), Some(user)) = (&actor.via, actor.user) else { return Ok(()) };
    let mut tx = server.store.write().await?;
    sql("UPDATE sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL")
        .bind(session.as_str())
        .bind(server.world.now_ms())
        .run(tx.on())
        .await?;
    tx.wake_user(user);
    tx.commit().await
}

/// Ends another session of the actor's, named as `list` names it.
pub async fn end(server: &Server, actor: &Actor, handle: &str) -> Result<(), Problem> {
    let user = actor.user.ok_or_else(not_found)?;
    if handle.len() != HANDLE || !handle.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(not_found());
    }
    let mut tx = server.store.write().await?;
    let ended = sql("UPDATE sessions SET ended_at = $3 WHERE user_id = $1 AND substr(id, 1, 16) = $2 AND ended_at IS NULL")
        .bind(user)
        .bind(handle)
        .bind(server.world.now_ms())
        .run(tx.on())
        .await?;
    if ended == 0 {
        return Err(not_found());
    }
    tx.wake_user(user);
    tx.commit().await
}

/// Ends all the actor's sessions but the one they are in.
pub async fn end_others(server: &Server, actor: &Actor) -> Result<(), Problem> {
    let user = actor.user.ok_or_else(not_found)?;
    let keep = match &actor.via {
        Via::Session(session) => session.as_str(),
        _ => "",
    };
    let mut tx = server.store.write().await?;
    end_all(&mut tx, user, server.world.now_ms(), keep).await?;
    tx.commit().await
}

/// Whether what an actor came by has ended.
pub async fn ended(server: &Server, actor: &Actor) -> Result<bool, Problem> {
    Ok(super::still(server, actor).await?.is_none())
}

/// A password or factor changed: all that signs this user in works no more, one-time links too, but for the session that did it.
/// Who waits in an event stream is told at once.
pub(crate) async fn shut_out(tx: &mut Tx, user: UserId, now: i64, keep: Option<&str>) -> Result<(), Problem> {
    end_all(tx, user, now, keep.unwrap_or_default()).await?;
    user::void_links(tx, user, now).await?;
    sql("UPDATE tokens SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL")
        .bind(user)
        .bind(now)
        .run(tx.on())
        .await
        .map(drop)
}

pub(crate) async fn end_all(tx: &mut Tx, user: UserId, now: i64, keep: &str) -> Result<(), Problem> {
    // Sign-ins under way wait here, and find what was changed; those before are seen, and ended.
    user::hold(tx, user).await?;
    sql("UPDATE sessions SET ended_at = $2 WHERE user_id = $1 AND ended_at IS NULL AND id <> $3")
        .bind(user)
        .bind(now)
        .bind(keep)
        .run(tx.on())
        .await?;
    sql("DELETE FROM halfway WHERE user_id = $1").bind(user).run(tx.on()).await?;
    factor::forget(tx, user).await?;
    tx.wake_user(user);
    Ok(())
}
