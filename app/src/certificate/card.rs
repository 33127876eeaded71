//! HTTPS on the page of a site: each name's certificate, what is missing for it, and having it tried at once.

use super::{standing, why};
use crate::{
    http::{Answer, Face, Miss, on_form, see},
    parts::{Action, Typed, day, moment},
    site::{https, show::draw},
};
use axum::extract::{Path, State};
use leptos::prelude::*;
use model::{CertificateId, Lang, SiteId, SiteName};
use server::{
    Server,
    certificate::{self, CertificateState, CertificateView},
    paging::Listing,
    site::SiteView,
};

/// The certificates of a site's names.
pub struct Held {
    pub certificates: Vec<CertificateView>,
    /// The panel asks for those that are missing. Without an authority there are only those that members brought.
    authority: bool,
}

pub async fn load(server: &Server, face: &Face, site: SiteId) -> Result<Held, Miss> {
    let all = Listing { limit: Some(200), ..Listing::default() };
    let authority = server.issuer.is_some();
    let mut certificates = certificate::list_of_site(server, face.me()?, site, &all).await?.items;
    certificates.retain(|one| authority || one.own);
    Ok(Held { certificates, authority })
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
pub fn card(lang: Lang, site: &SiteView, held: &Held, may: bool, typed: &Typed) -> AnyView {
    let of = |name: &SiteName| held.certificates.iter().find(|one| one.name == *name);
    let any = held.authority || !held.certificates.is_empty();
    let choices = any.then(|| {
        let proven = site.names.iter().all(|name| of(name).is_some_and(|one| one.proven_at.is_some()));
        https::choices(lang, site, proven, may, typed)
    });
    let items = any.then(|| {
        let items = site.names.iter().map(|name| match of(name) {
            Some(certificate) => item(lang, site.id, certificate, may),
            None => without(lang, name, held.authority),
        });
        view! { <ul class="items">{items.collect_view()}</ul> }
    });
    let words = if held.authority {
        lang.pick(
            "Chaque nom reçoit son certificat dès que son DNS mène ici. Le panneau le renouvelle de lui-même\u{a0}; sa clé ne quitte pas l’hôte.",
            "Each name gets its certificate as soon as its DNS leads here. The panel renews it by itself; its key does not leave the host.",
        )
    } else {
        lang.pick(
            "Cette coopérative n’a pas encore choisi d’autorité de certification\u{a0}: sans certificat apporté, les navigateurs mettent en garde devant ce site en HTTPS.",
            "This cooperative has not chosen a certificate authority yet: without a certificate that you bring, browsers warn before this site over HTTPS.",
        )
    };
    let bring = may.then(|| {
        let words = lang.pick("Apporter un certificat…", "Bring a certificate…");
        let href = format!("/sites/{}/certificate", site.id);
        view! { <div class="card-foot"><a class="button button-small" href=href>{words}</a></div> }
    });
    view! {
        <section class="card card-flat" aria-labelledby="https">
            <div class="card-head"><h2 id="https">"HTTPS"</h2></div>
            {items}
            <p class="card-foot">{words}</p>
            {bring}
            {choices}
        </section>
    }
    .into_any()
}

/// A name that has no certificate yet.
fn without(lang: Lang, name: &SiteName, authority: bool) -> AnyView {
    let words = if authority {
        lang.pick("sera demandé dans un instant", "will be asked for in a moment")
    } else {
        lang.pick("pas de certificat", "no certificate")
    };
    view! {
        <li><div class="item"><span class="item-name">{name.unicode()}</span><p class="item-more">{words}</p></div></li>
    }
    .into_any()
}

pub(crate) fn item(lang: Lang, site: SiteId, certificate: &CertificateView, may: bool) -> AnyView {
    let name = certificate.name.unicode();
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
    let back = (may && certificate.own).then(|| {
        let path = format!("/sites/{site}/certificates/{}/back", certificate.id);
        Action::new(path, lang.pick("Laisser faire le panneau", "Leave it to the panel"))
            .about(lang, &name)
            .small()
            .view()
    });
    view! {
        <li>
            <div class="item"><span class="item-name">{name}</span>{holds}{why(lang, certificate)}{next}</div>
            <div class="row">{standing(lang, certificate)}{again}{back}</div>
        </li>
    }
    .into_any()
}
