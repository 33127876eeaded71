//! Re-authentication in the midst of a form. A rule that wants a fresh proof refuses with `proof_needed`; the answer is a page that asks
//! for it and carries the form along in hidden fields. Sent again, the proof is taken here and the form goes on to where it was going:
//! nothing typed is lost, with JavaScript or without.

use crate::{
    http::{Face, Miss},
    parts::{Ask, Input, Typed, errors, passkey},
    shell::{self, Place},
};
use axum::{
    body::{Body, to_bytes},
    extract::{FromRequest, Request},
    http::{Method, header},
    response::Response,
};
use leptos::prelude::*;
use model::{Problem, Secret};
use server::{
    Actor, Server,
    actor::PROOF_NEEDED,
    session::{Proof, prove},
};

/// The fields of the proof; no form has others that begin so.
const PASSWORD: &str = "prove_password";
const CODE: &str = "prove_code";
const PASSKEY: &str = "prove_passkey";
/// What is typed and never written into a page again.
const SECRET: [&str; 4] = ["password", "current", "new", "again"];

/// Reads a signed-in user's form ahead of its handler; the request goes on whole.
pub async fn read(request: Request) -> Result<(Request, Option<Typed>), Miss> {
    let is_form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    if *request.method() != Method::POST {
        return Ok((request, None));
    }
    if !is_form {
        // A button without fields is a form too.
        return Ok((request, Some(Typed::new())));
    }
    let (parts, body) = request.into_parts();
    let bytes =
        to_bytes(body, crate::routes::LARGEST_FORM).await.map_err(|_| Miss(crate::parts::unreadable()))?;
    let copy = Request::from_parts(parts.clone(), Body::from(bytes.clone()));
    let typed = Typed::from_request(copy, &()).await?;
    Ok((Request::from_parts(parts, Body::from(bytes)), Some(typed)))
}

/// Takes the proof a form brings, if it brings one; the actor is then as fresh as after a sign-in.
pub async fn take(server: &Server, actor: &mut Actor, typed: &Typed) -> Result<(), Problem> {
    let given = |name| Some(typed.get(name)).filter(|value| !value.is_empty()).map(Secret::new);
    if ![PASSWORD, CODE, PASSKEY].iter().any(|name| typed.has(name)) {
        return Ok(());
    }
    let answer = typed.some(PASSKEY).map(server::factor::answer_of);
    // A passkey was asked for on purpose; a browser may have filled the password in by itself.
    let proof = match answer {
        Some(answer) => Proof { passkey: Some(answer), ..Proof::default() },
        None => Proof { password: given(PASSWORD), code: given(CODE), passkey: None },
    };
    actor.proved_at = Some(prove(server, actor, &proof).await?);
    Ok(())
}

/// What a user has to prove with besides the password.
#[derive(Clone, Copy, Debug, Default)]
pub struct Holds {
    pub codes: bool,
    pub passkey: bool,
}

/// Whether an answer asks for a proof.
pub fn is_wanted(response: &Response) -> Option<Problem> {
    let Miss(problem) = response.extensions().get::<Miss>()?;
    (problem.code == PROOF_NEEDED).then(|| problem.clone())
}

/// The page that asks, with the form that was sent inside. What can prove besides the password is what the user `holds`.
pub fn ask(face: &Face, holds: Holds, typed: Typed, problem: Problem) -> Response {
    let with_code = holds.codes;
    let lang = face.lang;
    let first = problem.code == PROOF_NEEDED;
    let status = problem.kind.status();
    let carried = typed
        .pairs()
        .iter()
        .filter(|(name, _)| {
            ![PASSWORD, CODE, PASSKEY].contains(&name.as_str()) && !SECRET.contains(&name.as_str())
        })
        .map(|(name, value)| view! { <input type="hidden" name=name.clone() value=value.clone()/> })
        .collect_view();
    let typed = if first { Typed::new() } else { Typed::new().refused(problem) };
    let password = Input::password(PASSWORD, lang.pick("Mot de passe", "Password"), "current-password");
    let password = if with_code { password.optional() } else { password };
    let code = with_code.then(|| {
        Input::text(CODE, lang.pick("Ou un code de votre application", "Or a code of your app"))
            .autocomplete("one-time-code")
            .optional()
            .view(lang, &typed)
    });
    let key = holds.passkey.then(|| {
        let words = lang.pick("Utiliser une clé d’accès", "Use a passkey");
        passkey(face, &typed, PASSKEY, words, "button", Ask::At("/api/v1/session/proof/passkey"))
    });
    let page = shell::Page::new(Place::Nowhere, lang.pick("C’est bien vous\u{a0}?", "Is it you?"))
        .lead(lang.pick(
            "Cet acte est important\u{a0}: confirmez que c’est vous. Ce que vous avez rempli est gardé, et la confirmation vaut dix minutes.",
            "This act matters: confirm that it is you. What you filled in is kept, and the confirmation is good for ten minutes.",
        ))
        .status(status);
    let body = view! {
        <div class="stack">
            {errors(lang, &typed)}
            <section class="card">
                <form class="form" method="post" action=face.here.clone() novalidate=true>
                    {carried}
                    {password.view(lang, &typed)}
                    {code}
                    <button class="button button-main" type="submit">{lang.pick("Confirmer et continuer", "Confirm and go on")}</button>
                    {key}
                </form>
            </section>
        </div>
    };
    // The switch of language cannot bring a form back.
    shell::page(&face.at("/"), page, body)
}
