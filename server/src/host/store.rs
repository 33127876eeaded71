//! The table `hosts` as admins see it. Only admins know hosts by more than their name.

use super::{Counts, Frozen, HostState, HostView, tally};
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
    let written = server.store.written();
    let mut snapshot = server.store.read().await?;
    let hosts = sql("SELECT h.*, (SELECT MAX(c.expires_at) FROM host_certificates c WHERE c.host_id = h.id AND c.revoked_at IS NULL) AS certificate_until
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
    tally::fill(server, &mut snapshot, written, &mut page.items).await?;
    Ok(page)
}

pub async fn show(server: &Server, actor: &Actor, host: HostId) -> Result<HostView, Problem> {
    actor.must(Duty::SeeHosts)?;
    let mut snapshot = server.store.read().await?;
    load(&mut snapshot, host, server.world.now_ms()).await
}

pub(super) async fn load(on: &mut AnyConnection, host: HostId, now: i64) -> Result<HostView, Problem> {
    let found = sql("SELECT h.*, (SELECT MAX(c.expires_at) FROM host_certificates c WHERE c.host_id = h.id AND c.revoked_at IS NULL) AS certificate_until
         FROM hosts h WHERE h.id = $1")
        .bind(host)
        .optional(&mut *on, |row| view(row, now))
        .await?;
    let mut view = found.ok_or_else(not_found)?;
    tally::fill_now(on, &mut view).await?;
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
        // Counted beside the row.
        accounts: 0,
        resources: Counts::default(),
        created_at: row.get("created_at")?,
        version: row.get("version")?,
    })
}
