//! Of which accounts mail is held, as hosts tell of it when asked; and that people hear of it, once.

use crate::{
    Actor, Server, account, mail,
    store::{Tx, sql},
    views::{Ref, RefShape},
};
use model::{
    AccountId, Duty, HeldMail, HostFacts, HostId, MemberId, Problem,
    wire::{Answer, Query},
};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Accounts in one list: there are few, or something is amiss with the caps.
const MOST: i64 = 200;

/// An account of which mail is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct HeldView {
    #[schema(value_type = RefShape)]
    pub account: Ref<AccountId>,
    #[schema(value_type = RefShape)]
    pub member: Ref<MemberId>,
    #[schema(value_type = RefShape)]
    pub host: Ref<HostId>,
    pub mails: u32,
    pub since: i64,
}

/// The accounts of which mail waits for a decision, oldest first.
pub async fn held(server: &Server, actor: &Actor) -> Result<Vec<HeldView>, Problem> {
    actor.must(Duty::SeeMembers)?;
    sql("SELECT a.id, a.name, m.id AS member_id, m.name AS member_name, h.id AS host_id, h.name AS host_name, k.mails, k.since
         FROM held_mails k JOIN accounts a ON a.id = k.account_id JOIN members m ON m.id = a.member_id JOIN hosts h ON h.id = a.host_id
         WHERE a.state <> 'erased' ORDER BY k.since, a.id LIMIT $1")
    .bind(MOST)
    .all(server.store.on(), |row| {
        Ok(HeldView {
            account: Ref { id: row.get("id")?, name: row.get("name")? },
            member: Ref { id: row.get("member_id")?, name: row.get("member_name")? },
            host: Ref { id: row.get("host_id")?, name: row.get("host_name")? },
            mails: row.get("mails")?,
            since: row.get("since")?,
        })
    })
    .await
}

/// Asks a host in a task of its own, for the answer comes over the very connection that asks.
pub(crate) fn ask_later(server: &Server, host: HostId) {
    let server = server.clone();
    tokio::spawn(async move {
        if let Err(problem) = ask_host(&server, host).await {
            tracing::warn!(%host, %problem, "what its outbox holds could not be read");
        }
    });
}

/// Asks a host that has an outbox, and writes what is new.
async fn ask_host(server: &Server, host: HostId) -> Result<(), Problem> {
    let facts: Option<Option<String>> = sql("SELECT facts FROM hosts WHERE id = $1")
        .bind(host)
        .optional(server.store.on(), |row| row.get("facts"))
        .await?;
    let facts = facts.flatten().and_then(|facts| serde_json::from_str::<HostFacts>(&facts).ok());
    if !facts.is_some_and(|facts| facts.outbox) {
        return Ok(());
    }
    match server.hub.ask(host, Query::HeldMail).await? {
        Answer::HeldMail { accounts } => told(server, host, &accounts).await,
        _ => Ok(()),
    }
}

/// A host tells of what it holds.
pub async fn told(server: &Server, host: HostId, accounts: &[HeldMail]) -> Result<(), Problem> {
    let known: Vec<(AccountId, i64, i64)> = sql(
        "SELECT k.account_id, k.mails, k.since FROM held_mails k JOIN accounts a ON a.id = k.account_id WHERE a.host_id = $1",
    )
    .bind(host)
    .all(server.store.on(), |row| Ok((row.get("account_id")?, row.get("mails")?, row.get("since")?)))
    .await?;
    let mut gone: BTreeMap<AccountId, (i64, i64)> =
        known.into_iter().map(|(account, mails, since)| (account, (mails, since))).collect();
    for one in accounts {
        let now = (i64::from(one.mails), i64::try_from(one.since).unwrap_or(i64::MAX));
        if gone.remove(&one.account) != Some(now) {
            let mut tx = server.store.write().await?;
            write(server, &mut tx, host, one.account, now).await?;
            tx.commit().await?;
        }
    }
    for account in gone.into_keys() {
        let mut tx = server.store.write().await?;
        forget(&mut tx, account).await?;
        tx.commit().await?;
    }
    Ok(())
}

pub(crate) async fn forget(tx: &mut Tx, account: AccountId) -> Result<(), Problem> {
    sql("DELETE FROM held_mails WHERE account_id = $1").bind(account).run(tx.on()).await.map(drop)
}

/// What is not an account of the host's own says nothing.
async fn write(
    server: &Server,
    tx: &mut Tx,
    host: HostId,
    account: AccountId,
    (mails, since): (i64, i64),
) -> Result<(), Problem> {
    let own =
        sql("UPDATE accounts SET version = version WHERE id = $1 AND host_id = $2 AND state <> 'erased'")
            .bind(account)
            .bind(host)
            .run(tx.on())
            .await?;
    if own == 0 {
        return Ok(());
    }
    sql("INSERT INTO held_mails (account_id, mails, since) VALUES ($1, $2, $3)
         ON CONFLICT (account_id) DO UPDATE SET mails = excluded.mails, since = excluded.since")
    .bind(account)
    .bind(mails)
    .bind(since)
    .run(tx.on())
    .await?;
    let now = server.world.now_ms();
    let first = sql("UPDATE held_mails SET told_at = $2 WHERE account_id = $1 AND told_at IS NULL")
        .bind(account)
        .bind(now)
        .run(tx.on())
        .await?;
    if first == 0 || server.carrier.is_none() {
        return Ok(());
    }
    let of = account::lock(tx, server, &Actor::panel(), account).await?;
    mail::mail_held(tx, server, &of, since).await
}
