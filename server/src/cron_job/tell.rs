//! Who looks after a job hears when it begins to fail, and when it works again: not at every run between.

use super::{Notify, store};
use crate::{
    Actor, Server, account, mail,
    store::{Tx, sql},
};
use model::{AccountId, CronRun, Problem, RunEnd};

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
    let (failing, judged): (Option<i64>, i64) =
        sql("SELECT failing_at, judged_at FROM cron_jobs WHERE id = $1")
            .bind(run.job)
            .one(tx.on(), |row| Ok((row.get("failing_at")?, row.get("judged_at")?)))
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
    if failing.is_some() == fails || row.spec.notify == Notify::Never || server.carrier.is_none() {
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
            at: started,
            failed: fails.then_some(run.end),
        },
    )
    .await
}
