//! What verification reads: where a host is, what was applied, which names a site that is gone had.

use super::Work;
use crate::{
    Server,
    hub::{News, Told},
    store::{Tx, internal, sql},
};
use model::{ChangeId, ChangeState, HostId, Kind, Problem, SiteName, wire::Drift};
use serde_json::Value;
use sqlx::{Any, Executor};
use std::net::IpAddr;
use uuid::Uuid;

pub async fn addresses(server: &Server, host: HostId) -> Result<Vec<IpAddr>, Problem> {
    let (ipv4, ipv6): (Option<String>, Option<String>) = sql("SELECT ipv4, ipv6 FROM hosts WHERE id = $1")
        .bind(host)
        .one(server.store.on(), |row| Ok((row.get("ipv4")?, row.get("ipv6")?)))
        .await?;
    Ok([ipv4, ipv6].into_iter().flatten().filter_map(|address| address.parse().ok()).collect())
}

/// Sites and certificates of a host that were applied and not verified.
pub async fn applied(server: &Server, host: HostId) -> Result<Vec<(Told, News)>, Problem> {
    sql("SELECT kind, key, generation, change_id, account_id, body FROM resources
         WHERE host_id = $1 AND state = 'applied' AND (kind = 'site' OR kind = 'certificate' AND body IS NOT NULL)")
    .bind(host)
    .all(server.store.on(), |row| {
        let kind: String = row.get("kind")?;
        let told = Told {
            kind: Kind::from_code(&kind).ok_or_else(|| internal("a stored kind is unknown", &kind))?,
            key: row.get("key")?,
            generation: row.get("generation")?,
            state: ChangeState::Applied,
            text: None,
            drift: None,
            request: None,
        };
        let news =
            News { change: row.get("change_id")?, account: row.get("account_id")?, body: row.get("body")? };
        Ok((told, news))
    })
    .await
}

/// Whether this generation of the resource is still applied and waits to be verified.
pub async fn is_wanted(on: impl Executor<'_, Database = Any>, work: Work) -> Result<bool, Problem> {
    let found =
        sql("SELECT state FROM resources WHERE host_id = $1 AND kind = $2 AND key = $3 AND generation = $4")
            .bind(work.host)
            .bind(work.kind.code())
            .bind(work.key)
            .bind(work.generation)
            .optional(on, |row| row.get::<String>("state"))
            .await?;
    Ok(found.as_deref() == Some(ChangeState::Applied.code()))
}

/// The names that a site keeps while it is not wanted: its account is deleted, and may come back.
pub async fn names_kept(server: &Server, site: Uuid) -> Result<Vec<SiteName>, Problem> {
    sql("SELECT name FROM names WHERE site_id = $1")
        .bind(site)
        .all(server.store.on(), |row| row.get("name"))
        .await
}

/// The names that a change took off a site, but for those that serve a site by now.
pub async fn names_taken_off(server: &Server, change: ChangeId) -> Result<Vec<SiteName>, Problem> {
    let before = sql("SELECT before_json FROM changes WHERE id = $1")
        .bind(change)
        .optional(server.store.on(), |row| row.get::<Option<Value>>("before_json"))
        .await?;
    let before = before.flatten().and_then(|mut before| before.get_mut("names").map(Value::take));
    let had: Vec<SiteName> = before.and_then(|names| serde_json::from_value(names).ok()).unwrap_or_default();
    let mut gone = Vec::new();
    for name in had {
        let used = sql("SELECT name FROM names WHERE name = $1")
            .bind(&name)
            .optional(server.store.on(), |row| row.get::<String>("name"))
            .await?;
        if used.is_none() {
            gone.push(name);
        }
    }
    Ok(gone)
}

pub async fn drift(tx: &mut Tx, work: Work) -> Result<Option<Drift>, Problem> {
    let drift = sql("SELECT drift FROM resources WHERE host_id = $1 AND kind = $2 AND key = $3")
        .bind(work.host)
        .bind(work.kind.code())
        .bind(work.key)
        .optional(tx.on(), |row| row.get::<Option<String>>("drift"))
        .await?;
    Ok(drift.flatten().and_then(|drift| serde_json::from_str(&drift).ok()))
}
