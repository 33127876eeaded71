//! Adding a host, and the command that enrols it.

use crate::{
    http::{Answer, Face, on_form},
    parts::{Input, Tone, Typed, command, errors, link, moment, notice},
    shell::{self, Place},
};
use axum::{extract::State, response::Response};
use leptos::prelude::*;
use server::{
    Server,
    host::{Added, NewHost},
};

/// `GET /hosts/new`
pub async fn new(face: Face) -> Answer {
    Ok(render(&face, &Typed::new()))
}

/// `POST /hosts/new`: no redirect, for the command is shown once.
pub async fn create(State(server): State<Server>, face: Face, typed: Typed) -> Answer {
    let owned = |name: &str| typed.get(name).trim().to_owned();
    let new =
        NewHost { name: owned("name"), ipv4: owned("ipv4"), ipv6: owned("ipv6"), roles: vec!["web".into()] };
    match server::host::add(&server, face.me()?, new).await {
        Ok(done) => Ok(enrolment(&face, &done.item)),
        Err(problem) => Ok(render(&face, &typed.refused(on_form(problem)?))),
    }
}

pub fn render(face: &Face, typed: &Typed) -> Response {
    let lang = face.lang;
    let title = lang.pick("Ajouter un hôte", "Add a host");
    let page = shell::Page::new(Place::Hosts, title)
        .from(lang.pick("Hôtes", "Hosts"), "/hosts")
        .status(typed.status());
    let name = Input::text("name", lang.pick("Nom", "Name"))
        .hint(lang.pick("Court et pour vous, par exemple web1.", "Short and for yourselves, such as web1."));
    let ipv4 = Input::text("ipv4", lang.pick("Adresse IPv4", "IPv4 address")).optional().hint(lang.pick(
        "Publique. Il en faut au moins une, IPv4 ou IPv6\u{a0}; mieux, les deux.",
        "Public. At least one is needed, IPv4 or IPv6; better both.",
    ));
    let ipv6 = Input::text("ipv6", lang.pick("Adresse IPv6", "IPv6 address")).optional();
    let body = view! {
        <form class="card form" method="post" action="/hosts/new" novalidate=true>
            {errors(lang, typed)}
            {name.view(lang, typed)}
            {ipv4.view(lang, typed)}
            {ipv6.view(lang, typed)}
            <div class="acts">
                <button class="button button-main" type="submit">{title}</button>
                <a href="/hosts">{lang.pick("Annuler", "Cancel")}</a>
            </div>
        </form>
    };
    shell::page(face, page, body)
}

/// The command to paste on the host, and how long it is valid.
pub fn enrolment(face: &Face, added: &Added) -> Response {
    let lang = face.lang;
    let host = &added.host;
    let page = shell::Page::new(
        Place::Hosts,
        lang.pick(format!("Enrôler {}", host.name), format!("Enrol {}", host.name)),
    )
    .from(lang.pick("Hôtes", "Hosts"), "/hosts")
    .from(host.name.to_string(), format!("/hosts/{}", host.id));
    let minutes = (added.expires_at - face.now_ms).max(0) / 60_000;
    let once = lang.pick(
        format!("Elle sert une fois et vaut {minutes} minutes, jusqu’au "),
        format!("It works once and is valid for {minutes} minutes, until "),
    );
    let warn = notice(
        Tone::Know,
        lang.pick("Cette commande n’est montrée qu’une fois", "This command is shown only once"),
        view! { <p>{once}{moment(lang, added.expires_at)}"."</p> },
    );
    let body = view! {
        <div class="card stack">
            <ol class="todo stack">
                <li>{lang.pick("Installez les paquets alveole-agent et alveole-web sur le serveur.", "Install the packages alveole-agent and alveole-web on the server.")}</li>
                <li>{lang.pick("Exécutez-y cette commande, en root\u{a0}:", "Run this command there, as root:")}</li>
            </ol>
            {command(lang, added.command.reveal())}
            {warn}
            <div class="acts">{link(format!("/hosts/{}", host.id), lang.pick("Page de l’hôte", "The host's page"))}</div>
        </div>
    };
    shell::page(&face.at(format!("/hosts/{}", host.id)), page, body)
}
