//! Undoing what was done to a member: facts come back as they were, a status leaves the history or comes back into it.

use super::{ContactInput, MemberPatch, Step, rules, status, store, summary};
use crate::{Actor, Server, actor::not_found, change::ChangeView, store::internal};
use model::{ChangeId, Duty, MemberId, Problem};
use serde_json::{Map, Value};

/// Undoes a change of a member; `None`: it does not stand as that change left it.
pub(crate) async fn undo(
    server: &Server,
    actor: &Actor,
    member: MemberId,
    undone: &ChangeView,
) -> Result<Option<ChangeId>, Problem> {
    actor.must_do_what_others_see(Duty::SeeMembers, Duty::Administer)?;
    if undone.verb == "member.status" {
        of_status(server, actor, member, undone).await
    } else {
        of_facts(server, actor, member, undone).await
    }
}

async fn of_facts(
    server: &Server,
    actor: &Actor,
    member: MemberId,
    undone: &ChangeView,
) -> Result<Option<ChangeId>, Problem> {
    let now = store::read(server, member).await?;
    let facts = summary::facts(&now);
    let after = side(&undone.after);
    if after.iter().any(|(key, value)| facts.get(key) != Some(value)) {
        return Ok(None);
    }
    let patch = patch(&side(&undone.before))?;
    let done = rules::update_as(server, actor, member, Some(now.version), patch, Some(undone.id)).await?;
    Ok(done.change)
}

async fn of_status(
    server: &Server,
    actor: &Actor,
    member: MemberId,
    undone: &ChangeView,
) -> Result<Option<ChangeId>, Problem> {
    let after = side(&undone.after);
    let step = |key: &str| after.get(key).cloned().map(serde_json::from_value::<Step>).transpose();
    let (added, removed) = (step("added"), step("removed"));
    let bad = |error| internal("a status in a change", &error);
    let (added, removed) = (added.map_err(bad)?, removed.map_err(bad)?);
    let mut tx = server.store.write().await?;
    if !store::hold(&mut tx, member).await? {
        return Err(not_found());
    }
    let now = store::load(&mut tx, member).await?;
    let by = match (added, removed) {
        (Some(step), _) => status::remove(&mut tx, server, actor, &now, step.id, Some(undone.id)).await?,
        (_, Some(step)) => {
            status::add(&mut tx, server, actor, &now, step.status, step.since, Some(undone.id)).await?
        }
        _ => None,
    };
    if by.is_some() {
        tx.commit().await?;
    }
    Ok(by)
}

fn side(side: &Option<Value>) -> Map<String, Value> {
    side.as_ref().and_then(Value::as_object).cloned().unwrap_or_default()
}

/// The facts of one side of a change, as a patch that brings them about.
fn patch(facts: &Map<String, Value>) -> Result<MemberPatch, Problem> {
    let text = |key: &str| facts.get(key).map(|value| value.as_str().unwrap_or_default().to_owned());
    let number = facts.get("number").and_then(Value::as_u64).and_then(|number| number.try_into().ok());
    let contacts =
        facts.get("contacts").cloned().map(serde_json::from_value::<Vec<ContactInput>>).transpose();
    Ok(MemberPatch {
        name: text("name"),
        number,
        kind: text("kind"),
        lang: text("lang"),
        address: text("address"),
        contacts: contacts.map_err(|error| internal("contacts in a change", &error))?,
        ..MemberPatch::default()
    })
}
