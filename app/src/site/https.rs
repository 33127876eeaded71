//! HTTPS of a site as its members choose it: visits moved there, browsers told to keep to it.

use super::form::again;
use crate::{
    http::{Answer, Face, see},
    parts::{Action, Radios, Typed, day, fold, fold_loss},
};
use axum::extract::{Path, State};
use leptos::prelude::*;
use model::{Lang, SiteId};
use server::{
    Server,
    site::{HSTS_DAY_MS, HstsReach, NewHttps, Redirect, SiteView},
};

/// `POST /sites/{site}/https`
pub async fn set(State(server): State<Server>, face: Face, Path(id): Path<SiteId>, typed: Typed) -> Answer {
    let one = |name| typed.some(name).map(str::to_owned);
    let new = NewHttps { redirect: one("redirect"), hsts: one("hsts") };
    match server::site::set_https(&server, face.me()?, id, None, new).await {
        Ok(_) => see(format!("/sites/{id}"), "https_set"),
        Err(mut problem) => {
            // The redirect is a button, to which no error can lead.
            problem.field = problem.field.filter(|field| *field == "hsts");
            again(&server, &face, id, typed, problem).await
        }
    }
}

/// `proven`: every name has its certificate in place; `may`: whoever looks may change the site.
pub fn choices(lang: Lang, site: &SiteView, proven: bool, may: bool, typed: &Typed) -> AnyView {
    let hsts = match (site.https.hsts, site.https.hsts_at) {
        (HstsReach::Off, ended) => off(lang, site, proven, ended.is_some(), may, typed),
        (reach, since) => on(lang, site, reach, since.unwrap_or_default(), may),
    };
    view! { <div class="card-foot stack">{redirect(lang, site, may)}</div><div class="card-foot stack">{hsts}</div> }
        .into_any()
}

fn redirect(lang: Lang, site: &SiteView, may: bool) -> AnyView {
    let (words, to, button) = match site.https.redirect {
        Redirect::Auto => (
            lang.pick(
                "Les visites en HTTP passeront d’elles-mêmes à HTTPS dès que chaque nom aura son certificat.",
                "Visits over HTTP will move to HTTPS by themselves as soon as each name has its certificate.",
            ),
            "off",
            lang.pick("Ne pas passer à HTTPS", "Do not move to HTTPS"),
        ),
        Redirect::On => (
            lang.pick(
                "Les visites en HTTP passent à HTTPS, pour chaque nom qui a son certificat.",
                "Visits over HTTP move to HTTPS, for each name that has its certificate.",
            ),
            "off",
            lang.pick("Ne plus passer à HTTPS", "No longer move to HTTPS"),
        ),
        Redirect::Off => (
            lang.pick(
                "Les visites en HTTP y restent\u{a0}: n’importe qui en chemin peut les lire et les changer.",
                "Visits over HTTP stay there: anybody on the way can read and change them.",
            ),
            "auto",
            lang.pick("Passer à HTTPS", "Move to HTTPS"),
        ),
    };
    let button = (may && !(to == "off" && site.https.hsts != HstsReach::Off))
        .then(|| Action::new(path(site), button).hidden("redirect", to).small().view());
    view! { <div class="row"><p>{words}</p>{button}</div> }.into_any()
}

fn path(site: &SiteView) -> String {
    format!("/sites/{}/https", site.id)
}

