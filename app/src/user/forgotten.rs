//! A forgotten password: an address, and always the same answer.

use super::session::Seen;
use crate::{
    http::{Answer, Face, on_form},
    parts::{Input, Tone, Typed, errors, notice},
    shell,
};
use axum::{extract::State, response::Response};
use leptos::prelude::*;
use server::{
    Server,
    session::Refusal,
    user::{Forgotten, forgotten},
};
use std::net::{IpAddr, Ipv6Addr};

/// `GET /forgotten`
pub async fn show(State(server): State<Server>, face: Face) -> Answer {
    Ok(render(&face, server.carrier.is_some(), &Typed::new()))
}

/// `POST /forgotten`: whether the address is a user's stays between the panel and its mailbox.
pub async fn ask(State(server): State<Server>, face: Face, Seen(seen): Seen, typed: Typed) -> Answer {
    let face = face.at("/forgotten");
    let asked = Forgotten {
        email: typed.get("email").to_owned(),
        address: seen.address.unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED)),
        lang: face.lang,
    };
    match forgotten(&server, asked).await {
        Ok(()) => Ok(on_its_way(&face)),
        Err(Refusal { problem, retry_after_s }) => {
            let typed = typed.refused(on_form(problem)?);
            Ok(super::signin::refused(render(&face, server.carrier.is_some(), &typed), retry_after_s))
        }
    }
}

fn title(face: &Face) -> &'static str {
    face.lang.pick("Mot de passe oublié", "Forgotten password")
}

fn render(face: &Face, mails: bool, typed: &Typed) -> Response {
    let lang = face.lang;
    let body = if mails {
        let email = Input::email("email", lang.pick("Adresse électronique", "E-mail address"));
        view! {
            <p class="quiet">{lang.pick(
                "Nous vous écrirons un lien pour en choisir un nouveau. Il sert une fois, dans l’heure.",
                "We will write you a link to choose a new one. It works once, within the hour.",
            )}</p>
            {errors(lang, typed)}
            <form class="form" method="post" action="/forgotten" novalidate=true>
                {email.autocomplete("username").view(lang, typed)}
                <button class="button button-main button-wide" type="submit">{lang.pick("Recevoir un lien", "Get a link")}</button>
            </form>
        }
        .into_any()
    } else {
        let words = lang.pick(
            "Ce panneau n’envoie pas de courriel. La coopérative peut vous donner un lien.",
            "This panel sends no mail. The cooperative can give you a link.",
        );
        notice(
            Tone::Know,
            lang.pick("Écrivez à votre coopérative", "Write to your cooperative"),
            view! { <p>{words}</p> },
        )
    };
    shell::door(face, typed.status(), title(face), view! { {body}{back(face)} })
}

fn on_its_way(face: &Face) -> Response {
    let lang = face.lang;
    let words = lang.pick(
        "Si cette adresse est connue ici, un lien y arrive dans quelques instants. Il sert une fois, dans l’heure, et seul le dernier demandé marche. Rien ne vient\u{a0}? Regardez dans les indésirables, puis écrivez à la coopérative.",
        "If this address is known here, a link will be there in a moment. It works once, within the hour, and only the last one asked for does. Nothing comes? Look at your spam, then write to the cooperative.",
    );
    let said = notice(
        Tone::Good,
        lang.pick("Regardez vos courriels", "Look at your mail"),
        view! { <p>{words}</p> },
    );
    shell::door(face, 200, title(face), view! { {said}{back(face)} })
}

fn back(face: &Face) -> AnyView {
    let words = face.lang.pick("Retour à la connexion", "Back to signing in");
    view! { <p class="small"><a href="/sign-in">{words}</a></p> }.into_any()
}
