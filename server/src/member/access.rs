//! Who sees a member's record, and who may correct what it says of itself. The two questions stand here and nowhere else.

use crate::{Actor, Server, actor::not_found, grant, store::sql};
use model::{Duty, MemberId, Problem, ProblemKind, Role, Text};
use sqlx::AnyConnection;

/// The members whose record somebody sees by roles of their own, or by a view: `must_see` as a set. `$1` is the holder, `$2` now.
macro_rules! seen_members {
    () => {
        "SELECT g.member_id AS id FROM grants g WHERE g.user_id = $1 AND g.member_id IS NOT NULL
           AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $2)
         UNION SELECT a.member_id FROM grants g JOIN accounts a ON a.id = g.account_id WHERE g.user_id = $1 AND g.role = 'owner'
           AND a.state <> 'erased' AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $2)
           AND NOT EXISTS (SELECT 1 FROM grants o WHERE o.member_id = a.member_id AND o.role = 'owner' AND o.revoked_at IS NULL
             AND (o.expires_at IS NULL OR o.expires_at > $2))
         UNION SELECT v.member_id FROM viewings v WHERE v.id = $1 AND v.member_id IS NOT NULL AND v.ended_at IS NULL
           AND v.expires_at > $2"
    };
}
pub(crate) use seen_members;

/// Not found unless the actor may see the record: staff, users with a role on the member, and while nobody owns it, owners of one of its accounts.
pub async fn must_see(server: &Server, actor: &Actor, member: MemberId) -> Result<(), Problem> {
    let mut on = server.store.read().await?;
    if actor.staff.does(Duty::SeeMembers) || held(&mut on, server, actor, member).await?.sees {
        Ok(())
    } else {
        Err(not_found())
    }
}

/// Not found unless the actor may see the record; denied unless they may correct its contacts and language: staff whose duty it is, and
/// owners of the member, or of one of its accounts while nobody owns the member.
pub async fn must_keep(server: &Server, actor: &Actor, member: MemberId) -> Result<(), Problem> {
    let mut on = server.store.read().await?;
    must_keep_on(&mut on, server, actor, member).await.map(drop)
}

/// `must_keep`, within a transaction. Tells whether it is one of the member's own people who acts.
pub(super) async fn must_keep_on(
    on: &mut AnyConnection,
    server: &Server,
    actor: &Actor,
    member: MemberId,
) -> Result<bool, Problem> {
    let held = held(on, server, actor, member).await?;
    if held.keeps || actor.staff.does(Duty::KeepMembers) {
        return Ok(held.keeps);
    }
    if !held.sees {
        actor.must_do_what_others_see(Duty::SeeMembers, Duty::KeepMembers)?;
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

/// What the actor's own roles give.
struct Held {
    sees: bool,
    keeps: bool,
}

async fn held(
    on: &mut AnyConnection,
    server: &Server,
    actor: &Actor,
    member: MemberId,
) -> Result<Held, Problem> {
    let now = server.world.now_ms();
    let access = grant::of_member(&mut *on, actor, member, now).await?;
    // While nobody owns the member itself, the owners of its accounts answer for it; other roles on an account say nothing of the member.
    let owners = sql("SELECT COUNT(*) FROM grants g JOIN accounts a ON a.id = g.account_id
         WHERE g.user_id = $1 AND a.member_id = $3 AND a.state <> 'erased' AND g.role = 'owner'
           AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $2)
           AND NOT EXISTS (SELECT 1 FROM grants o WHERE o.member_id = a.member_id AND o.role = 'owner' AND o.revoked_at IS NULL
             AND (o.expires_at IS NULL OR o.expires_at > $2))")
    .bind(actor.holder())
    .bind(now)
    .bind(member)
    .one(&mut *on, |row| row.first::<i64>())
    .await?;
    let roles = access.roles();
    let keeps = owners > 0 || roles.contains(&Role::Owner);
    Ok(Held { sees: keeps || !roles.is_empty(), keeps })
}
