//! Ending a member that has accounts: one admin asks, another approves. Then all its accounts are deleted as accounts are, to come back
//! until they are erased, and the member stays as long as they do: bringing one back keeps the member too.

use super::{MemberView, losses::live, rules::shown, store};
use crate::{
    Actor, Server, account,
    actor::not_found,
    approval::{self, ApprovalView, Ask},
    change::{self, Act, Done, Subject},
    mail,
    store::{Tx, sql},
};
use model::{AccountId, ChangeId, Duty, MemberId, Problem, ProblemKind, Text};
use serde_json::json;

/// Puts the deletion of a member and of its accounts before a second admin.
pub async fn ask_deletion(server: &Server, actor: &Actor, member: MemberId) -> Result<ApprovalView, Problem> {
    actor.must_do_what_others_see(Duty::SeeMembers, Duty::Administer)?;
    let mut tx = server.store.write().await?;
    if !store::hold(&mut tx, member).await? {
        return Err(not_found());
    }
    actor.must_have_proved(server.world.now_ms())?;
    let found = store::load(&mut tx, member).await?;
    if found.erase_at.is_some() {
        return Err(ending());
    }
    let ever = sql("SELECT COUNT(*) FROM accounts WHERE member_id = $1")
        .bind(member)
        .one(tx.on(), |row| row.first::<i64>())
        .await?;
    if ever == 0 {
        let text = Text::new(
            "Ce membre n’a jamais eu de compte\u{a0}: supprimez-le directement, sans deuxième accord.",
            "This member never had an account: delete it directly, without a second approval.",
        );
        return Err(Problem::new(ProblemKind::Conflict, "member_without_accounts", text));
    }
    let accounts = live(&mut tx, member).await?;
    let about = Subject::new("member", member, &found.name);
    let asked = approval::ask(&mut tx, server, actor, Ask::DeleteMember { member, accounts }, about).await?;
    tx.commit().await?;
    Ok(asked)
}

/// What the second admin's approval brings about: the accounts that were named when it was asked are deleted, and the member with them.
pub(crate) async fn end(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    member: MemberId,
    named: &[AccountId],
) -> Result<(), Problem> {
    if !store::hold(tx, member).await? {
        return Err(not_found());
    }
    let found = store::load(tx, member).await?;
    if found.erase_at.is_some() {
        return Err(ending());
    }
    let live = live(tx, member).await?;
    if live.iter().any(|account| !named.contains(account)) {
        let text = Text::new(
            "Un compte s’est ajouté depuis la demande\u{a0}: refusez-la, et faites-en une nouvelle qui le nomme.",
            "An account came in since this was asked: refuse it, and ask anew so that it is named.",
        );
        return Err(Problem::new(ProblemKind::Conflict, "member_changed", text));
    }
    let (mut names, mut gone) = (Vec::new(), Vec::new());
    for id in live {
        let Done { item, change } = account::delete_in(tx, server, actor, id).await?;
        names.push(item.name.clone());
        // (One that was deleted before was told of then.)
        gone.extend(change.map(|_| item));
    }
    let erase_at = server.world.now_ms() + server.config.keep_deleted_ms();
    set(tx, member, Some(erase_at)).await?;
    let mut act = Act::new("member.end", Subject::new("member", member, &found.name));
    act.member = Some(member);
    act.after = Some(json!({ "erase_at": erase_at, "accounts": names }));
    change::record(tx, &*server.world, actor, act).await?;
    mail::member_ended(tx, server, &MemberView { erase_at: Some(erase_at), ..found }, &gone).await
}

/// Calls the deletion off: the member stays. Its accounts are brought back one by one.
pub async fn keep(server: &Server, actor: &Actor, member: MemberId) -> Result<Done<MemberView>, Problem> {
    actor.must_do_what_others_see(Duty::SeeMembers, Duty::Administer)?;
    let mut tx = server.store.write().await?;
    if !store::hold(&mut tx, member).await? {
        return Err(not_found());
    }
    let change = keep_in(&mut tx, server, actor, member).await?;
    let item = shown(actor, store::load(&mut tx, member).await?);
    tx.commit().await?;
    Ok(Done { item, change })
}

/// An account that comes back brings its member back; `hold_of_account` first.
pub(crate) async fn keep_for_account(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    member: MemberId,
) -> Result<(), Problem> {
    keep_in(tx, server, actor, member).await.map(drop)
}

async fn keep_in(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    member: MemberId,
) -> Result<Option<ChangeId>, Problem> {
    let found = store::load(tx, member).await?;
    let Some(erase_at) = found.erase_at else { return Ok(None) };
    set(tx, member, None).await?;
    let mut act = Act::new("member.keep", Subject::new("member", member, &found.name));
    act.member = Some(member);
    act.before = Some(json!({ "erase_at": erase_at }));
    change::record(tx, &*server.world, actor, act).await.map(Some)
}

async fn set(tx: &mut Tx, member: MemberId, erase_at: Option<i64>) -> Result<(), Problem> {
    sql("UPDATE members SET erase_at = $2, version = version + 1 WHERE id = $1")
        .bind(member)
        .bind(erase_at)
        .run(tx.on())
        .await
        .map(drop)
}

/// Locks the member of an account until the transaction ends.
pub(crate) async fn hold_of_account(tx: &mut Tx, account: AccountId) -> Result<(), Problem> {
    sql("UPDATE members SET version = version WHERE id = (SELECT member_id FROM accounts WHERE id = $1)")
        .bind(account)
        .run(tx.on())
        .await
        .map(drop)
}

/// Refused for a member that is being deleted: nobody is asked to join what is on its way out.
pub(crate) fn must_stay(member: &MemberView) -> Result<(), Problem> {
    if member.erase_at.is_some() { Err(ending()) } else { Ok(()) }
}

/// Locks the member that shall get another account; `None` if there is none.
pub(crate) async fn take_account(tx: &mut Tx, member: MemberId) -> Result<Option<()>, Problem> {
    let found = sql("UPDATE members SET version = version WHERE id = $1 RETURNING erase_at")
        .bind(member)
        .optional(tx.on(), |row| row.get::<Option<i64>>("erase_at"))
        .await?;
    match found {
        Some(Some(_)) => Err(ending().on("member")),
        Some(None) => Ok(Some(())),
        None => Ok(None),
    }
}

fn ending() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "member_ending",
        Text::new(
            "Ce membre est en cours de suppression\u{a0}: pour le garder, annulez la suppression sur sa fiche, ou rétablissez un de ses comptes.",
            "This member is being deleted: to keep it, call the deletion off on its page, or restore one of its accounts.",
        ),
    )
}
