//! A host's life: open or closed to new accounts, its access revoked, retired.

use super::{HostState, HostView, rules::act, store};
use crate::{
    Actor, Server,
    change::{self, Done},
    store::{Tx, sql},
    views::stale,
};
use model::{Duty, HostId, Problem, ProblemKind, Text, text};

/// No new accounts from now on; what it serves goes on.
pub async fn drain(
    server: &Server,
    actor: &Actor,
    host: HostId,
    expected: Option<i64>,
) -> Result<Done<HostView>, Problem> {
    advance(server, actor, host, expected, "host.drain", &[HostState::Active], HostState::Draining).await
}

/// Open to new accounts again.
pub async fn activate(
    server: &Server,
    actor: &Actor,
    host: HostId,
    expected: Option<i64>,
) -> Result<Done<HostView>, Problem> {
    advance(server, actor, host, expected, "host.activate", &[HostState::Draining], HostState::Active).await
}

/// Lets its agent in no more, at once; sites go on. Enrolling again brings it back.
pub async fn revoke(
    server: &Server,
    actor: &Actor,
    host: HostId,
    expected: Option<i64>,
) -> Result<Done<HostView>, Problem> {
    let from = [HostState::Waiting, HostState::Active, HostState::Draining];
    advance(server, actor, host, expected, "host.revoke", &from, HostState::Revoked).await
}

/// Gone for good, once nothing is on it.
pub async fn retire(
    server: &Server,
    actor: &Actor,
    host: HostId,
    expected: Option<i64>,
) -> Result<Done<HostView>, Problem> {
    let from = [HostState::Waiting, HostState::Active, HostState::Draining, HostState::Revoked];
    advance(server, actor, host, expected, "host.retire", &from, HostState::Retired).await
}

async fn advance(
    server: &Server,
    actor: &Actor,
    host: HostId,
    expected: Option<i64>,
    verb: &'static str,
    from: &[HostState],
    to: HostState,
) -> Result<Done<HostView>, Problem> {
    actor.must_do_what_others_see(Duty::SeeHosts, Duty::KeepHosts)?;
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let before = store::lock(&mut tx, host, now).await?;
    if matches!(to, HostState::Revoked | HostState::Retired) {
        actor.must_have_proved(now)?;
    }
    stale(expected, before.version)?;
    if before.state == to {
        return Ok(Done { item: before, change: None });
    }
    if !from.contains(&before.state) {
        return Err(Problem::new(
            ProblemKind::Conflict,
            "host_state",
            Text::new(
                "L’hôte n’est pas dans un état qui le permet\u{a0}: relisez sa page.",
                "The host is not in a state that allows this: read its page again.",
            ),
        ));
    }
    if to == HostState::Retired && before.accounts > 0 {
        let accounts = before.accounts;
        return Err(Problem::new(
            ProblemKind::Conflict,
            "host_has_accounts",
            text!(
                "Cet hôte porte encore {accounts} comptes, y compris les comptes supprimés qui peuvent encore revenir\u{a0}: déplacez-les ou attendez leur effacement.",
                "This host still has {accounts} accounts, deleted ones that can still come back included: move them or wait until they are erased."
            ),
        ));
    }
    sql("UPDATE hosts SET state = $2, version = version + 1 WHERE id = $1")
        .bind(host)
        .bind(to.code())
        .run(tx.on())
        .await?;
    if matches!(to, HostState::Revoked | HostState::Retired) {
        shut_out(&mut tx, host, now).await?;
    }
    let change = change::record(&mut tx, &*server.world, actor, act(verb, host, &before.name)).await?;
    let item = store::load(tx.on(), host, now).await?;
    // The hub looks again, and ends the connection of a host that is no longer welcome.
    tx.wake_host(host);
    tx.commit().await?;
    Ok(Done { item, change: Some(change) })
}

/// No certificate and no token of this host is good any more.
pub(super) async fn shut_out(tx: &mut Tx, host: HostId, now: i64) -> Result<(), Problem> {
    sql("UPDATE host_certificates SET revoked_at = $2 WHERE host_id = $1 AND revoked_at IS NULL")
        .bind(host)
        .bind(now)
        .run(tx.on())
        .await?;
    sql("UPDATE enrolments SET expires_at = $2 WHERE host_id = $1 AND used_at IS NULL AND expires_at > $2")
        .bind(host)
        .bind(now)
        .run(tx.on())
        .await
        .map(drop)
}
