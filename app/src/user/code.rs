//! The second factor, asked after the password: a code of the app, or a recovery code.

use super::{
    session::{self, Seen},
    signin::{Wanted, refused},
};
use crate::{
    http::{Answer, Face, on_form},
    page::lang::local,
    parts::{Input, Typed, errors},
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
        Ok(_) => Ok(render(&face, &Typed::new().with("to", to))),
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
    let finished = server::session::finish(&server, &halfway(&headers), typed.get("code"), seen).await;
    match finished {
        Ok(signed_in) => Ok(session::begin(&signed_in, local(typed.get("to")))),
        Err(Refusal { problem, .. }) if problem.kind == ProblemKind::SignIn => {
            Ok(back(typed.get("to"), "halfway_over"))
        }
        Err(Refusal { problem, retry_after_s }) => {
            let problem = on_form(problem)?;
            let here = crate::parts::href("/sign-in/code", &[("to", typed.get("to"))]);
            Ok(refused(render(&face.at(here), &typed.refused(problem)), retry_after_s))
        }
    }
}

fn halfway(headers: &HeaderMap) -> Secret {
    cookies_of(headers).halfway.unwrap_or_else(|| Secret::new(""))
}

fn back(to: &str, done: &str) -> Response {
    Redirect::to(&crate::parts::href("/sign-in", &[("to", to), ("done", done)])).into_response()
}

pub fn render(face: &Face, typed: &Typed) -> Response {
    let lang = face.lang;
    let to =
        typed.some("to").map(str::to_owned).map(|to| view! { <input type="hidden" name="to" value=to/> });
    let code = Input::text("code", lang.pick("Code", "Code")).autocomplete("one-time-code").hint(lang.pick(
        "Les six chiffres que montre votre application, ou un code de secours.",
        "The six digits your app shows, or a recovery code.",
    ));
    let body = view! {
        {errors(lang, typed)}
        <form class="form" method="post" action="/sign-in/code" novalidate=true>
            {to}
            {code.view(lang, typed)}
            <button class="button button-main button-wide" type="submit">{lang.pick("Continuer", "Continue")}</button>
        </form>
        <p class="small quiet">{lang.pick("Ni application ni code de secours\u{a0}? Demandez à votre coopérative de retirer votre second facteur.", "Neither app nor recovery code? Ask your cooperative to remove your second factor.")}</p>
        <p class="small"><a href="/sign-in">{lang.pick("Recommencer avec une autre adresse", "Start again with another address")}</a></p>
    };
    shell::door(face, typed.status(), lang.pick("Second facteur", "Second factor"), body)
}
