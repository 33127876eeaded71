//! The second factor, asked after the password: a code of the app, a recovery code, or a passkey.

use super::{
    session::{self, Seen},
    signin::{Wanted, refused},
};
use crate::{
    http::{Answer, Face, on_form},
    page::lang::local,
    parts::{Ask, Input, Typed, errors, passkey},
    shell,
};
use axum::{
    extract::{Query, State},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use model::{ProblemKind, Secret};
use server::{
    Server,
    session::{Refusal, cookies_of},
};

/// `GET /sign-in/code`: without a right password before, back to it.
pub async fn show(
    State(server): State<Server>,
    face: Face,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Answer {
    let to = wanted.to.unwrap_or_default();
    match server::session::awaited(&server, &halfway(&headers)).await {
        Ok(user) => {
            let with_passkey = server::session::takes_passkey(&server, user).await?;
            Ok(render(&face, with_passkey, &Typed::new().with("to", to)))
        }
        Err(problem) if problem.kind == ProblemKind::SignIn => Ok(back(&to, "")),
        Err(problem) => Err(problem.into()),
    }
}

/// `POST /sign-in/code`
pub async fn check(
    State(server): State<Server>,
    face: Face,
    Seen(seen): Seen,
    headers: HeaderMap,
    typed: Typed,
) -> Answer {
    let halfway = halfway(&headers);
    let finished = match typed.some("passkey") {
        Some(answer) => {
            let answer = server::factor::answer_of(answer);
            server::session::finish_with_passkey(&server, &halfway, &answer, seen).await
        }
        None => server::session::finish(&server, &halfway, typed.get("code"), seen).await,
    };
    match finished {
        Ok(signed_in) => Ok(session::begin(&signed_in, local(typed.get("to")))),
        Err(Refusal { problem, .. }) if problem.kind == ProblemKind::SignIn => {
            Ok(back(typed.get("to"), "halfway_over"))
        }
        Err(Refusal { problem, retry_after_s }) => {
            let problem = on_form(problem)?;
            let here = crate::parts::href("/sign-in/code", &[("to", typed.get("to"))]);
            let with_passkey = match server::session::awaited(&server, &halfway).await {
                Ok(user) => server::session::takes_passkey(&server, user).await?,
                Err(_) => false,
            };
            Ok(refused(render(&face.at(here), with_passkey, &typed.refused(problem)), retry_after_s))
        }
    }
}

fn halfway(headers: &HeaderMap) -> Secret {
    cookies_of(headers).halfway.unwrap_or_else(|| Secret::new(""))
}

fn back(to: &str, done: &str) -> Response {
    Redirect::to(&crate::parts::href("/sign-in", &[("to", to), ("done", done)])).into_response()
}

pub fn render(face: &Face, with_passkey: bool, typed: &Typed) -> Response {
    let lang = face.lang;
    let to =
        typed.some("to").map(str::to_owned).map(|to| view! { <input type="hidden" name="to" value=to/> });
    let code = Input::text("code", lang.pick("Code", "Code")).autocomplete("one-time-code").hint(lang.pick(
        "Les six chiffres que montre votre application, ou un code de secours.",
        "The six digits your app shows, or a recovery code.",
    ));
    let key = with_passkey.then(|| {
        let words = lang.pick("Utiliser une clé d’accès", "Use a passkey");
        passkey(face, typed, "passkey", words, "button button-wide", Ask::At("/api/v1/session/code/passkey"))
    });
    let body = view! {
        {errors(lang, typed)}
        <form class="form" method="post" action="/sign-in/code" novalidate=true>
            {to}
            {code.view(lang, typed)}
            <button class="button button-main button-wide" type="submit">{lang.pick("Continuer", "Continue")}</button>
            {key}
        </form>
        <p class="small quiet">{lang.pick("Plus aucun de ces moyens\u{a0}? Demandez à votre coopérative de retirer votre double authentification.", "None of these left? Ask your cooperative to remove your two-step sign-in.")}</p>
        <p class="small"><a href="/sign-in">{lang.pick("Recommencer avec une autre adresse", "Start again with another address")}</a></p>
    };
    shell::door(face, typed.status(), super::factors::title(lang), body)
}
