//! A change in words a member understands: what was done, to what, with which difference.

use crate::account::cause;
use model::{Kind, Lang};
use serde_json::Value;
use server::{account::Cause, change::ChangeView, site::Part};

/// “Site added: asso.example”.
pub fn title(lang: Lang, change: &ChangeView) -> String {
    let verb = server::change::verb(&change.verb);
    let label = shown(&change.subject.label);
    if label.is_empty() {
        verb.pick(lang).to_owned()
    } else {
        format!("{}{}{label}", verb.pick(lang), lang.colon())
    }
}

/// What the title does not say: names that came and went, the reason of a suspension, another plan.
pub fn detail(lang: Lang, change: &ChangeView) -> Option<String> {
    let text = |side: &Option<Value>, key: &str| {
        side.as_ref().and_then(|side| side.get(key)).and_then(Value::as_str).map(str::to_owned)
    };
    if change.verb == "site.names" {
        return names(lang, &list(&change.before, "names"), &list(&change.after, "names"));
    }
    if change.verb == "site.secure" {
        return names(lang, &list(&change.before, "redirect"), &list(&change.after, "redirect"));
    }
    if change.verb == "site.https" {
        let said: Vec<String> =
            [("redirect", lang.pick("Passage à HTTPS", "Move to HTTPS")), ("hsts", "HSTS")]
                .into_iter()
                .filter(|(key, _)| text(&change.before, key) != text(&change.after, key))
                .filter_map(|(key, word)| {
                    Some(format!("{word}{}{}", lang.colon(), choice(lang, &text(&change.after, key)?)))
                })
                .collect();
        return (!said.is_empty()).then(|| said.join(" · "));
    }
    if Part::from_verb(&change.verb).is_some() {
        return super::told::detail(lang, &change.before, &change.after);
    }
    if matches!(change.verb.as_str(), "database.export" | "database.import") {
        return crate::database::dumped(lang, change.after.as_ref()?);
    }
    if change.verb.starts_with("database_user.") {
        let side = if change.after.is_some() { &change.after } else { &change.before };
        let of = lang.pick("base", "database");
        let rights = text(side, "rights").and_then(|code| model::DatabaseRights::from_code(&code));
        let rights = rights.map(|rights| format!(" · {}", rights.word().pick(lang))).unwrap_or_default();
        return Some(format!("{of} {}{rights}", text(side, "in")?));
    }
    if change.verb == "cron_job.update" {
        return cron_job(lang, change);
    }
    if change.verb.starts_with("file.") {
        return crate::files::told(lang, change);
    }
    if change.verb == "user.recover" {
        let (old, reason) = (text(&change.before, "email")?, text(&change.after, "reason")?);
        return Some(lang.pick(
            format!("Auparavant {old} · Vérification\u{a0}: {reason}"),
            format!("{old} before · How they were recognised: {reason}"),
        ));
    }
    if change.verb == "grant.move" {
        let old = text(&change.before, "email")?;
        return Some(lang.pick(format!("Auparavant {old}"), format!("{old} before")));
    }
    if change.verb.starts_with("outbox.") {
        let held = change.before.as_ref()?.get("held")?.as_i64()?;
        return Some(lang.pick(format!("{held} messages retenus"), format!("{held} mails held")));
    }
    if change.verb == "viewing.start" {
        let reason = text(&change.after, "reason")?;
        return Some(lang.pick(format!("Raison\u{a0}: {reason}"), format!("Reason: {reason}")));
    }
    if change.verb == "account.suspend" {
        let said = [
            text(&change.after, "code")
                .and_then(|code| Cause::from_code(&code))
                .map(|code| cause::word(lang, code).to_owned()),
            text(&change.after, "reference"),
            text(&change.after, "reason")
                .map(|reason| lang.pick(format!("Raison\u{a0}: {reason}"), format!("Reason: {reason}"))),
        ];
        let said: Vec<String> = said.into_iter().flatten().collect();
        return (!said.is_empty()).then(|| said.join(" · "));
    }
    if change.verb == "member.status" {
        let word = |side| {
            let code = text(side, "status")?;
            Some(crate::member::status_word(lang, model::MemberStatus::from_code(&code)?))
        };
        return Some(format!("{} → {}", word(&change.before)?, word(&change.after)?));
    }
    if change.verb == "member.update" {
        let keys = change.after.as_ref().and_then(Value::as_object)?.keys();
        let words: Vec<&str> = keys.filter_map(|key| crate::member::part_word(lang, key)).collect();
        return Some(words.join(", "));
    }
    if change.verb == "account.plan" {
        let (before, after) = (text(&change.before, "plan")?, text(&change.after, "plan")?);
        return Some(lang.pick(
            format!("De «\u{a0}{before}\u{a0}» à «\u{a0}{after}\u{a0}»"),
            format!("From “{before}” to “{after}”"),
        ));
    }
    None
}