/// What it means, before it is chosen.
fn off(lang: Lang, site: &SiteView, proven: bool, ended: bool, may: bool, typed: &Typed) -> AnyView {
    let forgotten = ended.then(|| {
        lang.pick(
            "HSTS est arrêté\u{a0}: chaque navigateur l’oublie à sa prochaine visite.",
            "HSTS has ended: each browser forgets it at its next visit.",
        )
    });
    let form = may.then(|| {
        let means = lang.pick(
            "Un navigateur qui est venu ne revient alors qu’en HTTPS, et n’accepte aucun certificat douteux\u{a0}: personne ne peut s’interposer. Cela ne s’annule pas vite\u{a0}: si HTTPS venait à manquer, il refuserait ce site, pendant un jour la première semaine, pendant six mois ensuite.",
            "A browser that came by then returns over HTTPS alone, and accepts no doubtful certificate: nobody can step in between. It cannot be undone quickly: should HTTPS ever be missing, it would refuse this site, for a day during the first week, for six months after that.",
        );
        let radios = Radios::new("hsts", lang.pick("Pour quels noms", "For which names"))
            .choice(
                "names",
                lang.pick("Les noms de ce site", "The names of this site"),
                lang.pick("Ce qui suffit presque toujours.", "What nearly always does."),
            )
            .choice(
                "subdomains",
                lang.pick("Et tous les noms en dessous", "And all names below them"),
                lang.pick(
                    "Même servis ailleurs\u{a0}: chacun d’eux doit avoir HTTPS, ou il devient injoignable.",
                    "Even those served elsewhere: each of them must have HTTPS, or it becomes unreachable.",
                ),
            );
        let rest = if proven {
            view! {
                <form method="post" action=path(site) class="stack" novalidate=true>
                    {radios.view(lang, typed)}
                    <div><button class="button" type="submit">{lang.pick("Activer HSTS", "Turn HSTS on")}</button></div>
                </form>
            }
            .into_any()
        } else {
            let words = lang.pick(
                "Ce choix s’ouvre quand chaque nom a son certificat.",
                "This choice opens when each name has its certificate.",
            );
            view! { <p>{words}</p> }.into_any()
        };
        let title = lang.pick("N’accepter que HTTPS (HSTS)…", "Accept HTTPS alone (HSTS)…");
        fold(title, typed.error("hsts").is_some(), view! { <p>{means}</p>{rest} })
    });
    view! { {forgotten.map(|words| view! { <p>{words}</p> })}{form} }.into_any()
}

fn on(lang: Lang, site: &SiteView, reach: HstsReach, since: i64, may: bool) -> AnyView {
    let names = match reach {
        HstsReach::Subdomains => lang.pick(
            "HSTS est actif, pour les noms de ce site et tous ceux en dessous\u{a0}:",
            "HSTS is on, for the names of this site and all below them:",
        ),
        _ => lang.pick(
            "HSTS est actif, pour les noms de ce site\u{a0}:",
            "HSTS is on, for the names of this site:",
        ),
    };
    let lasts = match site.https.hsts_long_at {
        Some(_) => view! {
            {lang.pick(
                " un navigateur qui est venu ne revient qu’en HTTPS, pendant six mois.",
                " a browser that came by returns over HTTPS alone, for six months.",
            )}
        }
        .into_any(),
        None => view! {
            {lang.pick(
                " un navigateur qui est venu ne revient qu’en HTTPS, pendant un jour, et à partir du ",
                " a browser that came by returns over HTTPS alone, for a day, and from ",
            )}
            {day(lang, since + HSTS_DAY_MS)}
            {lang.pick(" pendant six mois.", " on for six months.")}
        }
        .into_any(),
    };
    let end = may.then(|| {
        let loses = lang.pick(
            "Chaque navigateur l’oublie à sa prochaine visite en HTTPS. Celui qui ne revient pas garde ce qu’il a retenu jusqu’au bout\u{a0}: laissez HTTPS en place d’ici là.",
            "Each browser forgets it at its next visit over HTTPS. One that does not return keeps what it remembered to the end: leave HTTPS in place until then.",
        );
        let button = Action::new(path(site), lang.pick("Arrêter HSTS", "End HSTS")).hidden("hsts", "off").loss();
        fold_loss(lang.pick("Arrêter HSTS…", "End HSTS…"), false, view! { <p>{loses}</p>{button.view()} })
    });
    view! { <p>{names}{lasts}</p>{end} }.into_any()
}
