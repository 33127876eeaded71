//! Giving and withdrawing roles.

use super::{
    Access, Given, GrantView, NewGrant, On, access, invite,
    store::{give, load, load_on, view},
};
use crate::{
    Actor, Server, Via, account,
    account::AccountView,
    actor::not_found,
    change::{self, Act, Subject},
    mail,
    member::{self, MemberView},
    store::{Tx, sql},
    user,
};
use model::{EmailAddress, GrantId, MemberId, Problem, ProblemKind, Right, Role, Text, UserId, text};
use serde_json::json;
use sqlx::{Any, Executor};

/// A role runs out within ten years, if at all.
const MOST_DAYS: u32 = 3650;
const DAY_MS: i64 = 24 * 3_600_000;
const LAST_OWNER: &str = "last_owner";

/// Who is what on an account or a member.
pub async fn list(server: &Server, actor: &Actor, on: On) -> Result<Vec<GrantView>, Problem> {
    must_see(server, actor, on).await?;
    sql("SELECT g.id, g.user_id, u.email, g.role, g.created_at, g.expires_at FROM grants g JOIN users u ON u.id = g.user_id
         WHERE (g.account_id = $1 OR g.member_id = $2) AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $3)
         ORDER BY g.id")
    .bind(on.account())
    .bind(on.member())
    .bind(server.world.now_ms())
    .all(server.store.on(), view)
    .await
}

/// Not found unless the actor may see it.
pub(super) async fn must_see(server: &Server, actor: &Actor, on: On) -> Result<(), Problem> {
    match on {
        On::Account(account) => account::must_see(server, actor, account).await,
        On::Member(member) => super::access_to_member(server, actor, member).await.map(drop),
    }
}

/// A member or an account, locked.
pub(super) enum Of {
    Account(Box<AccountView>),
    Member(Box<MemberView>),
}

impl Of {
    pub fn member(&self) -> MemberId {
        match self {
            Of::Account(account) => account.member.id,
            Of::Member(member) => member.id,
        }
    }

    /// Nobody is asked in to a member that is being deleted.
    pub fn must_stay(&self) -> Result<(), Problem> {
        match self {
            Of::Account(_) => Ok(()),
            Of::Member(member) => member::must_stay(member),
        }
    }

    pub fn name(&self) -> String {
        match self {
            Of::Account(account) => account.name.to_string(),
            Of::Member(member) => member.name.clone(),
        }
    }
}

/// Locks what a role is held on, so that whoever counts its owners counts alone; gives it and what the actor may do there.
pub(super) async fn lock(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    on: On,
) -> Result<(Of, Access), Problem> {
    let now = server.world.now_ms();
    let of = match on {
        On::Account(id) => {
            // The member too: its owners are the account's.
            let member: Option<MemberId> = sql("SELECT member_id FROM accounts WHERE id = $1")
                .bind(id)
                .optional(tx.on(), |row| row.get("member_id"))
                .await?;
            hold_member(tx, member.ok_or_else(not_found)?).await?;
            Of::Account(Box::new(account::lock(tx, server, actor, id).await?))
        }
        On::Member(id) => {
            hold_member(tx, id).await?;
            access::of(tx.on(), actor, on, now).await?.must(Right::See)?;
            Of::Member(Box::new(member::load(tx, id).await?))
        }
    };
    let access = access::of(tx.on(), actor, on, now).await?;
    access.must(Right::See)?;
    Ok((of, access))
}

async fn hold_member(tx: &mut Tx, member: MemberId) -> Result<(), Problem> {
    sql("UPDATE members SET version = version WHERE id = $1").bind(member).run(tx.on()).await.map(drop)
}

/// Gives a user a role: outright if the cooperative does, else by asking them.
pub async fn create(server: &Server, actor: &Actor, on: On, new: NewGrant) -> Result<Given, Problem> {
    // Before its transaction: tries are counted in one of their own.
    must_see(server, actor, on).await?;
    invite::bound(server, actor).await?;
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let (of, access) = lock(&mut tx, server, actor, on).await?;
    access.must(Right::Share)?;
    actor.must_have_proved(now)?;
    let email = EmailAddress::parse(&new.email)?;
    let role = Role::parse(&new.role)?;
    if !access.shares(role) {
        return Err(above(role).on("role"));
    }
    by_hand(actor, &access, role)?;
    of.must_stay()?;
    let until = until(role, new.days, now)?;
    if !access.is_admin() {
        let asked = invite::ask(&mut tx, server, actor, on, &of, &email, role, until, None).await?;
        tx.commit().await?;
        return Ok(Given::Asked(asked));
    }
    let by_mail = mail::by_mail(server, new.mail)?;
    let user = user::ensure(&mut tx, &*server.world, &email).await?;
    if !by_mail {
        user::may_hand_link(&mut tx, server, actor, user).await?;
    }
    let grant = give(&mut tx, &*server.world, user, on, role, until).await?;
    tx.wake_user(user);
    let link = user::link_if_needed(&mut tx, &*server.world, user).await?;
    if by_mail {
        match &of {
            Of::Account(account) => mail::invite(&mut tx, server, user, account, link.as_ref()).await?,
            Of::Member(member) => {
                let of = (member.id, member.lang);
                mail::invite_to_members(&mut tx, server, user, of, &member.name, Some(grant), link.as_ref())
                    .await?;
            }
        }
    }
    record(&mut tx, server, actor, on, &of, ("grant.create", grant), email.as_str(), role).await?;
    let item = load(&mut tx, grant).await?;
    tx.commit().await?;
    Ok(Given::Held(item, link.filter(|_| !by_mail)))
}

