//! Home: what each comes for. First what asks for an answer; then, by the duties one has, hosts and what is in trouble, people who wait,
//! members and money, what happened, and how it all went over time. For members: their accounts and sites.

mod hosts;
mod member;
mod people;
mod time;
mod treasury;

use crate::{
    grant,
    http::{Answer, Face, Miss},
    member::about,
    parts::link_main,
    shell::{self, Place},
    viewing,
};
use axum::extract::{Query, State};
use leptos::prelude::*;
use model::{Duty, Lang};
use serde::Deserialize;
use server::Server;

/// How many of a kind a card shows; its list shows all.
const FEW: u32 = 5;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// `year`: what went over time is drawn over a year.
    time: String,
}

/// `GET /`
pub async fn home(State(server): State<Server>, face: Face, Query(asked): Query<Asked>) -> Answer {
    let first = asks(&server, &face).await?;
    if face.is_staff() {
        return staff(&server, &face, first, &asked).await;
    }
    member::home(&server, &face, first).await
}

/// What asks for an answer of whoever looks: invitations, staff that asks to be let act, the yearly question. Not of staff while it views.
async fn asks(server: &Server, face: &Face) -> Result<Option<AnyView>, Miss> {
    let me = face.me()?;
    if face.viewing().is_some() {
        return Ok(None);
    }
    let invitations = grant::mine::card(face.lang, server::grant::my_invitations(server, me).await?);
    let viewings = viewing::card(face.lang, server::viewing::pending(server, me).await?);
    let due = about::asked(face.lang, &server::member::due(server, me).await?);
    let none = invitations.is_none() && viewings.is_none() && due.is_none();
    Ok((!none).then(|| view! { {invitations}{viewings}{due} }.into_any()))
}

async fn staff(server: &Server, face: &Face, first: Option<AnyView>, asked: &Asked) -> Answer {
    let (me, lang) = (face.me()?, face.lang);
    let sees_history = face.may(Duty::SeeHistory);
    let mut approvals = match face.may(Duty::SeeUsers) {
        true => server::approval::first(server, me, FEW + 1).await?,
        false => vec![],
    };
    let more = approvals.len() > FEW as usize;
    approvals.truncate(FEW as usize);
    let approvals = grant::approvals::approvals(lang, approvals, more);
    // Who answers members begins with the member who calls.
    let search = (face.may(Duty::ViewAs) && !face.may(Duty::Administer)).then(|| people::search(lang));
    let hosts = match face.may(Duty::SeeHosts) {
        true => Some(hosts::cards(server, face).await?),
        false => None,
    };
    let mail = match face.may(Duty::SeeMembers) {
        true => crate::outbox::held::card(server, face).await?,
        false => None,
    };
    let people = match face.may(Duty::SendLinks) {
        true => Some(people::cards(server, face).await?),
        false => None,
    };
    let treasury = match face.may(Duty::KeepMembers) || sees_history {
        true => Some(treasury::cards(server, face).await?),
        false => None,
    };
    // Admins find it one click away; for the board it is what it comes for.
    let history = match sees_history && !face.may(Duty::Administer) {
        true => Some(time::history(server, face).await?),
        false => None,
    };
    let over_time = time::charts(server, face, asked.time == "year").await?;
    let act = if face.may(Duty::Administer) {
        Some(link_main("/accounts/new", lang.pick("Créer un compte", "Create an account")))
    } else {
        let member = || link_main("/members/new", lang.pick("Créer un membre", "Create a member"));
        face.may(Duty::KeepMembers).then(member)
    };
    let page = shell::Page::new(Place::Home, lang.pick("Accueil", "Home")).act_if(act);
    let body = view! {
        <div class="stack-wide">
            {first}{approvals}{search}{mail}{hosts}{people}{treasury}{over_time}{history}
        </div>
    };
    Ok(shell::page(face, page, body))
}

/// A card with a title, the way to all of its kind (its words and address), and a few of them.
fn card(
    lang: Lang,
    class: &'static str,
    title: &'static str,
    all: Option<(&'static str, &'static str)>,
    body: AnyView,
) -> AnyView {
    let all = all.map(|(words, href)| {
        view! { <a class="button button-small" href=href>{words}<span class="unseen">{lang.colon()}{title}</span></a> }
    });
    view! {
        <section class=class>
            <div class="card-head"><h2>{title}</h2>{all}</div>
            {body}
        </section>
    }
    .into_any()
}
