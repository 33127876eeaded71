//! Once a year, the people of a member are asked whether contacts and language are still right.

use super::{MemberRow, MemberView, access::must_keep_on, list, rules, seen_members, store};
use crate::{
    Actor, Server,
    actor::not_found,
    change::{self, Act, Done, Subject},
    store::{Row, sql},
    views::Ref,
};
use model::{MemberId, Problem};
use serde_json::json;

/// How long an answer is good for.
pub const CONFIRM_AFTER_MS: i64 = 365 * 24 * 3_600_000;

/// Members of the actor, by name: those they have a role on, or one of whose accounts they own; for whoever views a member, that one.
pub async fn mine(server: &Server, actor: &Actor) -> Result<Vec<MemberRow>, Problem> {
    sql(concat!(
        list::columns!(),
        "FROM members m WHERE m.id IN (",
        seen_members!(),
        ") ORDER BY m.sort_key, m.id LIMIT 200"
    ))
    .bind(actor.holder())
    .bind(server.world.now_ms())
    .all(server.store.on(), list::view)
    .await
}

/// Members whose contacts the actor can confirm and is asked to, the longest unasked first.
pub async fn due(server: &Server, actor: &Actor) -> Result<Vec<Ref<MemberId>>, Problem> {
    let now = server.world.now_ms();
    sql("SELECT m.id, m.name FROM members m WHERE COALESCE(m.confirmed_at, m.created_at) <= $3
           AND m.id IN (SELECT g.member_id FROM grants g WHERE g.user_id = $1 AND g.role = 'owner' AND g.member_id IS NOT NULL
             AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $2)
           UNION SELECT a.member_id FROM grants g JOIN accounts a ON a.id = g.account_id WHERE g.user_id = $1 AND g.role = 'owner'
             AND a.state <> 'erased' AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $2)
             AND NOT EXISTS (SELECT 1 FROM grants o WHERE o.member_id = a.member_id AND o.role = 'owner' AND o.revoked_at IS NULL
             AND (o.expires_at IS NULL OR o.expires_at > $2)))
         ORDER BY COALESCE(m.confirmed_at, m.created_at), m.id LIMIT 20")
    .bind(actor.holder())
    .bind(now)
    .bind(now - CONFIRM_AFTER_MS)
    .all(server.store.on(), |row: &Row| Ok(Ref { id: row.get("id")?, name: row.get("name")? }))
    .await
}

/// Contacts and language are still right.
pub async fn confirm(
    server: &Server,
    actor: &Actor,
    member: MemberId,
    expected: Option<i64>,
) -> Result<Done<MemberView>, Problem> {
    let mut tx = server.store.write().await?;
    must_keep_on(tx.on(), server, actor, member).await?;
    if !store::hold(&mut tx, member).await? {
        return Err(not_found());
    }
    let before = store::load(&mut tx, member).await?;
    crate::views::stale(expected, before.version)?;
    let now = server.world.now_ms();
    sql("UPDATE members SET confirmed_at = $2, version = version + 1 WHERE id = $1")
        .bind(member)
        .bind(now)
        .run(tx.on())
        .await?;
    let mut act = Act::new("member.confirm", Subject::new("member", member, &before.name));
    act.member = Some(member);
    act.before = Some(json!({ "confirmed_at": before.confirmed_at }));
    act.after = Some(json!({ "confirmed_at": now }));
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    let item = store::load(&mut tx, member).await?;
    tx.commit().await?;
    Ok(Done { item: rules::shown(actor, item), change: Some(change) })
}
