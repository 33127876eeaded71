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
    type Told = (Option<i64>, Option<i64>);
    let (failing, judged, (told_at, told_of)): (Option<i64>, i64, Told) =
        sql("SELECT failing_at, judged_at, told_at, told_of FROM cron_jobs WHERE id = $1")
            .bind(run.job)
            .one(tx.on(), |row| {
                let told = (row.get("told_at")?, row.get("told_of")?);
                Ok((row.get("failing_at")?, row.get("judged_at")?, told))
            })
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
    let tells = match (since, failing) {
        (Some(_), _) => told_of != since && told_at.is_none_or(|told| told <= now - QUIET_MS),
        // Who knows that it failed.
        (None, Some(_)) => told_of == failing,
        (None, None) => false,
    };
    if !tells {
        return Ok(());
    }
    // A mail that could not leave before the job worked again will not: nobody was told, and there is nothing to take back.
    let unread = works && mail::failure_waits(tx, run.job).await?;
    let told_at = if fails { Some(now) } else { told_at.filter(|_| !unread) };
    sql("UPDATE cron_jobs SET told_at = $2, told_of = $3 WHERE id = $1")
        .bind(run.job)
        .bind(told_at)
        .bind(since)
        .run(tx.on())
        .await?;
    if unread {
        return Ok(());
    }
    let of = account::lock(tx, server, &Actor::panel(), account).await?;
    mail::cron_job(
        tx,
        server,
        &of,
        mail::JobNews {
            job: run.job,
            words: row.spec.words(),
            at: since.unwrap_or(started),
            failed: fails.then_some(run.end),
        },
    )
    .await
}
