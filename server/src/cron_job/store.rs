//! The table `cron_jobs`, always scoped by owner.

use super::{CronJobView, Spec, input::Does, runs, times};
use crate::{
    Actor, Server,
    actor::{not_found, scoped},
    change,
    paging::{Listing, Page},
    store::{Row, Tx, internal, sql},
    views::Ref,
};
use model::{AccountId, ChangeState, CronJobId, Problem, TimeLimit};
use serde_json::json;
use sqlx::AnyConnection;

macro_rules! columns {
    () => {
        "SELECT j.id, j.schedule, j.zone, j.does, j.line, j.arguments, j.minutes, j.notify, j.paused_at, j.run_now, j.failing_at,
           j.created_at, j.version, a.id AS account_id, a.name AS account_name, a.state AS account_state,
           h.id AS host_id, h.name AS host_name, h.connected_at, h.last_seen_at, h.frozen_at, r.state, r.text_fr, r.text_en, r.change_id,
           u.started_at, u.ended_at, u.how, u.code, u.why, u.skipped, '' AS output, u.kept
         FROM cron_jobs j JOIN accounts a ON a.id = j.account_id JOIN hosts h ON h.id = a.host_id
           LEFT JOIN resources r ON r.host_id = a.host_id AND r.kind = 'cron_job' AND r.key = j.id
           LEFT JOIN cron_runs u ON u.job_id = j.id
             AND u.started_at = (SELECT MAX(m.started_at) FROM cron_runs m WHERE m.job_id = j.id) "
    };
}

/// A job as its resource is derived from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CronJobRow {
    pub id: CronJobId,
    pub spec: Spec,
    pub run_now: u64,
}

pub(super) async fn insert(
    tx: &mut Tx,
    account: AccountId,
    row: &CronJobRow,
    now: i64,
) -> Result<(), Problem> {
    sql("INSERT INTO cron_jobs (id, account_id, schedule, zone, does, line, arguments, minutes, notify, paused_at, run_now, judged_at,
           created_at, version) VALUES ($1, $2, '', '', '', '', '', 0, '', NULL, 0, 0, $3, 0)")
    .bind(row.id)
    .bind(account)
    .bind(now)
    .run(tx.on())
    .await?;
    write(tx, row, now).await
}

