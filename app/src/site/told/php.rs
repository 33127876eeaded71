//! A site's PHP: its version and settings, each with what holds now and what may be chosen.

use super::{Part, Seen, at, ends, form};
use crate::{
    http::{Answer, Face},
    parts::{Action, Facts, Input, Select, Typed},
};
use axum::extract::{Path, State};
use leptos::prelude::*;
use model::{Lang, PhpKey, PhpRange, SiteId};
use server::{
    Server,
    site::{NewPhp, SiteView},
};

const PAGE: Part = Part { path: "php", fr: "PHP du site", en: "The site's PHP", fill, body };

/// `GET /sites/{site}/php`
pub async fn show(State(server): State<Server>, face: Face, Path(id): Path<SiteId>) -> Answer {
    PAGE.show(&server, &face, id).await
}

/// `POST /sites/{site}/php`
pub async fn set(State(server): State<Server>, face: Face, Path(id): Path<SiteId>, typed: Typed) -> Answer {
    let one = |key: PhpKey| typed.has(key.name()).then(|| typed.get(key.name()).to_owned());
    let new = NewPhp {
        php: typed.has("php").then(|| typed.get("php").to_owned()),
        memory_limit: one(PhpKey::MemoryLimit),
        upload_max_filesize: one(PhpKey::UploadMaxFilesize),
        post_max_size: one(PhpKey::PostMaxSize),
        max_execution_time: one(PhpKey::MaxExecutionTime),
        max_input_time: one(PhpKey::MaxInputTime),
        max_input_vars: one(PhpKey::MaxInputVars),
        display_errors: one(PhpKey::DisplayErrors),
        timezone: one(PhpKey::DateTimezone),
        session: one(PhpKey::SessionGcMaxlifetime),
        opcache: one(PhpKey::OpcacheEnable),
    };
    let done = server::site::set_php(&server, face.me()?, at(id, &typed), new).await;
    PAGE.after(&server, &face, id, typed, done).await
}

fn fill(site: &SiteView) -> Typed {
    let php = &site.settings.php;
    let version = php.version.map(|version| version.to_string()).unwrap_or_default();
    let set = PhpKey::ALL.into_iter().filter(|key| php.settings.is_set(*key));
    set.fold(Typed::new().with("php", version), |typed, key| {
        typed.with(key.name(), php.settings.get(key).to_string())
    })
}

fn body(lang: Lang, seen: &Seen, typed: &Typed) -> AnyView {
    let Seen { site, account, now, .. } = seen;
    let usual = account.php;
    let mut version = Select::new("php", lang.pick("Version", "Version"))
        .option("", lang.pick(format!("Celle du compte ({usual})"), format!("The account's ({usual})")));
    for offered in site.php.offered.iter().filter(|offered| **offered != usual) {
        version = version.option(offered.to_string(), format!("PHP {offered}"));
    }
    // Or saving something else would choose another version unasked.
    if let Some(gone) =
        site.settings.php.version.filter(|own| *own != usual && !site.php.offered.contains(own))
    {
        let words = format!("PHP {gone} ({})", lang.pick("n’est plus sur l’hôte", "no longer on the host"));
        version = version.option(gone.to_string(), words);
    }
    let version = version.hint(lang.pick(
        "Celles que l’hôte a. Un site qui change de version n’en change aucun autre.",
        "Those the host has. A site that changes its version changes no other.",
    ));
    let fields = PhpKey::ALL.into_iter().map(|key| field(lang, seen, key, typed)).collect_view();
    let reset = PhpKey::ALL
        .into_iter()
        .fold(
            Action::new(
                PAGE.at(site.id),
                lang.pick("Tout remettre comme d’habitude", "Make everything usual again"),
            ),
            |act, key| act.hidden(key.name(), ""),
        )
        .hidden("php", "");
    let log = Facts::new()
        .line(
            lang.pick("Erreurs de PHP", "PHP's errors"),
            view! { <code>{format!("/home/{}/logs/php.log", site.account.name)}</code> },
        )
        .view();
    let usual_already = site.settings.php.is_usual();
    view! {
        {ends(lang, site, *now)}
        {form(PAGE.at(site.id), lang, typed, view! { {version.view(lang, typed)}{fields} })}
        <section class="card stack">
            {log}
            {(!usual_already).then(|| reset.view())}
        </section>
    }
    .into_any()
}

