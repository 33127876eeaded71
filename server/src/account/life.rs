//! An account's life: suspended and back, deleted and back as long as the configuration keeps it, then erased.

use super::{AccountView, Cause, Standing, Suspension, cause::Why, derive, store};
use crate::{
    Actor, Server,
    change::{self, Act, Done, Subject},
    database, mail, member, resource, site,
    store::{Tx, sql},
    views::stale,
};
use model::{AccountId, ChangeId, Problem, ProblemKind, Text};
use serde_json::{Value, json};

/// One step of an account's life. Each is an act of its own, and (`…_as`) the undoing of another.
struct Step {
    verb: &'static str,
    /// What the account's people are told; nothing, where another act tells them.
    told: Option<mail::Kind>,
    from: &'static [Standing],
    to: Standing,
}

const SUSPEND: Step = Step {
    verb: "account.suspend",
    told: Some(mail::Kind::Suspended),
    from: &[Standing::Active],
    to: Standing::Suspended,
};
const RESUME: Step = Step {
    verb: "account.resume",
    told: Some(mail::Kind::Resumed),
    from: &[Standing::Suspended],
    to: Standing::Active,
};
const DELETE: Step = Step {
    verb: "account.delete",
    told: Some(mail::Kind::Deleted),
    from: &[Standing::Active, Standing::Suspended],
    to: Standing::Deleted,
};
const RESTORE: Step = Step {
    verb: "account.restore",
    told: Some(mail::Kind::Restored),
    from: &[Standing::Deleted],
    to: Standing::Active,
};

/// How a step is asked for.
#[derive(Default)]
struct How {
    expected: Option<i64>,
    why: Why,
    undoes: Option<ChangeId>,
}

/// Its names answer 503 with a decent page; nothing of it runs, everything stays.
pub async fn suspend(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    expected: Option<i64>,
    suspension: Suspension,
) -> Result<Done<AccountView>, Problem> {
    suspend_as(server, actor, account, expected, suspension.parse()?, None).await
}

pub(crate) async fn suspend_as(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    expected: Option<i64>,
    why: Why,
    undoes: Option<ChangeId>,
) -> Result<Done<AccountView>, Problem> {
    advance(server, actor, account, SUSPEND, How { expected, why, undoes }).await
}

/// Ends a suspension.
pub async fn resume(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    expected: Option<i64>,
) -> Result<Done<AccountView>, Problem> {
    resume_as(server, actor, account, expected, None).await
}

pub(crate) async fn resume_as(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    expected: Option<i64>,
    undoes: Option<ChangeId>,
) -> Result<Done<AccountView>, Problem> {
    advance(server, actor, account, RESUME, How { expected, undoes, ..How::default() }).await
}

/// Takes it off the web; all of it comes back with `restore` until `erase_at`.
pub async fn delete(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    expected: Option<i64>,
) -> Result<Done<AccountView>, Problem> {
    delete_as(server, actor, account, expected, None).await
}

pub(crate) async fn delete_as(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    expected: Option<i64>,
    undoes: Option<ChangeId>,
) -> Result<Done<AccountView>, Problem> {
    advance(server, actor, account, DELETE, How { expected, undoes, ..How::default() }).await
}

/// The same for the account of a member that is ended, with the member; its people are told once, of all of it.
pub(crate) async fn delete_in(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    account: AccountId,
) -> Result<Done<AccountView>, Problem> {
    let quietly = Step { told: None, ..DELETE };
    advance_in(tx, server, actor, account, quietly, How::default()).await
}

/// Brings a deleted account back whole; one that was suspended comes back suspended.
pub async fn restore(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    expected: Option<i64>,
) -> Result<Done<AccountView>, Problem> {
    restore_as(server, actor, account, expected, None).await
}

pub(crate) async fn restore_as(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    expected: Option<i64>,
    undoes: Option<ChangeId>,
) -> Result<Done<AccountView>, Problem> {
    advance(server, actor, account, RESTORE, How { expected, undoes, ..How::default() }).await
}

async fn advance(
    server: &Server,
    actor: &Actor,
    id: AccountId,
    step: Step,
    how: How,
) -> Result<Done<AccountView>, Problem> {
    let mut tx = server.store.write().await?;
    let done = advance_in(&mut tx, server, actor, id, step, how).await?;
    if done.change.is_some() {
        tx.commit().await?;
    }
    Ok(done)
}