pub(super) async fn write(tx: &mut Tx, row: &CronJobRow, now: i64) -> Result<(), Problem> {
    let CronJobRow { id, spec, run_now } = row;
    let (does, line, arguments) = match &spec.does {
        Does::Command { command } => ("command", command.to_string(), json!([])),
        Does::Php { script, arguments } => ("php", script.to_string(), json!(arguments)),
    };
    sql("UPDATE cron_jobs SET schedule = $2, zone = $3, does = $4, line = $5, arguments = $6, minutes = $7, notify = $8,
           paused_at = CASE WHEN $9 = 0 THEN NULL WHEN paused_at IS NULL THEN $10 ELSE paused_at END, run_now = $11,
           version = version + 1 WHERE id = $1")
    .bind(*id)
    .bind(&spec.schedule)
    .bind(&spec.zone)
    .bind(does)
    .bind(line)
    .bind(arguments.to_string())
    .bind(u32::from(spec.minutes.minutes()))
    .bind(spec.notify)
    .bind(i64::from(spec.paused))
    .bind(now)
    .bind(*run_now)
    .run(tx.on())
    .await
    .map(drop)
}

/// The jobs of an account that the caller has locked.
pub(super) async fn ids(tx: &mut Tx, account: AccountId) -> Result<Vec<CronJobId>, Problem> {
    sql("SELECT id FROM cron_jobs WHERE account_id = $1 ORDER BY id")
        .bind(account)
        .all(tx.on(), |row| row.get("id"))
        .await
}

/// One job of an account that the caller has locked.
pub(super) async fn row(tx: &mut Tx, id: CronJobId) -> Result<CronJobRow, Problem> {
    let found = sql("SELECT * FROM cron_jobs WHERE id = $1")
        .bind(id)
        .optional(tx.on(), |row| Ok(CronJobRow { id, spec: spec(row)?, run_now: row.get("run_now")? }))
        .await?;
    found.ok_or_else(not_found)
}

/// The cron jobs of an account, oldest first.
pub async fn list(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    listing: &Listing,
) -> Result<Page<CronJobView>, Problem> {
    crate::account::must_see(server, actor, account).await?;
    let now = server.world.now_ms();
    let [after] = listing.after()?;
    let jobs =
        sql(concat!(columns!(), "WHERE j.account_id = $1 AND ($2 = '' OR j.id > $2) ORDER BY j.id LIMIT $3"))
            .bind(account)
            .bind(after)
            .bind(listing.fetch())
            .all(server.store.on(), |row| view(row, now))
            .await?;
    Ok(listing.page(jobs, |job| [job.id.to_string()]))
}

/// One cron job.
pub async fn show(server: &Server, actor: &Actor, id: CronJobId) -> Result<CronJobView, Problem> {
    let mut snapshot = server.store.read().await?;
    load(&mut snapshot, actor, id, server.world.now_ms()).await
}

pub(super) async fn load(
    on: &mut AnyConnection,
    actor: &Actor,
    id: CronJobId,
    now: i64,
) -> Result<CronJobView, Problem> {
    let found = sql(scoped!(actor, concat!(columns!(), "WHERE j.id = $3 AND a.state <> 'erased' AND"), ""))
        .bind(actor.holder())
        .bind(now)
        .bind(id)
        .optional(on, |row| view(row, now))
        .await?;
    found.ok_or_else(not_found)
}

fn spec(row: &Row) -> Result<Spec, Problem> {
    let (does, line): (String, String) = (row.get("does")?, row.get("line")?);
    let broken = |problem: Problem| internal("a stored cron job cannot be read", &problem);
    let does = match does.as_str() {
        "php" => {
            let arguments: serde_json::Value = row.get("arguments")?;
            let arguments =
                serde_json::from_value(arguments).map_err(|error| internal("arguments", &error))?;
            Does::Php { script: line.parse().map_err(broken)?, arguments }
        }
        _ => Does::Command { command: line.parse().map_err(broken)? },
    };
    let minutes: u32 = row.get("minutes")?;
    Ok(Spec {
        schedule: row.get("schedule")?,
        zone: row.get("zone")?,
        does,
        minutes: TimeLimit::try_from(u16::try_from(minutes).unwrap_or(u16::MAX)).map_err(broken)?,
        notify: row.get("notify")?,
        paused: row.get::<Option<i64>>("paused_at")?.is_some(),
    })
}

fn view(row: &Row, now: i64) -> Result<CronJobView, Problem> {
    let away =
        change::host_away(row.get("connected_at")?, row.get("last_seen_at")?, row.get("frozen_at")?, now);
    let state: Option<ChangeState> = row.get("state")?;
    let spec = spec(row)?;
    let runs_at_all = !spec.paused && row.get::<String>("account_state")? == "active";
    let next = if runs_at_all { times::next(&spec.schedule, &spec.zone, now) } else { vec![] };
    let started: Option<i64> = row.get("started_at")?;
    Ok(CronJobView {
        id: row.get("id")?,
        account: Ref { id: row.get("account_id")?, name: row.get("account_name")? },
        host: Ref { id: row.get("host_id")?, name: row.get("host_name")? },
        spec,
        next,
        last: started.map(|_| runs::view(row)).transpose()?,
        failing_at: row.get("failing_at")?,
        state: change::shown(state.unwrap_or(ChangeState::Wanted), away),
        text: row.text("text_fr", "text_en")?,
        change: row.get("change_id")?,
        created_at: row.get("created_at")?,
        version: row.get("version")?,
    })
}