/// A member's owners and managers are changed in person: a stolen token takes nobody's place. (The cooperative's own programs may.)
fn by_hand(actor: &Actor, access: &Access, role: Role) -> Result<(), Problem> {
    if matches!(actor.via, Via::Token(_)) && !access.is_admin() && role >= Role::Manager {
        return Err(user::session_only());
    }
    Ok(())
}

pub(super) fn above(role: Role) -> Problem {
    let Text { fr, en } = role.word();
    Problem::new(
        ProblemKind::Denied,
        "role_above",
        text!(
            "Votre rôle ne permet pas de donner ou de retirer celui-ci («\u{a0}{fr}\u{a0}»)\u{a0}: demandez à une personne responsable.",
            "Your role does not allow giving or withdrawing this one (“{en}”): ask an owner."
        ),
    )
}

/// When a role runs out. Ownership does not: somebody has to answer for it.
fn until(role: Role, days: Option<u32>, now: i64) -> Result<Option<i64>, Problem> {
    match days {
        None => Ok(None),
        Some(_) if role == Role::Owner => Err(Problem::invalid(
            "days",
            "owner_forever",
            Text::new(
                "Une personne responsable l’est jusqu’à nouvel ordre\u{a0}: laissez la durée vide, ou choisissez un autre rôle.",
                "An owner is one until further notice: leave the days empty, or choose another role.",
            ),
        )),
        Some(days) => days_from(now, days).map(Some),
    }
}

pub(super) fn days_from(now: i64, days: u32) -> Result<i64, Problem> {
    if (1..=MOST_DAYS).contains(&days) {
        return Ok(now + i64::from(days) * DAY_MS);
    }
    Err(Problem::invalid(
        "days",
        "days_bounds",
        text!(
            "Donnez une durée de 1 à {MOST_DAYS} jours, ou laissez vide.",
            "Give 1 to {MOST_DAYS} days, or leave it empty."
        ),
    ))
}

/// Takes a role away at once: it is asked for on every request.
pub async fn revoke(server: &Server, actor: &Actor, on: On, grant: GrantId) -> Result<GrantView, Problem> {
    let mut tx = server.store.write().await?;
    let (of, access) = lock(&mut tx, server, actor, on).await?;
    access.must(Right::Share)?;
    actor.must_have_proved(server.world.now_ms())?;
    let before = load_on(&mut tx, on, grant).await?;
    if !access.shares(before.role) {
        return Err(above(before.role));
    }
    by_hand(actor, &access, before.role)?;
    end(&mut tx, server, actor, on, &of, &before, "grant.revoke").await?;
    tx.commit().await?;
    Ok(before)
}

/// Ends a grant of what the caller has locked, unless it is the last owner's.
pub(super) async fn end(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    on: On,
    of: &Of,
    grant: &GrantView,
    verb: &'static str,
) -> Result<(), Problem> {
    if grant.role == Role::Owner {
        others_own(tx.on(), on, grant.id).await?;
    }
    let user: UserId = sql("UPDATE grants SET revoked_at = $2 WHERE id = $1 RETURNING user_id")
        .bind(grant.id)
        .bind(server.world.now_ms())
        .one(tx.on(), |row| row.get("user_id"))
        .await?;
    // Who waits for news hears that there are none for them any more.
    tx.wake_user(user);
    record(tx, server, actor, on, of, (verb, grant.id), &grant.email, grant.role).await
}

/// Why a role on something cannot end: it is its last owner's. `None`: it can.
pub async fn must_stay(
    server: &Server,
    on: On,
    grant: GrantId,
    role: Role,
) -> Result<Option<Problem>, Problem> {
    if role != Role::Owner {
        return Ok(None);
    }
    match others_own(server.store.on(), on, grant).await {
        Ok(()) => Ok(None),
        Err(problem) if problem.code == LAST_OWNER => Ok(Some(problem)),
        Err(problem) => Err(problem),
    }
}

/// The last owner cannot vanish: there is another one of the same thing, or of the member whose account it is.
async fn others_own<'c>(
    executor: impl Executor<'c, Database = Any>,
    on: On,
    grant: GrantId,
) -> Result<(), Problem> {
    let others = sql("SELECT COUNT(*) FROM grants g JOIN users u ON u.id = g.user_id WHERE g.id <> $1 AND g.role = 'owner'
           AND g.revoked_at IS NULL AND g.expires_at IS NULL AND u.suspended_at IS NULL
           AND (g.account_id = $2 OR g.member_id = $3 OR g.member_id = (SELECT a.member_id FROM accounts a WHERE a.id = $2))")
    .bind(grant)
    .bind(on.account())
    .bind(on.member())
    .one(executor, |row| row.first::<i64>())
    .await?;
    if others > 0 {
        return Ok(());
    }
    Err(Problem::new(
        ProblemKind::Conflict,
        LAST_OWNER,
        Text::new(
            "C’est la dernière personne responsable\u{a0}: donnez d’abord ce rôle à une autre, ou transmettez-le-lui.",
            "This is the last owner: give that role to somebody else first, or hand it over.",
        ),
    ))
}

#[allow(clippy::too_many_arguments)] // One recorder for every act on a role.
pub(super) async fn record(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    on: On,
    of: &Of,
    (verb, id): (&'static str, impl std::fmt::Display),
    email: &str,
    role: Role,
) -> Result<(), Problem> {
    let mut act = Act::new(verb, Subject::new("grant", id, email));
    act.account = on.account();
    act.member = Some(of.member());
    let said = json!({ "email": email, "role": role, "on": of.name() });
    match verb {
        "grant.revoke" | "grant.leave" | "invitation.withdraw" | "invitation.decline" => {
            act.before = Some(said)
        }
        _ => act.after = Some(said),
    }
    change::record(tx, &*server.world, actor, act).await.map(drop)
}
