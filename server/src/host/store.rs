//! The table `hosts` as admins see it. Only admins know hosts by more than their name.

use super::{Counts, Frozen, HostState, HostView};
use crate::{
    Actor, Server,
    actor::not_found,
    change,
    paging::{Listing, Page},
    store::{Row, Tx, internal, sql},
};
use model::{Duty, HostId, Problem, ProblemKind, Text};
use sqlx::AnyConnection;

/// All hosts by name; retired ones last.
pub async fn list(server: &Server, actor: &Actor, listing: &Listing) -> Result<Page<HostView>, Problem> {
    actor.must(Duty::SeeHosts)?;
    let [order, name] = listing.after()?;
    let now = server.world.now_ms();
    let mut snapshot = server.store.read().await?;
    let hosts = sql("SELECT h.*, (SELECT COUNT(*) FROM accounts a WHERE a.host_id = h.id AND a.state <> 'erased') AS accounts,
           (SELECT MAX(c.expires_at) FROM host_certificates c WHERE c.host_id = h.id AND c.revoked_at IS NULL) AS certificate_until
         FROM hosts h
         WHERE h.name LIKE $1 ESCAPE '\\' AND ($2 = ''
           OR CASE h.state WHEN 'retired' THEN '1' ELSE '0' END > $2
           OR (CASE h.state WHEN 'retired' THEN '1' ELSE '0' END = $2 AND h.name > $3))
         ORDER BY CASE h.state WHEN 'retired' THEN '1' ELSE '0' END, h.name LIMIT $4")
        .bind(listing.pattern())
        .bind(order)
        .bind(name)
        .bind(listing.fetch())
        .all(&mut *snapshot, |row| view(row, now))
        .await?;
    let mut page = listing.page(hosts, |host| {
        let order = if host.state == HostState::Retired { "1" } else { "0" };
        [order.to_owned(), host.name.to_string()]
    });
    for host in &mut page.items {
        host.resources = counts(&mut snapshot, host.id).await?;
    }
    Ok(page)
}

pub async fn show(server: &Server, actor: &Actor, host: HostId) -> Result<HostView, Problem> {
    actor.must(Duty::SeeHosts)?;
    let mut snapshot = server.store.read().await?;
    load(&mut snapshot, host, server.world.now_ms()).await
}

pub(super) async fn load(on: &mut AnyConnection, host: HostId, now: i64) -> Result<HostView, Problem> {
    let found = sql("SELECT h.*, (SELECT COUNT(*) FROM accounts a WHERE a.host_id = h.id AND a.state <> 'erased') AS accounts,
           (SELECT MAX(c.expires_at) FROM host_certificates c WHERE c.host_id = h.id AND c.revoked_at IS NULL) AS certificate_until
         FROM hosts h WHERE h.id = $1")
        .bind(host)
        .optional(&mut *on, |row| view(row, now))
        .await?;
    let mut view = found.ok_or_else(not_found)?;
    view.resources = counts(on, host).await?;
    Ok(view)
}

/// Locks a host's row until the end of the transaction, and reads it; a retired host changes no more.
pub(super) async fn lock(tx: &mut Tx, host: HostId, now: i64) -> Result<HostView, Problem> {
    sql("UPDATE hosts SET version = version WHERE id = $1").bind(host).run(tx.on()).await?;
    let view = load(tx.on(), host, now).await?;
    if view.state != HostState::Retired {
        return Ok(view);
    }
    Err(Problem::new(
        ProblemKind::Conflict,
        "host_retired",
        Text::new(
            "Cet hôte est retiré\u{a0}: ajoutez-en un nouveau.",
            "This host is retired: add a new one.",
        ),
    ))
}

async fn counts(on: &mut AnyConnection, host: HostId) -> Result<Counts, Problem> {
    let mut counts = Counts::default();
    sql("SELECT state, COUNT(*) AS many FROM resources WHERE host_id = $1 GROUP BY state")
        .bind(host)
        .all(on, |row| {
            let (state, many): (String, u32) = (row.get("state")?, row.get("many")?);
            match state.as_str() {
                "applied" | "verified" => counts.applied += many,
                "failed" | "refused" => counts.failed += many,
                "held" => counts.held += many,
                _ => counts.pending += many,
            }
            Ok(())
        })
        .await?;
    Ok(counts)
}

fn view(row: &Row, now: i64) -> Result<HostView, Problem> {
    let state: String = row.get("state")?;
    let roles: String = row.get("roles")?;
    let facts: Option<String> = row.get("facts")?;
    let frozen_at: Option<i64> = row.get("frozen_at")?;
    let frozen = frozen_at.zip(row.text("frozen_fr", "frozen_en")?);
    let last_seen_at = row.get("last_seen_at")?;
    Ok(HostView {
        id: row.get("id")?,
        name: row.get("name")?,
        roles: roles.split(' ').filter(|role| !role.is_empty()).map(str::to_owned).collect(),
        ipv4: row.get("ipv4")?,
        ipv6: row.get("ipv6")?,
        state: HostState::from_code(&state).ok_or_else(|| internal("a stored state is unknown", &state))?,
        connected: !change::host_away(row.get("connected_at")?, last_seen_at, None, now),
        last_seen_at,
        agent_version: row.get("agent_version")?,
        facts: facts.and_then(|facts| serde_json::from_str(&facts).ok()),
        clock_offset_ms: row.get("clock_offset_ms")?,
        certificate_until: row.get("certificate_until")?,
        epoch: row.get("epoch")?,
        generation: row.get("generation")?,
        acked_generation: row.get("acked_generation")?,
        frozen: match frozen {
            Some((since, text)) => Some(Frozen { since, text, ledger_at: row.get("ledger_at")? }),
            None => None,
        },
        accounts: row.get("accounts")?,
        resources: Counts::default(),
        created_at: row.get("created_at")?,
        version: row.get("version")?,
    })
}
