//! Turning factors off: one's own, or, by an admin, those of a user who has lost them.

use super::{recovery, set_up};
use crate::{
    Actor, Server, Via,
    actor::not_found,
    change::{self, Act, Subject},
    mail, session,
    store::{Tx, sql},
    user,
};
use model::{Duty, FactorId, Problem, UserId};
use serde_json::json;

/// Removes one of the actor's own factors; the user's other sessions and the tokens end. With the last one the recovery codes go.
pub async fn remove(server: &Server, actor: &Actor, factor: FactorId) -> Result<(), Problem> {
    let now = server.world.now_ms();
    let user = set_up::own(actor, now)?;
    let mut tx = server.store.write().await?;
    let removed =
        sql("DELETE FROM factors WHERE id = $1 AND user_id = $2 RETURNING kind, confirmed_at, name")
            .bind(factor)
            .bind(user)
            .optional(tx.on(), |row| {
                let confirmed: Option<i64> = row.get("confirmed_at")?;
                Ok((row.get::<String>("kind")?, confirmed, row.get::<Option<String>>("name")?))
            })
            .await?;
    let (kind, confirmed, name) = removed.ok_or_else(not_found)?;
    if confirmed.is_none() {
        // It proved nothing yet: setting up is given up.
        return tx.commit().await;
    }
    if set_up::held(&mut tx, user).await? == 0 {
        recovery::forget(&mut tx, user).await?;
    }
    end_others(&mut tx, actor, user, now).await?;
    let mut act = Act::new("factor.delete", Subject::new("user", user, &actor.who));
    act.before = Some(json!({ "kind": kind }));
    change::record(&mut tx, &*server.world, actor, act).await?;
    mail::factor(&mut tx, server, mail::Kind::FactorRemoved, user, &kind, name.as_deref()).await?;
    tx.commit().await
}

/// An admin takes all factors of a user away, who then signs in with the password alone: for one who has lost them all.
pub async fn reset(server: &Server, actor: &Actor, of: UserId) -> Result<(), Problem> {
    actor.must_do_what_others_see(Duty::SeeUsers, Duty::Administer)?;
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let email: Option<String> = sql("SELECT email FROM users WHERE id = $1")
        .bind(of)
        .optional(tx.on(), |row| row.get("email"))
        .await?;
    let email = email.ok_or_else(not_found)?;
    // A stolen token shall not undo what is asked besides the password.
    if matches!(actor.via, Via::Token(_)) {
        return Err(user::session_only());
    }
    actor.must_have_proved(now)?;
    user::must_not_be_admin(&mut tx, server, actor, of).await?;
    let removed = take_all(&mut tx, of).await?;
    session::shut_out(&mut tx, of, now, None).await?;
    let mut act = Act::new("factor.reset", Subject::new("user", of, &email));
    act.before = Some(json!({ "factors": removed }));
    change::record(&mut tx, &*server.world, actor, act).await?;
    if removed > 0 {
        mail::tell_user(&mut tx, server, mail::Kind::FactorsReset, of, None).await?;
    }
    tx.commit().await
}

/// A user is left without any, and without recovery codes; gives how many there were.
pub(crate) async fn take_all(tx: &mut Tx, of: UserId) -> Result<u64, Problem> {
    recovery::forget(tx, of).await?;
    sql("DELETE FROM factors WHERE user_id = $1").bind(of).run(tx.on()).await
}

/// Removes the app that is asked for, if there is one.
pub(super) async fn totp(tx: &mut Tx, user: UserId) -> Result<u64, Problem> {
    sql("DELETE FROM factors WHERE user_id = $1 AND kind = 'totp' AND confirmed_at IS NOT NULL")
        .bind(user)
        .run(tx.on())
        .await
}

/// What was signed in before a factor changed ends, but for the session that changed it.
pub(super) async fn end_others(tx: &mut Tx, actor: &Actor, user: UserId, now: i64) -> Result<(), Problem> {
    let keep = match &actor.via {
        Via::Session(session) => Some(session.as_str()),
        _ => None,
    };
    session::shut_out(tx, user, now, keep).await
}
