//! Making a token.

use super::{NewToken, Range, Scopes, TokenView};
use crate::{
    Actor, Server, Via,
    change::{self, Act, Subject},
    once,
    secrets::fresh,
    secrets::hashed,
    store::sql,
    user,
};
use model::{Label, Problem, ProblemKind, Secret, Text, TokenId};
use serde_json::json;

/// A new token of the actor's own; its secret is told this once. It takes a session whose user has just proved to be there: a token
/// cannot make tokens.
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
    let scopes = new.scopes.as_deref().map_or_else(|| Ok(Scopes::all()), Scopes::parse)?;
    let range = Range::parse(&new.networks)?;
    let (id, now): (TokenId, _) = (server.world.id(), server.world.now_ms());
    actor.must_have_proved(now)?;
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
    sql("INSERT INTO tokens (id, secret_hash, user_id, name, created_at, expires_at, scopes, networks)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
    .bind(id)
    .bind(hashed(secret.reveal()))
    .bind(user)
    .bind(&name)
    .bind(now)
    .bind(expires_at)
    .bind(scopes.text())
    .bind(range.text())
    .run(tx.on())
    .await?;
    let (scopes, networks) = (scopes.list().to_vec(), range.list().to_vec());
    let mut act = Act::new("token.create", Subject::new("token", id, &name));
    act.after =
        Some(json!({ "name": name, "expires_at": expires_at, "scopes": scopes, "networks": networks }));
    change::record(&mut tx, &*server.world, actor, act).await?;
    tx.commit().await?;
    let name = name.to_string();
    Ok((TokenView { id, name, scopes, networks, created_at: now, expires_at, used_at: None }, secret))
}
