//! Who a token belongs to.

use super::{Range, Scopes};
use crate::{
    Actor, Server, Via,
    secrets::hashed,
    session::{self, actor_columns},
    store::sql,
};
use model::{Problem, TokenId};
use std::net::IpAddr;

/// Use-times are written at most this often.
const NOTE_EVERY_MS: i64 = 3_600_000;

/// Who a token's secret belongs to and what it may be used for, if it works from this address.
pub(crate) async fn by_secret(
    server: &Server,
    secret: &str,
    address: Option<IpAddr>,
) -> Result<Option<(Actor, Scopes)>, Problem> {
    if !secret.starts_with("alv_") {
        return Ok(None);
    }
    let now = server.world.now_ms();
    let found = sql(concat!(
        "SELECT t.id, t.used_at, t.scopes, t.networks, ",
        actor_columns!(),
        "FROM tokens t JOIN users u ON u.id = t.user_id
         WHERE t.secret_hash = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2) AND u.suspended_at IS NULL"
    ))
    .bind(hashed(secret))
    .bind(now)
    .optional(server.store.on(), |row| {
        let id: TokenId = row.get("id")?;
        let scopes = Scopes::stored(row.get::<Option<String>>("scopes")?.as_deref());
        let range = Range::stored(row.get::<Option<String>>("networks")?.as_deref());
        Ok((id, session::actor(row, Via::Token(id))?, scopes, range, row.get::<Option<i64>>("used_at")?))
    })
    .await?;
    let Some((id, actor, scopes, range, used_at)) = found else { return Ok(None) };
    if !range.admits(address) {
        tracing::info!(token = %id, ?address, "a token was used from outside its range");
        return Ok(None);
    }
    if used_at.is_none_or(|used| now - used > NOTE_EVERY_MS) {
        let mut tx = server.store.write().await?;
        sql("UPDATE tokens SET used_at = $2 WHERE id = $1").bind(id).bind(now).run(tx.on()).await?;
        tx.commit().await?;
    }
    Ok(Some((actor, scopes)))
}

/// The user of a token that still works.
pub(crate) async fn running(server: &Server, token: TokenId, now: i64) -> Result<Option<Actor>, Problem> {
    sql(concat!(
        "SELECT ",
        actor_columns!(),
        "FROM tokens t JOIN users u ON u.id = t.user_id
         WHERE t.id = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2) AND u.suspended_at IS NULL"
    ))
    .bind(token)
    .bind(now)
    .optional(server.store.on(), |row| session::actor(row, Via::Token(token)))
    .await
}
