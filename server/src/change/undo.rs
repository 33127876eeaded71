//! Undoing: a new change that brings back what was before, where that makes sense; otherwise refused with the reason.

use super::{ChangeView, Done, show};
use crate::{
    Actor, Server, account, member, site,
    store::{internal, sql},
};
use model::{ChangeId, Duty, Problem, ProblemKind, SiteName, Text};
use serde_json::Value;

/// Whether an actor of this kind can undo acts of this verb.
pub(super) fn may(actor: &Actor, verb: &str) -> bool {
    match verb {
        "site.create" | "site.names" | "site.delete" => true,
        "account.suspend" | "account.resume" | "account.delete" | "account.restore" | "account.plan"
        | "member.rename" | "member.update" | "member.status" => actor.staff.does(Duty::Administer),
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
                "Cette modification ne s’annule pas d’ici\u{a0}: faites l’inverse à la main, ou demandez à la coopérative.",
                "This change cannot be undone from here: do the opposite by hand, or ask the cooperative.",
            ),
        ));
    }
    still(!changed_later(server, &undone).await?)?;
    let id = &undone.subject.id;
    let by = match undone.verb.as_str() {
        "site.create" => {
            let site = id.parse()?;
            let now = site::show(server, actor, site).await?;
            still(names(&undone.after)? == now.names)?;
            site::delete_as(server, actor, site, Some(now.version), Some(change)).await?.change
        }
        "site.names" => {
            let site = id.parse()?;
            let now = site::show(server, actor, site).await?;
            still(names(&undone.after)? == now.names)?;
            site::set_names_as(server, actor, site, Some(now.version), names(&undone.before)?, Some(change))
                .await?
                .change
        }
        "site.delete" => site::recreate(server, actor, &undone).await?.change,
        "account.suspend" | "account.resume" | "account.delete" | "account.restore" => {
            let account = id.parse()?;
            let now = account::show(server, actor, account).await?;
            still(undone.after == Some(account::summary(&now)))?;
            let version = Some(now.version);
            match undone.verb.as_str() {
                "account.suspend" => {
                    account::resume_as(server, actor, account, version, Some(change)).await?
                }
                "account.resume" => {
                    account::suspend_as(server, actor, account, version, why(&undone.before), Some(change))
                        .await?
                }
                "account.delete" => {
                    account::restore_as(server, actor, account, version, Some(change)).await?
                }
                _ => account::delete_as(server, actor, account, version, Some(change)).await?,
            }
            .change
        }
        "member.rename" | "member.update" | "member.status" => {
            member::undo(server, actor, id.parse()?, &undone).await?
        }
        _ => {
            let account = id.parse()?;
            let now = account::show(server, actor, account).await?;
            still(now.plan.id.to_string() == text(&undone.after, "plan_id"))?;
            let before = text(&undone.before, "plan_id").parse()?;
            account::set_plan_as(server, actor, account, Some(now.version), (before, true), Some(change))
                .await?
                .change
        }
    };
    match by {
        Some(by) => Ok(Done { item: show(server, actor, by).await?, change: Some(by) }),
        None => Err(changed_since()),
    }
}

/// A text of one side of a change; empty when it is not there.
fn text(side: &Option<Value>, key: &str) -> String {
    side.as_ref().and_then(|side| side[key].as_str()).unwrap_or_default().to_owned()
}

/// Why an account was suspended, with or without a code.
fn why(side: &Option<Value>) -> account::Why {
    let some = |key| Some(text(side, key)).filter(|text| !text.is_empty());
    account::Why {
        code: account::Cause::from_code(&text(side, "code")),
        reference: some("reference"),
        reason: some("reason"),
    }
}

pub(crate) fn names(side: &Option<Value>) -> Result<Vec<SiteName>, Problem> {
    let names = side.as_ref().map(|side| side["names"].clone()).unwrap_or_default();
    serde_json::from_value(names).map_err(|error| internal("names in a change", &error))
}

/// The verbs that touch the same thing as this one.
fn family(verb: &str) -> &'static [&'static str] {
    match verb {
        "site.create" | "site.names" | "site.delete" => &["site.create", "site.names", "site.delete"],
        "account.suspend" | "account.resume" | "account.delete" | "account.restore" => {
            &["account.suspend", "account.resume", "account.delete", "account.restore"]
        }
        "account.plan" => &["account.plan"],
        "member.rename" | "member.update" => &["member.rename", "member.update"],
        // Each stands at a place of its own in the history of statuses, whatever came later.
        "member.status" => &[],
        _ => &[],
    }
}

/// Whether a later change touched the same thing and still stands: equal values do not make it the same change.
async fn changed_later(server: &Server, undone: &ChangeView) -> Result<bool, Problem> {
    let later: Vec<String> =
        sql("SELECT c.verb FROM changes c WHERE c.subject_kind = $1 AND c.subject_id = $2 AND c.id > $3
           AND c.undoes IS NULL AND NOT EXISTS (SELECT 1 FROM changes u WHERE u.undoes = c.id)")
        .bind(undone.subject.kind.as_str())
        .bind(undone.subject.id.as_str())
        .bind(undone.id)
        .all(server.store.on(), |row| row.get("verb"))
        .await?;
    Ok(later.iter().any(|verb| family(&undone.verb).contains(&verb.as_str())))
}

/// What is undone must stand as that change left it: an undo never takes a later change along.
fn still(as_left: bool) -> Result<(), Problem> {
    if as_left { Ok(()) } else { Err(changed_since()) }
}

fn changed_since() -> Problem {
    refused(
        "changed_since",
        Text::new(
            "Cela a changé depuis\u{a0}: annulez d’abord la modification plus récente.",
            "This has changed since: undo the later change first.",
        ),
    )
}

fn refused(code: &'static str, text: Text) -> Problem {
    Problem::new(ProblemKind::Conflict, code, text)
}
