//! An account's plan.

use super::{AccountPlan, AccountView, derive, life::act, store};
use crate::{Actor, Server, change::Done, database, plan, resource, site, store::sql, views::stale};
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
    let limits = |plan: &AccountPlan| (plan.sites_max, plan.names_max, plan.databases_max);
    let (now_most, most) = (limits(&before.plan), limits(&after.plan));
    let less = most.0 < now_most.0 || most.1 < now_most.1 || most.2 < now_most.2;
    if less && !above {
        plan::above::account(&mut tx, id, most).await?;
    }
    let plan = |account: &AccountView| json!({ "plan": account.plan.name, "plan_id": account.plan.id });
    let change =
        act(server, actor, &mut tx, "account.plan", &after, plan(&before), plan(&after), undoes).await?;
    let sites = site::rows(&mut tx, id).await?;
    let mut wants = derive::wants(&mut tx, &after, &sites).await?;
    wants.extend(database::wants_of(&mut tx, &after).await?);
    resource::write(&mut tx, change, now, wants).await?;
    let item = store::load(tx.on(), server, actor, id).await?;
    tx.commit().await?;
    Ok(Done { item, change: Some(change) })
}
