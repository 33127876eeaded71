//! The statuses of a member through time: each begins on a day, the newest is the present one.

use super::{MemberView, Step, access::must_see, store};
use crate::{
    Actor, Server,
    change::{self, Act, Subject},
    store::{Tx, many, sql},
};
use model::{ChangeId, Day, MemberId, MemberStatus, MemberStepId, Problem, ProblemKind, Text};
use serde_json::json;

/// Statuses of one member at most.
const MOST: usize = 100;

/// A member's statuses, the newest first.
pub async fn statuses(server: &Server, actor: &Actor, member: MemberId) -> Result<Vec<Step>, Problem> {
    must_see(server, actor, member).await?;
    sql("SELECT id, status, since FROM member_statuses WHERE member_id = $1 ORDER BY since DESC, id DESC")
        .bind(member)
        .all(server.store.on(), |row| {
            Ok(Step { id: row.get("id")?, status: row.get("status")?, since: row.get("since")? })
        })
        .await
}

/// The same within a transaction, the oldest first.
async fn history(tx: &mut Tx, member: MemberId) -> Result<Vec<Step>, Problem> {
    sql("SELECT id, status, since FROM member_statuses WHERE member_id = $1 ORDER BY since, id")
        .bind(member)
        .all(tx.on(), |row| {
            Ok(Step { id: row.get("id")?, status: row.get("status")?, since: row.get("since")? })
        })
        .await
}

/// Puts a status into the history, without an act: for members that begin.
pub(super) async fn insert(
    tx: &mut Tx,
    server: &Server,
    member: MemberId,
    status: MemberStatus,
    since: Day,
) -> Result<MemberStepId, Problem> {
    let id: MemberStepId = server.world.id();
    sql("INSERT INTO member_statuses (id, member_id, status, since) VALUES ($1, $2, $3, $4)")
        .bind(id)
        .bind(member)
        .bind(status)
        .bind(since)
        .run(tx.on())
        .await?;
    Ok(id)
}

/// The same for many at once.
pub(super) async fn insert_all(tx: &mut Tx, server: &Server, all: &[MemberView]) -> Result<(), Problem> {
    let step = |new: &MemberView| {
        let id: MemberStepId = server.world.id();
        json!([id, new.id, new.status.code(), new.since.ms()])
    };
    let statement = many!(
        tx.engine(),
        "member_statuses",
        [(0, "id", text), (1, "member_id", text), (2, "status", text), (3, "since", int)],
        ""
    );
    crate::store::insert(tx, statement, &all.iter().map(step).collect::<Vec<_>>()).await
}

/// Notes another status. One that already holds on that day is no step.
pub(super) async fn add(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    member: &MemberView,
    status: MemberStatus,
    since: Day,
    undoes: Option<ChangeId>,
) -> Result<Option<ChangeId>, Problem> {
    let history = history(tx, member.id).await?;
    let holds = history.iter().rev().find(|step| step.since <= since);
    if holds.is_some_and(|step| step.status == status) {
        return Ok(None);
    }
    if history.len() >= MOST {
        let text = Text::new(
            "Cet historique a cent statuts\u{a0}: annulez-en d’abord qui ne sont pas vrais.",
            "This history has a hundred statuses: first undo some that are not true.",
        );
        return Err(Problem::new(ProblemKind::Conflict, "statuses_many", text).on("status"));
    }
    let id = insert(tx, server, member.id, status, since).await?;
    let step = Step { id, status, since };
    record(tx, server, actor, member, ("added", step), undoes).await.map(Some)
}

/// Takes a status out of the history again; `None` when it is not there, or the only one.
pub(super) async fn remove(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    member: &MemberView,
    step: MemberStepId,
    undoes: Option<ChangeId>,
) -> Result<Option<ChangeId>, Problem> {
    let history = history(tx, member.id).await?;
    let Some(found) = history.iter().find(|known| known.id == step).cloned() else { return Ok(None) };
    if history.len() < 2 {
        return Ok(None);
    }
    sql("DELETE FROM member_statuses WHERE id = $1 AND member_id = $2")
        .bind(step)
        .bind(member.id)
        .run(tx.on())
        .await?;
    record(tx, server, actor, member, ("removed", found), undoes).await.map(Some)
}

/// Carries the newest status into the member's row, and records what was done.
async fn record(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    member: &MemberView,
    (what, step): (&'static str, Step),
    undoes: Option<ChangeId>,
) -> Result<ChangeId, Problem> {
    sql("UPDATE members SET version = version + 1,
           status = (SELECT s.status FROM member_statuses s WHERE s.member_id = $1 ORDER BY s.since DESC, s.id DESC LIMIT 1),
           status_since = (SELECT s.since FROM member_statuses s WHERE s.member_id = $1 ORDER BY s.since DESC, s.id DESC LIMIT 1)
         WHERE id = $1")
    .bind(member.id)
    .run(tx.on())
    .await?;
    let after = store::load(tx, member.id).await?;
    let mut act = Act::new("member.status", Subject::new("member", member.id, &after.name));
    act.member = Some(member.id);
    act.before = Some(json!({ "status": member.status, "since": member.since }));
    act.after = Some(json!({ "status": after.status, "since": after.since, what: step }));
    act.undoes = undoes;
    change::record(tx, &*server.world, actor, act).await
}