/// Which parts of a cron job changed, and to what.
fn cron_job(lang: Lang, change: &ChangeView) -> Option<String> {
    let value = |side: &Option<Value>, key: &str| side.as_ref().and_then(|side| side.get(key)).cloned();
    let parts = [
        ("schedule", lang.pick("horaire", "schedule")),
        ("zone", lang.pick("fuseau horaire", "time zone")),
        ("script", lang.pick("script", "script")),
        ("arguments", lang.pick("paramètres", "arguments")),
        ("command", lang.pick("commande", "command")),
        ("minutes", lang.pick("durée limite", "time limit")),
        ("notify", lang.pick("courriel", "mail")),
        ("paused", lang.pick("en pause", "paused")),
    ];
    let changed =
        parts.into_iter().filter(|(key, _)| value(&change.before, key) != value(&change.after, key));
    let said: Vec<String> = changed
        .filter_map(|(key, word)| match value(&change.after, key)? {
            Value::String(text) => Some(format!("{word}{}{}", lang.colon(), shown(&text))),
            Value::Bool(yes) => Some(format!(
                "{word}{}{}",
                lang.colon(),
                if yes { lang.pick("oui", "yes") } else { lang.pick("non", "no") }
            )),
            other => Some(format!("{word}{}{other}", lang.colon())),
        })
        .collect();
    (!said.is_empty()).then(|| said.join(" · "))
}

fn list(side: &Option<Value>, key: &str) -> Vec<String> {
    let values = side.as_ref().and_then(|side| side.get(key)).and_then(Value::as_array);
    values.map_or_else(Vec::new, |values| values.iter().filter_map(Value::as_str).map(shown).collect())
}

fn names(lang: Lang, before: &[String], after: &[String]) -> Option<String> {
    let only = |these: &[String], those: &[String]| {
        let found: Vec<&str> =
            these.iter().filter(|name| !those.contains(name)).map(String::as_str).collect();
        found.join(", ")
    };
    let (came, went) = (only(after, before), only(before, after));
    let mut said = Vec::new();
    if !came.is_empty() {
        said.push(lang.pick(format!("Ajouté\u{a0}: {came}"), format!("Added: {came}")));
    }
    if !went.is_empty() {
        said.push(lang.pick(format!("Retiré\u{a0}: {went}"), format!("Removed: {went}")));
    }
    if said.is_empty() && before.first() != after.first() {
        let first = after.first()?;
        said.push(lang.pick(format!("Nom principal\u{a0}: {first}"), format!("Main name: {first}")));
    }
    (!said.is_empty()).then(|| said.join(" · "))
}

/// How HTTPS was set, in a word.
fn choice(lang: Lang, code: &str) -> &'static str {
    match code {
        "auto" => {
            lang.pick("dès que chaque nom a son certificat", "as soon as each name has its certificate")
        }
        "on" => lang.pick("oui", "yes"),
        "names" => lang.pick("les noms du site", "the site's names"),
        "subdomains" => lang.pick("et tous les noms en dessous", "and all names below them"),
        _ => lang.pick("non", "no"),
    }
}

