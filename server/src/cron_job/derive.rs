//! Rows to resources.

use super::store::{self, CronJobRow};
use crate::{
    account::AccountView,
    resource::Want,
    store::{Tx, sql},
};
use model::{AccountId, Body, CronJob, CronJobId, HostId, Kind, Problem};

pub(super) fn want(of: &AccountView, row: &CronJobRow) -> Want {
    let body = CronJob {
        id: row.id,
        account_id: of.id,
        account: of.name.clone(),
        schedule: row.spec.schedule.clone(),
        zone: row.spec.zone.clone(),
        task: row.spec.does.task(of.php),
        limit: row.spec.minutes,
        paused: row.spec.paused,
        run_now: row.run_now,
    };
    Want::put(of.host.id, of.id, Body::CronJob(body))
}

pub(super) fn gone(host: HostId, account: AccountId, id: CronJobId) -> Want {
    Want::gone(host, account, Kind::CronJob, id.uuid())
}

/// All of an account that ends, whose row is locked.
pub(crate) async fn let_go_of(tx: &mut Tx, of: &AccountView) -> Result<Vec<Want>, Problem> {
    let ids = store::ids(tx, of.id).await?;
    for statement in [
        "DELETE FROM cron_runs WHERE job_id IN (SELECT id FROM cron_jobs WHERE account_id = $1)",
        "DELETE FROM cron_jobs WHERE account_id = $1",
    ] {
        sql(statement).bind(of.id).run(tx.on()).await?;
    }
    Ok(ids.into_iter().map(|id| gone(of.host.id, of.id, id)).collect())
}
