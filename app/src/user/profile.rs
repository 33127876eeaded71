//! One's own profile: language and password, second factor, sessions.

use crate::{
    http::{Answer, Face, LANG_COOKIE, on_form, see},
    parts::{Facts, Input, Select, Typed, day, errors},
    shell::{self, Place},
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use axum_extra::extract::{CookieJar, cookie::Cookie};
use leptos::prelude::*;
use model::{Lang, Problem, Text};
use server::{Server, session::SessionView, user::UserView};

/// `GET /profile`
pub async fn show(State(server): State<Server>, face: Face) -> Answer {
    load(&server, &face, &Typed::new()).await
}

/// The page as things stand, with what was typed.
async fn load(server: &Server, face: &Face, typed: &Typed) -> Answer {
    let me = face.me()?;
    let user = server::user::me(server, me).await?;
    let factors = server::factor::mine(server, me).await?;
    let sessions = server::session::list(server, me).await?;
    let factors = super::factors::card(face, factors, server::factor::passkeys(server));
    Ok(render(face, &user, factors, sessions, typed))
}

/// `POST /profile`: the user's language wins from now on over the browser's cookie.
pub async fn save(State(server): State<Server>, face: Face, jar: CookieJar, typed: Typed) -> Answer {
    if let Some(lang) = Lang::from_code(typed.get("lang")) {
        server::user::set_lang(&server, face.me()?, lang).await?;
    }
    let jar = jar.remove(Cookie::build(LANG_COOKIE).path("/"));
    Ok((jar, see("/profile", "profile_saved")?).into_response())
}

/// `POST /profile/password`
pub async fn password(State(server): State<Server>, face: Face, typed: Typed) -> Answer {
    let (current, new) = (typed.secret("current"), typed.secret("new"));
    let changed = if new == typed.secret("again") {
        server::user::change_password(&server, face.me()?, &current, &new).await
    } else {
        Err(not_twice("again"))
    };
    match changed {
        Ok(()) => see("/profile", "password_saved"),
        Err(problem) => {
            let problem = on_form(problem)?;
            load(&server, &face.at("/profile"), &Typed::new().refused(problem)).await
        }
    }
}

/// The two fields of a new password differ.
pub fn not_twice(field: &'static str) -> Problem {
    let text = Text::new(
        "Les deux mots de passe diffèrent\u{a0}: tapez deux fois le même.",
        "The two passwords differ: type the same one twice.",
    );
    Problem::invalid(field, "password_twice", text)
}

pub fn render(
    face: &Face,
    user: &UserView,
    factors: AnyView,
    sessions: Vec<SessionView>,
    typed: &Typed,
) -> Response {
    let lang = face.lang;
    let page = shell::Page::new(Place::Profile, lang.pick("Mon profil", "My profile")).status(typed.status());
    let facts = Facts::new()
        .line(lang.pick("Adresse électronique", "E-mail address"), user.email.clone())
        .line(lang.pick("Depuis le", "Since"), day(lang, user.created_at))
        .view();
    let shown = Typed::new().with("lang", user.lang.unwrap_or(lang).code());
    let languages =
        Select::new("lang", lang.pick("Langue", "Language")).option("fr", "Français").option("en", "English");
    let hint = lang.pick(
        format!(
            "{} caractères au moins\u{a0}: quatre mots au hasard font très bien l’affaire.",
            server::user::SHORTEST
        ),
        format!("At least {} characters: four random words do very well.", server::user::SHORTEST),
    );
    let body = view! {
        <div class="stack-wide">
            {errors(lang, typed)}
            <div class="grid">
                <section class="card stack">
                    <h2>{lang.pick("Vous", "You")}</h2>
                    {facts}
                    <form class="form" method="post" action="/profile">
                        {languages.view(lang, &shown)}
                        <button class="button" type="submit">{lang.pick("Enregistrer", "Save")}</button>
                    </form>
                </section>
                <section class="card stack">
                    <h2>{lang.pick("Mot de passe", "Password")}</h2>
                    <form class="form" method="post" action="/profile/password" novalidate=true>
                        {Input::password("current", lang.pick("Mot de passe actuel", "Current password"), "current-password").view(lang, typed)}
                        {Input::password("new", lang.pick("Nouveau mot de passe", "New password"), "new-password").hint(hint).view(lang, typed)}
                        {Input::password("again", lang.pick("Encore une fois", "Once more"), "new-password").view(lang, typed)}
                        <p class="hint">{lang.pick("Vos autres sessions et vos jetons d’API ne fonctionneront plus.", "Your other sessions and your API tokens will stop working at once.")}</p>
                        <button class="button button-main" type="submit">{lang.pick("Changer le mot de passe", "Change the password")}</button>
                    </form>
                </section>
                {factors}
            </div>
            {super::sessions::card(face, sessions)}
        </div>
    };
    shell::page(face, page, body)
}
