//! Who may come by address, pages for errors, the folder that is shown.

use super::{Part, Seen, at, form, maintenance::lines};
use crate::{
    http::{Answer, Face},
    parts::{Area, Input, Radios, Typed},
};
use axum::extract::{Path, State};
use leptos::prelude::*;
use model::{ErrorPage, Lang, SiteId};
use server::{
    Server,
    site::{NewErrors, NewRoot, NewVisitors, SiteView},
};

const VISITORS: Part = Part {
    path: "visitors",
    fr: "Visiteurs admis",
    en: "Visitors let in",
    fill: fill_visitors,
    body: visitors_body,
};
const ERRORS: Part = Part {
    path: "errors",
    fr: "Pages d’erreur",
    en: "Pages for errors",
    fill: fill_errors,
    body: errors_body,
};
const ROOT: Part =
    Part { path: "root", fr: "Dossier montré", en: "Folder shown", fill: fill_root, body: root_body };

/// `GET /sites/{site}/visitors`
pub async fn visitors(State(server): State<Server>, face: Face, Path(id): Path<SiteId>) -> Answer {
    VISITORS.show(&server, &face, id).await
}

/// `POST /sites/{site}/visitors`
pub async fn set_visitors(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<SiteId>,
    typed: Typed,
) -> Answer {
    let one = |name: &str| typed.has(name).then(|| typed.get(name).to_owned());
    let new = NewVisitors { who: one("who"), addresses: one("addresses") };
    let done = server::site::set_visitors(&server, face.me()?, at(id, &typed), new).await;
    VISITORS.after(&server, &face, id, typed, done).await
}

fn fill_visitors(site: &SiteView) -> Typed {
    let visitors = &site.settings.visitors;
    Typed::new().with("who", visitors.who.code()).with("addresses", lines(visitors.networks.iter()))
}

fn visitors_body(lang: Lang, seen: &Seen, typed: &Typed) -> AnyView {
    let who = Radios::new("who", lang.pick("Qui peut venir", "Who may come"))
        .choice(
            "everybody",
            lang.pick("Tout le monde", "Everybody"),
            lang.pick("La liste ne compte pas.", "The list does not count."),
        )
        .choice(
            "listed",
            lang.pick("Ces adresses seulement", "These addresses alone"),
            lang.pick("Les autres reçoivent un refus (403).", "All others are refused (403)."),
        )
        .choice(
            "others",
            lang.pick("Tous sauf ces adresses", "All but these addresses"),
            lang.pick("Celles-ci reçoivent un refus (403).", "These are refused (403)."),
        );
    let addresses = Area::new("addresses", lang.pick("Adresses", "Addresses")).rows(6).hint(lang.pick(
        "Des adresses IP ou des réseaux, un par ligne, 200 au plus\u{a0}: par exemple 192.0.2.7 ou 2001:db8::/32.",
        "IP addresses or networks, one a line, 200 at most: such as 192.0.2.7 or 2001:db8::/32.",
    ));
    form(
        VISITORS.at(seen.site.id),
        lang,
        typed,
        view! { {who.view(lang, typed)}{addresses.view(lang, typed)} },
    )
}

/// `GET /sites/{site}/errors`
pub async fn errors(State(server): State<Server>, face: Face, Path(id): Path<SiteId>) -> Answer {
    ERRORS.show(&server, &face, id).await
}

/// `POST /sites/{site}/errors`
pub async fn set_errors(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<SiteId>,
    typed: Typed,
) -> Answer {
    let one = |error: ErrorPage| typed.has(error.code()).then(|| typed.get(error.code()).to_owned());
    let new = NewErrors {
        forbidden: one(ErrorPage::Forbidden),
        not_found: one(ErrorPage::NotFound),
        broken: one(ErrorPage::Broken),
        away: one(ErrorPage::Away),
    };
    let done = server::site::set_errors(&server, face.me()?, at(id, &typed), new).await;
    ERRORS.after(&server, &face, id, typed, done).await
}

fn fill_errors(site: &SiteView) -> Typed {
    let pages = site.settings.errors.iter();
    pages.fold(Typed::new(), |typed, (error, path)| typed.with(error.code(), path.as_str()))
}

fn errors_body(lang: Lang, seen: &Seen, typed: &Typed) -> AnyView {
    let label = |error| match error {
        ErrorPage::Forbidden => lang.pick("Accès refusé (403)", "Refused (403)"),
        ErrorPage::NotFound => lang.pick("Page introuvable (404)", "Page not found (404)"),
        ErrorPage::Broken => lang.pick("Erreur du site (500)", "The site's error (500)"),
        ErrorPage::Away => lang.pick("Site indisponible (503)", "Site not available (503)"),
    };
    let hint = lang.pick(
        "Le chemin d’une page de ce site, par exemple /404.html. Vide\u{a0}: la page ordinaire.",
        "The path of a page of this site, such as /404.html. Empty: the ordinary page.",
    );
    let fields = ErrorPage::ALL
        .into_iter()
        .map(|error| Input::text(error.code(), label(error)).hint(hint).optional().view(lang, typed))
        .collect_view();
    form(ERRORS.at(seen.site.id), lang, typed, fields)
}

/// `GET /sites/{site}/root`
pub async fn root(State(server): State<Server>, face: Face, Path(id): Path<SiteId>) -> Answer {
    ROOT.show(&server, &face, id).await
}

/// `POST /sites/{site}/root`
pub async fn set_root(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<SiteId>,
    typed: Typed,
) -> Answer {
    let new = NewRoot { root: typed.get("root").to_owned() };
    let done = server::site::set_root(&server, face.me()?, at(id, &typed), new).await;
    ROOT.after(&server, &face, id, typed, done).await
}

fn fill_root(site: &SiteView) -> Typed {
    let root = site.settings.root.as_ref();
    Typed::new().with("root", root.map_or("public", |root| root.as_str()))
}

fn root_body(lang: Lang, seen: &Seen, typed: &Typed) -> AnyView {
    let site = &seen.site;
    let at = format!("/home/{}/sites/{}/", site.account.name, site.folder);
    let root = Input::text("root", lang.pick("Dossier", "Folder")).hint(lang.pick(
        format!("En dessous de {at}, par exemple public ou web/dist. Il doit exister\u{a0}: sinon le site répond qu’il ne trouve rien (404)."),
        format!("Below {at}, such as public or web/dist. It must exist: else the site answers that it finds nothing (404)."),
    ));
    form(ROOT.at(site.id), lang, typed, root.view(lang, typed))
}
