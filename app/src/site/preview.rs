//! The preview address on a site's page: where it can be seen before its names lead here.

use super::show::draw;
use crate::{
    certificate::card::{self, Held},
    http::{Answer, Face, on_form, see},
    parts::{Action, Icon, Typed, icon},
};
use axum::extract::{Path, State};
use leptos::prelude::*;
use model::{Lang, SiteId};
use server::{
    Server,
    certificate::CertificateState,
    site::{NewPreview, SiteView},
};

/// `POST /sites/{site}/preview`
pub async fn set(State(server): State<Server>, face: Face, Path(id): Path<SiteId>, typed: Typed) -> Answer {
    let new = NewPreview { switch: typed.get("switch").to_owned() };
    match server::site::set_preview(&server, face.me()?, (id, None), new).await {
        Ok(_) => see(format!("/sites/{id}"), "site_told"),
        Err(problem) => {
            let typed = Typed::new().refused(on_form(problem)?);
            draw(&server, &face.at(format!("/sites/{id}")), id, typed).await
        }
    }
}

/// On the site's page, where the cooperative has a domain for it.
pub fn card(lang: Lang, site: &SiteView, held: &Held, (offered, may): (bool, bool)) -> Option<AnyView> {
    if !offered && site.preview.is_none() {
        return None;
    }
    let id = site.id;
    let switch = |to: &'static str, words: &'static str| {
        may.then(|| Action::new(format!("/sites/{id}/preview"), words).hidden("switch", to).small().view())
    };
    let body = match &site.preview {
        None => view! {
            <p>{lang.pick(
                "Voir ce site à une adresse de la coopérative, avec HTTPS, avant que ses noms mènent ici. Les moteurs de recherche en sont écartés.",
                "See this site at an address of the cooperative’s, with HTTPS, before its names lead here. Search engines are turned away from it.",
            )}</p>
            <div class="acts">{switch("on", lang.pick("Ouvrir un aperçu", "Switch a preview on"))}</div>
        }
        .into_any(),
        Some(name) => {
            let certificate = held.certificates.iter().find(|one| one.name == *name);
            let valid = certificate.is_some_and(|one| one.state == CertificateState::Valid);
            let href = format!("{}://{name}/", if valid { "https" } else { "http" });
            let shown = href.clone();
            let state = certificate.map(|one| view! { <ul class="items">{card::item(lang, id, one, may)}</ul> });
            view! {
                <p>{lang.pick(
                    "Qui connaît cette adresse y voit le site\u{a0}; les moteurs de recherche en sont écartés.",
                    "Whoever knows this address sees the site there; search engines are turned away from it.",
                )}</p>
                <p><a class="mono" href=href rel="noopener noreferrer">{icon(Icon::Open)}{shown}</a></p>
                {state}
                <div class="acts">{switch("off", lang.pick("Fermer l’aperçu", "Switch the preview off"))}</div>
            }
            .into_any()
        }
    };
    Some(
        view! {
            <section class="card stack" aria-labelledby="preview">
                <h2 id="preview">{lang.pick("Aperçu", "Preview")}</h2>
                {body}
            </section>
        }
        .into_any(),
    )
}
