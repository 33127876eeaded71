//! HTTPS on the page of a site: each name's certificate, what is missing for it, and having it tried at once.

use super::{standing, why};
use crate::{
    http::{Answer, Face, Miss, on_form, see},
    parts::{Action, Typed, day, moment},
    site::{https, show::draw},
};
use axum::extract::{Path, State};
use leptos::prelude::*;
use model::{CertificateId, Lang, SiteId};
use server::{
    Server,
    certificate::{self, CertificateState, CertificateView},
    paging::Listing,
    site::SiteView,
};

/// The certificates of a site's names; `None`: this panel has no authority that signs any.
pub async fn load(server: &Server, face: &Face, site: SiteId) -> Result<Option<Vec<CertificateView>>, Miss> {
    if server.issuer.is_none() {
        return Ok(None);
    }
    let all = Listing { limit: Some(200), ..Listing::default() };
    Ok(Some(certificate::list_of_site(server, face.me()?, site, &all).await?.items))
}

/// `POST /sites/{site}/certificates/{certificate}/try`
pub async fn again(
    State(server): State<Server>,
    face: Face,
    Path((site, id)): Path<(SiteId, CertificateId)>,
) -> Answer {
    match certificate::try_now(&server, face.me()?, id, None).await {
        Ok(_) => see(format!("/sites/{site}"), "certificate_tried"),
        Err(problem) => {
            let typed = Typed::new().refused(on_form(problem)?);
            draw(&server, &face.at(format!("/sites/{site}")), site, typed).await
        }
    }
}

/// `may`: whoever looks may change the site.
pub fn card(
    lang: Lang,
    site: &SiteView,
    certificates: Option<&[CertificateView]>,
    may: bool,
    typed: &Typed,
) -> AnyView {
    let choices = certificates.map(|certificates| {
        let in_place = |name: &model::SiteName| {
            certificates.iter().any(|one| one.name == *name && one.proven_at.is_some())
        };
        https::choices(lang, site, site.names.iter().all(in_place), may, typed)
    });
    let (items, words) = match certificates {
        None => (
            None,
            lang.pick(
                "Cette coopérative n’a pas encore choisi d’autorité de certification\u{a0}: en HTTPS, les navigateurs mettent en garde devant ce site.",
                "This cooperative has not chosen a certificate authority yet: over HTTPS, browsers warn before this site.",
            ),
        ),
        Some(certificates) => {
            let items = site.names.iter().map(|name| {
                let certificate = certificates.iter().find(|certificate| certificate.name == *name);
                item(lang, site.id, name.unicode(), certificate, may)
            });
            (
                Some(items.collect_view()),
                lang.pick(
                    "Chaque nom reçoit son certificat dès que son DNS mène ici. Le panneau le renouvelle de lui-même\u{a0}; sa clé ne quitte pas l’hôte.",
                    "Each name gets its certificate as soon as its DNS leads here. The panel renews it by itself; its key does not leave the host.",
                ),
            )
        }
    };
    view! {
        <section class="card card-flat" aria-labelledby="https">
            <div class="card-head"><h2 id="https">"HTTPS"</h2></div>
            {items.map(|items| view! { <ul class="items">{items}</ul> })}
            <p class="card-foot">{words}</p>
            {choices}
        </section>
    }
    .into_any()
}

/// A name's line. One without a row of its own is about to get it.
fn item(lang: Lang, site: SiteId, name: String, found: Option<&CertificateView>, may: bool) -> AnyView {
    let Some(certificate) = found else {
        let words = lang.pick("sera demandé dans un instant", "will be asked for in a moment");
        return view! {
            <li><div class="item"><span class="item-name">{name}</span><p class="item-more">{words}</p></div></li>
        }
        .into_any();
    };
    let holds = certificate.not_after.filter(|_| certificate.state == CertificateState::Valid).map(|end| {
        let by = certificate.issuer.clone().map(|issuer| format!(" ({issuer})"));
        view! { <p class="item-more">{lang.pick("Valable jusqu’au ", "Valid until ")}{day(lang, end)}{by}</p> }
    });
    let next = certificate.next_at.map(|at| {
        view! { <p class="item-more">{lang.pick("Prochain essai\u{a0}: ", "Next try: ")}{moment(lang, at)}</p> }
    });
    let again = (may && certificate.text.is_some()).then(|| {
        let path = format!("/sites/{site}/certificates/{}/try", certificate.id);
        Action::new(path, lang.pick("Essayer maintenant", "Try now")).about(lang, &name).small().view()
    });
    view! {
        <li>
            <div class="item"><span class="item-name">{name}</span>{holds}{why(lang, certificate)}{next}</div>
            <div class="row">{standing(lang, certificate)}{again}</div>
        </li>
    }
    .into_any()
}
