//! What waits for a second person: what it is, what it means, who asked, until when; and the two answers.

use crate::{
    http::{Answer, Face, on_form, see},
    parts::{Action, Typed, day},
};
use axum::extract::{Path, State};
use leptos::prelude::*;
use model::{ApprovalId, Lang};
use server::{
    Server,
    approval::{ApprovalView, Approved, Kind},
};

/// `POST /approvals/{approval}/approve`
pub async fn approve(State(server): State<Server>, face: Face, Path(id): Path<ApprovalId>) -> Answer {
    match server::approval::approve(&server, face.me()?, id).await {
        Ok(Approved { approval, link: Some(link) }) => {
            super::staff::pass_on(&server, &face, &approval.label, &link)
        }
        Ok(_) => see("/staff", "approved"),
        Err(problem) => super::staff::draw(&server, &face, Typed::new().refused(on_form(problem)?)).await,
    }
}

/// `POST /approvals/{approval}/refuse`
pub async fn refuse(State(server): State<Server>, face: Face, Path(id): Path<ApprovalId>) -> Answer {
    server::approval::refuse(&server, face.me()?, id).await?;
    see("/staff", "approval_refused")
}

/// What waits. On the home page the first few, and the way to all of it.
pub fn approvals(lang: Lang, open: Vec<ApprovalView>, more: bool) -> Option<AnyView> {
    if open.is_empty() {
        return None;
    }
    let title = lang.pick("Attend un deuxième accord", "Waits for a second approval");
    let all = more.then(|| {
        view! { <a class="button button-small" href="/staff">{lang.pick("Tous", "All")}<span class="unseen">{lang.colon()}{title}</span></a> }
    });
    let rows = open.into_iter().map(|asked| approval(lang, asked)).collect_view();
    Some(
        view! {
            <section class="card card-flat card-alert" aria-labelledby="approvals">
                <div class="card-head"><h2 id="approvals">{title}</h2>{all}</div>
                <ul class="items">{rows}</ul>
            </section>
        }
        .into_any(),
    )
}

fn approval(lang: Lang, asked: ApprovalView) -> AnyView {
    let title = title(lang, &asked);
    let act = |verb: &str, words: &'static str| {
        Action::new(format!("/approvals/{}/{verb}", asked.id), words).about(lang, &title)
    };
    let acts = if asked.own {
        let words = lang.pick("Retirer ma demande", "Withdraw my request");
        Some(view! { <div class="row">{act("refuse", words).view()}</div> }.into_any())
    } else if asked.may {
        let yes = asked.hindrance.is_none().then(|| {
            let yes = act("approve", lang.pick("Donner mon accord", "Approve"));
            if loses(asked.kind) { yes.loss() } else { yes.main() }.view()
        });
        let no = act("refuse", lang.pick("Refuser", "Refuse")).view();
        Some(view! { <div class="row">{yes}{no}</div> }.into_any())
    } else {
        None
    };
    let by = asked.by.clone();
    let hindrance =
        asked.hindrance.as_ref().map(|why| view! { <p class="item-more">{why.pick(lang).to_owned()}</p> });
    view! {
        <li>
            <div class="item">
                <span class="item-name">{title.clone()}</span>
                {lines(lang, &asked)}
                <p class="item-more">{lang.pick("demandé par ", "asked for by ")}{by}{lang.pick(" · jusqu’au ", " · until ")}{day(lang, asked.expires_at)}</p>
                {hindrance}
            </div>
            {acts}
        </li>
    }
    .into_any()
}

fn title(lang: Lang, asked: &ApprovalView) -> String {
    let what = match asked.kind {
        Kind::Admin => lang.pick("Confier l’administration à ", "Make an admin of "),
        Kind::DeleteMember => lang
            .pick("Supprimer le membre, avec ses comptes\u{a0}: ", "Delete the member, with its accounts: "),
        Kind::Recover => lang.pick(
            "Rendre l’accès à qui a tout perdu, à une autre adresse\u{a0}: ",
            "Give access back to one who has lost everything, at another address: ",
        ),
    };
    format!("{what}{}", asked.label)
}

fn loses(kind: Kind) -> bool {
    match kind {
        Kind::Admin => false,
        Kind::DeleteMember | Kind::Recover => true,
    }
}

/// What it means, so that nobody says yes to a name alone.
fn lines(lang: Lang, asked: &ApprovalView) -> Option<AnyView> {
    if asked.details.is_empty() {
        return None;
    }
    let lines: Vec<AnyView> =
        asked.details.iter().map(|line| view! { <li>{line.pick(lang).to_owned()}</li> }.into_any()).collect();
    Some(view! { <ul class="item-more">{lines}</ul> }.into_any())
}
