//! What waits for a person on a host: edits made by hand (put back, or keep), and many deletions at once. The answer is a new
//! generation of the resource that carries the consent; nothing is told to the agent in any other way (law 1).

use super::{
    resources::{self, ResourceView, Wanted},
    rules::act,
    store,
    touch::{Touch, touch},
};
use crate::{
    Actor, Server,
    actor::not_found,
    change::{self, Done, Subject},
    store::Tx,
};
use model::{ChangeId, ChangeState, Consent, Duty, HostId, Kind, Problem, ProblemKind, Text};
use serde_json::json;
use uuid::Uuid;

/// Decides about one resource that is held.
pub async fn consent(
    server: &Server,
    actor: &Actor,
    host: HostId,
    kind: Kind,
    key: Uuid,
    consent: Consent,
) -> Result<Done<ResourceView>, Problem> {
    actor.must_do_what_others_see(Duty::SeeHosts, Duty::KeepHosts)?;
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let view = store::lock(&mut tx, host, now).await?;
    let resource = resources::load(tx.on(), host, kind, key).await?.ok_or_else(not_found)?;
    let fits = match consent {
        Consent::PutBack => resource.drift.is_some() || resource.pinned,
        Consent::Keep => resource.drift.is_some() && resource.state == ChangeState::Held,
        Consent::Delete => resource.wanted == Wanted::Gone && resource.state == ChangeState::Held,
    };
    if !fits {
        return Err(Problem::new(
            ProblemKind::Conflict,
            "nothing_held",
            Text::new(
                "Rien n’attend cette décision ici, ou plus\u{a0}: relisez la page.",
                "Nothing waits for this decision here, or no longer: read the page again.",
            ),
        ));
    }
    let mut act = act("resource.consent", host, &view.name);
    act.subject = Subject::new(kind.code(), key, &resource.label);
    act.account = resource.account;
    act.after = Some(json!({ "consent": consent, "path": resource.drift.as_ref().map(|drift| &drift.path) }));
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    allow(&mut tx, change, now, host, &resource, consent).await?;
    let item = resources::load(tx.on(), host, kind, key).await?.ok_or_else(not_found)?;
    tx.commit().await?;
    Ok(Done { item, change: Some(change) })
}

/// Every deletion the host holds back is meant. Gives how many there were.
pub async fn consent_to_deletions(
    server: &Server,
    actor: &Actor,
    host: HostId,
) -> Result<Done<usize>, Problem> {
    actor.must_do_what_others_see(Duty::SeeHosts, Duty::KeepHosts)?;
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let view = store::lock(&mut tx, host, now).await?;
    let held = resources::held_deletions(tx.on(), host).await?;
    if held.is_empty() {
        return Ok(Done { item: 0, change: None });
    }
    let mut act = act("resource.consent", host, &view.name);
    let labels: Vec<&str> = held.iter().map(|resource| resource.label.as_str()).collect();
    act.after = Some(json!({ "consent": Consent::Delete, "resources": labels }));
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    for resource in &held {
        allow(&mut tx, change, now, host, resource, Consent::Delete).await?;
    }
    tx.commit().await?;
    Ok(Done { item: held.len(), change: Some(change) })
}

async fn allow(
    tx: &mut Tx,
    change: ChangeId,
    now: i64,
    host: HostId,
    resource: &ResourceView,
    consent: Consent,
) -> Result<(), Problem> {
    let ResourceView { kind, key, account, .. } = *resource;
    touch(tx, change, now, host, Touch { kind, key, account, consent: Some(consent) }).await
}
