//! The table `ssh_keys`.

use super::SshKeyView;
use crate::{
    Actor, Server,
    actor::{not_found, scoped},
    paging::{Listing, Page},
    store::{Row, Tx, sql},
    views::Ref,
};
use model::{AccountId, HostId, Problem, SshKey, SshKeyId};
use sqlx::{Any, Executor};

macro_rules! columns {
    () => {
        "SELECT k.id, k.label, k.public_key, k.fingerprint, k.created_at, k.made_by, a.id AS account_id, a.name AS account_name
         FROM ssh_keys k JOIN accounts a ON a.id = k.account_id WHERE a.state <> 'erased' AND "
    };
}

fn view(row: &Row) -> Result<SshKeyView, Problem> {
    let key: SshKey = row.get::<String>("public_key")?.parse()?;
    Ok(SshKeyView {
        id: row.get("id")?,
        account: Ref { id: row.get("account_id")?, name: row.get("account_name")? },
        label: row.get("label")?,
        algorithm: key.algorithm().to_owned(),
        fingerprint: row.get("fingerprint")?,
        created_at: row.get("created_at")?,
        made_by: row.get("made_by")?,
        maker_left: false,
    })
}

/// An account's keys, oldest first.
pub async fn list(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    listing: &Listing,
) -> Result<Page<SshKeyView>, Problem> {
    crate::account::must_see(server, actor, account).await?;
    let [after] = listing.after()?;
    let keys = sql(concat!(
        columns!(),
        "k.account_id = $1 AND k.id > $2 AND LOWER(k.label) LIKE $3 ESCAPE '\\' ORDER BY k.id LIMIT $4"
    ))
    .bind(account)
    .bind(after)
    .bind(listing.pattern())
    .bind(listing.fetch())
    .all(server.store.on(), view)
    .await?;
    let here = super::makers(server, account).await?;
    let left = |key: &SshKeyView| key.made_by.as_ref().is_some_and(|who| !here.contains(who));
    let keys = keys.into_iter().map(|key| SshKeyView { maker_left: left(&key), ..key }).collect();
    Ok(listing.page(keys, |key| [key.id.to_string()]))
}

/// One key, for who may see its account.
pub(super) async fn load(
    on: impl Executor<'_, Database = Any>,
    server: &Server,
    actor: &Actor,
    id: SshKeyId,
) -> Result<SshKeyView, Problem> {
    let query = scoped!(actor, concat!(columns!(), "k.id = $3 AND"), "");
    sql(query)
        .bind(actor.holder())
        .bind(server.world.now_ms())
        .bind(id)
        .optional(on, view)
        .await?
        .ok_or_else(not_found)
}

/// What a host is told of an account.
pub(crate) async fn of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<SshKey>, Problem> {
    sql("SELECT public_key FROM ssh_keys WHERE account_id = $1 ORDER BY id")
        .bind(account)
        .all(tx.on(), |row| row.get::<String>("public_key")?.parse())
        .await
}

pub(super) async fn insert(tx: &mut Tx, key: &SshKeyView, public_key: &SshKey) -> Result<(), Problem> {
    sql("INSERT INTO ssh_keys (id, account_id, label, public_key, fingerprint, created_at, made_by) VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(key.id)
        .bind(key.account.id)
        .bind(key.label.as_str())
        .bind(public_key.as_str())
        .bind(key.fingerprint.as_str())
        .bind(key.created_at)
        .bind(key.made_by.clone())
        .run(tx.on())
        .await
        .map(drop)
}

pub(super) async fn delete(tx: &mut Tx, id: SshKeyId) -> Result<(), Problem> {
    sql("DELETE FROM ssh_keys WHERE id = $1").bind(id).run(tx.on()).await.map(drop)
}

/// With their account.
pub(crate) async fn erase_all(tx: &mut Tx, account: AccountId) -> Result<(), Problem> {
    sql("DELETE FROM ssh_keys WHERE account_id = $1").bind(account).run(tx.on()).await.map(drop)
}

/// Where a host's SFTP answers, if it has it: its name for sites, or its address.
pub async fn address(server: &Server, host: HostId) -> Result<Option<String>, Problem> {
    address_on(server.store.on(), host).await
}

/// The same, within a change.
pub(super) async fn address_on<'c>(
    on: impl Executor<'c, Database = Any>,
    host: HostId,
) -> Result<Option<String>, Problem> {
    let found = sql("SELECT facts, ipv4 FROM hosts WHERE id = $1")
        .bind(host)
        .optional(on, |row| {
            Ok((row.get::<Option<serde_json::Value>>("facts")?, row.get::<Option<String>>("ipv4")?))
        })
        .await?;
    Ok(found
        .and_then(|(facts, address)| address.filter(|_| facts.is_some_and(|facts| facts["sftp"] == true))))
}

/// Whether a host's agent knows logins that are limited to a folder.
pub(crate) async fn has_logins<'c>(
    on: impl Executor<'c, Database = Any>,
    host: HostId,
) -> Result<bool, Problem> {
    let facts = sql("SELECT facts FROM hosts WHERE id = $1")
        .bind(host)
        .optional(on, |row| row.get::<Option<serde_json::Value>>("facts"))
        .await?;
    Ok(facts.flatten().is_some_and(|facts| facts["sftp_logins"] == true))
}
