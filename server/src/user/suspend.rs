//! Suspending a user: nobody signs in with that address, sessions and event streams end, tokens rest until the user is resumed.

use super::links::void_links;
use crate::{
    Actor, Server,
    actor::not_found,
    change::{self, Act, Subject},
    session,
    store::sql,
};
use model::{Duty, Problem, ProblemKind, Text, UserId};

/// At once, and until resumed.
pub async fn suspend(server: &Server, actor: &Actor, user: UserId) -> Result<(), Problem> {
    actor.must_do_what_others_see(Duty::SeeUsers, Duty::Administer)?;
    if actor.user == Some(user) {
        return Err(Problem::new(
            ProblemKind::Conflict,
            "user_self",
            Text::new(
                "Vous ne pouvez pas vous suspendre\u{a0}: demandez à une autre personne de l’administration.",
                "You cannot suspend yourself: ask another admin.",
            ),
        ));
    }
    set(server, actor, user, true).await
}

/// The user may sign in again, and the tokens work again.
pub async fn resume(server: &Server, actor: &Actor, user: UserId) -> Result<(), Problem> {
    actor.must_do_what_others_see(Duty::SeeUsers, Duty::Administer)?;
    set(server, actor, user, false).await
}

async fn set(server: &Server, actor: &Actor, user: UserId, suspended: bool) -> Result<(), Problem> {
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let (email, since) = sql("SELECT email, suspended_at FROM users WHERE id = $1")
        .bind(user)
        .optional(tx.on(), |row| Ok((row.get::<String>("email")?, row.get::<Option<i64>>("suspended_at")?)))
        .await?
        .ok_or_else(not_found)?;
    actor.must_have_proved(now)?;
    if since.is_some() == suspended {
        return Ok(());
    }
    sql("UPDATE users SET suspended_at = $2 WHERE id = $1")
        .bind(user)
        .bind(suspended.then_some(now))
        .run(tx.on())
        .await?;
    session::end_all(&mut tx, user, now, "").await?;
    void_links(&mut tx, user, now).await?;
    let verb = if suspended { "user.suspend" } else { "user.resume" };
    change::record(&mut tx, &*server.world, actor, Act::new(verb, Subject::new("user", user, email))).await?;
    tx.commit().await
}
