//! Who sees a member, and who may correct what it says of itself. The two questions stand here and nowhere else.

use crate::{Actor, Server, actor::not_found, store::sql};
use model::{MemberId, Problem, ProblemKind, Text};
use sqlx::{Any, Executor};

/// Not found unless the actor may see the member: the cooperative, and users with a role on it or on one of its accounts.
pub async fn must_see(server: &Server, actor: &Actor, member: MemberId) -> Result<(), Problem> {
    must_see_on(server.store.on(), server, actor, member).await
}

/// Not found unless the actor may see the member; denied unless they may correct its contacts and language: the cooperative, and owners of
/// the member or of one of its accounts.
pub async fn must_keep(server: &Server, actor: &Actor, member: MemberId) -> Result<(), Problem> {
    must_keep_on(server.store.on(), server, actor, member).await.map(drop)
}

/// `must_see`, within a transaction.
pub(super) async fn must_see_on<'c>(
    on: impl Executor<'c, Database = Any>,
    server: &Server,
    actor: &Actor,
    member: MemberId,
) -> Result<(), Problem> {
    if actor.must_be_admin().is_ok() || held(on, server, actor, member).await?.sees {
        Ok(())
    } else {
        Err(not_found())
    }
}

/// `must_keep`, within a transaction. Tells whether it is one of the member's own people who acts.
pub(super) async fn must_keep_on<'c>(
    on: impl Executor<'c, Database = Any>,
    server: &Server,
    actor: &Actor,
    member: MemberId,
) -> Result<bool, Problem> {
    let held = held(on, server, actor, member).await?;
    if held.keeps || actor.must_be_admin().is_ok() {
        return Ok(held.keeps);
    }
    if !held.sees {
        return Err(not_found());
    }
    Err(Problem::new(
        ProblemKind::Denied,
        "role_lacks",
        Text::new(
            "Seule une personne responsable peut corriger cela\u{a0}: demandez-le-lui.",
            "Only an owner can correct this: ask one.",
        ),
    ))
}

/// What the actor's own grants give.
struct Held {
    sees: bool,
    keeps: bool,
}

async fn held<'c>(
    on: impl Executor<'c, Database = Any>,
    server: &Server,
    actor: &Actor,
    member: MemberId,
) -> Result<Held, Problem> {
    let roles = sql("SELECT g.role FROM grants g WHERE g.user_id = $1 AND g.member_id = $3
           AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $2)
         UNION SELECT g.role FROM grants g JOIN accounts a ON a.id = g.account_id
         WHERE g.user_id = $1 AND a.member_id = $3 AND a.state <> 'erased'
           AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $2)")
    .bind(actor.user_text())
    .bind(server.world.now_ms())
    .bind(member)
    .all(on, |row| row.get::<String>("role"))
    .await?;
    Ok(Held { sees: !roles.is_empty(), keeps: roles.iter().any(|role| role == "owner") })
}
