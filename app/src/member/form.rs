//! Creating a member.

use crate::{
    http::{Answer, Face, on_form, see},
    parts::{Input, Typed, errors},
    shell::{self, Place},
};
use axum::{extract::State, response::Response};
use leptos::prelude::*;
use server::{Server, member::NewMember};

/// `GET /members/new`
pub async fn new(face: Face) -> Answer {
    Ok(render(&face, &Typed::new()))
}

/// `POST /members/new`
pub async fn create(State(server): State<Server>, face: Face, typed: Typed) -> Answer {
    let new = NewMember { name: typed.get("name").to_owned() };
    match server::member::create(&server, face.me()?, new).await {
        Ok(done) => see(format!("/members/{}", done.item.id), "member_created"),
        Err(problem) => Ok(render(&face, &typed.refused(on_form(problem)?))),
    }
}

pub fn render(face: &Face, typed: &Typed) -> Response {
    let lang = face.lang;
    let title = lang.pick("Créer un membre", "Create a member");
    let page = shell::Page::new(Place::Members, title)
        .from(lang.pick("Membres", "Members"), "/members")
        .status(typed.status());
    let name = Input::text("name", lang.pick("Nom", "Name")).hint(lang.pick(
        "La personne ou l’organisation, par exemple Les Amis du vélo.",
        "The person or organisation, such as Friends of the Bicycle.",
    ));
    let body = view! {
        <form class="card form" method="post" action="/members/new" novalidate=true>
            {errors(lang, typed)}
            {name.view(lang, typed)}
            <div class="acts">
                <button class="button button-main" type="submit">{title}</button>
                <a href="/members">{lang.pick("Annuler", "Cancel")}</a>
            </div>
        </form>
    };
    shell::page(face, page, body)
}
