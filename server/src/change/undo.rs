//! Undoing: a new change that brings back what was before, where that makes sense; otherwise refused with the reason.

use super::{ChangeView, Done, show};
use crate::{
    Actor, Server, account, cron_job, database, member, site,
    store::{among, internal, sql},
};
use model::{ChangeId, DatabaseId, Duty, Problem, ProblemKind, SiteName, Text};
use serde_json::Value;
use std::collections::{BTreeSet, HashSet};

/// Whether an actor of this kind can undo acts of this verb.
pub(super) fn may(actor: &Actor, verb: &str) -> bool {
    match verb {
        "site.create"
        | "site.names"
        | "site.https"
        | "site.delete"
        | "database.create"
        | "database.delete"
        | "database.restore"
        | "database_user.rights" => true,
        _ if site::Part::from_verb(verb).is_some() => true,
        "cron_job.create" | "cron_job.update" | "cron_job.delete" => true,
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
    still(changed_later(server, &[&undone]).await?.is_empty())?;
    let id = &undone.subject.id;
    let by = match undone.verb.as_str() {
        verb if let Some(part) = site::Part::from_verb(verb) => {
            part_of_site(server, actor, part, &undone).await?
        }
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
        "site.https" => {
            let site = id.parse()?;
            let now = site::show(server, actor, site).await?;
            still(undone.after == Some(now.https.summary()))?;
            let before = site::Chosen::before(undone.before.as_ref());
            site::set_https_as(server, actor, site, Some(now.version), before, Some(change)).await?.change
        }
        "database.create" | "database.delete" | "database.restore" => {
            let database = id.parse()?;
            let now = database::show(server, actor, database).await?;
            still(now.deleted_at.is_some() == (undone.verb == "database.delete"))?;
            let version = Some(now.version);
            match undone.verb.as_str() {
                "database.delete" => {
                    database::restore_as(server, actor, database, version, Some(change)).await?
                }
                _ => database::delete_as(server, actor, database, version, Some(change)).await?,
            }
            .change
        }
        "database_user.rights" => {
            let at = (database::of_user(&undone)?, id.parse()?);
            let before = database::rights_before(&undone)?;
            database::set_rights_as(server, actor, at, None, before, Some(change)).await?.change
        }
        "site.delete" => site::recreate(server, actor, &undone).await?.change,
        "cron_job.create" | "cron_job.update" => {
            let job = id.parse()?;
            let now = cron_job::show(server, actor, job).await?;
            still(cron_job::spec_of(&undone.after)? == now.spec)?;
            let version = Some(now.version);
            match undone.verb.as_str() {
                "cron_job.create" => cron_job::delete_as(server, actor, job, version, Some(change)).await?,
                _ => {
                    let before = cron_job::spec_of(&undone.before)?;
                    cron_job::set_as(server, actor, job, version, before, Some(change)).await?
                }
            }
            .change
        }
        "cron_job.delete" => cron_job::recreate(server, actor, &undone).await?.change,
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

/// A part of what a site is told.
async fn part_of_site(
    server: &Server,
    actor: &Actor,
    part: site::Part,
    undone: &ChangeView,
) -> Result<Option<ChangeId>, Problem> {
    let id = undone.subject.id.parse()?;
    let now = site::show(server, actor, id).await?;
    still(undone.after == Some(part.summary(&now.settings)))?;
    let at = (id, Some(now.version));
    Ok(site::put_back(server, actor, at, part, undone.before.as_ref(), undone.id).await?.change)
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
        "site.https" => &["site.https", "site.delete"],
        "site.php" => &["site.php", "site.delete"],
        "site.redirects" => &["site.redirects", "site.delete"],
        "site.main_name" => &["site.main_name", "site.delete"],
        "site.maintenance" => &["site.maintenance", "site.delete"],
        "site.visitors" => &["site.visitors", "site.delete"],
        "site.errors" => &["site.errors", "site.delete"],
        "site.root" => &["site.root", "site.delete"],
        "site.program" => &["site.program", "site.delete"],
        "database.create" | "database.delete" | "database.restore" => {
            &["database.create", "database.delete", "database.restore", "database.erase"]
        }
        "database_user.rights" => &["database_user.rights", "database_user.delete"],
        "cron_job.create" | "cron_job.update" | "cron_job.delete" => {
            &["cron_job.create", "cron_job.update", "cron_job.delete"]
        }
        "account.plan" => &["account.plan"],
        "member.rename" | "member.update" => &["member.rename", "member.update"],
        // Each stands at a place of its own in the history of statuses, whatever came later.
        "member.status" => &[],
        _ => &[],
    }
}

/// Offers no undo of what a later change has moved on from: `undo` would refuse it.
pub(super) async fn only_what_stands(server: &Server, changes: &mut [ChangeView]) -> Result<(), Problem> {
    let offered: Vec<&ChangeView> = changes.iter().filter(|change| change.undoable).collect();
    let mut gone = changed_later(server, &offered).await?;
    gone.extend(of_deleted_databases(server, &offered).await?);
    for change in changes {
        change.undoable &= !gone.contains(&change.id);
    }
    Ok(())
}

/// Those of users whose database is deleted, or erased: it is the database that would have to come back.
async fn of_deleted_databases(
    server: &Server,
    changes: &[&ChangeView],
) -> Result<HashSet<ChangeId>, Problem> {
    let of_users = changes.iter().filter(|change| change.verb == "database_user.rights");
    let theirs: Vec<(ChangeId, DatabaseId)> =
        of_users.filter_map(|change| Some((change.id, database::of_user(change).ok()?))).collect();
    if theirs.is_empty() {
        return Ok(HashSet::new());
    }
    let ids: BTreeSet<String> = theirs.iter().map(|(_, database)| database.to_string()).collect();
    let ids = serde_json::to_string(&ids).map_err(|error| internal("databases as JSON", &error))?;
    let there: Vec<DatabaseId> = sql(among!(
        server.store.engine(),
        "SELECT d.id FROM databases d WHERE d.deleted_at IS NULL AND d.id IN",
        ""
    ))
    .bind(ids)
    .all(server.store.on(), |row| row.get("id"))
    .await?;
    let gone = theirs.into_iter().filter(|(_, database)| !there.contains(database));
    Ok(gone.map(|(change, _)| change).collect())
}

/// Those whose thing a later change touched that still stands: equal values do not make it the same change.
async fn changed_later(server: &Server, changes: &[&ChangeView]) -> Result<HashSet<ChangeId>, Problem> {
    if changes.is_empty() {
        return Ok(HashSet::new());
    }
    let subjects: BTreeSet<&str> = changes.iter().map(|change| change.subject.id.as_str()).collect();
    let subjects = serde_json::to_string(&subjects).map_err(|error| internal("subjects as JSON", &error))?;
    type Last = (String, String, String, ChangeId);
    let last: Vec<Last> = sql(among!(
        server.store.engine(),
        // COALESCE: or SQLite, without statistics, would look through all that undo nothing, which is nearly the whole log.
        "SELECT c.subject_kind, c.subject_id, c.verb, MAX(c.id) AS last FROM changes c
         WHERE COALESCE(c.undoes, '') = '' AND NOT EXISTS (SELECT 1 FROM changes u WHERE u.undoes = c.id)
           AND c.id > $2 AND c.subject_id IN",
        "GROUP BY c.subject_kind, c.subject_id, c.verb"
    ))
    .bind(subjects)
    .bind(changes.iter().map(|change| change.id).min())
    .all(server.store.on(), |row| {
        Ok((row.get("subject_kind")?, row.get("subject_id")?, row.get("verb")?, row.get("last")?))
    })
    .await?;
    let moved_on = |change: &ChangeView| {
        last.iter().any(|(kind, id, verb, last)| {
            (kind, id) == (&change.subject.kind, &change.subject.id)
                && *last > change.id
                && family(&change.verb).contains(&verb.as_str())
        })
    };
    Ok(changes.iter().filter(|change| moved_on(change)).map(|change| change.id).collect())
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
