//! A name for one of one's factors, to know it again in the list.

use super::{FactorView, show::view};
use crate::{
    Actor, Server, Via,
    actor::not_found,
    change::{self, Act, Subject},
    store::sql,
    user,
};
use model::{FactorId, Label, Problem};
use serde_json::json;

/// Names one of the actor's own factors. It opens nothing and closes nothing, so no fresh proof is asked; the history keeps both names.
pub async fn rename(
    server: &Server,
    actor: &Actor,
    factor: FactorId,
    name: &str,
) -> Result<FactorView, Problem> {
    let (Some(user), Via::Session(_)) = (actor.user, &actor.via) else { return Err(user::session_only()) };
    let name = Label::parse(name)?;
    let mut tx = server.store.write().await?;
    user::hold(&mut tx, user).await?;
    let before: Option<Option<String>> = sql("SELECT name FROM factors WHERE id = $1 AND user_id = $2")
        .bind(factor)
        .bind(user)
        .optional(tx.on(), |row| row.get("name"))
        .await?;
    let before = before.ok_or_else(not_found)?;
    let named = sql("UPDATE factors SET name = $3 WHERE id = $1 AND user_id = $2
         RETURNING id, kind, name, created_at, used_at, suspect_at")
    .bind(factor)
    .bind(user)
    .bind(&name)
    .optional(tx.on(), view)
    .await?;
    let named = named.ok_or_else(not_found)?;
    if before != named.name {
        let mut act = Act::new("factor.rename", Subject::new("user", user, &actor.who));
        act.before = Some(json!({ "kind": named.kind, "name": before }));
        act.after = Some(json!({ "kind": named.kind, "name": name }));
        change::record(&mut tx, &*server.world, actor, act).await?;
    }
    tx.commit().await?;
    Ok(named)
}
