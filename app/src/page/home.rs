//! Home. For admins: what is in trouble first, then the hosts, then figures. For members: their accounts.

use crate::{
    account,
    host::{list::rows, needs_care},
    http::{Answer, Face},
    parts::{Tone, figure, link, link_main, notice},
    shell::{self, Place},
};
use axum::extract::State;
use leptos::prelude::*;
use model::Lang;
use server::{Server, host::HostView, paging::Listing};

/// `GET /`
pub async fn home(State(server): State<Server>, face: Face) -> Answer {
    let me = face.me()?;
    if !me.admin {
        return account::list::home(State(server), face).await;
    }
    let listing = Listing { limit: Some(200), ..Listing::default() };
    let hosts = server::host::list(&server, me, &listing).await?.items;
    Ok(admin(&face, hosts))
}

fn admin(face: &Face, hosts: Vec<HostView>) -> axum::response::Response {
    let lang = face.lang;
    let page = shell::Page::new(Place::Home, lang.pick("Accueil", "Home"))
        .act(link_main("/accounts/new", lang.pick("Créer un compte", "Create an account")));
    let sum = |count: fn(&HostView) -> u32| hosts.iter().map(|host| i64::from(count(host))).sum::<i64>();
    let (failed, held) = (sum(|host| host.resources.failed), sum(|host| host.resources.held));
    let (accounts, applied) = (sum(|host| host.accounts), sum(|host| host.resources.applied));
    let class = |count: i64, class: &'static str| if count > 0 { class } else { "" };
    let figures = view! {
        <div class="figures">
            {figure(failed, lang.pick("en échec", "failed"), "/changes?state=failed", class(failed, "figure-bad"))}
            {figure(held, lang.pick("en attente d’accord", "waiting for consent"), "/changes?state=held", class(held, "figure-held"))}
            {figure(accounts, lang.pick("comptes", "accounts"), "/accounts", "")}
            {figure(applied, lang.pick("éléments en place", "items in place"), "/hosts", "")}
        </div>
    };
    let none = hosts.is_empty();
    let (care, well): (Vec<HostView>, Vec<HostView>) = hosts.into_iter().partition(needs_care);
    let all_well = care.is_empty() && !well.is_empty();
    let care = (!care.is_empty()).then(|| {
        view! {
            <section class="card card-flat card-alert">
                <div class="card-head"><h2>{lang.pick("Hôtes à regarder", "Hosts to look at")}</h2></div>
                {rows(face, care)}
            </section>
        }
    });
    let body = view! {
        <div class="stack">
            {all_well.then(|| notice(Tone::Good, lang.pick("Tout est en service", "Everything is in service"), ()))}
            {figures}
            {care}
            {(none || !well.is_empty()).then(|| hosts_card(face, well))}
        </div>
    };
    shell::page(face, page, body)
}

fn hosts_card(face: &Face, hosts: Vec<HostView>) -> AnyView {
    let lang: Lang = face.lang;
    view! {
        <section class="card card-flat">
            <div class="card-head"><h2>{lang.pick("Hôtes", "Hosts")}</h2>{link("/hosts", lang.pick("Tous les hôtes", "All hosts"))}</div>
            {rows(face, hosts)}
        </section>
    }
    .into_any()
}
