//! Invitations: a member's user asks somebody to take a role; it holds once they say yes.

use super::{
    GrantView, InvitationView, On, access,
    rules::{self, Of},
    store::{give, load_on},
};
use crate::{
    Actor, Server, Via,
    actor::not_found,
    mail,
    session::Tries,
    store::{Row, Tx, sql},
    user,
    views::Ref,
};
use model::{AccountId, Duty, EmailAddress, GrantId, InvitationId, MemberId, Problem, Right, Role, UserId};

/// How long an invitation waits.
pub const OPEN_MS: i64 = 14 * 24 * 3_600_000;
/// Mails to addresses one chooses oneself: so many within a quarter of an hour.
const MOST: i64 = 20;

macro_rules! columns {
    () => {
        "SELECT i.id, u.email, i.by_who, i.role, i.hands_over, i.account_id, a.name AS account_name, m.id AS member_id,
           m.name AS member_name, i.created_at, i.expires_at, i.grant_until
         FROM invitations i JOIN users u ON u.id = i.user_id LEFT JOIN accounts a ON a.id = i.account_id
           JOIN members m ON m.id = COALESCE(i.member_id, a.member_id)
         WHERE i.answered_at IS NULL AND i.expires_at > $1 AND "
    };
}

/// The invitations to an account or a member that wait for an answer.
pub async fn invitations(server: &Server, actor: &Actor, on: On) -> Result<Vec<InvitationView>, Problem> {
    rules::must_see(server, actor, on).await?;
    sql(concat!(columns!(), "(i.account_id = $2 OR i.member_id = $3) ORDER BY i.id"))
        .bind(server.world.now_ms())
        .bind(on.account())
        .bind(on.member())
        .all(server.store.on(), view)
        .await
}

/// Those to oneself.
pub async fn my_invitations(server: &Server, actor: &Actor) -> Result<Vec<InvitationView>, Problem> {
    sql(concat!(columns!(), "i.user_id = $2 ORDER BY i.id"))
        .bind(server.world.now_ms())
        .bind(actor.user_text())
        .all(server.store.on(), view)
        .await
}

/// Nobody writes to the whole world through the panel: members' invitations are counted as tries are.
pub(super) async fn bound(server: &Server, actor: &Actor) -> Result<(), Problem> {
    let Some(user) = actor.user.filter(|_| !actor.staff.does(Duty::Administer)) else { return Ok(()) };
    let taken = Tries::take(server, vec![(format!("invite:{user}"), MOST)]).await;
    taken.map(drop).map_err(|refused| refused.problem)
}

