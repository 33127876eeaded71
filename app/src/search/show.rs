//! What was found: the first few of each kind, or a kind page by page.

use super::title;
use crate::{
    account,
    http::{Answer, Face},
    live::suggest,
    parts::{empty, href, link, turns},
    shell::{self, Place},
};
use axum::extract::{Query, State};
use leptos::prelude::*;
use model::{Duty, Lang};
use serde::Deserialize;
use server::{
    Server,
    paging::Listing,
    search::{Found, Group, Kind},
};

/// How many of each kind are shown together.
const OF_EACH: usize = 6;
const PATH: &str = "/search";

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    kind: String,
    cursor: String,
}

/// `GET /search`
pub async fn show(State(server): State<Server>, face: Face, Query(asked): Query<Asked>) -> Answer {
    let (me, lang) = (face.me()?, face.lang);
    let kinds = server::search::kinds(me);
    let kind = Kind::from_code(&asked.kind).filter(|kind| kinds.contains(kind));
    let typed = asked.q.trim();
    let body = match kind {
        Some(kind) => {
            let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
            let listing = Listing { limit: None, cursor: some(&asked.cursor), q: some(typed) };
            let found = server::search::list(&server, me, &listing, Some(kind)).await?;
            one_kind(&face, typed, kind, found.items, !asked.cursor.is_empty(), found.next.as_deref())
        }
        None => match server::search::groups(&server, me, typed, OF_EACH).await? {
            groups if groups.is_empty() => nothing(lang, typed, &kinds),
            groups => {
                let groups = groups.into_iter().map(|found| group(&face, typed, found)).collect_view();
                view! { <div class="stack-wide">{groups}</div> }.into_any()
            }
        },
    };
    let mut page = shell::Page::new(Place::Nowhere, words(lang, typed)).searched(typed);
    if kind.is_some() {
        page =
            page.from(lang.pick("Tout ce qui est trouvé", "All that is found"), href(PATH, &[("q", typed)]));
    }
    Ok(shell::page(&face, page, body))
}

fn words(lang: Lang, typed: &str) -> String {
    match typed {
        "" => lang.pick("Chercher", "Search").to_owned(),
        typed => lang.pick(format!("Résultats pour «\u{a0}{typed}\u{a0}»"), format!("Results for “{typed}”")),
    }
}

fn group(face: &Face, typed: &str, Group { kind, items, next }: Group) -> AnyView {
    let lang = face.lang;
    let more = next.map(|_| {
        let words = if items.is_empty() {
            lang.pick("Chercher plus loin", "Search further")
        } else {
            lang.pick("Tout voir", "See all")
        };
        view! {
            <a class="button button-small" href=href(PATH, &[("q", typed), ("kind", kind.code())])>
                {words}<span class="unseen">{lang.colon()}{title(kind, lang)}</span>
            </a>
        }
    });
    view! {
        <section class="card card-flat" data-kind=kind.code()>
            <div class="card-head"><h2>{title(kind, lang)}</h2>{more}</div>
            {rows(face, items)}
        </section>
    }
    .into_any()
}

fn one_kind(
    face: &Face,
    typed: &str,
    kind: Kind,
    items: Vec<Found>,
    further: bool,
    next: Option<&str>,
) -> AnyView {
    let lang = face.lang;
    let asked = [("q", typed), ("kind", kind.code())];
    let first = further.then(|| href(PATH, &asked));
    let next = next.map(|next| href(PATH, &[asked[0], asked[1], ("cursor", next)]));
    let shown = if items.is_empty() && next.is_none() {
        nothing(lang, typed, &[kind])
    } else {
        view! { <section class="card card-flat"><div class="card-head"><h2>{title(kind, lang)}</h2></div>{rows(face, items)}</section> }.into_any()
    };
    view! { {shown}{turns(lang, first, next)} }.into_any()
}

pub fn rows(face: &Face, items: Vec<Found>) -> AnyView {
    let lang = face.lang;
    if items.is_empty() {
        let words = lang.pick(
            "Rien encore parmi les premières fiches qui ont un de ces mots.",
            "Nothing yet among the first records that have one of these words.",
        );
        return view! { <p class="card-foot">{words}</p> }.into_any();
    }
    let items = items.into_iter().map(|found| row(face, found)).collect_view();
    view! { <ul class="items">{items}</ul> }.into_any()
}

fn row(face: &Face, found: Found) -> AnyView {
    let path = suggest::path(found.kind.code(), &found.id.to_string(), face.may(Duty::SeeMembers));
    let name = found.shown.unwrap_or(found.name);
    let whose: Vec<String> =
        [found.account.map(|of| of.name), found.member.map(|of| of.name)].into_iter().flatten().collect();
    let whose = (!whose.is_empty()).then(|| view! { <p class="item-more">{whose.join(" · ")}</p> });
    // Whoever looks an account up as an admin mostly wants to change its plan, suspend or resume it.
    let manage = (found.kind == Kind::Account && face.may(Duty::Administer)).then(|| {
        view! {
            <a class="button button-small" href=format!("{path}/manage")>
                {account::manage_word(face.lang)}<span class="unseen">{face.lang.colon()}{name.clone()}</span>
            </a>
        }
    });
    view! { <li><div class="item"><a class="item-name" href=path>{name}</a>{whose}</div>{manage}</li> }
        .into_any()
}

fn nothing(lang: Lang, typed: &str, kinds: &[Kind]) -> AnyView {
    let what: Vec<String> = kinds.iter().map(|kind| title(*kind, lang).to_lowercase()).collect();
    let what = what.join(", ");
    let all = link("/accounts", lang.pick("Voir les comptes", "See the accounts"));
    let (title, words) = match typed {
        "" => (
            lang.pick("Que cherchez-vous\u{a0}?", "What are you looking for?"),
            lang.pick(
                format!("Tapez le début d’un nom ou d’une adresse\u{a0}: {what}. Avec plusieurs mots, il faut qu’ils y soient tous."),
                format!("Type the beginning of a name or an address: {what}. Of several words all have to be there."),
            ),
        ),
        _ => (
            lang.pick("Rien ne correspond", "Nothing matches"),
            lang.pick(
                format!("Cherché parmi ce que vous pouvez voir\u{a0}: {what}. Les mots comptent par leur début\u{a0}; essayez-en moins, ou plus courts."),
                format!("Looked for among what you may see: {what}. Words count by their beginning; try fewer, or shorter ones."),
            ),
        ),
    };
    view! { <div class="card card-flat">{empty(title, words, Some(all))}</div> }.into_any()
}
