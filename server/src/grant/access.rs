//! What an actor may do on a member or an account: asked of the grants themselves, every time.

use super::On;
use crate::{Actor, Server, actor::not_found, store::sql};
use model::{AccountId, Duty, MemberId, Problem, ProblemKind, Right, Role, Text};
use sqlx::{Any, Executor};
use std::collections::BTreeSet;

/// Somebody's rights on one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Admins may do everything everywhere.
    admin: bool,
    /// Staff sees everything.
    staff: bool,
    roles: Vec<Role>,
}

impl Access {
    pub fn has(&self, right: Right) -> bool {
        self.admin || (self.staff && right == Right::See) || self.roles.iter().any(|role| role.gives(right))
    }

    /// Whether this somebody may give and take a role.
    pub fn shares(&self, role: Role) -> bool {
        self.admin || self.roles.iter().any(|own| own.shares(role))
    }

    /// The cooperative acts, not a member's user.
    pub fn is_admin(&self) -> bool {
        self.admin
    }

    /// What a member's programs write and hold is for its own people, and for admins; other staff looks at it through a view (`viewing`),
    /// with a reason that the member reads.
    pub fn reads_content(&self) -> bool {
        self.admin || !self.roles.is_empty()
    }

    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// Not found unless it may be seen; denied unless the right is there.
    pub fn must(&self, right: Right) -> Result<(), Problem> {
        if !self.has(Right::See) {
            return Err(not_found());
        }
        if self.has(right) { Ok(()) } else { Err(lacks(right)) }
    }
}

fn lacks(right: Right) -> Problem {
    let text = match right {
        Right::See => return not_found(),
        Right::Sites => Text::new(
            "Votre rôle ne permet pas de modifier les sites\u{a0}: demandez à une personne responsable.",
            "Your role does not allow changing sites: ask an owner.",
        ),
        Right::Databases => Text::new(
            "Votre rôle ne permet pas de modifier les bases de données\u{a0}: demandez à une personne responsable.",
            "Your role does not allow changing databases: ask an owner.",
        ),
        Right::Logs => Text::new(
            "Votre rôle ne permet pas de lire les journaux, qui montrent les adresses des visiteurs\u{a0}: demandez à une personne responsable.",
            "Your role does not allow reading logs, which show visitors' addresses: ask an owner.",
        ),
        Right::Mail => Text::new(
            "Votre rôle ne permet pas de modifier le courriel\u{a0}: demandez à une personne responsable.",
            "Your role does not allow changing mail: ask an owner.",
        ),
        Right::Share => Text::new(
            "Votre rôle ne permet pas de partager l’accès\u{a0}: demandez à une personne responsable.",
            "Your role does not allow sharing access: ask an owner.",
        ),
        Right::Own => Text::new(
            "Seule une personne responsable peut faire cela\u{a0}: demandez-le-lui.",
            "Only an owner can do this: ask one.",
        ),
    };
    Problem::new(ProblemKind::Denied, "role_lacks", text)
}

/// What the actor may do on an account, for pages; not found unless it may be seen.
pub async fn access(server: &Server, actor: &Actor, account: AccountId) -> Result<Access, Problem> {
    crate::account::must_see(server, actor, account).await?;
    of_account(server.store.on(), actor, account, server.world.now_ms()).await
}

/// What the actor may do on a member, for pages; not found unless it may be seen.
pub async fn access_to_member(server: &Server, actor: &Actor, member: MemberId) -> Result<Access, Problem> {
    let access = of_member(server.store.on(), actor, member, server.world.now_ms()).await?;
    access.must(Right::See)?;
    // Staff sees all members there are, and only those.
    name(server, member).await.map(|_| access)
}

/// A member's name, for who may see the member.
pub async fn name_of_member(server: &Server, actor: &Actor, member: MemberId) -> Result<String, Problem> {
    of_member(server.store.on(), actor, member, server.world.now_ms()).await?.must(Right::See)?;
    name(server, member).await
}

