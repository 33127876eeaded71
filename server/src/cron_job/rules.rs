//! Making, changing, running and deleting cron jobs.

use super::{
    CronJobView, NewCronJob, Spec, derive,
    store::{self, CronJobRow},
};
use crate::{
    Actor, Server,
    account::{self, AccountView, Standing},
    actor::not_found,
    change::{self, Act, ChangeView, Done, Subject},
    once,
    resource::{self, Want},
    store::{Tx, internal, sql},
    views::stale,
};
use model::{AccountId, ChangeId, CronJob, CronJobId, Problem, ProblemKind, Right, Text, text};
use serde_json::Value;

/// Adds a cron job.
pub async fn create(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    new: NewCronJob,
) -> Result<Done<CronJobView>, Problem> {
    let (id, now): (CronJobId, i64) = (server.world.id(), server.world.now_ms());
    let spec = new.read(None);
    let mut tx = server.store.write().await?;
    let of = account::lock_for(&mut tx, server, actor, account, Right::Sites).await?;
    let spec = spec?;
    if let Some(made) = once::claim(&mut tx, actor, id, now).await? {
        let item = store::load(tx.on(), actor, made, now).await?;
        return Ok(Done { change: item.change, item });
    }
    add(server, actor, tx, &of, (id, spec), None).await
}

/// Brings a deleted one back.
pub(crate) async fn recreate(
    server: &Server,
    actor: &Actor,
    deleted: &ChangeView,
) -> Result<Done<CronJobView>, Problem> {
    let account = deleted.account.ok_or_else(not_found)?;
    let (id, spec) = (deleted.subject.id.parse()?, spec_of(&deleted.before)?);
    let mut tx = server.store.write().await?;
    let of = account::lock_for(&mut tx, server, actor, account, Right::Sites).await?;
    add(server, actor, tx, &of, (id, spec), Some(deleted.id)).await
}

/// A job as history keeps it.
pub(crate) fn spec_of(side: &Option<Value>) -> Result<Spec, Problem> {
    serde_json::from_value(side.clone().unwrap_or_default())
        .map_err(|error| internal("a cron job in a change", &error))
}

fn summary(spec: &Spec) -> Result<Value, Problem> {
    serde_json::to_value(spec).map_err(|error| internal("a cron job as JSON", &error))
}

/// One for an application that is put into a site, every 15 minutes; in the transaction that makes it, whose caller has locked the account
/// and records the change.
pub(crate) async fn for_app(
    tx: &mut Tx,
    server: &Server,
    of: &AccountView,
    script: String,
) -> Result<(CronJobId, Want), Problem> {
    let (id, now) = (server.world.id(), server.world.now_ms());
    let schedule = Some("*/15 * * * *".to_owned());
    let new = NewCronJob { schedule, script: Some(script), minutes: Some(10), ..NewCronJob::default() };
    let spec = new.read(None).map_err(|problem| problem.on("application"))?;
    must_have_room(tx, of).await.map_err(|problem| problem.on("application"))?;
    let row = CronJobRow { id, spec, run_now: 0 };
    store::insert(tx, of.id, &row, now).await?;
    Ok((id, derive::want(of, &row)))
}

async fn must_have_room(tx: &mut Tx, of: &AccountView) -> Result<(), Problem> {
    let most = CronJob::MOST;
    if store::ids(tx, of.id).await?.len() < most as usize {
        return Ok(());
    }
    Err(Problem::new(
        ProblemKind::Conflict,
        "cron_jobs_limit",
        text!(
            "Un compte a {most} tâches planifiées au plus\u{a0}: supprimez-en une, ou faites faire plusieurs choses à une seule.",
            "An account has {most} cron jobs at most: delete one, or have one do several things."
        ),
    ))
}

async fn add(
    server: &Server,
    actor: &Actor,
    mut tx: Tx,
    of: &AccountView,
    (id, spec): (CronJobId, Spec),
    undoes: Option<ChangeId>,
) -> Result<Done<CronJobView>, Problem> {
    let now = server.world.now_ms();
    account::must_stay(of)?;
    must_have_room(&mut tx, of).await?;
    let row = CronJobRow { id, spec, run_now: 0 };
    store::insert(&mut tx, of.id, &row, now).await?;
    let mut act = act("cron_job.create", of, &row);
    act.after = Some(summary(&row.spec)?);
    act.undoes = undoes;
    write(server, actor, tx, of, (act, &row)).await
}

async fn write(
    server: &Server,
    actor: &Actor,
    mut tx: Tx,
    of: &AccountView,
    (act, row): (Act, &CronJobRow),
) -> Result<Done<CronJobView>, Problem> {
    let now = server.world.now_ms();
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    resource::write(&mut tx, change, now, vec![derive::want(of, row)]).await?;
    let item = store::load(tx.on(), actor, row.id, now).await?;
    tx.commit().await?;
    Ok(Done { item, change: Some(change) })
}

/// Changes what was said; the rest stays.
pub async fn update(
    server: &Server,
    actor: &Actor,
    id: CronJobId,
    expected: Option<i64>,
    new: NewCronJob,
) -> Result<Done<CronJobView>, Problem> {
    // Who may not see the job learns nothing about schedules.
    let shown = store::show(server, actor, id).await?;
    let right = crate::grant::access(server, actor, shown.account.id).await?;
    right.must(Right::Sites)?;
    let spec = new.read(Some(&shown.spec))?;
    set_as(server, actor, id, expected.or(Some(shown.version)), spec, None).await
}

