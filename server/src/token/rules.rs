//! Making, finding and revoking tokens.

use super::{NewToken, TokenView};
use crate::{
    Actor, Server, Via,
    actor::not_found,
    change::{self, Act, Subject},
    once,
    secrets::{fresh, hashed},
    session,
    store::{Row, sql},
    user,
};
use model::{Label, Problem, ProblemKind, Secret, Text, TokenId};
use serde_json::json;

/// Use-times are written at most this often.
const NOTE_EVERY_MS: i64 = 3_600_000;

/// The actor's own tokens that work, oldest first.
pub async fn list(server: &Server, actor: &Actor) -> Result<Vec<TokenView>, Problem> {
    sql("SELECT id, name, created_at, expires_at, used_at FROM tokens WHERE user_id = $1 AND revoked_at IS NULL
           AND (expires_at IS NULL OR expires_at > $2) ORDER BY id LIMIT 200")
    .bind(actor.user_text())
    .bind(server.world.now_ms())
    .all(server.store.on(), view)
    .await
}

/// A new token of the actor's own; its secret is told this once. A token cannot make tokens.
pub async fn create(server: &Server, actor: &Actor, new: NewToken) -> Result<(TokenView, Secret), Problem> {
    let (Some(user), Via::Session(_)) = (actor.user, &actor.via) else { return Err(user::session_only()) };
    let name = Label::parse(&new.name)?;
    if new.days.is_some_and(|days| !(1..=3650).contains(&days)) {
        return Err(Problem::invalid(
            "days",
            "out_of_range",
            Text::new("De 1 à 3650 jours, ou rien.", "From 1 to 3650 days, or nothing."),
        ));
    }
    let (id, now): (TokenId, _) = (server.world.id(), server.world.now_ms());
    let secret = Secret::new(format!("alv_{}", fresh(&*server.world).reveal()));
    let expires_at = new.days.map(|days| now + i64::from(days) * 24 * 3_600_000);
    let mut tx = server.store.write().await?;
    if once::claim(&mut tx, actor, id, now).await?.is_some() {
        return Err(Problem::new(
            ProblemKind::Conflict,
            "token_made",
            Text::new(
                "Cette demande a déjà créé un jeton, dont le secret ne se montre qu’une fois. S’il est perdu, révoquez ce jeton et créez-en un autre.",
                "This request has already made a token, whose secret is shown only once. If it is lost, revoke that token and make another.",
            ),
        ));
    }
    sql("INSERT INTO tokens (id, secret_hash, user_id, name, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(id)
        .bind(hashed(secret.reveal()))
        .bind(user)
        .bind(&name)
        .bind(now)
        .bind(expires_at)
        .run(tx.on())
        .await?;
    let mut act = Act::new("token.create", Subject::new("token", id, &name));
    act.after = Some(json!({ "name": name, "expires_at": expires_at }));
    change::record(&mut tx, &*server.world, actor, act).await?;
    tx.commit().await?;
    Ok((TokenView { id, name: name.to_string(), created_at: now, expires_at, used_at: None }, secret))
}

/// It stops working at once.
pub async fn revoke(server: &Server, actor: &Actor, token: TokenId) -> Result<TokenView, Problem> {
    let user = actor.user.ok_or_else(not_found)?;
    let mut tx = server.store.write().await?;
    let found = sql("UPDATE tokens SET revoked_at = $3 WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL
         RETURNING id, name, created_at, expires_at, used_at")
    .bind(token)
    .bind(user)
    .bind(server.world.now_ms())
    .optional(tx.on(), view)
    .await?;
    let item = found.ok_or_else(not_found)?;
    let act = Act::new("token.revoke", Subject::new("token", token, &item.name));
    change::record(&mut tx, &*server.world, actor, act).await?;
    tx.commit().await?;
    Ok(item)
}

/// Who a token's secret belongs to, if it works.
pub(crate) async fn by_secret(server: &Server, secret: &str) -> Result<Option<Actor>, Problem> {
    if !secret.starts_with("alv_") {
        return Ok(None);
    }
    let now = server.world.now_ms();
    let found = sql("SELECT t.id, t.used_at, u.id AS user_id, u.email, u.lang,
           (SELECT COUNT(*) FROM grants g WHERE g.user_id = u.id AND g.role = 'admin' AND g.account_id IS NULL AND g.member_id IS NULL
             AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $2)) AS admin
         FROM tokens t JOIN users u ON u.id = t.user_id
         WHERE t.secret_hash = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2)")
    .bind(hashed(secret))
    .bind(now)
    .optional(server.store.on(), |row| {
        let id: TokenId = row.get("id")?;
        Ok((id, session::actor(row, Via::Token(id))?, row.get::<Option<i64>>("used_at")?))
    })
    .await?;
    let Some((id, actor, used_at)) = found else { return Ok(None) };
    if used_at.is_none_or(|used| now - used > NOTE_EVERY_MS) {
        let mut tx = server.store.write().await?;
        sql("UPDATE tokens SET used_at = $2 WHERE id = $1").bind(id).bind(now).run(tx.on()).await?;
        tx.commit().await?;
    }
    Ok(Some(actor))
}

fn view(row: &Row) -> Result<TokenView, Problem> {
    Ok(TokenView {
        id: row.get("id")?,
        name: row.get("name")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
        used_at: row.get("used_at")?,
    })
}
