//! The table `changes`: written once, never altered.

use super::{Act, filter::place};
use crate::{
    Server,
    actor::Actor,
    store::{Row, Tx, sql},
    world::World,
};
use model::{ChangeId, Problem, ProblemKind, Text};
use serde_json::Value;

/// Records an act in the transaction of what it did.
pub async fn record(tx: &mut Tx, world: &dyn World, actor: &Actor, act: Act) -> Result<ChangeId, Problem> {
    let id: ChangeId = world.id();
    let json = |value: Option<Value>| value.map(|value| value.to_string());
    let recorded = sql("INSERT INTO changes (id, at, user_id, who, via, verb, member_id, account_id, host_id, subject_kind, subject_id,
           subject_label, before_json, after_json, undoes)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         ON CONFLICT (undoes) DO NOTHING")
        .bind(id)
        .bind(world.now_ms())
        .bind(actor.user)
        .bind(actor.who.as_str())
        .bind(actor.via_code())
        .bind(act.verb)
        .bind(act.member)
        .bind(act.account)
        .bind(act.host)
        .bind(act.subject.kind)
        .bind(act.subject.id)
        .bind(act.subject.label)
        .bind(json(act.before))
        .bind(json(act.after))
        .bind(act.undoes)
        .run(tx.on())
        .await?;
    if recorded == 0 {
        return Err(Problem::new(
            ProblemKind::Conflict,
            "already_undone",
            Text::new("Cette modification a déjà été annulée.", "This change has already been undone."),
        ));
    }
    sql("INSERT INTO change_queue (change_id) VALUES ($1)").bind(id).run(tx.on()).await?;
    if let Some(account) = act.account {
        tx.wake_account(account);
    }
    Ok(id)
}

/// How many acts there were from a time on and before another: a walk through ids alone, which begin with their time.
pub async fn count_between(server: &Server, from: i64, to: i64) -> Result<i64, Problem> {
    sql("SELECT COUNT(*) FROM changes WHERE id >= $1 AND id < $2")
        .bind(place(from))
        .bind(place(to))
        .one(server.store.on(), Row::first)
        .await
}

/// When the first act was.
pub async fn first_at(server: &Server) -> Result<Option<i64>, Problem> {
    sql("SELECT at FROM changes ORDER BY id LIMIT 1").optional(server.store.on(), Row::first).await
}
