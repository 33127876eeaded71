//! A certificate of one's own for a site: pasted, looked at, and taken back again.

use crate::{
    http::{Answer, Face, Miss, on_form, see},
    parts::{Area, Typed, errors},
    shell::{self, Place},
    site::{show::draw, title},
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use leptos::prelude::*;
use model::{CertificateId, Lang, Right, SiteId};
use server::{
    Server,
    certificate::{self, NewOwn},
    site::SiteView,
};

/// `GET /sites/{site}/certificate`
pub async fn form(State(server): State<Server>, face: Face, Path(id): Path<SiteId>) -> Answer {
    let site = enter(&server, &face, id).await?;
    Ok(page(&server, &face, &site, &Typed::new()))
}

/// `POST /sites/{site}/certificate`
pub async fn bring(State(server): State<Server>, face: Face, Path(id): Path<SiteId>, typed: Typed) -> Answer {
    let site = enter(&server, &face, id).await?;
    let new = NewOwn { chain: typed.get("chain").to_owned(), key: typed.secret("key") };
    match certificate::bring(&server, face.me()?, id, new).await {
        Ok(_) => see(format!("/sites/{id}"), "certificate_brought"),
        Err(problem) => {
            let typed = typed.refused(on_form(problem)?);
            Ok(page(&server, &face.at(format!("/sites/{id}/certificate")), &site, &typed))
        }
    }
}

/// `POST /sites/{site}/certificates/{certificate}/back`
pub async fn back(
    State(server): State<Server>,
    face: Face,
    Path((site, id)): Path<(SiteId, CertificateId)>,
) -> Answer {
    match certificate::back(&server, face.me()?, id, None).await {
        Ok(_) => see(format!("/sites/{site}"), "certificate_back"),
        Err(problem) => {
            let typed = Typed::new().refused(on_form(problem)?);
            draw(&server, &face.at(format!("/sites/{site}")), site, typed).await
        }
    }
}

/// The site, for who may change it.
async fn enter(server: &Server, face: &Face, id: SiteId) -> Result<SiteView, Miss> {
    let site = server::site::show(server, face.me()?, id).await?;
    server::grant::access(server, face.me()?, site.account.id).await?.must(Right::Sites)?;
    Ok(site)
}

fn page(server: &Server, face: &Face, site: &SiteView, typed: &Typed) -> Response {
    let lang = face.lang;
    let title_here = lang.pick("Apporter un certificat", "Bring a certificate");
    let page = shell::Page::new(Place::Accounts, title_here)
        .from(site.account.name.clone(), format!("/accounts/{}", site.account.id))
        .from(title(site), format!("/sites/{}", site.id))
        .lead(why(lang, server.issuer.is_some()))
        .status(typed.status());
    let chain = Area::new(
        "chain",
        lang.pick("Le certificat et ceux qui l’accompagnent", "The certificate and those that came with it"),
    )
    .hint(lang.pick(
        "En PEM, dans l’ordre que vous voulez. Il sert à chaque nom du site pour lequel il est fait.",
        "In PEM, in any order. It is used for each of the site's names that it is made for.",
    ))
    .rows(10)
    .needed();
    let key = Area::new("key", lang.pick("Sa clé privée", "Its private key"))
        .hint(lang.pick(
            "En PEM, sans mot de passe. Elle est scellée pour l’hôte du site\u{a0}: ni le panneau ni personne ne pourra la relire.",
            "In PEM, without a password. It is sealed for the site's host: neither the panel nor anybody can read it again.",
        ))
        .rows(6)
        .needed()
        .secret();
    let body = view! {
        <div class="stack">
            {errors(lang, typed)}
            <form class="card form" method="post" action=format!("/sites/{}/certificate", site.id) novalidate=true>
                {chain.view(lang, typed)}
                {key.view(lang, typed)}
                <div class="acts">
                    <button class="button button-main" type="submit">{lang.pick("Utiliser ce certificat", "Use this certificate")}</button>
                </div>
            </form>
        </div>
    };
    shell::page(face, page, body)
}

fn why(lang: Lang, authority: bool) -> &'static str {
    if authority {
        lang.pick(
            "Le panneau demande et renouvelle les certificats de lui-même. N’en apportez un que s’il vous en faut un d’une certaine autorité\u{a0}: c’est alors à vous de le remplacer à temps. Trois jours avant sa fin, le panneau prend la relève.",
            "The panel asks for certificates and renews them by itself. Bring one only if you need it of a certain authority: then it is for you to replace it in time. Three days before its end the panel takes over.",
        )
    } else {
        lang.pick(
            "C’est à vous de le remplacer à temps\u{a0}: un courriel vous le rappelle 14, 7 et 1 jours avant sa fin.",
            "It is for you to replace it in time: a mail reminds you 14, 7 and 1 days before its end.",
        )
    }
}