pub(crate) async fn set_as(
    server: &Server,
    actor: &Actor,
    id: CronJobId,
    expected: Option<i64>,
    spec: Spec,
    undoes: Option<ChangeId>,
) -> Result<Done<CronJobView>, Problem> {
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let (of, shown) = lock(&mut tx, server, actor, id).await?;
    account::must_stay(&of)?;
    stale(expected, shown.version)?;
    let before = store::row(&mut tx, id).await?;
    if before.spec == spec {
        return Ok(Done { item: shown, change: None });
    }
    let row = CronJobRow { spec, ..before.clone() };
    store::write(&mut tx, &row, now).await?;
    let mut act = act("cron_job.update", &of, &row);
    act.before = Some(summary(&before.spec)?);
    act.after = Some(summary(&row.spec)?);
    act.undoes = undoes;
    write(server, actor, tx, &of, (act, &row)).await
}

/// Nothing is started at its times any more; what is running goes on.
pub async fn pause(
    server: &Server,
    actor: &Actor,
    id: CronJobId,
    expected: Option<i64>,
) -> Result<Done<CronJobView>, Problem> {
    set_paused(server, actor, (id, true), expected).await
}

/// It is started at its times again.
pub async fn resume(
    server: &Server,
    actor: &Actor,
    id: CronJobId,
    expected: Option<i64>,
) -> Result<Done<CronJobView>, Problem> {
    set_paused(server, actor, (id, false), expected).await
}

async fn set_paused(
    server: &Server,
    actor: &Actor,
    (id, paused): (CronJobId, bool),
    expected: Option<i64>,
) -> Result<Done<CronJobView>, Problem> {
    let shown = store::show(server, actor, id).await?;
    let spec = Spec { paused, ..shown.spec };
    set_as(server, actor, id, expected.or(Some(shown.version)), spec, None).await
}

/// Wants a run at once: its moment is part of what the host is told, so that it is one run however often it is told.
pub async fn run_now(
    server: &Server,
    actor: &Actor,
    id: CronJobId,
    expected: Option<i64>,
) -> Result<Done<CronJobView>, Problem> {
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let (of, shown) = lock(&mut tx, server, actor, id).await?;
    account::must_stay(&of)?;
    stale(expected, shown.version)?;
    if of.state != Standing::Active {
        return Err(Problem::new(
            ProblemKind::Conflict,
            "account_suspended",
            Text::new(
                "Ce compte est suspendu\u{a0}: ses tâches ne s’exécutent pas.",
                "This account is suspended: its jobs do not run.",
            ),
        ));
    }
    let before = store::row(&mut tx, id).await?;
    let run_now = u64::try_from(now).unwrap_or(0).max(before.run_now + 1);
    let row = CronJobRow { run_now, ..before };
    store::write(&mut tx, &row, now).await?;
    let act = act("cron_job.run", &of, &row);
    write(server, actor, tx, &of, (act, &row)).await
}

/// Takes it away; what is running of it ends.
pub async fn delete(
    server: &Server,
    actor: &Actor,
    id: CronJobId,
    expected: Option<i64>,
) -> Result<Done<CronJobView>, Problem> {
    delete_as(server, actor, id, expected, None).await
}

pub(crate) async fn delete_as(
    server: &Server,
    actor: &Actor,
    id: CronJobId,
    expected: Option<i64>,
    undoes: Option<ChangeId>,
) -> Result<Done<CronJobView>, Problem> {
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let (of, shown) = lock(&mut tx, server, actor, id).await?;
    account::must_stay(&of)?;
    stale(expected, shown.version)?;
    let before = store::row(&mut tx, id).await?;
    for statement in ["DELETE FROM cron_runs WHERE job_id = $1", "DELETE FROM cron_jobs WHERE id = $1"] {
        sql(statement).bind(id).run(tx.on()).await?;
    }
    let mut act = act("cron_job.delete", &of, &before);
    act.before = Some(summary(&before.spec)?);
    act.undoes = undoes;
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    resource::write(&mut tx, change, now, vec![derive::gone(of.host.id, of.id, id)]).await?;
    tx.commit().await?;
    Ok(Done { item: CronJobView { change: Some(change), ..shown }, change: Some(change) })
}

/// Locks the job's account, then reads the job as it stands.
async fn lock(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    id: CronJobId,
) -> Result<(AccountView, CronJobView), Problem> {
    let now = server.world.now_ms();
    let account = store::load(tx.on(), actor, id, now).await?.account.id;
    let of = account::lock_for(tx, server, actor, account, Right::Sites).await?;
    Ok((of, store::load(tx.on(), actor, id, now).await?))
}

fn act(verb: &'static str, of: &AccountView, row: &CronJobRow) -> Act {
    let label: String = row.spec.words().chars().take(80).collect();
    let mut act = Act::new(verb, Subject::new("cron_job", row.id, label));
    act.member = Some(of.member.id);
    act.account = Some(of.id);
    act
}
