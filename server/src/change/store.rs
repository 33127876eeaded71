//! The table `changes`: written once, never altered.

use super::{Act, filter::place};
use crate::{
    Server,
    actor::Actor,
    store::{self, Row, Tx, many, sql},
    world::World,
};
use model::{ChangeId, Problem, ProblemKind, Text};
use serde_json::{Value, json};

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

/// Records many acts at once, in their order; none of them undoes another.
pub(crate) async fn record_all(
    tx: &mut Tx,
    world: &dyn World,
    actor: &Actor,
    acts: Vec<Act>,
) -> Result<(), Problem> {
    let now = world.now_ms();
    let mut rows = Vec::with_capacity(acts.len());
    for act in acts {
        let id: ChangeId = world.id();
        let text = |value: Option<Value>| value.map(|value| value.to_string());
        rows.push(json!([
            id,
            now,
            actor.user,
            actor.who,
            actor.via_code(),
            act.verb,
            act.member,
            act.account,
            act.host,
            act.subject.kind,
            act.subject.id,
            act.subject.label,
            text(act.before),
            text(act.after),
        ]));
        if let Some(account) = act.account {
            tx.wake_account(account);
        }
    }
    let changes = many!(
        tx.engine(),
        "changes",
        [
            (0, "id", text),
            (1, "at", int),
            (2, "user_id", text),
            (3, "who", text),
            (4, "via", text),
            (5, "verb", text),
            (6, "member_id", text),
            (7, "account_id", text),
            (8, "host_id", text),
            (9, "subject_kind", text),
            (10, "subject_id", text),
            (11, "subject_label", text),
            (12, "before_json", text),
            (13, "after_json", text),
        ],
        ""
    );
    store::insert(tx, changes, &rows).await?;
    let queue = many!(tx.engine(), "change_queue", [(0, "change_id", text)], "");
    store::insert(tx, queue, &rows).await
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