/// Writes the invitation, and the mail that tells of it. A new one to the same person for the same thing takes the place of the old.
#[allow(clippy::too_many_arguments)] // All that an invitation is.
pub(super) async fn ask(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    on: On,
    of: &Of,
    email: &EmailAddress,
    role: Role,
    until: Option<i64>,
    hands_over: Option<GrantId>,
) -> Result<InvitationView, Problem> {
    let by = actor.user.ok_or_else(not_found)?;
    // The link that sets a first password goes to its owner by mail and to nobody else.
    if server.carrier.is_none() {
        return Err(mail::off_for_members().on("email"));
    }
    let user = user::ensure(tx, &*server.world, email).await?;
    let now = server.world.now_ms();
    replace(tx, server, actor, on, user, now).await?;
    let id: InvitationId = server.world.id();
    sql("INSERT INTO invitations (id, user_id, member_id, account_id, role, grant_until, hands_over, by_user, by_who, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
    .bind(id)
    .bind(user)
    .bind(on.member())
    .bind(on.account())
    .bind(role)
    .bind(until)
    .bind(hands_over)
    .bind(by)
    .bind(actor.who.as_str())
    .bind(now)
    .bind(now + OPEN_MS)
    .run(tx.on())
    .await?;
    let asked = load(tx, id, now).await?;
    let link = user::link_if_needed(tx, &*server.world, user).await?;
    mail::asked(tx, server, user, &asked, link.as_ref()).await?;
    let verb = if hands_over.is_some() { "grant.hand_over" } else { "invitation.create" };
    rules::record(tx, server, actor, on, of, (verb, id), email.as_str(), role).await?;
    Ok(asked)
}

/// Ends what this person was asked before, if who asks now could have: a manager takes no owner's invitation away.
async fn replace(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    on: On,
    user: UserId,
    now: i64,
) -> Result<(), Problem> {
    let open: Vec<(InvitationId, Role)> =
        sql("SELECT id, role FROM invitations WHERE user_id = $1 AND answered_at IS NULL
           AND expires_at > $4 AND (account_id = $2 OR member_id = $3)")
        .bind(user)
        .bind(on.account())
        .bind(on.member())
        .bind(now)
        .all(tx.on(), |row| Ok((row.get("id")?, row.get("role")?)))
        .await?;
    let access = access::of(tx.on(), actor, on, now).await?;
    for (id, role) in open {
        if !access.shares(role) {
            return Err(rules::above(role).on("email"));
        }
        answer(tx, server, id, "withdrawn").await?;
    }
    Ok(())
}

/// Says yes: the role holds from now on.
pub async fn accept(server: &Server, actor: &Actor, invitation: InvitationId) -> Result<GrantView, Problem> {
    let user = acting(actor)?;
    let mut tx = server.store.write().await?;
    let (asked, on, gives) = mine(&mut tx, server, user, invitation).await?;
    let of = lock_for_invited(&mut tx, server, on).await?;
    // Who asked must still have the right to: an invitation is worth no more than its giver.
    let giver = still_gives(&mut tx, server, on, gives.by, asked.role).await?;
    if !giver {
        return Err(not_found());
    }
    answer(&mut tx, server, invitation, "accepted").await?;
    // The days of a role count from when it is taken.
    let now = server.world.now_ms();
    let until = asked.grant_until.map(|until| now + (until - asked.created_at));
    let grant = give(&mut tx, &*server.world, user, on, asked.role, until).await?;
    tx.wake_user(user);
    rules::record(&mut tx, server, actor, on, &of, ("grant.create", grant), &actor.who, asked.role).await?;
    if let Some(old) = gives.hands_over {
        let held = load_on(&mut tx, on, old).await?;
        rules::end(&mut tx, server, actor, on, &of, &held, "grant.revoke").await?;
    }
    let item = load_on(&mut tx, on, grant).await?;
    tx.commit().await?;
    Ok(item)
}

/// Says no.
pub async fn decline(server: &Server, actor: &Actor, invitation: InvitationId) -> Result<(), Problem> {
    let user = acting(actor)?;
    let mut tx = server.store.write().await?;
    let (asked, on, _) = mine(&mut tx, server, user, invitation).await?;
    let of = lock_for_invited(&mut tx, server, on).await?;
    answer(&mut tx, server, invitation, "declined").await?;
    rules::record(
        &mut tx,
        server,
        actor,
        on,
        &of,
        ("invitation.decline", invitation),
        &actor.who,
        asked.role,
    )
    .await?;
    tx.commit().await
}

/// Takes an invitation back.
pub async fn withdraw(
    server: &Server,
    actor: &Actor,
    on: On,
    invitation: InvitationId,
) -> Result<(), Problem> {
    let mut tx = server.store.write().await?;
    let (of, access) = rules::lock(&mut tx, server, actor, on).await?;
    access.must(Right::Share)?;
    let now = server.world.now_ms();
    let asked = load(&mut tx, invitation, now).await?;
    let there = match on {
        On::Account(id) => asked.account.as_ref().is_some_and(|account| account.id == id),
        On::Member(id) => asked.account.is_none() && asked.member.id == id,
    };
    if !there {
        return Err(not_found());
    }
    if !access.shares(asked.role) {
        return Err(rules::above(asked.role));
    }
    answer(&mut tx, server, invitation, "withdrawn").await?;
    rules::record(
        &mut tx,
        server,
        actor,
        on,
        &of,
        ("invitation.withdraw", invitation),
        &asked.email,
        asked.role,
    )
    .await?;
    tx.commit().await
}

/// Signed in in person: a token answers for nobody.
fn acting(actor: &Actor) -> Result<UserId, Problem> {
    match (&actor.via, actor.user) {
        (Via::Token(_), _) => Err(user::session_only()),
        (_, Some(user)) => Ok(user),
        _ => Err(not_found()),
    }
}

/// Who asked, and what they give up.
struct Gives {
    by: UserId,
    hands_over: Option<GrantId>,
}

/// An open invitation to this user.
async fn mine(
    tx: &mut Tx,
    server: &Server,
    user: UserId,
    invitation: InvitationId,
) -> Result<(InvitationView, On, Gives), Problem> {
    let found = sql("SELECT by_user, hands_over FROM invitations WHERE id = $1 AND user_id = $2")
        .bind(invitation)
        .bind(user)
        .optional(tx.on(), |row| Ok(Gives { by: row.get("by_user")?, hands_over: row.get("hands_over")? }))
        .await?;
    let gives = found.ok_or_else(not_found)?;
    let asked = load(tx, invitation, server.world.now_ms()).await?;
    let on = asked.account.as_ref().map_or(On::Member(asked.member.id), |account| On::Account(account.id));
    Ok((asked, on, gives))
}

/// Locks what the invitation is for: who is asked cannot see it yet, so it is looked at with the panel's own eyes.
async fn lock_for_invited(tx: &mut Tx, server: &Server, on: On) -> Result<Of, Problem> {
    rules::lock(tx, server, &Actor::panel(), on).await.map(|(of, _)| of)
}

async fn still_gives(tx: &mut Tx, server: &Server, on: On, by: UserId, role: Role) -> Result<bool, Problem> {
    let held: Vec<Role> = sql("SELECT g.role FROM grants g JOIN users u ON u.id = g.user_id
         WHERE g.user_id = $1 AND u.suspended_at IS NULL AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $2)
           AND (g.account_id = $3 OR g.member_id = $4 OR g.member_id = (SELECT a.member_id FROM accounts a WHERE a.id = $3))")
    .bind(by)
    .bind(server.world.now_ms())
    .bind(on.account())
    .bind(on.member())
    .all(tx.on(), |row| row.get("role"))
    .await?;
    Ok(held.into_iter().any(|own| own.shares(role)))
}

async fn answer(tx: &mut Tx, server: &Server, id: InvitationId, answer: &'static str) -> Result<(), Problem> {
    let answered =
        sql("UPDATE invitations SET answered_at = $2, answer = $3 WHERE id = $1 AND answered_at IS NULL")
            .bind(id)
            .bind(server.world.now_ms())
            .bind(answer)
            .run(tx.on())
            .await?;
    if answered == 0 { Err(not_found()) } else { Ok(()) }
}

async fn load(tx: &mut Tx, id: InvitationId, now: i64) -> Result<InvitationView, Problem> {
    let found = sql(concat!(columns!(), "i.id = $2")).bind(now).bind(id).optional(tx.on(), view).await?;
    found.ok_or_else(not_found)
}

fn view(row: &Row) -> Result<InvitationView, Problem> {
    let account: Option<AccountId> = row.get("account_id")?;
    let name: Option<String> = row.get("account_name")?;
    Ok(InvitationView {
        id: row.get("id")?,
        email: row.get("email")?,
        by: row.get("by_who")?,
        role: row.get("role")?,
        hands_over: row.get::<Option<GrantId>>("hands_over")?.is_some(),
        account: account.map(|id| Ref { id, name: name.unwrap_or_default() }),
        member: Ref { id: row.get::<MemberId>("member_id")?, name: row.get("member_name")? },
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
        grant_until: row.get("grant_until")?,
    })
}
