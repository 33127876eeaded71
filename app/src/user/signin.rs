//! Signing in and out.

use super::session::{self, Seen};
use crate::{
    http::{Answer, Face, on_form},
    page::lang::local,
    parts::{Ask, Input, Typed, errors, passkey},
    shell,
};
use axum::{
    extract::{Query, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use serde::Deserialize;
use server::{
    Server,
    session::{Refusal, SignIn},
};

/// `?to=`: where one wanted to go.
#[derive(Default, Deserialize)]
pub struct Wanted {
    pub(super) to: Option<String>,
}

/// `GET /sign-in`
pub async fn show(State(server): State<Server>, face: Face, Query(wanted): Query<Wanted>) -> Answer {
    let to = wanted.to.unwrap_or_default();
    if face.actor.is_some() {
        return Ok(Redirect::to(local(&to)).into_response());
    }
    Ok(render(&face, &server, &Typed::new().with("to", to)))
}

/// `POST /sign-in`
pub async fn sign_in(State(server): State<Server>, face: Face, Seen(seen): Seen, typed: Typed) -> Answer {
    let email = typed.get("email").to_owned();
    let asked = SignIn { email, password: typed.secret("password"), seen };
    match server::session::sign_in(&server, asked).await {
        Ok(begun) => Ok(session::go_on(&begun, local(typed.get("to")))),
        Err(Refusal { problem, retry_after_s }) => {
            let problem = on_form(problem)?;
            let here = crate::parts::href("/sign-in", &[("to", typed.get("to"))]);
            Ok(refused(render(&face.at(here), &server, &typed.refused(problem)), retry_after_s))
        }
    }
}

/// A form that was refused, and when to try again.
pub(super) fn refused(mut response: Response, retry_after_s: Option<i64>) -> Response {
    if let Some(seconds) = retry_after_s {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// `POST /sign-out`
pub async fn sign_out(State(server): State<Server>, face: Face) -> Answer {
    server::session::sign_out(&server, face.me()?).await?;
    Ok(session::end("/sign-in?done=signed_out"))
}

pub fn render(face: &Face, server: &Server, typed: &Typed) -> Response {
    let lang = face.lang;
    let to =
        || typed.some("to").map(str::to_owned).map(|to| view! { <input type="hidden" name="to" value=to/> });
    let key = server::factor::passkeys(server).is_ok().then(|| {
        let words = lang.pick("Se connecter avec une clé d’accès", "Sign in with a passkey");
        let key = passkey(
            face,
            typed,
            "passkey",
            words,
            "button button-wide",
            Ask::Maybe("/api/v1/session/passkey/begin"),
        );
        view! { <form class="form" method="post" action="/sign-in/passkey">{to()}{key}</form> }
    });
    let forgotten = if server.carrier.is_some() {
        view! { <a href="/forgotten">{lang.pick("Mot de passe oublié\u{a0}?", "Forgotten password?")}</a> }
            .into_any()
    } else {
        let words = lang.pick(
            "Mot de passe oublié\u{a0}? Demandez un nouveau lien à votre coopérative.",
            "Forgotten password? Ask your cooperative for a new link.",
        );
        words.into_any()
    };
    let body = view! {
        {errors(lang, typed)}
        <form class="form" method="post" action="/sign-in" novalidate=true>
            {to()}
            {Input::email("email", lang.pick("Adresse électronique", "E-mail address")).autocomplete("username").view(lang, typed)}
            {Input::password("password", lang.pick("Mot de passe", "Password"), "current-password").view(lang, typed)}
            <button class="button button-main button-wide" type="submit">{lang.pick("Se connecter", "Sign in")}</button>
        </form>
        {key}
        <p class="small quiet">{forgotten}</p>
    };
    shell::door(face, typed.status(), lang.pick("Connexion", "Sign in"), body)
}
