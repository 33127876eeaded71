//! Making a member, and correcting one.

use super::{contacts, fields};
use crate::{
    http::{Answer, Face, on_form, see},
    parts::{Typed, errors},
    shell::{self, Place},
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use leptos::prelude::*;
use model::MemberId;
use server::{Server, member::MemberView};

/// `GET /members/new`
pub async fn new(face: Face) -> Answer {
    Ok(made(&face, &Typed::new().with("status", "member")))
}

/// `POST /members/new`
pub async fn create(State(server): State<Server>, face: Face, typed: Typed) -> Answer {
    let me = face.me()?;
    if let Some(typed) = contacts::adding(&typed) {
        return Ok(made(&face, &typed));
    }
    let done = match fields::new_member(&typed) {
        Ok(new) => server::member::create(&server, me, new).await,
        Err(problem) => Err(problem),
    };
    match done {
        Ok(done) => see(format!("/members/{}", done.item.id), "member_created"),
        Err(problem) => Ok(made(&face, &typed.refused(on_form(problem)?))),
    }
}

/// `GET /members/{member}/edit`
pub async fn edit(State(server): State<Server>, face: Face, Path(id): Path<MemberId>) -> Answer {
    let member = server::member::show(&server, face.me()?, id).await?;
    let typed = fields::of(&member);
    Ok(kept(&face, &member, &typed))
}

/// `POST /members/{member}/edit`
pub async fn save(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<MemberId>,
    typed: Typed,
) -> Answer {
    let me = face.me()?;
    if let Some(typed) = contacts::adding(&typed) {
        let member = server::member::show(&server, me, id).await?;
        return Ok(kept(&face.at(format!("/members/{id}/edit")), &member, &typed));
    }
    let done = match fields::patch(&typed) {
        Ok(patch) => server::member::update(&server, me, id, fields::version(&typed), patch).await,
        Err(problem) => Err(problem),
    };
    match done {
        Ok(_) => see(format!("/members/{id}"), "member_saved"),
        Err(problem) => {
            let problem = on_form(problem)?;
            let member = server::member::show(&server, me, id).await?;
            Ok(kept(&face.at(format!("/members/{id}/edit")), &member, &typed.refused(problem)))
        }
    }
}

fn made(face: &Face, typed: &Typed) -> Response {
    let lang = face.lang;
    let title = lang.pick("Créer un membre", "Create a member");
    let page = shell::Page::new(Place::Members, title)
        .from(lang.pick("Membres", "Members"), "/members")
        .status(typed.status());
    let body = view! {
        <form class="card form" method="post" action="/members/new" novalidate=true>
            {errors(lang, typed)}
            {fields::facts(lang, typed, true)}
            {fields::status(lang, typed)}
            {fields::language(lang, typed)}
            {fields::address(lang, typed)}
            <h2 id="contacts">{lang.pick("Contacts", "Contacts")}</h2>
            {contacts::form(lang, typed)}
            {fields::notes(lang, typed)}
            <div class="acts">
                <button class="button button-main" type="submit">{title}</button>
                <a href="/members">{lang.pick("Annuler", "Cancel")}</a>
            </div>
            {contacts::adds(lang, typed)}
        </form>
    };
    shell::page(face, page, body)
}

fn kept(face: &Face, member: &MemberView, typed: &Typed) -> Response {
    let lang = face.lang;
    let path = format!("/members/{}", member.id);
    let page = shell::Page::new(Place::Members, lang.pick("Modifier le membre", "Change the member"))
        .from(lang.pick("Membres", "Members"), "/members")
        .from(member.name.as_str(), path.clone())
        .status(typed.status());
    let (version, action) = (typed.get("version").to_owned(), format!("{path}/edit"));
    let body = view! {
        <form class="card form" method="post" action=action novalidate=true>
            {errors(lang, typed)}
            {fields::facts(lang, typed, false)}
            {fields::language(lang, typed)}
            {fields::address(lang, typed)}
            <h2 id="contacts">{lang.pick("Contacts", "Contacts")}</h2>
            {contacts::form(lang, typed)}
            {fields::notes(lang, typed)}
            <div class="acts">
                <input type="hidden" name="version" value=version/>
                <button class="button button-main" type="submit">{lang.pick("Enregistrer", "Save")}</button>
                <a href=path>{lang.pick("Annuler", "Cancel")}</a>
            </div>
            {contacts::adds(lang, typed)}
        </form>
    };
    shell::page(face, page, body)
}
