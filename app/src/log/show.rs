//! The page of a site's logs.

use super::{
    filter::Asked,
    lines::{faults, visits},
};
use crate::{
    http::{Answer, Face},
    parts::{Tab, Tone, empty, link, notice, tabs, turns},
    shell::{self, Place},
    site::title,
};
use axum::extract::{Path, Query, State};
use leptos::prelude::*;
use model::{Lang, Problem, SiteId};
use server::{
    Server,
    log::{Addresses, Log, LogView},
    site::SiteView,
};

/// `GET /sites/{site}/logs`
pub async fn show(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<SiteId>,
    Query(asked): Query<Asked>,
) -> Answer {
    let lang = face.lang;
    let site = server::site::show(&server, face.me()?, id).await?;
    let (filter, refused) = match asked.filter() {
        Ok(filter) => (filter, None),
        // What was typed wrong is said at its field, above the log as it is.
        Err(problem) => (server::log::Filter::default(), Some(problem)),
    };
    let log = asked.log();
    let view = server::log::read(&server, face.me()?, id, log, &filter, None).await?;
    let page = head(lang, &site, refused.as_ref());
    let body = view! {
        <div class="stack">
            {which(lang, &asked, id)}
            {asked.bar(lang, id, refused.as_ref())}
            {match &view.text {
                Some(text) => notice(Tone::Held, lang.pick("Le journal ne peut pas être lu maintenant", "The log cannot be read now"), view! { <p>{text.pick(lang).to_owned()}</p> }),
                None => card(lang, &asked, id, &view),
            }}
        </div>
    };
    Ok(shell::page(&face, page, body))
}

fn head(lang: Lang, site: &SiteView, refused: Option<&Problem>) -> shell::Page {
    shell::Page::new(Place::Accounts, lang.pick("Journaux", "Logs"))
        .from(site.account.name.clone(), format!("/accounts/{}", site.account.id))
        .from(title(site), format!("/sites/{}", site.id))
        .status(refused.map_or(200, |problem| problem.kind.status()))
}

fn which(lang: Lang, asked: &Asked, site: SiteId) -> AnyView {
    let tab = |words, log: Log| Tab {
        words,
        href: Asked { log: log.code().into(), ..Asked::default() }.at(site, &[]),
        current: asked.log() == log,
    };
    let both = vec![
        tab(lang.pick("Visites", "Visits"), Log::Access),
        tab(lang.pick("Erreurs", "Errors"), Log::Errors),
    ];
    tabs(lang.pick("Quel journal", "Which log"), both)
}

fn card(lang: Lang, asked: &Asked, site: SiteId, view: &LogView) -> AnyView {
    let (list, title) = match view.log {
        Log::Access => (visits(lang, view), lang.pick("Visites", "Visits")),
        Log::Errors => (faults(lang, view), lang.pick("Erreurs", "Errors")),
    };
    let none = view.visits.is_empty() && view.errors.is_empty();
    let list = if none { nothing(lang, asked, view) } else { list };
    let again = asked.at(site, &[("before", &asked.before)]);
    let download = asked.api(site, "/download", &[]);
    let newest = view.newest.map(|place| place.to_string()).unwrap_or_default();
    // Only at the log's end something comes.
    let follow =
        asked.before.is_empty().then(|| asked.api(site, "", &[("after", newest.as_str()), ("wait", "25")]));
    let (on, off) =
        (lang.pick("Suivre en direct", "Follow live"), lang.pick("Ne plus suivre", "Stop following"));
    let live = follow.map(|follow| {
        view! { <button class="button" type="button" hidden=true aria-pressed="false" data-follow=follow data-on=on data-off=off>{on}</button> }
    });
    let first = (!asked.before.is_empty()).then(|| asked.at(site, &[]));
    let older = view.older.map(|place| asked.at(site, &[("before", &place.to_string())]));
    let said = [
        (view.log == Log::Access && view.addresses == Addresses::Network).then(|| {
            lang.pick(
                "La coopérative montre le réseau de chaque visiteur, pas son adresse entière.",
                "The cooperative shows each visitor's network, not the whole address.",
            )
        }),
        (view.log == Log::Errors).then(|| {
            lang.pick(
                "Les derniers 2\u{a0}Mio de chaque journal. Les fichiers entiers sont dans le dossier logs du compte.",
                "The last 2 MiB of each log. The whole files are in the account's folder logs.",
            )
        }),
        view.cut.then(|| {
            lang.pick(
                "L’hôte cherche pendant un temps limité\u{a0}: la suite est plus loin.",
                "The host searches for a limited time: the rest is further on.",
            )
        }),
    ];
    let said: Vec<_> =
        said.into_iter().flatten().map(|words| view! { <p class="hint">{words}</p> }).collect();
    let said = (!said.is_empty()).then(|| view! { <div class="card-foot">{said}</div> });
    view! {
        <section class="card card-flat" aria-labelledby="lines" id="log">
            <div class="card-head">
                <h2 id="lines">{title}</h2>
                <div class="acts">
                    {live}
                    {link(again, lang.pick("Actualiser", "Refresh"))}
                    {link(download, lang.pick("Télécharger (8\u{a0}Mio au plus)", "Download (8 MiB at most)"))}
                </div>
            </div>
            {list}
            {said}
        </section>
        {turns(lang, first, older)}
    }
    .into_any()
}

fn nothing(lang: Lang, asked: &Asked, view: &LogView) -> AnyView {
    let (title, words) = if view.cut {
        (
            lang.pick("Rien trouvé jusqu’ici", "Nothing found so far"),
            lang.pick("Continuez plus loin, ou choisissez un jour.", "Go on further, or choose a day."),
        )
    } else if asked.narrowed() || !asked.before.is_empty() {
        (
            lang.pick("Rien trouvé", "Nothing found"),
            lang.pick("Essayez d’autres mots ou un autre jour.", "Try other words or another day."),
        )
    } else if view.log == Log::Errors {
        (
            lang.pick("Aucune erreur", "No error"),
            lang.pick(
                "Ce qu’Apache et PHP signalent viendra ici, une seconde après.",
                "What Apache and PHP report will come here, a second later.",
            ),
        )
    } else {
        (
            lang.pick("Pas encore de visite", "No visit yet"),
            lang.pick(
                "Chaque demande viendra ici, une seconde après.",
                "Each request will come here, a second later.",
            ),
        )
    };
    empty(title, words, None)
}
