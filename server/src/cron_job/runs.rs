//! Runs, as hosts tell of them and people see them.

use super::tell;
use crate::{
    Actor, Server,
    hub::clean_lines,
    paging::{Listing, Page, bad_cursor},
    store::{Row, Tx, internal, sql},
};
use model::{AccountId, CronJobId, CronRun, HostId, Problem, RunEnd};
use serde::Serialize;
use utoipa::ToSchema;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum How {
    Running,
    /// With the code that stands beside it; 0 is success.
    Exit,
    /// By the signal whose number stands beside it.
    Signal,
    TimeLimit,
    Memory,
    NotStarted,
    /// The account was suspended.
    Stopped,
    /// The host went down meanwhile.
    Lost,
    /// The host was down when its time came.
    Missed,
}

impl How {
    const ALL: [How; 9] = [
        How::Running,
        How::Exit,
        How::Signal,
        How::TimeLimit,
        How::Memory,
        How::NotStarted,
        How::Stopped,
        How::Lost,
        How::Missed,
    ];

    pub fn code(self) -> &'static str {
        match self {
            How::Running => "running",
            How::Exit => "exit",
            How::Signal => "signal",
            How::TimeLimit => "time_limit",
            How::Memory => "memory",
            How::NotStarted => "not_started",
            How::Stopped => "stopped",
            How::Lost => "lost",
            How::Missed => "missed",
        }
    }

    pub fn from_code(code: &str) -> Option<How> {
        How::ALL.into_iter().find(|how| how.code() == code)
    }

    fn of(end: RunEnd) -> (How, Option<i64>) {
        match end {
            RunEnd::Running => (How::Running, None),
            RunEnd::Exit { code } => (How::Exit, Some(code.into())),
            RunEnd::Signal { number } => (How::Signal, Some(number.into())),
            RunEnd::TimeLimit => (How::TimeLimit, None),
            RunEnd::Memory => (How::Memory, None),
            RunEnd::NotStarted => (How::NotStarted, None),
            RunEnd::Stopped => (How::Stopped, None),
            RunEnd::Lost => (How::Lost, None),
            RunEnd::Missed => (How::Missed, None),
        }
    }
}

/// One run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RunView {
    pub started_at: i64,
    pub ended_at: Option<i64>,
    pub how: How,
    /// The exit code, or the signal's number.
    pub code: Option<i64>,
    /// Somebody asked for it; else its time had come.
    pub asked: bool,
    /// Starts that were left out because it was still going.
    pub skipped: u32,
    /// The last of what it wrote, 64 KiB at most; `cut`: there was more before. It is for the member's own people and for admins; to
    /// other staff it is not shown.
    pub output: Option<String>,
    pub cut: bool,
}

impl RunView {
    pub fn is_success(&self) -> bool {
        self.how == How::Exit && self.code == Some(0)
    }
}

pub(super) fn view(row: &Row) -> Result<RunView, Problem> {
    Ok(RunView {
        started_at: row.get("started_at")?,
        ended_at: row.get("ended_at")?,
        how: row.get("how")?,
        code: row.get("code")?,
        asked: row.get::<String>("why")? == "asked",
        skipped: row.get("skipped")?,
        output: Some(row.get("output")?),
        cut: row.get::<String>("kept")? == "end",
    })
}

/// The last runs of a job, newest first.
pub async fn runs(
    server: &Server,
    actor: &Actor,
    id: CronJobId,
    listing: &Listing,
) -> Result<Page<RunView>, Problem> {
    // Who may not see the job sees no run of it either.
    let job = super::show(server, actor, id).await?;
    let reads = crate::grant::access(server, actor, job.account.id).await?.reads_content();
    let [before] = listing.after()?;
    let before =
        if before.is_empty() { i64::MAX } else { before.parse::<i64>().map_err(|_| bad_cursor())? };
    let found = sql(
        "SELECT * FROM cron_runs WHERE job_id = $1 AND started_at < $2 ORDER BY started_at DESC LIMIT $3",
    )
    .bind(id)
    .bind(before)
    .bind(listing.fetch())
    .all(server.store.on(), |row| {
        let run = view(row)?;
        Ok(RunView { output: run.output.filter(|_| reads), ..run })
    })
    .await?;
    Ok(listing.page(found, |run| [run.started_at.to_string()]))
}

/// A host tells of runs. Each is written by itself, so that one account is locked at a time.
pub(crate) async fn ran(server: &Server, host: HostId, runs: &[CronRun]) -> Result<(), Problem> {
    for run in runs {
        let mut tx = server.store.write().await?;
        one(server, &mut tx, host, run).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// What is not a job of the host's own, or is known to have ended, says nothing.
async fn one(server: &Server, tx: &mut Tx, host: HostId, run: &CronRun) -> Result<(), Problem> {
    let account = sql("SELECT a.id FROM cron_jobs j JOIN accounts a ON a.id = j.account_id WHERE j.id = $1 AND a.host_id = $2")
        .bind(run.job)
        .bind(host)
        .optional(tx.on(), |row| row.get::<AccountId>("id"))
        .await?;
    let (Some(account), Ok(started)) = (account, i64::try_from(run.started)) else { return Ok(()) };
    // Locked in the order in which people's acts lock them.
    sql("UPDATE accounts SET version = version WHERE id = $1").bind(account).run(tx.on()).await?;
    let (how, code) = How::of(run.end);
    let written = sql("INSERT INTO cron_runs (job_id, started_at, ended_at, how, code, why, skipped, output, kept)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 WHERE EXISTS (SELECT 1 FROM cron_jobs WHERE id = $1)
         ON CONFLICT (job_id, started_at) DO UPDATE SET ended_at = excluded.ended_at, how = excluded.how, code = excluded.code,
           skipped = excluded.skipped, output = excluded.output, kept = excluded.kept WHERE cron_runs.how = 'running'")
    .bind(run.job)
    .bind(started)
    .bind(run.ended.and_then(|ended| i64::try_from(ended).ok()))
    .bind(how)
    .bind(code)
    .bind(if run.asked { "asked" } else { "time" })
    .bind(run.skipped)
    .bind(clean_lines(&run.output, CronRun::LONGEST_OUTPUT))
    .bind(if run.cut { "end" } else { "whole" })
    .run(tx.on())
    .await?;
    if written == 0 {
        return Ok(());
    }
    sql("DELETE FROM cron_runs WHERE job_id = $1 AND started_at < (SELECT MIN(k.started_at) FROM
           (SELECT started_at FROM cron_runs WHERE job_id = $1 ORDER BY started_at DESC LIMIT $2) k)")
    .bind(run.job)
    .bind(i64::try_from(CronRun::KEPT).map_err(|error| internal("kept runs", &error))?)
    .run(tx.on())
    .await?;
    tell::judge(server, tx, account, run).await
}
