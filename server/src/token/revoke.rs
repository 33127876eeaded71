//! Revoking a token.

use super::{TokenView, list::view};
use crate::{
    Actor, Server,
    actor::not_found,
    change::{self, Act, Subject},
    store::sql,
};
use model::{Problem, TokenId};

/// It stops working at once, and what waits in a stream with it ends.
pub async fn revoke(server: &Server, actor: &Actor, token: TokenId) -> Result<TokenView, Problem> {
    let user = actor.user.ok_or_else(not_found)?;
    let mut tx = server.store.write().await?;
    let found = sql("UPDATE tokens SET revoked_at = $3 WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL
         RETURNING id, name, scopes, networks, created_at, expires_at, used_at")
    .bind(token)
    .bind(user)
    .bind(server.world.now_ms())
    .optional(tx.on(), view)
    .await?;
    let item = found.ok_or_else(not_found)?;
    let act = Act::new("token.revoke", Subject::new("token", token, &item.name));
    change::record(&mut tx, &*server.world, actor, act).await?;
    tx.wake_user(user);
    tx.commit().await?;
    Ok(item)
}
