//! Maintenance: visitors are asked to come back later, but for a few addresses.

use super::{Part, Seen, at, form};
use crate::{
    http::{Answer, Face},
    parts::{Area, Select, Typed},
};
use axum::extract::{Path, State};
use leptos::prelude::*;
use model::{Lang, SiteId};
use server::{
    Server,
    site::{NewMaintenance, SiteView},
};

const PAGE: Part =
    Part { path: "maintenance", fr: "Maintenance du site", en: "The site's maintenance", fill, body };

/// `GET /sites/{site}/maintenance`
pub async fn show(State(server): State<Server>, face: Face, Path(id): Path<SiteId>) -> Answer {
    PAGE.show(&server, &face, id).await
}

/// `POST /sites/{site}/maintenance`
pub async fn set(State(server): State<Server>, face: Face, Path(id): Path<SiteId>, typed: Typed) -> Answer {
    let new = NewMaintenance {
        switch: typed.has("switch").then(|| typed.get("switch").to_owned()),
        addresses: typed.has("addresses").then(|| typed.get("addresses").to_owned()),
    };
    let done = server::site::set_maintenance(&server, face.me()?, at(id, &typed), new).await;
    PAGE.after(&server, &face, id, typed, done).await
}

pub(super) fn lines<'a>(networks: impl Iterator<Item = &'a model::Network>) -> String {
    networks.map(|network| network.as_str()).collect::<Vec<_>>().join("\n")
}

fn fill(site: &SiteView) -> Typed {
    let maintenance = &site.settings.maintenance;
    let switch = if maintenance.on { "on" } else { "off" };
    Typed::new().with("switch", switch).with("addresses", lines(maintenance.allow.iter()))
}

fn body(lang: Lang, seen: &Seen, typed: &Typed) -> AnyView {
    let switch = Select::new("switch", lang.pick("Maintenance", "Maintenance"))
        .hint(lang.pick(
            "Les visites reçoivent une page, en français ou en anglais, qui demande de revenir plus tard (503). Certificats et vérifications continuent.",
            "Visits get a page, in French or English, that asks to come back later (503). Certificates and checks go on.",
        ))
        .option("off", lang.pick("Non\u{a0}: le site répond", "No: the site answers"))
        .option("on", lang.pick("Oui\u{a0}: la page d’attente répond", "Yes: the waiting page answers"));
    let addresses = Area::new("addresses", lang.pick("Qui voit le site quand même", "Who sees the site even so")).hint(lang.pick(
        "Des adresses IP ou des réseaux, un par ligne, 20 au plus\u{a0}: par exemple 192.0.2.7 ou 2001:db8::/32.",
        "IP addresses or networks, one a line, 20 at most: such as 192.0.2.7 or 2001:db8::/32.",
    ));
    form(
        PAGE.at(seen.site.id),
        lang,
        typed,
        view! { {switch.view(lang, typed)}{addresses.view(lang, typed)} },
    )
}
