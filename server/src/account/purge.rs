//! The end of deleted accounts, once the configuration keeps them no longer.

use super::{
    derive,
    life::{act, summary},
    store,
};
use crate::{
    Actor, Server, app, certificate, cron_job, database, outbox, resource, search, sftp_login, site, ssh_key,
    store::sql,
};
use model::{AccountId, AccountState, Problem, ProblemKind};
use serde_json::Value;

/// The hourly job: accounts whose `erase_at` has come are erased; the only place that ever erases. Gives how many.
pub async fn purge(server: &Server) -> Result<usize, Problem> {
    let now = server.world.now_ms();
    let actor = Actor::panel();
    let due: Vec<AccountId> =
        sql("SELECT id FROM accounts WHERE state = 'deleted' AND erase_at <= $1 ORDER BY id LIMIT 1000")
            .bind(now)
            .all(server.store.on(), |row| row.get("id"))
            .await?;
    let mut erased = 0;
    for id in due {
        let mut tx = server.store.write().await?;
        let account = match store::lock(&mut tx, server, &actor, id).await {
            Ok(account) => account,
            Err(problem) if problem.kind == ProblemKind::NotFound => continue,
            Err(problem) => return Err(problem),
        };
        // Somebody may have brought it back since the list was made.
        if account.erase_at.is_none_or(|at| at > now) {
            continue;
        }
        let sites = site::rows(&mut tx, id).await?;
        let change =
            act(server, &actor, &mut tx, "account.erase", &account, summary(&account), Value::Null, None)
                .await?;
        let mut wants = vec![derive::account(&account, AccountState::Erased, derive::Own::default())?];
        wants.extend(sites.iter().map(|site| derive::gone(&account, site)));
        wants.extend(certificate::let_go_of(&mut tx, id).await?);
        wants.extend(database::erase_all(&mut tx, &account).await?);
        wants.extend(app::let_go_of(&mut tx, &account).await?);
        wants.extend(cron_job::let_go_of(&mut tx, &account).await?);
        resource::write(&mut tx, change, now, wants).await?;
        ssh_key::erase_all(&mut tx, id).await?;
        outbox::forget(&mut tx, id).await?;
        sftp_login::erase_all(&mut tx, id).await?;
        search::forget(&mut tx, search::Kind::Account, id).await?;
        for site in &sites {
            search::forget(&mut tx, search::Kind::Site, site.id).await?;
        }
        for statement in [
            "DELETE FROM file_works WHERE account_id = $1",
            "DELETE FROM names WHERE site_id IN (SELECT id FROM sites WHERE account_id = $1)",
            "DELETE FROM sites WHERE account_id = $1",
            "DELETE FROM domains WHERE account_id = $1",
            "DELETE FROM account_uses WHERE account_id = $1",
            "DELETE FROM limit_bites WHERE account_id = $1",
            "DELETE FROM limit_warnings WHERE account_id = $1",
            "UPDATE accounts SET state = 'erased', version = version + 1 WHERE id = $1",
        ] {
            sql(statement).bind(id).run(tx.on()).await?;
        }
        tx.commit().await?;
        erased += 1;
    }
    Ok(erased)
}
