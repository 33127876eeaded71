//! The page of a member, for the cooperative: what it is, whom to write to, how it stood through time, its accounts, notes, its end.

use super::{contacts, deletion::End, fields, words};
use crate::{
    account,
    http::{Answer, Face, on_form, see},
    parts::{self, Facts, Typed, day, empty, errors, fold, link, link_main, next_page},
    shell::{self, Place},
};
use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use leptos::prelude::*;
use model::{Duty, Lang, MemberId};
use server::{
    Server,
    account::AccountView,
    member::{MemberPatch, MemberView, Step},
    paging::Page,
};

/// `GET /members/{member}`
pub async fn show(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<MemberId>,
    Query(page): Query<parts::Page>,
) -> Answer {
    draw(&server, &face, id, &page, Typed::new()).await
}

/// `POST /members/{member}/status`
pub async fn status(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<MemberId>,
    typed: Typed,
) -> Answer {
    let text = |name: &str| typed.some(name).map(str::to_owned);
    let patch = MemberPatch {
        status: Some(typed.get("status").to_owned()),
        since: text("since"),
        ..MemberPatch::default()
    };
    match server::member::update(&server, face.me()?, id, None, patch).await {
        Ok(_) => see(format!("/members/{id}"), "member_saved"),
        Err(problem) => {
            draw(&server, &face, id, &parts::Page::default(), typed.refused(on_form(problem)?)).await
        }
    }
}

/// `POST /members/{member}/delete`
pub async fn delete(State(server): State<Server>, face: Face, Path(id): Path<MemberId>) -> Answer {
    match server::member::delete(&server, face.me()?, id, None).await {
        Ok(_) => see("/members", "member_deleted"),
        Err(problem) => {
            draw(&server, &face, id, &parts::Page::default(), Typed::new().refused(on_form(problem)?)).await
        }
    }
}

/// The page again, with what was refused.
pub(super) async fn refused(server: &Server, face: &Face, id: MemberId, typed: Typed) -> Answer {
    draw(server, face, id, &parts::Page::default(), typed).await
}

async fn draw(server: &Server, face: &Face, id: MemberId, page: &parts::Page, typed: Typed) -> Answer {
    let me = face.me()?;
    let member = server::member::show(server, me, id).await?;
    let steps = server::member::statuses(server, me, id).await?;
    let accounts = server::account::list_of_member(server, me, id, &page.listing()).await?;
    let end = End::of(server, face, id).await?;
    let face = face.saying(format!("/members/{id}"));
    Ok(render(&face, &member, &steps, accounts, &end, page, &typed))
}

fn render(
    face: &Face,
    member: &MemberView,
    steps: &[Step],
    accounts: Page<AccountView>,
    end: &End,
    page: &parts::Page,
    typed: &Typed,
) -> Response {
    let lang = face.lang;
    let path = format!("/members/{}", member.id);
    let about = shell::Page::new(Place::Members, member.name.as_str())
        .from(lang.pick("Membres", "Members"), "/members")
        .lead(view! { <span class="row">{words::number(lang, member.number)}{words::standing(lang, member.status)}</span> })
        .act_if(face.may(Duty::KeepMembers).then(|| link(format!("{path}/edit"), lang.pick("Modifier", "Change"))))
        .status(typed.status());
    let confirmed = match member.confirmed_at {
        Some(at) => day(lang, at),
        None => lang.pick("pas encore", "not yet").into_any(),
    };
    let facts = Facts::new()
        .line(lang.pick("Nature", "Kind"), words::kind(lang, member.kind))
        .line(lang.pick("Langue des courriels", "Language of mails"), words::language(lang, member.lang))
        .line(lang.pick("Adresse postale", "Postal address"), words::address(lang, member.address.as_deref()))
        .line(lang.pick("Inscrit dans le panneau le", "Entered into the panel"), day(lang, member.created_at))
        .line(
            lang.pick("Coordonnées confirmées par le membre", "Contacts confirmed by the member"),
            confirmed,
        )
        .view();
    let notes = member.notes.as_deref().map(|notes| {
        view! {
            <section class="card stack-tight">
                <h2>{lang.pick("Notes de la coopérative", "The cooperative's notes")}</h2>
                {words::lines(notes)}
            </section>
        }
    });
    let next = next_page(lang, &path, page, accounts.next.as_deref());
    let body = view! {
        <div class="stack">
            {errors(lang, typed)}
            {end.notice(face, member)}
            <section class="card">{facts}</section>
            {notes}
            {contacts(face, member)}
            {accounts_of(face, member, accounts)}
            {next}
            {words::membership(lang, member.status, steps)}
            <div class="acts">
                {link(format!("{path}/people"), lang.pick("Qui a quel rôle", "Who has which role"))}
                {link(format!("{path}/changes"), lang.pick("Ses modifications", "Its changes"))}
            </div>
            {face.may(Duty::KeepMembers).then(|| view! { <div class="folds">{status_act(lang, member, typed)}{end.act(face, member)}</div> })}
        </div>
    };
    shell::page(face, about, body)
}

fn contacts(face: &Face, member: &MemberView) -> AnyView {
    let lang = face.lang;
    let shown = if member.contacts.is_empty() {
        empty(lang.pick("Pas encore de contact", "No contact yet"), contacts::who_gets_what(lang), None)
    } else {
        words::contacts(lang, &member.contacts)
    };
    let act = face.may(Duty::KeepMembers).then(|| {
        let words = lang.pick("Ajouter, corriger ou retirer un contact", "Add, correct or remove a contact");
        link(format!("/members/{}/edit#contacts", member.id), words)
    });
    view! {
        <section class="card card-flat">
            <div class="card-head"><h2>{lang.pick("Contacts", "Contacts")}</h2>{act}</div>
            {shown}
        </section>
    }
    .into_any()
}

fn accounts_of(face: &Face, member: &MemberView, accounts: Page<AccountView>) -> AnyView {
    let lang = face.lang;
    let open = parts::href("/accounts/new", &[("member", &member.id.to_string())]);
    let words = lang.pick("Lui créer un compte", "Create an account for it");
    let open = face.may(Duty::Administer).then(|| link_main(open, words));
    let (shown, more) = if accounts.items.is_empty() {
        let words =
            lang.pick("Un compte porte les sites d’un membre.", "An account holds the sites of a member.");
        (empty(lang.pick("Pas encore de compte", "No account yet"), words, open), None)
    } else {
        (account::list::rows(face, accounts.items, false, None), open)
    };
    view! {
        <section class="card card-flat">
            <div class="card-head"><h2>{lang.pick("Comptes", "Accounts")}</h2>{more}</div>
            {shown}
        </section>
    }
    .into_any()
}

fn status_act(lang: Lang, member: &MemberView, typed: &Typed) -> AnyView {
    let wrong = typed.error("status").is_some() || typed.error("since").is_some();
    let shown = if wrong { typed.clone() } else { Typed::new().with("status", member.status.code()) };
    let form = view! {
        <p>{lang.pick(
            "Le statut le plus récent compte\u{a0}; un jour passé complète l’historique. Comptes et accès restent comme ils sont.",
            "The newest status counts; a day gone by completes the history. Accounts and access stay as they are.",
        )}</p>
        <form class="form" method="post" action=format!("/members/{}/status", member.id) novalidate=true>
            {fields::status(lang, &shown)}
            <button class="button" type="submit">{lang.pick("Enregistrer", "Save")}</button>
        </form>
    };
    fold(lang.pick("Changer le statut…", "Change the status…"), wrong, form)
}
