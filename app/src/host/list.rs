//! The hosts and their health.

use super::health;
use crate::{
    http::{Answer, Face},
    parts::{self, Cell, ago, empty, link_main, next_page, search, table},
    shell::{self, Place},
};
use axum::extract::{Query, State};
use leptos::prelude::*;
use model::{Duty, Lang};
use server::{Server, host::HostView};

/// `GET /hosts`
pub async fn list(State(server): State<Server>, face: Face, Query(page): Query<parts::Page>) -> Answer {
    let lang = face.lang;
    let hosts = server::host::list(&server, face.me()?, &page.listing()).await?;
    let next = next_page(lang, "/hosts", &page, hosts.next.as_deref());
    let about = shell::Page::new(Place::Hosts, lang.pick("Hôtes", "Hosts"))
        .lead(lang.pick("Les serveurs où vivent les comptes.", "The servers where accounts live."))
        .act_if(face.may(Duty::KeepHosts).then(|| new(lang)));
    let search = (page.narrowed() || hosts.items.len() > 10).then(|| {
        search(lang, "/hosts", &page, lang.pick("Chercher un hôte", "Search a host"), parts::Filters::None)
    });
    let body = view! { {search}<div class="card card-flat">{rows(&face, hosts.items)}</div>{next} };
    Ok(shell::page(&face, about, body))
}

fn new(lang: Lang) -> AnyView {
    link_main("/hosts/new", lang.pick("Ajouter un hôte", "Add a host"))
}

pub fn rows(face: &Face, hosts: Vec<HostView>) -> AnyView {
    let lang = face.lang;
    if hosts.is_empty() {
        let words = lang.pick(
            "Il faut un serveur Debian 12 ou 13\u{a0}: vous lui donnerez une commande à exécuter, et il se présentera ici.",
            "It takes a Debian 12 or 13 server: you will give it a command to run, and it will turn up here.",
        );
        let act = face.may(Duty::KeepHosts).then(|| new(lang));
        return empty(lang.pick("Aucun hôte", "No host"), words, act);
    }
    let rows = hosts
        .into_iter()
        .map(|host| {
            let seen = host.last_seen_at.map(|at| ago(lang, face.now_ms, at));
            let trouble = match (host.resources.failed, host.resources.held) {
                (0, 0) => lang.pick("aucun", "none").to_owned(),
                (failed, 0) => lang.pick(format!("{failed} en échec"), format!("{failed} failed")),
                (0, held) => {
                    lang.pick(format!("{held} attendent un accord"), format!("{held} waiting for consent"))
                }
                (failed, held) => lang.pick(
                    format!("{failed} en échec, {held} en attente d’un accord"),
                    format!("{failed} failed, {held} waiting for consent"),
                ),
            };
            vec![
                Cell::link(format!("/hosts/{}", host.id), host.name.to_string()),
                Cell::Plain(health(lang, &host)),
                Cell::Num(host.accounts.to_string()),
                Cell::Num(host.resources.applied.to_string()),
                Cell::text(trouble),
                Cell::view(seen),
                Cell::text(host.agent_version.unwrap_or_default()),
            ]
        })
        .collect();
    let heads = [
        lang.pick("Hôte", "Host"),
        lang.pick("État", "State"),
        lang.pick("Comptes", "Accounts"),
        lang.pick("En place", "In place"),
        lang.pick("À regarder", "To look at"),
        lang.pick("Vu", "Seen"),
        lang.pick("Agent", "Agent"),
    ];
    table(lang.pick("Hôtes", "Hosts"), &heads, rows)
}
