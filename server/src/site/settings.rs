//! What a site is told beyond its names. Each part is one verb of history, and is kept there as it was before and after.

use super::{SiteRow, SiteView, program, rules, store};
use crate::{
    Actor, Server,
    account::{self, AccountView},
    change::{self, Done},
    resource,
    store::{Tx, internal, sql},
    views::stale,
};
use model::{
    ChangeId, PhpKey, PhpValue, PhpVersion, Problem, ProblemKind, Serves, SiteId, SitePhp, SiteSettings,
    Text, Who, check_redirects, text,
};
use serde_json::Value;

/// A part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Php,
    Redirects,
    MainName,
    Maintenance,
    Visitors,
    Errors,
    Root,
    Program,
    Restart,
    Variables,
}

impl Part {
    /// Those that can be put back.
    const ALL: [Part; 8] = [
        Part::Php,
        Part::Redirects,
        Part::MainName,
        Part::Maintenance,
        Part::Visitors,
        Part::Errors,
        Part::Root,
        Part::Program,
    ];

    pub fn verb(self) -> &'static str {
        match self {
            Part::Php => "site.php",
            Part::Redirects => "site.redirects",
            Part::MainName => "site.main_name",
            Part::Maintenance => "site.maintenance",
            Part::Visitors => "site.visitors",
            Part::Errors => "site.errors",
            Part::Root => "site.root",
            Part::Program => "site.program",
            Part::Restart => "site.restart",
            Part::Variables => "site.variables",
        }
    }

    pub fn from_verb(verb: &str) -> Option<Part> {
        Part::ALL.into_iter().find(|part| part.verb() == verb)
    }

    /// Puts this part of `from` into `into`.
    fn put(self, from: SiteSettings, into: &mut SiteSettings) {
        match self {
            Part::Php => into.php = from.php,
            Part::Redirects => into.redirects = from.redirects,
            Part::MainName => into.main_only = from.main_only,
            Part::Maintenance => into.maintenance = from.maintenance,
            Part::Visitors => into.visitors = from.visitors,
            Part::Errors => into.errors = from.errors,
            Part::Root => into.root = from.root,
            Part::Program => into.serves = from.serves,
            Part::Restart => into.restarts = from.restarts,
            Part::Variables => into.variables = from.variables,
        }
    }

    /// This part alone, as history keeps it.
    pub(crate) fn summary(self, settings: &SiteSettings) -> Value {
        let mut alone = SiteSettings::default();
        self.put(settings.clone(), &mut alone);
        shown(&alone)
    }
}

/// As pages, the API and history have it: of variables their names alone.
pub(super) fn shown(settings: &SiteSettings) -> Value {
    let mut open = settings.clone();
    let variables = std::mem::take(&mut open.variables);
    let mut shown = serde_json::to_value(open).unwrap_or_default();
    if !variables.is_empty() {
        shown["variables"] = serde_json::to_value(variables.names().collect::<Vec<_>>()).unwrap_or_default();
    }
    shown
}

/// What history kept of a site's settings, or of a part of them.
pub(crate) fn read(side: Option<&Value>) -> Result<SiteSettings, Problem> {
    let mut side =
        side.filter(|side| !side.is_null()).cloned().unwrap_or_else(|| Value::Object(Default::default()));
    // It never had the values.
    if let Some(side) = side.as_object_mut() {
        side.remove("variables");
    }
    serde_json::from_value(side).map_err(|error| internal("settings in a change", &error))
}

/// Sets a part of a site's settings; `change` says what becomes of it.
pub(crate) async fn set(
    server: &Server,
    actor: &Actor,
    (id, expected): (SiteId, Option<i64>),
    part: Part,
    change: impl FnOnce(&mut SiteSettings) -> Result<(), Problem>,
) -> Result<Done<SiteView>, Problem> {
    set_as(server, actor, (id, expected), part, change, None).await
}

/// Puts a part back to what it was.
pub(crate) async fn put_back(
    server: &Server,
    actor: &Actor,
    (id, expected): (SiteId, Option<i64>),
    part: Part,
    before: Option<&Value>,
    undoes: ChangeId,
) -> Result<Done<SiteView>, Problem> {
    let before = read(before)?;
    let back = |settings: &mut SiteSettings| {
        part.put(before, settings);
        Ok(())
    };
    set_as(server, actor, (id, expected), part, back, Some(undoes)).await
}

