//! The members, by name, with search.

use crate::{
    http::{Answer, Face},
    parts::{self, Cell, day, empty, link_main, next_page, search, table},
    shell::{self, Place},
};
use axum::extract::{Query, State};
use leptos::prelude::*;
use model::{Duty, Lang};
use server::{Server, member::MemberView};

/// `GET /members`
pub async fn list(State(server): State<Server>, face: Face, Query(page): Query<parts::Page>) -> Answer {
    let lang = face.lang;
    let members = server::member::list(&server, face.me()?, &page.listing()).await?;
    let next = next_page(lang, "/members", &page, members.next.as_deref());
    let about = shell::Page::new(Place::Members, lang.pick("Membres", "Members"))
        .act_if(face.may(Duty::KeepMembers).then(|| new(lang)));
    let search = search(lang, "/members", &page, lang.pick("Chercher un membre", "Search a member"), None);
    let body = view! { {search}<div class="card card-flat">{rows(&face, members.items, page.narrowed())}</div>{next} };
    Ok(shell::page(&face, about, body))
}

fn new(lang: Lang) -> AnyView {
    link_main("/members/new", lang.pick("Créer un membre", "Create a member"))
}

fn rows(face: &Face, members: Vec<MemberView>, narrowed: bool) -> AnyView {
    let lang = face.lang;
    if members.is_empty() && narrowed {
        let words = lang.pick("Essayez un autre mot, ou montrez tout.", "Try another word, or show all.");
        return empty(lang.pick("Rien ne correspond", "Nothing matches"), words, None);
    }
    if members.is_empty() {
        let words = lang.pick(
            "Une personne ou une organisation de la coopérative\u{a0}; ses comptes viennent ensuite.",
            "A person or an organisation of the cooperative; its accounts come next.",
        );
        let act = face.may(Duty::KeepMembers).then(|| new(lang));
        return empty(lang.pick("Aucun membre", "No member"), words, act);
    }
    let rows = members
        .into_iter()
        .map(|member| {
            vec![
                Cell::link(format!("/members/{}", member.id), member.name),
                Cell::Num(member.accounts.to_string()),
                Cell::Plain(day(lang, member.created_at)),
            ]
        })
        .collect();
    let heads = [lang.pick("Nom", "Name"), lang.pick("Comptes", "Accounts"), lang.pick("Créé le", "Created")];
    table(lang.pick("Membres", "Members"), &heads, rows)
}
