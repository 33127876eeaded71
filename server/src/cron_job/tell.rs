//! Who looks after a job hears when it begins to fail, and when it works again: not at every run between, and of a job that does both by
//! turns a few times a day.

use super::{Notify, store};
use crate::{
    Actor, Server, account, mail,
    store::{Tx, sql},
};
use model::{AccountId, CronRun, Problem, RunEnd};

/// After one mail that a job fails the next waits so long.
const QUIET_MS: i64 = 6 * 3_600_000;

pub(super) async fn judge(
    server: &Server,
    tx: &mut Tx,
    account: AccountId,
    run: &CronRun,
) -> Result<(), Problem> {
    let (fails, works) = (run.end.is_failure(), run.end == RunEnd::SUCCESS);
    let Ok(started) = i64::try_from(run.started) else { return Ok(()) };
    if !fails && !works {
        return Ok(());
    }
    // Runs may be told of late, and twice; only a newer one says how the job stands.
    let (failing, judged, told): (Option<i64>, i64, Option<i64>) =
        sql("SELECT failing_at, judged_at, told_at FROM cron_jobs WHERE id = $1")
            .bind(run.job)
            .one(tx.on(), |row| Ok((row.get("failing_at")?, row.get("judged_at")?, row.get("told_at")?)))
            .await?;
    if judged >= started {
        return Ok(());
    }
    let since = fails.then(|| failing.unwrap_or(started));
    sql("UPDATE cron_jobs SET failing_at = $2, judged_at = $3 WHERE id = $1")
        .bind(run.job)
        .bind(since)
        .bind(started)
        .run(tx.on())
        .await?;
    let row = store::row(tx, run.job).await?;
    if row.spec.notify == Notify::Never || server.carrier.is_none() {
        return Ok(());
    }
    let now = server.world.now_ms();
    // Whether somebody knows that it fails, or failed until now.
    let known = |since: i64| told.is_some_and(|told| told >= since);
    let tells = match (since, failing) {
        (Some(since), _) => !known(since) && told.is_none_or(|told| told <= now - QUIET_MS),
        (None, Some(failing)) => known(failing),
        (None, None) => false,
    };
    if !tells {
        return Ok(());
    }
    if fails {
        sql("UPDATE cron_jobs SET told_at = $2 WHERE id = $1").bind(run.job).bind(now).run(tx.on()).await?;
    }
    let of = account::lock(tx, server, &Actor::panel(), account).await?;
    mail::cron_job(
        tx,
        server,
        &of,
        mail::JobNews {
            job: run.job,
            words: row.spec.words(),
            at: started,
            failed: fails.then_some(run.end),
        },
    )
    .await
}
