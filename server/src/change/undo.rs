//! Undoing: a new change that brings back what was before, where that makes sense; otherwise refused with the reason.

use super::{ChangeView, Done, show};
use crate::{Actor, Server, account, site, store::internal};
use model::{ChangeId, Problem, ProblemKind, SiteName, Text};
use serde_json::Value;

/// Whether an actor of this kind can undo acts of this verb.
pub(super) fn may(actor: &Actor, verb: &str) -> bool {
    match verb {
        "site.create" | "site.names" | "site.delete" => true,
        "account.suspend" | "account.resume" | "account.delete" | "account.restore" | "account.plan" => {
            actor.admin
        }
        _ => false,
    }
}

/// Undoes a change; gives the change that did it.
pub async fn undo(server: &Server, actor: &Actor, change: ChangeId) -> Result<Done<ChangeView>, Problem> {
    let undone = show(server, actor, change).await?;
    if undone.undone_by.is_some() {
        return Err(refused(
            "already_undone",
            Text::new("Cette modification a déjà été annulée.", "This change has already been undone."),
        ));
    }
    if !may(actor, &undone.verb) {
        return Err(refused(
            "not_undoable",
            Text::new(
                "Cette modification ne s’annule pas d’ici : faites l’inverse à la main, ou demandez à la coopérative.",
                "This change cannot be undone from here: do the opposite by hand, or ask the cooperative.",
            ),
        ));
    }
    let id = &undone.subject.id;
    let by = match undone.verb.as_str() {
        "site.create" => site::delete_as(server, actor, id.parse()?, None, Some(change)).await?.change,
        "site.names" => {
            let site = id.parse()?;
            let now = site::show(server, actor, site).await?;
            if names(&undone.after)? != now.names {
                return Err(changed_since());
            }
            site::set_names_as(server, actor, site, Some(now.version), names(&undone.before)?, Some(change))
                .await?
                .change
        }
        "site.delete" => site::recreate(server, actor, &undone).await?.change,
        "account.suspend" => account::resume_as(server, actor, id.parse()?, None, Some(change)).await?.change,
        "account.resume" => {
            let reason =
                undone.before.as_ref().and_then(|before| before["reason"].as_str()).map(str::to_owned);
            account::suspend_as(server, actor, id.parse()?, None, reason, Some(change)).await?.change
        }
        "account.delete" => account::restore_as(server, actor, id.parse()?, None, Some(change)).await?.change,
        "account.restore" => account::delete_as(server, actor, id.parse()?, None, Some(change)).await?.change,
        _ => {
            let account = id.parse()?;
            let plan = |side: &Option<Value>| {
                side.as_ref().and_then(|side| side["plan_id"].as_str()).unwrap_or_default().to_owned()
            };
            let now = account::show(server, actor, account).await?;
            if now.plan.id.to_string() != plan(&undone.after) {
                return Err(changed_since());
            }
            let before = plan(&undone.before).parse()?;
            account::set_plan_as(server, actor, account, Some(now.version), before, Some(change))
                .await?
                .change
        }
    };
    match by {
        Some(by) => Ok(Done { item: show(server, actor, by).await?, change: Some(by) }),
        None => Err(changed_since()),
    }
}

pub(crate) fn names(side: &Option<Value>) -> Result<Vec<SiteName>, Problem> {
    let names = side.as_ref().map(|side| side["names"].clone()).unwrap_or_default();
    serde_json::from_value(names).map_err(|error| internal("names in a change", &error))
}

fn changed_since() -> Problem {
    refused(
        "changed_since",
        Text::new(
            "Cela a changé depuis : annulez d’abord la modification plus récente.",
            "This has changed since: undo the later change first.",
        ),
    )
}

fn refused(code: &'static str, text: Text) -> Problem {
    Problem::new(ProblemKind::Conflict, code, text)
}