fn words(lang: Lang, key: PhpKey) -> &'static str {
    match key {
        PhpKey::MemoryLimit => {
            lang.pick("Mémoire d’une page (memory_limit)", "Memory of one page (memory_limit)")
        }
        PhpKey::UploadMaxFilesize => lang.pick(
            "Plus gros fichier envoyé (upload_max_filesize)",
            "Largest file sent (upload_max_filesize)",
        ),
        PhpKey::PostMaxSize => lang.pick(
            "Plus gros formulaire, fichiers compris (post_max_size)",
            "Largest form, files included (post_max_size)",
        ),
        PhpKey::MaxExecutionTime => {
            lang.pick("Durée d’une page (max_execution_time)", "Time of one page (max_execution_time)")
        }
        PhpKey::MaxInputTime => lang.pick(
            "Durée de lecture d’un envoi (max_input_time)",
            "Time to read what is sent (max_input_time)",
        ),
        PhpKey::MaxInputVars => {
            lang.pick("Champs d’un formulaire (max_input_vars)", "Fields of a form (max_input_vars)")
        }
        PhpKey::DisplayErrors => lang.pick(
            "Montrer les erreurs aux visiteurs (display_errors)",
            "Show errors to visitors (display_errors)",
        ),
        PhpKey::DateTimezone => lang.pick("Fuseau horaire (date.timezone)", "Time zone (date.timezone)"),
        PhpKey::SessionGcMaxlifetime => lang.pick(
            "Durée d’une session (session.gc_maxlifetime)",
            "Life of a session (session.gc_maxlifetime)",
        ),
        PhpKey::OpcacheEnable => {
            lang.pick("Garder le code en mémoire (opcache.enable)", "Keep code in memory (opcache.enable)")
        }
    }
}

fn field(lang: Lang, seen: &Seen, key: PhpKey, typed: &Typed) -> AnyView {
    let now = seen.site.settings.php.settings.get(key);
    let usual = key.usual();
    let span = match key.range() {
        PhpRange::Megabytes(from, to, _) => {
            let to =
                if key == PhpKey::MemoryLimit { to.min(seen.account.plan.memory_mb.max(from)) } else { to };
            lang.pick(format!("de {from}M à {to}M"), format!("from {from}M to {to}M"))
        }
        PhpRange::Seconds(from, to, _) => {
            lang.pick(format!("de {from} à {to} secondes"), format!("from {from} to {to} seconds"))
        }
        PhpRange::Count(from, to, _) => {
            lang.pick(format!("de {from} à {to}"), format!("from {from} to {to}"))
        }
        PhpRange::Switch(_) | PhpRange::Zone => {
            let hint = lang.pick(format!("Maintenant\u{a0}: {now}."), format!("Now: {now}."));
            let mut select = Select::new(key.name(), words(lang, key))
                .hint(hint)
                .option("", lang.pick(format!("Comme d’habitude ({usual})"), format!("As usual ({usual})")));
            let values: Vec<&'static str> = if matches!(key.range(), PhpRange::Zone) {
                model::zones().collect()
            } else {
                vec!["on", "off"]
            };
            for value in values.into_iter().filter(|value| *value != usual.to_string()) {
                select = select.option(value, value);
            }
            return select.view(lang, typed);
        }
    };
    let hint = lang.pick(
        format!("Maintenant\u{a0}: {now}. D’habitude {usual}\u{a0}; {span}. Vide\u{a0}: comme d’habitude."),
        format!("Now: {now}. Usually {usual}; {span}. Empty: as usual."),
    );
    Input::text(key.name(), words(lang, key)).hint(hint).optional().view(lang, typed)
}
