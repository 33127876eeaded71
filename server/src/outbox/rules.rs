//! What staff decides about mail that is held. It is part of what the account is on its host, so that it reaches one that is away, too.

use crate::{
    Actor, Server,
    account::{self, AccountView},
    change::{self, Act, Done, Subject},
    resource,
    store::sql,
    views::stale,
};
use model::{AccountId, Problem};
use serde_json::json;

/// It leaves, whatever the cap says.
pub async fn release(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    expected: Option<i64>,
) -> Result<Done<AccountView>, Problem> {
    const LEAVES: &str =
        "UPDATE accounts SET mail_release = CASE WHEN mail_release < $2 THEN $2 ELSE mail_release + 1 END,
         version = version + 1 WHERE id = $1";
    decide(server, actor, (account, expected), LEAVES, |subject| Act::new("outbox.release", subject)).await
}

/// It is thrown away.
pub async fn discard(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    expected: Option<i64>,
) -> Result<Done<AccountView>, Problem> {
    const GOES: &str =
        "UPDATE accounts SET mail_discard = CASE WHEN mail_discard < $2 THEN $2 ELSE mail_discard + 1 END,
         version = version + 1 WHERE id = $1";
    decide(server, actor, (account, expected), GOES, |subject| Act::new("outbox.discard", subject)).await
}

async fn decide(
    server: &Server,
    actor: &Actor,
    (id, expected): (AccountId, Option<i64>),
    statement: &'static str,
    act: fn(Subject) -> Act,
) -> Result<Done<AccountView>, Problem> {
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let of = account::lock(&mut tx, server, actor, id).await?;
    actor.must_act_as_admin()?;
    stale(expected, of.version)?;
    account::must_stay(&of)?;
    let held: Option<i64> = sql("SELECT mails FROM held_mails WHERE account_id = $1")
        .bind(id)
        .optional(tx.on(), |row| row.get("mails"))
        .await?;
    sql(statement).bind(id).bind(now).run(tx.on()).await?;
    let mut act = act(Subject::new("account", of.id, &of.name));
    act.member = Some(of.member.id);
    act.account = Some(of.id);
    act.before = Some(json!({ "held": held.unwrap_or_default() }));
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    let wants = account::as_it_is(&mut tx, &of).await?;
    resource::write(&mut tx, change, now, wants).await?;
    let item = account::lock(&mut tx, server, actor, id).await?;
    tx.commit().await?;
    Ok(Done { item, change: Some(change) })
}
