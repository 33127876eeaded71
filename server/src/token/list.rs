//! One's own tokens.

use super::{Range, Scopes, TokenView};
use crate::{
    Actor, Server,
    store::{Row, sql},
};
use model::Problem;

/// The actor's own tokens that work, oldest first.
pub async fn list(server: &Server, actor: &Actor) -> Result<Vec<TokenView>, Problem> {
    sql("SELECT id, name, scopes, networks, created_at, expires_at, used_at FROM tokens WHERE user_id = $1 AND revoked_at IS NULL
           AND (expires_at IS NULL OR expires_at > $2) ORDER BY id LIMIT 200")
    .bind(actor.user_text())
    .bind(server.world.now_ms())
    .all(server.store.on(), view)
    .await
}

pub(super) fn view(row: &Row) -> Result<TokenView, Problem> {
    Ok(TokenView {
        id: row.get("id")?,
        name: row.get("name")?,
        scopes: Scopes::stored(row.get::<Option<String>>("scopes")?.as_deref()).list().to_vec(),
        networks: Range::stored(row.get::<Option<String>>("networks")?.as_deref()).list().to_vec(),
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
        used_at: row.get("used_at")?,
    })
}
