//! For admins: everything anybody did, newest first, and whether history is as it was written.

use super::{
    filter::{self, Asked, Of},
    list::log,
};
use crate::{
    http::{Answer, Face},
    parts::{Facts, Tab, Tone, link_main, moment, notice, tabs},
    shell::{self, Place},
};
use axum::extract::{Query, State};
use leptos::prelude::*;
use model::{Duty, Lang};
use serde::Deserialize;
use server::{Server, change::Chain};

/// `GET /changes/history`
pub async fn all(State(server): State<Server>, face: Face, Query(asked): Query<Asked>) -> Answer {
    let lang = face.lang;
    let read = filter::read(&server, &face, Of::All, asked).await?;
    let found = match &read.filter {
        Ok(filter) => Some(server::change::search(&server, face.me()?, filter, &read.listing()).await?),
        Err(_) => None,
    };
    let log = log(&server, &face, &read, found).await?;
    let head = server::change::head(&server, face.me()?).await?;
    let words = lang.pick(
        "Empreinte de la dernière modification, pour vérifier plus tard que rien n’a été récrit",
        "Hash of the last change, to verify later that nothing was rewritten",
    );
    let body = view! {
        {log}
        <p class="small quiet below">{words}{lang.colon()}<a href="/changes/chain">{head.position}</a>" "<code>{head.hash}</code></p>
    };
    Ok(shell::page(&face, frame(&face, true).status(read.status()), body))
}

/// What the page of the chain is asked.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Check {
    verify: String,
}

/// `GET /changes/chain`: where the chain ends; asked so, every act is read again and its hash compared.
pub async fn chain(State(server): State<Server>, face: Face, Query(check): Query<Check>) -> Answer {
    let lang = face.lang;
    let said = if check.verify == "yes" {
        verdict(lang, server::change::chain(&server, face.me()?).await?)
    } else {
        let words = lang.pick(
            "Toutes les modifications sont relues et comparées\u{a0}: avec un million, cela prend une minute.",
            "Every change is read again and compared: with a million of them this takes a minute.",
        );
        let verify =
            link_main("/changes/chain?verify=yes", lang.pick("Vérifier l’historique", "Verify the history"));
        view! { <section class="card stack"><p>{words}</p><div class="acts">{verify}</div></section> }
            .into_any()
    };
    let head = server::change::head(&server, face.me()?).await?;
    let command = format!("alveole-panel changes verify --head {}", head.hash);
    let facts = Facts::new()
        .line(lang.pick("Position", "Position"), head.position.to_string())
        .line(lang.pick("Empreinte", "Hash"), view! { <code>{head.hash}</code> })
        .line_if(lang.pick("Dernière modification", "Last change"), head.at.map(|at| moment(lang, at)))
        .view();
    let words = lang.pick(
        "Chaque modification porte l’empreinte de la précédente. Notez celle-ci ailleurs\u{a0}: elle prouvera plus tard que rien de ce qui précède n’a été récrit. Le panneau l’envoie chaque semaine par courriel.",
        "Each change carries the hash of the one before. Note this one elsewhere: later it will prove that nothing before it was rewritten. The panel mails it each week.",
    );
    let console = lang.pick("Sur la machine du panneau\u{a0}:", "On the panel's machine:");
    let page = shell::Page::new(
        Place::Changes,
        lang.pick("Vérification de l’historique", "Verification of the history"),
    )
    .from(lang.pick("Historique", "History"), "/changes/history");
    let end = lang.pick("Fin de la chaîne", "End of the chain");
    let body = view! {
        <div class="stack">
            {said}
            <section class="card stack"><h2>{end}</h2>{facts}<p>{words}</p><p>{console}" "<code>{command}</code></p></section>
        </div>
    };
    Ok(shell::page(&face, page, body))
}

fn verdict(lang: Lang, chain: Chain) -> AnyView {
    let count = lang.pick(
        format!("{} modifications enchaînées, {} pas encore.", chain.length, chain.waiting),
        format!("{} changes chained, {} not yet.", chain.length, chain.waiting),
    );
    match chain.broken {
        None => notice(
            Tone::Good,
            lang.pick("L’historique est tel qu’il a été écrit", "The history is as it was written"),
            view! { <p>{count}</p> },
        ),
        Some(change) => {
            let words = lang.pick(
                "À partir de cette modification, il n’est plus ce qui a été écrit\u{a0}: la base de données a été modifiée hors du panneau.",
                "From this change on, it is no longer what was written: the database was altered outside the panel.",
            );
            let more = view! { <p>{words}</p><p><a href=format!("/changes/{change}")>{lang.pick("La modification concernée", "The change concerned")}</a></p> };
            notice(Tone::Bad, lang.pick("L’historique a été altéré", "The history was altered"), more)
        }
    }
}

/// The head of the two pages of changes: what is to be looked at, and everything.
pub fn frame(face: &Face, history: bool) -> shell::Page {
    let lang = face.lang;
    let lead = lang.pick("Qui a fait quoi, et où cela en est.", "Who did what, and where it stands.");
    let mut parts = vec![Tab {
        words: lang.pick("À regarder", "To look at"),
        href: "/changes".into(),
        current: !history,
    }];
    if face.may(Duty::SeeHistory) {
        let words = lang.pick("Historique", "History");
        parts.push(Tab { words, href: "/changes/history".into(), current: history });
    }
    shell::Page::new(Place::Changes, lang.pick("Modifications", "Changes"))
        .lead(lead)
        .tabs(tabs(lang.pick("Pages des modifications", "Pages of changes"), parts))
}
