//! One-time links: whoever holds one chooses a password. Looking does not use it up.

use super::{
    profile::not_twice,
    session::{self, Seen},
};
use crate::{
    http::{Answer, Face, on_form},
    parts::{Input, Tone, Typed, errors, notice, secret},
    shell,
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use leptos::prelude::*;
use model::Lang;
use server::{Server, user::UserView};

/// `GET /link/{secret}`
pub async fn show(State(server): State<Server>, face: Face, Path(secret): Path<String>) -> Answer {
    let user = server::user::open_link(&server, &secret).await?;
    Ok(render(&face, &secret, &user, &Typed::new()))
}

/// `POST /link/{secret}`: the password is set and its owner signed in.
pub async fn choose(
    State(server): State<Server>,
    face: Face,
    Seen(seen): Seen,
    Path(secret): Path<String>,
    typed: Typed,
) -> Answer {
    let user = server::user::open_link(&server, &secret).await?;
    let new = typed.secret("password");
    let set = if new == typed.secret("again") {
        server::user::set_password_by_link(&server, &secret, &new).await
    } else {
        Err(not_twice("again"))
    };
    match set {
        // A link replaces the password, never the second factor.
        Ok(user) => Ok(session::go_on(&server::session::begin(&server, user, seen).await?, "/")),
        Err(problem) => Ok(render(&face, &secret, &user, &Typed::new().refused(on_form(problem)?))),
    }
}

pub fn render(face: &Face, secret: &str, user: &UserView, typed: &Typed) -> Response {
    let lang = face.lang;
    let words = lang.pick(
        format!("Pour {}. Ce lien ne sert qu’une fois.", user.email),
        format!("For {}. This link works only once.", user.email),
    );
    let hint = lang.pick(
        format!(
            "{} caractères au moins\u{a0}: quatre mots au hasard font très bien l’affaire.",
            server::user::SHORTEST
        ),
        format!("At least {} characters: four random words do very well.", server::user::SHORTEST),
    );
    // So that password managers file it under the right name.
    let email = user.email.clone();
    let body = view! {
        <p class="quiet">{words}</p>
        {errors(lang, typed)}
        <form class="form" method="post" action=format!("/link/{secret}") novalidate=true>
            <input type="email" name="email" value=email autocomplete="username" readonly=true hidden=true/>
            {Input::password("password", lang.pick("Mot de passe", "Password"), "new-password").hint(hint).view(lang, typed)}
            {Input::password("again", lang.pick("Encore une fois", "Once more"), "new-password").view(lang, typed)}
            <button class="button button-main" type="submit">{lang.pick("Choisir ce mot de passe", "Choose this password")}</button>
        </form>
    };
    shell::door(
        face,
        typed.status(),
        lang.pick("Choisissez votre mot de passe", "Choose your password"),
        body,
    )
}

/// A link for an admin to pass on: for whom, and that it is shown once.
pub fn to_pass_on(lang: Lang, title: &'static str, email: &str, link: &str) -> AnyView {
    let words = lang.pick(
        format!("Transmettez ce lien à {email}\u{a0}: il permet de choisir un mot de passe, une seule fois, dans l’heure. Il ne sera plus montré."),
        format!("Pass this link to {email}: it lets them choose a password, once, within the hour. It will not be shown again."),
    );
    view! {
        {notice(Tone::Good, title, view! { <p>{words}</p> })}
        {secret(lang, link)}
    }
    .into_any()
}
