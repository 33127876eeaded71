//! A member as its own people see it: without the cooperative's notes, with the question asked once a year, and for its owners the
//! correction of contacts and language.

use super::{contacts, fields, words};
use crate::{
    account,
    http::{Answer, Face, on_form, see},
    parts::{Action, Facts, Tone, Typed, empty, errors, link, notice},
    shell::{self, Place},
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use leptos::prelude::*;
use model::{Lang, MemberId};
use server::{
    Server,
    account::AccountView,
    member::{MemberPatch, MemberRow, MemberView, Step},
    paging::Listing,
    views::Ref,
};

/// `GET /members/mine`: one's members; the only one's page.
pub async fn mine(State(server): State<Server>, face: Face) -> Answer {
    let members = server::member::mine(&server, face.me()?).await?;
    if let [only] = members.as_slice() {
        return draw(&server, &face.saying(path(only.id)), only.id, None).await;
    }
    let lang = face.lang;
    let page = shell::Page::new(Place::Members, lang.pick("Mes coordonnées", "My details"));
    let body = if members.is_empty() {
        let words = lang.pick(
            "La coopérative vous donne accès à un membre ou à l’un de ses comptes\u{a0}; il paraît alors ici.",
            "The cooperative gives you access to a member or to one of its accounts; it appears here then.",
        );
        empty(lang.pick("Aucun membre", "No member"), words, None)
    } else {
        let items: Vec<AnyView> = members.into_iter().map(|member| item(lang, member)).collect();
        view! { <ul class="items">{items}</ul> }.into_any()
    };
    Ok(shell::page(&face, page, view! { <div class="card card-flat">{body}</div> }))
}

/// `GET /members/{member}/about`
pub async fn about(State(server): State<Server>, face: Face, Path(id): Path<MemberId>) -> Answer {
    draw(&server, &face, id, None).await
}

/// `POST /members/{member}/about`
pub async fn save(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<MemberId>,
    typed: Typed,
) -> Answer {
    if let Some(typed) = contacts::adding(&typed) {
        server::member::must_keep(&server, face.me()?, id).await?;
        return draw(&server, &face.at(path(id)), id, Some(typed)).await;
    }
    let patch = MemberPatch {
        lang: Some(typed.get("lang").to_owned()),
        contacts: Some(contacts::typed(&typed)),
        ..MemberPatch::default()
    };
    match server::member::update(&server, face.me()?, id, fields::version(&typed), patch).await {
        Ok(_) => see(path(id), "details_saved"),
        Err(problem) => draw(&server, &face.at(path(id)), id, Some(typed.refused(on_form(problem)?))).await,
    }
}

/// `POST /members/{member}/about/confirm`
pub async fn confirm(State(server): State<Server>, face: Face, Path(id): Path<MemberId>) -> Answer {
    server::member::confirm(&server, face.me()?, id, None).await?;
    see(path(id), "details_confirmed")
}

fn path(id: MemberId) -> String {
    format!("/members/{id}/about")
}

fn item(lang: Lang, member: MemberRow) -> AnyView {
    view! {
        <li>
            <div class="item">
                <a class="item-name" href=path(member.id)>{member.name}</a>
                <p class="item-more">{words::number(lang, member.number)}</p>
            </div>
            {words::standing(lang, member.status)}
        </li>
    }
    .into_any()
}

/// On home: which members' contacts are to be looked at again.
pub fn asked(lang: Lang, due: &[Ref<MemberId>]) -> Option<AnyView> {
    if due.is_empty() {
        return None;
    }
    let items: Vec<AnyView> = due
        .iter()
        .map(|member| {
            let confirm = Action::new(format!("{}/confirm", path(member.id)), lang.pick("Tout est juste", "All is right"))
                .about(lang, &member.name)
                .small();
            view! {
                <li><div class="row"><a href=path(member.id)>{member.name.clone()}</a>{confirm.view()}</div></li>
            }
            .into_any()
        })
        .collect();
    let more = view! {
        <p>{lang.pick(
            "Une fois par an, regardez à qui la coopérative écrit, et corrigez ce qui a changé.",
            "Once a year, look at whom the cooperative writes to, and correct what has changed.",
        )}</p>
        <ul>{items}</ul>
    };
    Some(notice(
        Tone::Know,
        lang.pick("Vos coordonnées sont-elles toujours justes\u{a0}?", "Are your details still right?"),
        more,
    ))
}

async fn draw(server: &Server, face: &Face, id: MemberId, typed: Option<Typed>) -> Answer {
    let me = face.me()?;
    let member = server::member::show(server, me, id).await?;
    let steps = server::member::statuses(server, me, id).await?;
    let keeps = server::member::must_keep(server, me, id).await.is_ok();
    // Who answers for a member by one of its accounts has no role on the member itself.
    let people = server::grant::access_to_member(server, me, id).await.is_ok();
    let accounts = server::account::list_of_member(server, me, id, &Listing::default()).await?.items;
    // What the cooperative alone reads is not even in the page's hands.
    let member = MemberView { notes: None, ..member };
    Ok(render(face, &member, &steps, accounts, May { keeps, people }, typed))
}

/// What whoever reads the page may do there.
struct May {
    /// Correct contacts and language.
    keeps: bool,
    /// See who has which role.
    people: bool,
}

fn render(
    face: &Face,
    member: &MemberView,
    steps: &[Step],
    accounts: Vec<AccountView>,
    May { keeps, people }: May,
    typed: Option<Typed>,
) -> Response {
    let lang = face.lang;
    let people = people.then(|| {
        let words = lang.pick("Qui a quel rôle", "Who has which role");
        view! { <div class="acts">{link(format!("/members/{}/people", member.id), words)}</div> }
    });
    let typed = typed.unwrap_or_else(|| fields::of(member));
    let page = shell::Page::new(Place::Members, member.name.as_str())
        .lead(view! { <span class="row">{words::number(lang, member.number)}{words::standing(lang, member.status)}</span> })
        .status(typed.status());
    let facts = Facts::new()
        .line(lang.pick("Nature", "Kind"), words::kind(lang, member.kind))
        .line(lang.pick("Adresse postale", "Postal address"), words::address(lang, member.address.as_deref()))
        .view();
    let due = keeps && member.confirm_at <= face.now_ms;
    let accounts: Vec<AnyView> = accounts
        .into_iter()
        .map(|account| {
            let state = account::state(lang, &account);
            view! { <li><a class="item-name" href=format!("/accounts/{}", account.id)>{account.name.to_string()}</a>{state}</li> }
                .into_any()
        })
        .collect();
    let body = view! {
        <div class="stack">
            {errors(lang, &typed)}
            {due.then(|| question(lang, member.id))}
            <section class="card stack">
                {facts}
                <p class="small quiet">{lang.pick(
                    "Pour corriger le nom ou l’adresse postale, écrivez à la coopérative.",
                    "To correct the name or the postal address, write to the cooperative.",
                )}</p>
            </section>
            {people}
            {if keeps { form(lang, member, &typed) } else { only_shown(lang, member) }}
            {(!accounts.is_empty()).then(|| view! {
                <section class="card card-flat">
                    <div class="card-head"><h2>{lang.pick("Comptes", "Accounts")}</h2></div>
                    <ul class="items">{accounts}</ul>
                </section>
            })}
            {words::membership(lang, member.status, steps)}
        </div>
    };
    shell::page(face, page, body)
}

fn question(lang: Lang, id: MemberId) -> AnyView {
    let button =
        Action::new(format!("{}/confirm", path(id)), lang.pick("Tout est juste", "All is right")).main();
    let more = view! {
        <p>{lang.pick(
            "Regardez les contacts et la langue ci-dessous\u{a0}; corrigez ce qui a changé, ou dites que tout est juste.",
            "Look at the contacts and the language below; correct what has changed, or say that all is right.",
        )}</p>
        {button.view()}
    };
    notice(
        Tone::Know,
        lang.pick("Vos coordonnées sont-elles toujours justes\u{a0}?", "Are your details still right?"),
        more,
    )
}

fn form(lang: Lang, member: &MemberView, typed: &Typed) -> AnyView {
    let version = typed.get("version").to_owned();
    view! {
        <section class="card stack">
            <h2>{lang.pick("Contacts et langue", "Contacts and language")}</h2>
            <form class="form" method="post" action=path(member.id) novalidate=true>
                {fields::language(lang, typed)}
                {contacts::form(lang, typed)}
                <div class="acts">
                    <input type="hidden" name="version" value=version/>
                    <button class="button button-main" type="submit">{lang.pick("Enregistrer", "Save")}</button>
                </div>
                {contacts::adds(lang, typed)}
            </form>
        </section>
    }
    .into_any()
}

fn only_shown(lang: Lang, member: &MemberView) -> AnyView {
    if member.contacts.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="card card-flat">
            <div class="card-head"><h2>{lang.pick("Contacts", "Contacts")}</h2></div>
            {words::contacts(lang, &member.contacts)}
        </section>
    }
    .into_any()
}
