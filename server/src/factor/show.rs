//! Looking at one's factors.

use super::{FactorView, Factors, Pending, set_up::PENDING_MS, totp};
use crate::{
    Actor, Server,
    actor::not_found,
    store::{Row, sql},
};
use model::{FactorId, Problem, Secret};

/// The actor's own factors, oldest first.
pub async fn mine(server: &Server, actor: &Actor) -> Result<Factors, Problem> {
    let user = actor.user.ok_or_else(not_found)?;
    let factors = sql("SELECT id, kind, name, created_at, used_at, suspect_at FROM factors
         WHERE user_id = $1 AND confirmed_at IS NOT NULL ORDER BY id LIMIT 50")
    .bind(user)
    .all(server.store.on(), view)
    .await?;
    let codes_left = sql("SELECT COUNT(*) FROM recovery_codes WHERE user_id = $1 AND used_at IS NULL")
        .bind(user)
        .one(server.store.on(), |row| row.first())
        .await?;
    Ok(Factors { factors, codes_left })
}

/// One of them, or one that is being set up.
pub async fn one_of_mine(server: &Server, actor: &Actor, factor: FactorId) -> Result<FactorView, Problem> {
    let found = sql("SELECT id, kind, name, created_at, used_at, suspect_at FROM factors
         WHERE id = $1 AND user_id = $2")
    .bind(factor)
    .bind(actor.user.ok_or_else(not_found)?)
    .optional(server.store.on(), view)
    .await?;
    found.ok_or_else(not_found)
}

/// The app being set up, to be shown again when its first code was mistyped.
pub async fn pending_totp(server: &Server, actor: &Actor, factor: FactorId) -> Result<Pending, Problem> {
    let now = server.world.now_ms();
    let user = actor.user.ok_or_else(not_found)?;
    actor.must_have_proved(now)?;
    let secret = sql("SELECT secret FROM factors WHERE id = $1 AND user_id = $2 AND kind = 'totp'
           AND confirmed_at IS NULL AND created_at > $3")
    .bind(factor)
    .bind(user)
    .bind(now - PENDING_MS)
    .optional(server.store.on(), |row| row.get::<String>("secret"))
    .await?;
    secret.map(|secret| shown(server, actor, factor, secret)).ok_or_else(not_found)
}

pub(super) fn shown(server: &Server, actor: &Actor, id: FactorId, secret: String) -> Pending {
    // The panel's own name, so that people with several panels tell them apart.
    let origin = server.config.origin.as_str();
    let issuer = origin.rsplit("//").next().unwrap_or(origin);
    let issuer = format!("Alvéole {}", issuer.split(':').next().unwrap_or(issuer));
    let uri = totp::uri(&issuer, &actor.who, &secret);
    Pending { id, secret: Secret::new(secret), uri: Secret::new(uri) }
}

pub(super) fn view(row: &Row) -> Result<FactorView, Problem> {
    Ok(FactorView {
        id: row.get("id")?,
        kind: row.get("kind")?,
        name: row.get("name")?,
        created_at: row.get("created_at")?,
        used_at: row.get("used_at")?,
        suspect_at: row.get("suspect_at")?,
    })
}