/// A name as people read it; anything else as it is.
pub fn shown(name: &str) -> String {
    name.parse::<model::DomainName>().map_or_else(|_| name.to_owned(), |name| name.unicode())
}

/// Who did it; the panel's own acts are the cooperative's.
pub fn who(lang: Lang, change: &ChangeView) -> String {
    if change.via == "panel" {
        lang.pick("la coopérative", "the cooperative").to_owned()
    } else {
        change.who.clone()
    }
}

/// Undoing, named by what it does.
pub fn undo(lang: Lang, change: &ChangeView) -> &'static str {
    match change.verb.as_str() {
        "site.create" => lang.pick("Supprimer ce site", "Delete this site"),
        "site.names" => lang.pick("Remettre les noms d’avant", "Put the names back"),
        "site.https" => lang.pick("Remettre le réglage d’avant", "Put the setting back"),
        "site.php" | "site.redirects" | "site.main_name" | "site.maintenance" | "site.visitors"
        | "site.errors" | "site.root" | "site.program" => {
            lang.pick("Remettre le réglage d’avant", "Put the setting back")
        }
        "site.delete" => lang.pick("Rétablir le site", "Bring the site back"),
        "database.create" | "database.restore" => lang.pick("Supprimer cette base", "Delete this database"),
        "database.delete" => lang.pick("Rétablir la base", "Bring the database back"),
        "database_user.rights" => lang.pick("Remettre les droits d’avant", "Put the rights back"),
        "account.suspend" => lang.pick("Remettre le compte en service", "Resume the account"),
        "account.resume" => lang.pick("Suspendre à nouveau", "Suspend again"),
        "account.delete" => lang.pick("Rétablir le compte", "Restore the account"),
        "account.restore" => lang.pick("Supprimer à nouveau", "Delete again"),
        "account.plan" => lang.pick("Remettre l’offre d’avant", "Put the plan back"),
        _ => lang.pick("Remettre comme avant", "Put it back as it was"),
    }
}

/// What undoing would lose, where it loses something.
pub fn loss(lang: Lang, change: &ChangeView) -> Option<&'static str> {
    match change.verb.as_str() {
        "site.create" => Some(lang.pick(
            "Ses noms ne répondront plus. Les fichiers restent dans le dossier du compte.",
            "Its names will no longer answer. The files stay in the account's folder.",
        )),
        "database.create" | "database.restore" => Some(lang.pick(
            "Les applications qui l’utilisent cesseront de marcher. Ses données sont gardées quelque temps.",
            "Applications that use it stop working. Its data is kept for some time.",
        )),
        "cron_job.create" => Some(lang.pick(
            "La tâche ne s’exécutera plus, et ce que ses exécutions ont écrit disparaît.",
            "The job will not run any more, and what its runs wrote is gone.",
        )),
        "account.restore" => {
            Some(lang.pick("Ses sites cesseront de répondre.", "Its sites will stop answering."))
        }
        "account.resume" => {
            Some(lang.pick("Ses sites cesseront de répondre.", "Its sites will stop answering."))
        }
        _ => None,
    }
}

/// What a resource is, in one word.
pub fn kind(lang: Lang, kind: Kind) -> &'static str {
    match kind {
        Kind::Account => lang.pick("compte", "account"),
        Kind::Site => lang.pick("site", "site"),
        Kind::Certificate => lang.pick("certificat", "certificate"),
        Kind::Database => lang.pick("base de données", "database"),
        Kind::CronJob => lang.pick("tâche planifiée", "cron job"),
        Kind::App => lang.pick("application", "application"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_came_and_went() {
        let name = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let said = names(Lang::Fr, &name(&["a.example"]), &name(&["a.example", "b.example"]));
        assert_eq!(said.as_deref(), Some("Ajouté\u{a0}: b.example"));
        let said = names(Lang::En, &name(&["a.example", "b.example"]), &name(&["b.example", "a.example"]));
        assert_eq!(said.as_deref(), Some("Main name: b.example"));
        assert_eq!(names(Lang::En, &name(&["a.example"]), &name(&["a.example"])), None);
    }
}