/// The same within a transaction that holds more than this step.
async fn advance_in(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    id: AccountId,
    step: Step,
    How { expected, why, undoes }: How,
) -> Result<Done<AccountView>, Problem> {
    let now = server.world.now_ms();
    if step.from.contains(&Standing::Deleted) {
        // Members first, then their accounts, as where a member is ended.
        member::hold_of_account(tx, id).await?;
    }
    let before = store::lock(tx, server, actor, id).await?;
    actor.must_act_as_admin()?;
    if matches!(step.to, Standing::Suspended | Standing::Deleted) {
        actor.must_have_proved(now)?;
    }
    stale(expected, before.version)?;
    if before.state == step.to {
        return Ok(Done { item: before, change: None });
    }
    if !step.from.contains(&before.state) {
        return Err(wrong_state(before.state));
    }
    let deleting = step.to == Standing::Deleted;
    let kept =
        || Why { code: before.code, reference: before.reference.clone(), reason: before.reason.clone() };
    let (to, why) = match before.state {
        // What was suspended when it was deleted comes back suspended.
        Standing::Deleted => (deleted_from(tx, id).await?, kept()),
        _ if deleting => (step.to, kept()),
        _ => (step.to, why),
    };
    sql("UPDATE accounts SET state = $2, reason = $3, deleted_at = $4, deleted_from = $5, erase_at = $6, reason_code = $7,
           reason_reference = $8, version = version + 1 WHERE id = $1")
        .bind(id)
        .bind(to.code())
        .bind(why.reason)
        .bind(deleting.then_some(now))
        .bind(deleting.then_some(before.state.code()))
        .bind(deleting.then_some(now + server.config.keep_deleted_ms()))
        .bind(why.code.map(Cause::code))
        .bind(why.reference)
        .run(tx.on())
        .await?;
    let after = store::load(tx.on(), server, actor, id).await?;
    let change = act(server, actor, tx, step.verb, &after, summary(&before), summary(&after), undoes).await?;
    if before.state == Standing::Deleted {
        // What comes back needs its member.
        member::keep_for_account(tx, server, actor, before.member.id).await?;
    }
    let sites = site::rows(tx, id).await?;
    let mut wants = derive::wants(tx, &after, &sites).await?;
    wants.extend(database::wants_of(tx, &after).await?);
    resource::write(tx, change, now, wants).await?;
    if let Some(told) = step.told {
        mail::tell_people(tx, server, told, &after).await?;
    }
    let item = store::load(tx.on(), server, actor, id).await?;
    Ok(Done { item, change: Some(change) })
}

async fn deleted_from(tx: &mut Tx, id: AccountId) -> Result<Standing, Problem> {
    let from = sql("SELECT deleted_from FROM accounts WHERE id = $1")
        .bind(id)
        .one(tx.on(), |row| row.get::<Option<Standing>>("deleted_from"))
        .await?;
    Ok(from.unwrap_or(Standing::Active))
}

/// How an account stands, as changes keep it; without a code as they did before there were any, so that those can still be undone.
pub(crate) fn summary(account: &AccountView) -> Value {
    let mut summary = json!({ "state": account.state, "reason": account.reason });
    if let Some(code) = account.code {
        summary["code"] = json!(code);
    }
    if let Some(reference) = &account.reference {
        summary["reference"] = json!(reference);
    }
    summary
}

#[allow(clippy::too_many_arguments)] // One recorder for every act of an account's life.
pub(super) async fn act(
    server: &Server,
    actor: &Actor,
    tx: &mut Tx,
    verb: &'static str,
    account: &AccountView,
    before: Value,
    after: Value,
    undoes: Option<ChangeId>,
) -> Result<ChangeId, Problem> {
    let mut act = Act::new(verb, Subject::new("account", account.id, &account.name));
    act.member = Some(account.member.id);
    act.account = Some(account.id);
    act.before = Some(before);
    act.after = Some(after).filter(|after| !after.is_null());
    act.undoes = undoes;
    change::record(tx, &*server.world, actor, act).await
}

fn wrong_state(state: Standing) -> Problem {
    let text = match state {
        Standing::Active => Text::new("Ce compte est en service.", "This account is in service."),
        Standing::Suspended => Text::new("Ce compte est suspendu.", "This account is suspended."),
        Standing::Deleted => Text::new(
            "Ce compte est supprimé\u{a0}: rétablissez-le d’abord.",
            "This account is deleted: restore it first.",
        ),
    };
    Problem::new(ProblemKind::Conflict, "wrong_state", text)
}