async fn name(server: &Server, member: MemberId) -> Result<String, Problem> {
    let found = sql("SELECT name FROM members WHERE id = $1")
        .bind(member)
        .optional(server.store.on(), |row| row.get("name"))
        .await?;
    found.ok_or_else(not_found)
}

/// On an account: by roles on it and on its member.
pub(crate) async fn of_account<'c>(
    on: impl Executor<'c, Database = Any>,
    actor: &Actor,
    account: AccountId,
    now: i64,
) -> Result<Access, Problem> {
    held(
        on,
        actor,
        "SELECT g.role FROM grants g WHERE g.user_id = $1 AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $2)
           AND (g.account_id = $3 OR g.member_id = (SELECT a.member_id FROM accounts a WHERE a.id = $3))
         UNION SELECT CASE WHEN v.consented_at IS NULL THEN 'reader' ELSE 'webmaster' END FROM viewings v
         WHERE v.id = $1 AND v.ended_at IS NULL AND v.expires_at > $2
           AND (v.account_id = $3 OR v.member_id = (SELECT a.member_id FROM accounts a WHERE a.id = $3))",
        account.to_string(),
        now,
    )
    .await
}

/// On a member: by roles on it. A role on one of its accounts gives nothing on the member.
pub(crate) async fn of_member<'c>(
    on: impl Executor<'c, Database = Any>,
    actor: &Actor,
    member: MemberId,
    now: i64,
) -> Result<Access, Problem> {
    held(
        on,
        actor,
        "SELECT g.role FROM grants g WHERE g.user_id = $1 AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $2)
           AND g.member_id = $3
         UNION SELECT CASE WHEN v.consented_at IS NULL THEN 'reader' ELSE 'webmaster' END FROM viewings v
         WHERE v.id = $1 AND v.ended_at IS NULL AND v.expires_at > $2 AND v.member_id = $3",
        member.to_string(),
        now,
    )
    .await
}

/// The accounts on which the actor's own roles, or those of their view, give a right.
pub(crate) async fn accounts_with(
    server: &Server,
    actor: &Actor,
    right: Right,
) -> Result<BTreeSet<AccountId>, Problem> {
    let held: Vec<(AccountId, Role)> = sql(
        "SELECT g.account_id AS id, g.role FROM grants g WHERE g.user_id = $1 AND g.account_id IS NOT NULL
           AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $2)
         UNION SELECT a.id, g.role FROM grants g JOIN accounts a ON a.member_id = g.member_id WHERE g.user_id = $1
           AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $2)
         UNION SELECT a.id, CASE WHEN v.consented_at IS NULL THEN 'reader' ELSE 'webmaster' END FROM viewings v
           JOIN accounts a ON a.id = v.account_id OR a.member_id = v.member_id
         WHERE v.id = $1 AND v.ended_at IS NULL AND v.expires_at > $2",
    )
    .bind(actor.holder())
    .bind(server.world.now_ms())
    .all(server.store.on(), |row| Ok((row.get("id")?, row.get("role")?)))
    .await?;
    Ok(held.into_iter().filter(|(_, role)| role.gives(right)).map(|(id, _)| id).collect())
}

/// The same, of either.
pub(crate) async fn of<'c>(
    executor: impl Executor<'c, Database = Any>,
    actor: &Actor,
    on: On,
    now: i64,
) -> Result<Access, Problem> {
    match on {
        On::Account(account) => of_account(executor, actor, account, now).await,
        On::Member(member) => of_member(executor, actor, member, now).await,
    }
}

async fn held<'c>(
    on: impl Executor<'c, Database = Any>,
    actor: &Actor,
    query: &'static str,
    id: String,
    now: i64,
) -> Result<Access, Problem> {
    let roles = sql(query).bind(actor.holder()).bind(now).bind(id).all(on, |row| row.get("role")).await?;
    let admin = actor.staff.does(Duty::Administer);
    Ok(Access { admin, staff: actor.staff.does(Duty::SeeMembers), roles })
}
