//! For admins: everything anybody did, newest first, and whether history is as it was written.

use super::list::items;
use crate::{
    http::{Answer, Face},
    parts::{self, Facts, Tab, Tone, link, next_page, notice, tabs},
    shell::{self, Place},
};
use axum::extract::{Query, State};
use leptos::prelude::*;
use model::Duty;
use server::Server;

/// `GET /changes/history`
pub async fn all(State(server): State<Server>, face: Face, Query(page): Query<parts::Page>) -> Answer {
    let lang = face.lang;
    let changes = server::change::list_all(&server, face.me()?, &page.listing()).await?;
    let next = next_page(lang, "/changes/history", &page, changes.next.as_deref());
    let check = link("/changes/chain", lang.pick("Vérifier l’historique", "Verify the history"));
    let body = view! { <div class="card card-flat">{items(&face, changes.items)}</div>{next}<div class="acts acts-below">{check}</div> };
    Ok(shell::page(&face, frame(&face, true), body))
}

/// `GET /changes/chain`: every act is read again and its hash compared.
pub async fn chain(State(server): State<Server>, face: Face) -> Answer {
    let lang = face.lang;
    let chain = server::change::chain(&server, face.me()?).await?;
    let said = match chain.broken {
        None => notice(
            Tone::Good,
            lang.pick("L’historique est tel qu’il a été écrit", "The history is as it was written"),
            (),
        ),
        Some(change) => {
            let words = lang.pick(
                "À partir de cette modification, il n’est plus ce qui a été écrit\u{a0}: la base de données a été modifiée hors du panneau.",
                "From this change on, it is no longer what was written: the database was altered outside the panel.",
            );
            let more = view! { <p>{words}</p><p><a href=format!("/changes/{change}")>{lang.pick("La modification concernée", "The change concerned")}</a></p> };
            notice(Tone::Bad, lang.pick("L’historique a été altéré", "The history was altered"), more)
        }
    };
    let facts = Facts::new()
        .line(lang.pick("Modifications enchaînées", "Chained changes"), chain.length.to_string())
        .line(lang.pick("Pas encore enchaînées", "Not chained yet"), chain.waiting.to_string())
        .line(lang.pick("Empreinte de la dernière", "Hash of the last"), view! { <code>{chain.head}</code> })
        .view();
    let words = lang.pick(
        "Chaque modification porte l’empreinte de la précédente. Notez celle-ci ailleurs\u{a0}: elle prouvera plus tard que rien n’a été récrit.",
        "Each change carries the hash of the one before. Note this one elsewhere: later it will prove that nothing was rewritten.",
    );
    let page = shell::Page::new(
        Place::Changes,
        lang.pick("Vérification de l’historique", "Verification of the history"),
    )
    .from(lang.pick("Historique", "History"), "/changes/history");
    Ok(shell::page(
        &face,
        page,
        view! { <div class="stack">{said}<section class="card stack">{facts}<p>{words}</p></section></div> },
    ))
}

/// The head of the two pages of changes: what is to be looked at, and everything.
pub fn frame(face: &Face, history: bool) -> shell::Page {
    let lang = face.lang;
    let lead = lang.pick("Qui a fait quoi, et où cela en est.", "Who did what, and where it stands.");
    let mut parts =
        vec![Tab { words: lang.pick("À suivre", "To follow"), href: "/changes".into(), current: !history }];
    if face.may(Duty::SeeHistory) {
        let words = lang.pick("Historique", "History");
        parts.push(Tab { words, href: "/changes/history".into(), current: history });
    }
    shell::Page::new(Place::Changes, lang.pick("Modifications", "Changes"))
        .lead(lead)
        .tabs(tabs(lang.pick("Pages des modifications", "Pages of changes"), parts))
}
