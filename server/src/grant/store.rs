//! The table `grants`: giving roles and reading them; who may was asked before.

use super::{GrantView, On};
use crate::{
    actor::not_found,
    store::{Row, Tx, insert, many, sql},
    world::World,
};
use model::{GrantId, MemberId, Problem, Role, StaffRole, UserId};
use serde_json::json;

/// Writes the grant; one that the user has already stays, and holds as long as the longer of the two.
pub(crate) async fn give(
    tx: &mut Tx,
    world: &dyn World,
    user: UserId,
    on: On,
    role: Role,
    until: Option<i64>,
) -> Result<GrantId, Problem> {
    write(tx, world, user, Some(on), role.code(), until).await
}

/// Makes users owners of members that are new, so that nobody has a role on them yet.
pub(crate) async fn give_new_owners(
    tx: &mut Tx,
    world: &dyn World,
    owners: &[(MemberId, UserId)],
) -> Result<Vec<GrantId>, Problem> {
    let now = world.now_ms();
    let ids: Vec<GrantId> = owners.iter().map(|_| world.id()).collect();
    let rows: Vec<_> = ids
        .iter()
        .zip(owners)
        .map(|(id, (member, user))| json!([id, user, member, Role::Owner.code(), now]))
        .collect();
    let statement = many!(
        tx.engine(),
        "grants",
        [
            (0, "id", text),
            (1, "user_id", text),
            (2, "member_id", text),
            (3, "role", text),
            (4, "created_at", int)
        ],
        ""
    );
    insert(tx, statement, &rows).await?;
    Ok(ids)
}

/// The same for a staff role.
pub(crate) async fn give_staff(
    tx: &mut Tx,
    world: &dyn World,
    user: UserId,
    role: StaffRole,
    until: Option<i64>,
) -> Result<GrantId, Problem> {
    write(tx, world, user, None, role.code(), until).await
}

async fn write(
    tx: &mut Tx,
    world: &dyn World,
    user: UserId,
    on: Option<On>,
    role: &'static str,
    until: Option<i64>,
) -> Result<GrantId, Problem> {
    let now = world.now_ms();
    let (account, member) = (on.and_then(On::account), on.and_then(On::member));
    let text = |id: Option<String>| id.unwrap_or_default();
    let held = sql("SELECT id FROM grants WHERE user_id = $1 AND COALESCE(account_id, '') = $2 AND COALESCE(member_id, '') = $3
           AND role = $4 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $5)")
    .bind(user)
    .bind(text(account.map(|id| id.to_string())))
    .bind(text(member.map(|id| id.to_string())))
    .bind(role)
    .bind(now)
    .optional(tx.on(), |row| row.get("id"))
    .await?;
    if let Some(held) = held as Option<GrantId> {
        sql("UPDATE grants SET expires_at = CASE WHEN CAST($2 AS BIGINT) IS NULL OR expires_at IS NULL THEN NULL
               WHEN expires_at > $2 THEN expires_at ELSE $2 END WHERE id = $1")
        .bind(held)
        .bind(until)
        .run(tx.on())
        .await?;
        return Ok(held);
    }
    let id: GrantId = world.id();
    sql("INSERT INTO grants (id, user_id, account_id, member_id, role, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(id)
        .bind(user)
        .bind(account)
        .bind(member)
        .bind(role)
        .bind(now)
        .bind(until)
        .run(tx.on())
        .await?;
    Ok(id)
}

/// One of what the caller has locked.
pub(super) async fn load(tx: &mut Tx, grant: GrantId) -> Result<GrantView, Problem> {
    let found = sql("SELECT g.id, g.user_id, u.email, g.role, g.created_at, g.expires_at FROM grants g JOIN users u ON u.id = g.user_id WHERE g.id = $1")
        .bind(grant)
        .optional(tx.on(), view)
        .await?;
    found.ok_or_else(not_found)
}

/// One that still stands, on this very thing.
pub(super) async fn load_on(tx: &mut Tx, on: On, grant: GrantId) -> Result<GrantView, Problem> {
    let found = sql("SELECT g.id, g.user_id, u.email, g.role, g.created_at, g.expires_at FROM grants g JOIN users u ON u.id = g.user_id
         WHERE g.id = $1 AND (g.account_id = $2 OR g.member_id = $3) AND g.revoked_at IS NULL")
    .bind(grant)
    .bind(on.account())
    .bind(on.member())
    .optional(tx.on(), view)
    .await?;
    found.ok_or_else(not_found)
}

pub(super) fn view(row: &Row) -> Result<GrantView, Problem> {
    Ok(GrantView {
        id: row.get("id")?,
        user: row.get("user_id")?,
        email: row.get("email")?,
        role: row.get("role")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
    })
}
