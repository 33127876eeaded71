//! The changes of an account, for its members and admins; and for admins those of everything.

use super::{
    filter::{self, Asked, Of, Read},
    words,
};
use crate::{
    account,
    http::{Answer, Face, Miss},
    live::LiveChange,
    parts::{self, Action, Tone, ago, badge, empty, next_page, notice},
    shell::{self, Place},
    state::StateBadge,
};
use axum::extract::{Path, Query, State};
use leptos::prelude::*;
use model::{AccountId, HostId, Lang, MemberId};
use server::{Server, change::ChangeView, paging::Page};

/// `GET /accounts/{account}/changes`
pub async fn of_account(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<AccountId>,
    Query(asked): Query<Asked>,
) -> Answer {
    let account = server::account::show(&server, face.me()?, id).await?;
    let read = filter::read(&server, &face, Of::Account(id), asked).await?;
    let found = match &read.filter {
        Ok(filter) => {
            Some(server::change::search_account(&server, face.me()?, id, filter, &read.listing()).await?)
        }
        Err(_) => None,
    };
    let about = account::frame(&face, &account, account::Part::Changes).status(read.status());
    let body = log(&server, &face, &read, found).await?;
    Ok(shell::page(&face, about, body))
}

/// `GET /members/{member}/changes`: what was done to a member, its accounts and their sites.
pub async fn of_member(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<MemberId>,
    Query(asked): Query<Asked>,
) -> Answer {
    let lang = face.lang;
    let name = server::grant::name_of_member(&server, face.me()?, id).await?;
    let read = filter::read(&server, &face, Of::Member(id), asked).await?;
    let found = match &read.filter {
        Ok(filter) => {
            Some(server::change::search_member(&server, face.me()?, id, filter, &read.listing()).await?)
        }
        Err(_) => None,
    };
    let about = shell::Page::new(Place::Members, lang.pick("Modifications", "Changes")).status(read.status());
    let about = if face.is_staff() {
        about.from(lang.pick("Membres", "Members"), "/members").from(name, format!("/members/{id}"))
    } else {
        about.lead(name)
    };
    let body = log(&server, &face, &read, found).await?;
    Ok(shell::page(&face, about, body))
}

/// The filters, what they found (nothing, where they were refused), the next page, the files.
pub async fn log(
    server: &Server,
    face: &Face,
    read: &Read,
    found: Option<Page<ChangeView>>,
) -> Result<AnyView, Miss> {
    let lang = face.lang;
    let behind = if read.narrowed() { server::change::behind(server).await? } else { 0 };
    let behind = (behind > 0).then(|| {
        let title = lang.pick("L’index de la recherche se construit", "The index of the search is being built");
        let words = lang.pick(
            format!("{behind} modifications anciennes n’y sont pas encore\u{a0}: elles peuvent manquer ici pendant quelques minutes."),
            format!("{behind} older changes are not in it yet: they may be missing here for some minutes."),
        );
        notice(Tone::Know, title, view! { <p>{words}</p> })
    });
    let found = found.map(|found| {
        let next = read.turns(lang, found.next.as_deref());
        let shown = if found.items.is_empty() && read.narrowed() {
            let words = lang.pick(
                "Essayez moins de mots, ou le début d’un mot\u{a0}; ou montrez tout.",
                "Try fewer words, or the beginning of one; or show all.",
            );
            empty(lang.pick("Rien ne correspond", "Nothing matches"), words, None)
        } else {
            items(face, found.items)
        };
        view! { <div class="card card-flat">{shown}</div>{next}<div class="acts acts-below">{read.exports(lang)}</div> }
    });
    Ok(view! { {behind}{read.bar(lang)}{found} }.into_any())
}

/// `GET /hosts/{host}/changes`: what admins did on a host itself.
pub async fn of_host(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<HostId>,
    Query(page): Query<parts::Page>,
) -> Answer {
    let lang = face.lang;
    let host = server::host::show(&server, face.me()?, id).await?;
    let changes = server::change::list_of_host(&server, face.me()?, id, &page.listing()).await?;
    let next = next_page(lang, &format!("/hosts/{id}/changes"), &page, changes.next.as_deref());
    let about = shell::Page::new(Place::Hosts, lang.pick("Historique", "History"))
        .from(lang.pick("Hôtes", "Hosts"), "/hosts")
        .from(host.name.to_string(), format!("/hosts/{id}"));
    let body = view! { <div class="card card-flat">{items(&face, changes.items)}</div>{next} };
    Ok(shell::page(&face, about, body))
}

/// Changes one below the other; what is on its way is live.
pub fn items(face: &Face, changes: Vec<ChangeView>) -> AnyView {
    let lang = face.lang;
    if changes.is_empty() {
        return empty(
            lang.pick("Aucune modification", "No change"),
            lang.pick(
                "Ce qui sera fait apparaîtra ici, avec son auteur, sa date et son état.",
                "What will be done appears here, with its author, date and state.",
            ),
            None,
        );
    }
    let items = changes.into_iter().map(|change| item(face, &change)).collect_view();
    view! { <ol class="changes">{items}</ol> }.into_any()
}

/// An act of the panel alone: no host is concerned, so it was done when it was written.
pub fn done(lang: Lang) -> AnyView {
    badge("state state-good", lang.pick("fait", "done"))
}

fn item(face: &Face, change: &ChangeView) -> AnyView {
    let lang = face.lang;
    let page = format!("/changes/{}", change.id);
    let state = if change.states.is_empty() {
        done(lang)
    } else if change.state.is_final() {
        view! { <StateBadge state=change.state lang/> }.into_any()
    } else {
        let account = change.account;
        view! { <LiveChange change=change.id account state=change.state reason=change.text.clone() lang/> }
            .into_any()
    };
    let reason =
        change.text.as_ref().filter(|_| change.state.is_final()).map(|text| text.pick(lang).to_owned());
    let undone = change.undone_by.map(|by| {
        view! { " · "<a href=format!("/changes/{by}")>{lang.pick("annulée", "undone")}</a> }
    });
    let undo = change.undoable.then(|| undo(lang, change));
    view! {
        <li>
            <div class="stack-tight">
                <p class="what"><a href=page>{words::title(lang, change)}</a></p>
                {words::detail(lang, change).map(|detail| view! { <p>{detail}</p> })}
                {reason.map(|reason| view! { <p class="reason">{reason}</p> })}
                <p class="small quiet">{words::who(lang, change)}" · "{ago(lang, face.now_ms, change.at)}{undone}</p>
            </div>
            <div class="change-end stack-tight">{state}<div class="row">{undo}</div></div>
        </li>
    }
    .into_any()
}

/// Undo at one click, unless it loses something: then the change's page says what first.
fn undo(lang: Lang, change: &ChangeView) -> AnyView {
    let words = words::undo(lang, change);
    if words::loss(lang, change).is_some() {
        let title = words::title(lang, change);
        return view! {
            <a class="button button-small button-loss" href=format!("/changes/{}#undo", change.id)>{words}"…"<span class="unseen">{title}</span></a>
        }
        .into_any();
    }
    Action::new(format!("/changes/{}/undo", change.id), words)
        .about(lang, words::title(lang, change))
        .small()
        .view()
}
