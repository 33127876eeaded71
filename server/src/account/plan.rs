//! An account's plan.

use super::{AccountView, derive, life::act, store};
use crate::{Actor, Server, change::Done, plan, resource, site, store::sql, views::stale};
use model::{AccountId, ChangeId, PlanId, Problem, Text};
use serde_json::json;

/// Gives the account another plan; what it already has above the new limits stays, if that is accepted (`above`).
pub async fn set_plan(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    expected: Option<i64>,
    plan: PlanId,
    above: bool,
) -> Result<Done<AccountView>, Problem> {
    set_plan_as(server, actor, account, expected, (plan, above), None).await
}

pub(crate) async fn set_plan_as(
    server: &Server,
    actor: &Actor,
    id: AccountId,
    expected: Option<i64>,
    (plan, above): (PlanId, bool),
    undoes: Option<ChangeId>,
) -> Result<Done<AccountView>, Problem> {
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let before = store::lock(&mut tx, server, actor, id).await?;
    actor.must_act_as_admin()?;
    stale(expected, before.version)?;
    if before.plan.id == plan {
        return Ok(Done { item: before, change: None });
    }
    let moved = sql("UPDATE accounts SET plan_id = $2, version = version + 1 WHERE id = $1 AND EXISTS (SELECT 1 FROM plans WHERE id = $2)")
        .bind(id)
        .bind(plan)
        .run(tx.on())
        .await?;
    if moved == 0 {
        return Err(Problem::invalid(
            "plan",
            "choice_absent",
            Text::new(
                "Cette offre n’existe plus\u{a0}: choisissez dans la liste.",
                "This plan no longer exists: choose from the list.",
            ),
        ));
    }
    let after = store::load(tx.on(), server, actor, id).await?;
    let less = after.plan.sites_max < before.plan.sites_max || after.plan.names_max < before.plan.names_max;
    if less && !above {
        plan::above::account(&mut tx, id, after.plan.sites_max, after.plan.names_max).await?;
    }
    let plan = |account: &AccountView| json!({ "plan": account.plan.name, "plan_id": account.plan.id });
    let change =
        act(server, actor, &mut tx, "account.plan", &after, plan(&before), plan(&after), undoes).await?;
    let sites = site::rows(&mut tx, id).await?;
    resource::write(&mut tx, change, now, derive::wants(&after, &sites)?).await?;
    let item = store::load(tx.on(), server, actor, id).await?;
    tx.commit().await?;
    Ok(Done { item, change: Some(change) })
}
