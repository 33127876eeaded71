//! A host whose agent came to know limits is given those of the accounts it has had for longer.

use crate::{
    Actor, Server, account,
    change::{self, Act, Subject},
    resource, site,
    store::sql,
};
use model::{AccountId, HostId, Problem, ProblemKind};
use serde_json::json;

/// Accounts in one go: the next round goes on.
const MOST: i64 = 200;

pub(super) async fn accounts(server: &Server, host: HostId) -> Result<(), Problem> {
    let without: Vec<AccountId> = sql("SELECT a.id FROM resources r JOIN accounts a ON a.id = r.key
         WHERE r.host_id = $1 AND r.kind = 'account' AND r.deleted_at IS NULL AND r.body NOT LIKE '%\"limits\":{%' AND a.state <> 'erased'
         ORDER BY a.id LIMIT $2")
    .bind(host)
    .bind(MOST)
    .all(server.store.on(), |row| row.get("id"))
    .await?;
    for id in without {
        match one(server, id).await {
            // It went meanwhile.
            Err(problem) if problem.kind == ProblemKind::NotFound => {}
            other => other?,
        }
    }
    Ok(())
}

async fn one(server: &Server, id: AccountId) -> Result<(), Problem> {
    let actor = Actor::panel();
    let mut tx = server.store.write().await?;
    let account = account::lock(&mut tx, server, &actor, id).await?;
    let mut act = Act::new("account.limits", Subject::new("account", id, &account.name));
    act.member = Some(account.member.id);
    act.account = Some(id);
    act.after = Some(json!({ "plan": account.plan.name }));
    let change = change::record(&mut tx, &*server.world, &actor, act).await?;
    let sites = site::rows(&mut tx, id).await?;
    let wants = account::wants(&mut tx, &account, &sites).await?;
    resource::write(&mut tx, change, server.world.now_ms(), wants).await?;
    tx.commit().await
}
