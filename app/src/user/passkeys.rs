//! Passkeys: adding one, and signing in with one alone. (Half way it stands on the page of the code, for a proof on the page that asks.)

use super::{
    factors::{codes_page, way_out},
    session::{self, Seen},
    signin::{self, refused},
};
use crate::{
    http::{Answer, Face, on_form, see},
    page::lang::local,
    parts::{Ask, Input, Typed, errors, passkey},
    shell,
};
use axum::{extract::State, http::HeaderMap, response::Response};
use leptos::prelude::*;
use model::Secret;
use server::{
    Server,
    factor::{Challenge, answer_of},
    session::{Refusal, cookies_of},
};

/// `POST /profile/factors/passkey`: no redirect, for the page brings the challenge.
pub async fn begin(State(server): State<Server>, face: Face, Seen(seen): Seen) -> Answer {
    let challenge = server::factor::begin_passkey(&server, face.me()?).await?;
    // This browser's name is a good guess, and may be changed.
    let typed = Typed::new().with("name", seen.browser.unwrap_or_default());
    Ok(render(&face.at("/second-factor"), challenge, &typed))
}

/// `POST /profile/factors/passkey/confirm`
pub async fn confirm(State(server): State<Server>, face: Face, typed: Typed) -> Answer {
    let (me, answer) = (face.me()?, answer_of(typed.get("passkey")));
    match server::factor::confirm_passkey(&server, me, typed.get("name"), &answer).await {
        Ok(codes) if codes.is_empty() => see("/profile", "passkey_added"),
        Ok(codes) => Ok(codes_page(&face, &codes)),
        Err(problem) => {
            let problem = on_form(problem)?;
            let challenge = server::factor::begin_passkey(&server, me).await?;
            Ok(render(&face.at("/second-factor"), challenge, &typed.refused(problem)))
        }
    }
}

/// `POST /sign-in/passkey`
pub async fn sign_in(
    State(server): State<Server>,
    face: Face,
    Seen(seen): Seen,
    headers: HeaderMap,
    typed: Typed,
) -> Answer {
    let cookie = cookies_of(&headers).passkey.unwrap_or_else(|| Secret::new(""));
    let answer = answer_of(typed.get("passkey"));
    match server::session::sign_in_alone(&server, &cookie, &answer, seen).await {
        Ok(signed_in) => Ok(session::begin(&signed_in, local(typed.get("to")))),
        Err(Refusal { problem, retry_after_s }) => {
            let problem = on_form(problem)?;
            let here = crate::parts::href("/sign-in", &[("to", typed.get("to"))]);
            Ok(refused(signin::render(&face.at(here), &server, &typed.refused(problem)), retry_after_s))
        }
    }
}

fn render(face: &Face, challenge: Challenge, typed: &Typed) -> Response {
    let lang = face.lang;
    let name = Input::text("name", lang.pick("Nom de la clé d’accès", "Name of the passkey"))
        .hint(lang.pick("Pour la reconnaître dans votre profil.", "To know it again on your profile."));
    let words = lang.pick("Créer la clé d’accès", "Create the passkey");
    let key =
        passkey(face, typed, "passkey", words, "button button-main button-wide", Ask::New(challenge.options));
    let body = view! {
        {errors(lang, typed)}
        <p>{lang.pick(
            "Votre appareil demandera de confirmer que c’est vous. Il garde la clé\u{a0}; le panneau n’en reçoit que la moitié publique.",
            "Your device will ask you to confirm that it is you. It keeps the key; the panel gets its public half alone.",
        )}</p>
        <form class="form" method="post" action="/profile/factors/passkey/confirm" novalidate=true>
            {name.view(lang, typed)}
            {key}
        </form>
        {way_out(face)}
    };
    shell::door(face, typed.status(), lang.pick("Une clé d’accès", "A passkey"), body)
}
