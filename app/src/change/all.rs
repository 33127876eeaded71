//! For admins: what is in trouble or on its way, on every host, the worst first. What went well stands in the history.

use crate::{
    host::resources::items,
    http::{Answer, Face},
    parts::{self, Select, Tone, Typed, href, link, notice},
    shell,
    state::word,
};
use axum::extract::{Query, State};
use leptos::prelude::*;
use model::{ChangeState, Lang};
use server::{
    Server,
    host::{HostState, HostView, ResourceView},
    paging::Listing,
};

/// What an admin looks for, worst first; a host that is away keeps what is wanted of it as `wanted`.
const STATES: [ChangeState; 5] =
    [ChangeState::Refused, ChangeState::Failed, ChangeState::Held, ChangeState::Wanted, ChangeState::Checked];

/// Of one state on one host; the host's own page shows all.
const MOST: u32 = 20;

/// `GET /changes`
pub async fn all(State(server): State<Server>, face: Face, Query(page): Query<parts::Page>) -> Answer {
    let me = face.me()?;
    let asked = page.state().and_then(ChangeState::from_code);
    let hosts =
        server::host::list(&server, me, &Listing { limit: Some(200), ..Listing::default() }).await?.items;
    let mut found = Vec::new();
    for host in hosts.into_iter().filter(|host| host.state != HostState::Retired) {
        let counts = host.resources;
        if counts.failed + counts.held + counts.pending == 0 {
            continue;
        }
        for state in STATES.into_iter().filter(|state| asked.is_none_or(|asked| asked == *state)) {
            let listing = Listing { limit: Some(MOST), ..Listing::default() };
            let resources = server::host::resources(&server, me, host.id, Some(state), &listing).await?;
            if !resources.items.is_empty() {
                found.push((host.clone(), state, resources.items, resources.next.is_some()));
            }
        }
    }
    // Stable: hosts stay in order within a state.
    found.sort_by_key(|(_, state, ..)| STATES.iter().position(|known| known == state));
    Ok(render(&face, &page, found))
}

type Found = (HostView, ChangeState, Vec<ResourceView>, bool);

fn render(face: &Face, page: &parts::Page, found: Vec<Found>) -> axum::response::Response {
    let lang = face.lang;
    let about = super::history::frame(face, false);
    let none = found.is_empty();
    let cards = found.into_iter().map(|found| card(face, found)).collect_view();
    let body = view! {
        <div class="stack">
            {filter(lang, page)}
            {none.then(|| notice(Tone::Good, lang.pick("Rien en échec, rien en attente", "Nothing failed, nothing waits"), ()))}
            {cards}
        </div>
    };
    shell::page(face, about, body)
}

fn filter(lang: Lang, page: &parts::Page) -> AnyView {
    let first = Select::new("state", lang.pick("État", "State")).option("", lang.pick("tous", "all"));
    let states =
        STATES.into_iter().fold(first, |select, state| select.option(state.code(), word(state, lang)));
    let typed = Typed::new().with("state", page.state.clone());
    view! {
        <form class="filters" method="get" action="/changes">
            {states.view(lang, &typed)}
            <button class="button" type="submit">{lang.pick("Filtrer", "Filter")}</button>
        </form>
    }
    .into_any()
}

fn card(face: &Face, (host, state, resources, more): Found) -> AnyView {
    let lang = face.lang;
    let class = match state {
        ChangeState::Refused | ChangeState::Failed => "card card-flat card-alert",
        ChangeState::Held => "card card-flat card-held",
        _ => "card card-flat",
    };
    let all = href(&format!("/hosts/{}/resources", host.id), &[("state", state.code())]);
    let more = more.then(|| link(all, lang.pick("Tout montrer", "Show all")));
    view! {
        <section class=class>
            <div class="card-head"><h2>{format!("{}{}{}", host.name, lang.colon(), word(state, lang))}</h2>{more}</div>
            {items(face, host.id, resources)}
        </section>
    }
    .into_any()
}
