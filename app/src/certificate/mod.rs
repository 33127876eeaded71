//! Certificates of names: on the page of their site, and all of them by their end.

pub mod card;
pub mod list;
pub mod own;

use crate::parts::badge;
use leptos::prelude::*;
use model::Lang;
use server::certificate::{CertificateState, CertificateView};

/// How one stands, as a sign.
fn standing(lang: Lang, certificate: &CertificateView) -> AnyView {
    let (class, words) = match certificate.state {
        CertificateState::Valid if certificate.own => {
            ("state state-good", lang.pick("apporté, en place", "brought, in place"))
        }
        CertificateState::Valid => ("state state-good", lang.pick("en place", "in place")),
        CertificateState::Coming => ("state state-going", lang.pick("en route", "coming")),
        CertificateState::Missing => {
            ("state state-waiting", lang.pick("il manque quelque chose", "something is missing"))
        }
        CertificateState::Expired => ("state state-bad", lang.pick("expiré", "expired")),
    };
    badge(class, words)
}

/// What is missing for the next one, or what the authority said.
fn why(lang: Lang, certificate: &CertificateView) -> Option<AnyView> {
    let text = certificate.text.as_ref()?.pick(lang).to_owned();
    Some(view! { <p class="item-more">{text}</p> }.into_any())
}
