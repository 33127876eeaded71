//! Giving and withdrawing access.

use super::{GrantView, NewGrant, On};
use crate::{
    Actor, Server, account,
    actor::not_found,
    change::{self, Act, Subject},
    mail,
    store::{Row, Tx, sql},
    user,
    world::World,
};
use model::{AccountId, EmailAddress, GrantId, Problem, Secret, UserId};
use serde_json::json;

/// Who manages an account.
pub async fn list(server: &Server, actor: &Actor, account: AccountId) -> Result<Vec<GrantView>, Problem> {
    account::must_see(server, actor, account).await?;
    sql("SELECT g.id, u.email, g.role, g.created_at, g.expires_at FROM grants g JOIN users u ON u.id = g.user_id
         WHERE g.account_id = $1 AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $2) ORDER BY g.id")
    .bind(account)
    .bind(server.world.now_ms())
    .all(server.store.on(), view)
    .await
}

/// Lets a user manage an account. Gives the grant and, for a user without password who gets no mail, the secret of a one-time link.
pub async fn create(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    new: NewGrant,
) -> Result<(GrantView, Option<Secret>), Problem> {
    let mut tx = server.store.write().await?;
    let of = account::lock(&mut tx, server, actor, account).await?;
    actor.must_act_as_admin()?;
    actor.must_have_proved(server.world.now_ms())?;
    let email = EmailAddress::parse(&new.email)?;
    let by_mail = mail::by_mail(server, new.mail)?;
    let user = user::ensure(&mut tx, &*server.world, &email).await?;
    let grant = give(&mut tx, &*server.world, user, On::Account(account)).await?;
    tx.wake_user(user);
    let link = user::link_if_needed(&mut tx, &*server.world, user).await?;
    if by_mail {
        mail::invite(&mut tx, server, user, &of, link.as_ref()).await?;
    }
    let mut act = Act::new("grant.create", Subject::new("grant", grant, &email));
    act.account = Some(account);
    act.member = Some(of.member.id);
    act.after = Some(json!({ "email": email, "role": "owner" }));
    change::record(&mut tx, &*server.world, actor, act).await?;
    let item = load(&mut tx, grant).await?;
    tx.commit().await?;
    Ok((item, link.filter(|_| !by_mail)))
}

/// Takes access away at once: it is asked for on every request.
pub async fn revoke(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    grant: GrantId,
) -> Result<GrantView, Problem> {
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let of = account::lock(&mut tx, server, actor, account).await?;
    actor.must_act_as_admin()?;
    actor.must_have_proved(now)?;
    let before = load(&mut tx, grant).await?;
    let revoked =
        sql("UPDATE grants SET revoked_at = $3 WHERE id = $1 AND account_id = $2 AND revoked_at IS NULL
         RETURNING user_id")
        .bind(grant)
        .bind(account)
        .bind(now)
        .optional(tx.on(), |row| row.get("user_id"))
        .await?;
    // Who waits for news of this account hears that there are none for them any more.
    tx.wake_user(revoked.ok_or_else(not_found)?);
    let mut act = Act::new("grant.revoke", Subject::new("grant", grant, &before.email));
    act.account = Some(account);
    act.member = Some(of.member.id);
    act.before = Some(json!({ "email": before.email, "role": before.role }));
    change::record(&mut tx, &*server.world, actor, act).await?;
    tx.commit().await?;
    Ok(before)
}

/// Writes the grant unless the user has it already.
pub(crate) async fn give(tx: &mut Tx, world: &dyn World, user: UserId, on: On) -> Result<GrantId, Problem> {
    let (account, role) = match on {
        On::Account(account) => (Some(account), "owner"),
        On::Panel => (None, "admin"),
    };
    let now = world.now_ms();
    let held = sql(
        "SELECT id FROM grants WHERE user_id = $1 AND COALESCE(account_id, '') = $2 AND member_id IS NULL
           AND role = $3 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $4)",
    )
    .bind(user)
    .bind(account.map(|account| account.to_string()).unwrap_or_default())
    .bind(role)
    .bind(now)
    .optional(tx.on(), |row| row.get("id"))
    .await?;
    if let Some(held) = held {
        return Ok(held);
    }
    let id: GrantId = world.id();
    sql("INSERT INTO grants (id, user_id, account_id, role, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(user)
        .bind(account)
        .bind(role)
        .bind(now)
        .run(tx.on())
        .await?;
    Ok(id)
}

async fn load(tx: &mut Tx, grant: GrantId) -> Result<GrantView, Problem> {
    let found = sql("SELECT g.id, u.email, g.role, g.created_at, g.expires_at FROM grants g JOIN users u ON u.id = g.user_id WHERE g.id = $1")
        .bind(grant)
        .optional(tx.on(), view)
        .await?;
    found.ok_or_else(not_found)
}

fn view(row: &Row) -> Result<GrantView, Problem> {
    Ok(GrantView {
        id: row.get("id")?,
        email: row.get("email")?,
        role: row.get("role")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
    })
}