async fn set_as(
    server: &Server,
    actor: &Actor,
    (id, expected): (SiteId, Option<i64>),
    part: Part,
    change: impl FnOnce(&mut SiteSettings) -> Result<(), Problem>,
    undoes: Option<ChangeId>,
) -> Result<Done<SiteView>, Problem> {
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let (of, before) = rules::lock(&mut tx, server, actor, id, now).await?;
    account::must_stay(&of)?;
    stale(expected, before.version)?;
    let mut settings = before.settings.clone();
    change(&mut settings)?;
    if settings == before.settings {
        return Ok(Done { item: before, change: None });
    }
    check(&of, &before, &settings)?;
    write(&mut tx, id, &settings).await?;
    let site = SiteRow { settings, ..store::row(&mut tx, id).await? };
    let mut act = rules::act(part.verb(), &of, &site);
    act.before = Some(part.summary(&before.settings));
    act.after = Some(part.summary(&site.settings));
    act.undoes = undoes;
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    let wants = match part {
        // Another pool of PHP, or one less, and the others share alike.
        Part::Php | Part::Program => account::as_it_is(&mut tx, &of).await?,
        _ => vec![account::site_want(&of, &site)],
    };
    resource::write(&mut tx, change, now, wants).await?;
    rules::finish(tx, actor, &site, now, change).await
}

async fn write(tx: &mut Tx, site: SiteId, settings: &SiteSettings) -> Result<(), Problem> {
    sql("UPDATE sites SET settings = $2, version = version + 1 WHERE id = $1")
        .bind(site)
        .bind(as_text(settings)?)
        .run(tx.on())
        .await
        .map(drop)
}

pub(super) fn as_text(settings: &SiteSettings) -> Result<String, Problem> {
    serde_json::to_string(settings).map_err(|error| internal("settings", &error))
}

/// What of it depends on the account, its host, or other parts.
fn check(of: &AccountView, before: &SiteView, after: &SiteSettings) -> Result<(), Problem> {
    if after.php != before.settings.php {
        php(of, &before.php.offered, &after.php)?;
    }
    if after.redirects != before.settings.redirects {
        check_redirects(&after.redirects, &before.names)?;
    }
    if after.serves != before.settings.serves {
        program::check(before, &after.serves)?;
    }
    if after.visitors.who == Who::Listed && after.visitors.networks.is_empty() {
        return Err(Problem::invalid(
            "addresses",
            "visitors_nobody",
            Text::new(
                "Sans adresse dans la liste, personne ne pourrait venir\u{a0}: ajoutez-en une, la vôtre par exemple.",
                "Without an address in the list nobody could come: add one, yours for instance.",
            ),
        ));
    }
    Ok(())
}

fn php(of: &AccountView, offered: &[PhpVersion], php: &SitePhp) -> Result<(), Problem> {
    php.settings.agree()?;
    if let Some(version) = php.version.filter(|version| !offered.contains(version)) {
        return Err(Problem::new(
            ProblemKind::Conflict,
            "php_absent",
            text!(
                "PHP {version} n’est pas installé sur l’hôte de ce site\u{a0}: choisissez une autre version, ou demandez-la à la coopérative.",
                "PHP {version} is not installed on this site's host: choose another version, or ask the cooperative for it."
            ),
        )
        .on("php"));
    }
    let most = of.plan.memory_mb;
    let memory = php.settings.get(PhpKey::MemoryLimit);
    let above = matches!(memory, PhpValue::Megabytes(size) if size > most);
    if above && php.settings.is_set(PhpKey::MemoryLimit) {
        return Err(Problem::new(
            ProblemKind::Conflict,
            "php_memory",
            text!(
                "L’offre de ce compte a {most}\u{a0}Mo de mémoire\u{a0}: memory_limit ne peut les dépasser. Donnez moins, ou demandez une offre plus grande.",
                "This account's plan has {most} MB of memory: memory_limit cannot be above it. Give less, or ask for a larger plan."
            ),
        )
        .on(PhpKey::MemoryLimit.name()));
    }
    Ok(())
}

/// What the host is told: nothing that would take the site off the air, nor more than the account has.
pub(crate) fn on_host(of: &AccountView, site: &SiteRow) -> SiteSettings {
    let mut settings = site.settings.clone();
    settings.main_only = sends_to_main(site);
    settings.preview = site.preview.clone();
    let version = settings.php.version.filter(|version| *version != of.php);
    let php = settings.php.settings.within(of.plan.memory_mb);
    // With settings the version is always said: an account's may change.
    let version = if php.is_usual() { version } else { Some(version.unwrap_or(of.php)) };
    settings.php = match settings.serves {
        Serves::Php => SitePhp { version, settings: php },
        Serves::Files | Serves::Program(_) => SitePhp::default(),
    };
    settings
}

/// Whether the other names' visitors are sent to the main one. Over HTTPS too: so not while it alone lacks its certificate.
pub(super) fn sends_to_main(site: &SiteRow) -> bool {
    let proven = |name| site.proven.contains(name);
    site.settings.main_only && (site.proven.is_empty() || site.names.first().is_some_and(proven))
}
