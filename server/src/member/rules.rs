//! Members are the admins' to see and to keep.

use super::{MemberView, NewMember};
use crate::{
    Actor, Server,
    actor::not_found,
    change::{self, Act, Done, Subject},
    once,
    paging::{Listing, Page},
    search,
    store::{Row, Tx, sql},
    views::stale,
};
use model::{ChangeId, Duty, Label, MemberId, Problem, ProblemKind, Text};
use serde_json::json;
use sqlx::{Any, Executor};

macro_rules! columns {
    () => {
        "SELECT m.id, m.name, m.name_key, m.created_at, m.version,
           (SELECT COUNT(*) FROM accounts a WHERE a.member_id = m.id AND a.state <> 'erased') AS accounts FROM members m "
    };
}

/// Members by name; `q` is part of it.
pub async fn list(server: &Server, actor: &Actor, listing: &Listing) -> Result<Page<MemberView>, Problem> {
    actor.must(Duty::SeeMembers)?;
    let [name, id] = listing.after()?;
    let members = sql(concat!(
        columns!(),
        "WHERE ($1 = '' OR (m.name_key, m.id) > ($2, $1)) AND ($3 = '%' OR m.name_key LIKE $3 ESCAPE '\\')
         ORDER BY m.name_key, m.id LIMIT $4"
    ))
    .bind(id)
    .bind(name)
    .bind(listing.pattern())
    .bind(listing.fetch())
    .all(server.store.on(), view)
    .await?;
    Ok(listing.page(members, |member| [member.name.to_lowercase(), member.id.to_string()]))
}

pub async fn show(server: &Server, actor: &Actor, member: MemberId) -> Result<MemberView, Problem> {
    actor.must(Duty::SeeMembers)?;
    load(server.store.on(), member).await
}

pub(crate) async fn load<'c>(
    on: impl Executor<'c, Database = Any>,
    member: MemberId,
) -> Result<MemberView, Problem> {
    let found = sql(concat!(columns!(), "WHERE m.id = $1")).bind(member).optional(on, view).await?;
    found.ok_or_else(not_found)
}

/// Locks the member until the transaction ends and gives it as it stands.
async fn lock(tx: &mut Tx, member: MemberId) -> Result<MemberView, Problem> {
    sql("UPDATE members SET version = version WHERE id = $1").bind(member).run(tx.on()).await?;
    load(tx.on(), member).await
}

pub async fn create(server: &Server, actor: &Actor, new: NewMember) -> Result<Done<MemberView>, Problem> {
    actor.must_do_what_others_see(Duty::SeeMembers, Duty::KeepMembers)?;
    let name = Label::parse(&new.name)?;
    let (id, now): (MemberId, _) = (server.world.id(), server.world.now_ms());
    let mut tx = server.store.write().await?;
    if let Some(made) = once::claim(&mut tx, actor, id, now).await? {
        return Ok(Done { item: load(tx.on(), made).await?, change: None });
    }
    sql("INSERT INTO members (id, name, name_key, created_at, version) VALUES ($1, $2, $3, $4, 1)")
        .bind(id)
        .bind(&name)
        .bind(name.as_str().to_lowercase())
        .bind(now)
        .run(tx.on())
        .await?;
    search::put(&mut tx, search::Kind::Member, id, &[&name]).await?;
    let mut act = Act::new("member.create", Subject::new("member", id, &name));
    act.member = Some(id);
    act.after = Some(json!({ "name": name }));
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    let item = load(tx.on(), id).await?;
    tx.commit().await?;
    Ok(Done { item, change: Some(change) })
}

pub async fn rename(
    server: &Server,
    actor: &Actor,
    member: MemberId,
    expected: Option<i64>,
    name: &str,
) -> Result<Done<MemberView>, Problem> {
    rename_as(server, actor, member, expected, name, None).await
}

pub(crate) async fn rename_as(
    server: &Server,
    actor: &Actor,
    member: MemberId,
    expected: Option<i64>,
    name: &str,
    undoes: Option<ChangeId>,
) -> Result<Done<MemberView>, Problem> {
    actor.must_do_what_others_see(Duty::SeeMembers, Duty::KeepMembers)?;
    let name = Label::parse(name)?;
    let mut tx = server.store.write().await?;
    let before = lock(&mut tx, member).await?;
    stale(expected, before.version)?;
    if before.name == name.as_str() {
        return Ok(Done { item: before, change: None });
    }
    sql("UPDATE members SET name = $2, name_key = $3, version = version + 1 WHERE id = $1")
        .bind(member)
        .bind(&name)
        .bind(name.as_str().to_lowercase())
        .run(tx.on())
        .await?;
    search::put(&mut tx, search::Kind::Member, member, &[&name]).await?;
    let mut act = Act::new("member.rename", Subject::new("member", member, &name));
    act.member = Some(member);
    act.before = Some(json!({ "name": before.name }));
    act.after = Some(json!({ "name": name }));
    act.undoes = undoes;
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    let item = load(tx.on(), member).await?;
    tx.commit().await?;
    Ok(Done { item, change: Some(change) })
}

/// Only a member who never had an account: history keeps the others.
pub async fn delete(
    server: &Server,
    actor: &Actor,
    member: MemberId,
    expected: Option<i64>,
) -> Result<Done<MemberView>, Problem> {
    actor.must_do_what_others_see(Duty::SeeMembers, Duty::KeepMembers)?;
    let mut tx = server.store.write().await?;
    let before = lock(&mut tx, member).await?;
    stale(expected, before.version)?;
    let accounts = sql("SELECT COUNT(*) FROM accounts WHERE member_id = $1")
        .bind(member)
        .one(tx.on(), |row| row.first::<u32>())
        .await?;
    if accounts > 0 {
        return Err(Problem::new(
            ProblemKind::Conflict,
            "member_has_accounts",
            Text::new(
                "Ce membre a des comptes, ou en a eu\u{a0}: supprimez les comptes, le membre reste dans l’historique.",
                "This member has accounts, or had some: delete the accounts, the member stays in the history.",
            ),
        ));
    }
    sql("DELETE FROM invitations WHERE member_id = $1").bind(member).run(tx.on()).await?;
    sql("DELETE FROM grants WHERE member_id = $1").bind(member).run(tx.on()).await?;
    sql("DELETE FROM members WHERE id = $1").bind(member).run(tx.on()).await?;
    search::forget(&mut tx, search::Kind::Member, member).await?;
    let mut act = Act::new("member.delete", Subject::new("member", member, &before.name));
    act.before = Some(json!({ "name": before.name }));
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    tx.commit().await?;
    Ok(Done { item: before, change: Some(change) })
}

fn view(row: &Row) -> Result<MemberView, Problem> {
    Ok(MemberView {
        id: row.get("id")?,
        name: row.get("name")?,
        accounts: row.get("accounts")?,
        created_at: row.get("created_at")?,
        version: row.get("version")?,
    })
}
