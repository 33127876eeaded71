//! All certificates, for staff: those that never were, then those that end first.

use super::{standing, why};
use crate::{
    http::{Answer, Face},
    parts::{self, Cell, Tone, day, empty, next_page, notice, search, table},
    shell::{self, Place},
};
use axum::extract::{Query, State};
use leptos::prelude::*;
use model::Lang;
use server::{Server, certificate::CertificateView};

/// `GET /certificates`
pub async fn list(State(server): State<Server>, face: Face, Query(page): Query<parts::Page>) -> Answer {
    let lang = face.lang;
    let certificates = server::certificate::list(&server, face.me()?, &page.listing()).await?;
    let next = next_page(lang, "/certificates", &page, certificates.next.as_deref());
    let about =
        shell::Page::new(Place::Certificates, lang.pick("Certificats", "Certificates")).lead(lang.pick(
            "Les certificats des noms\u{a0}: d’abord ceux qui n’ont pas encore pu venir, puis ceux qui finissent les premiers.",
            "The names' certificates: first those that could not come yet, then those that end first.",
        ));
    let search = search(
        lang,
        "/certificates",
        &page,
        lang.pick("Chercher un nom", "Search a name"),
        parts::Filters::None,
    );
    let body = view! {
        <div class="stack">
            {server.issuer.is_none().then(|| off(lang))}
            {search}
            <div class="card card-flat">{rows(lang, &page, certificates.items)}</div>
            {next}
        </div>
    };
    Ok(shell::page(&face, about, body))
}

fn off(lang: Lang) -> AnyView {
    let words = lang.pick(
        "Aucun certificat n’est demandé\u{a0}: en HTTPS, les navigateurs mettent en garde devant les sites. Pour que le panneau en demande, ajoutez la table [acme] à /etc/alveole/panel.toml, puis redémarrez-le.",
        "No certificate is asked for: over HTTPS, browsers warn before the sites. For the panel to ask for them, add the table [acme] to /etc/alveole/panel.toml, then restart it.",
    );
    notice(
        Tone::Know,
        lang.pick(
            "Ce panneau n’a pas d’autorité de certification",
            "This panel has no certificate authority",
        ),
        view! { <p>{words}</p> },
    )
}

fn rows(lang: Lang, page: &parts::Page, certificates: Vec<CertificateView>) -> AnyView {
    if certificates.is_empty() {
        let (title, words) = if page.narrowed() {
            (
                lang.pick("Rien ne correspond", "Nothing matches"),
                lang.pick("Essayez un autre mot, ou montrez tout.", "Try another word, or show all."),
            )
        } else {
            (
                lang.pick("Aucun certificat", "No certificate"),
                lang.pick(
                    "Chaque nom d’un site en reçoit un\u{a0}: ils viendront ici.",
                    "Each name of a site gets one: they will come here.",
                ),
            )
        };
        return empty(title, words, None);
    }
    let heads = [
        lang.pick("Nom", "Name"),
        lang.pick("Compte", "Account"),
        lang.pick("État", "State"),
        lang.pick("Fin", "End"),
        lang.pick("Renouvellement", "Renewal"),
    ];
    let rows = certificates.into_iter().map(|certificate| row(lang, certificate)).collect();
    table(lang.pick("Certificats", "Certificates"), &heads, rows)
}

fn row(lang: Lang, certificate: CertificateView) -> Vec<Cell> {
    let name = certificate.name.unicode();
    let account = (format!("/accounts/{}", certificate.account.id), certificate.account.name.clone());
    vec![
        match certificate.site {
            Some(site) => Cell::link(format!("/sites/{site}"), name),
            None => Cell::Main(name.into_any()),
        },
        Cell::view(view! { <a href=account.0>{account.1}</a> }),
        Cell::view(view! { {standing(lang, &certificate)}{why(lang, &certificate)} }),
        Cell::view(certificate.not_after.map(|at| day(lang, at))),
        Cell::view(certificate.renew_at.map(|at| day(lang, at))),
    ]
}
