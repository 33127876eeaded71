//! The page of a member: its accounts, its name, its end.

use crate::{
    account,
    http::{Answer, Face, on_form, see},
    parts::{self, Action, Input, Typed, empty, errors, fold, fold_loss, link_main, next_page},
    shell::{self, Place},
};
use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use leptos::prelude::*;
use model::{Duty, Lang, MemberId};
use server::{Server, account::AccountView, member::MemberView, paging::Page};

/// `GET /members/{member}`
pub async fn show(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<MemberId>,
    Query(page): Query<parts::Page>,
) -> Answer {
    draw(&server, &face, id, &page, Typed::new()).await
}

/// `POST /members/{member}`
pub async fn rename(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<MemberId>,
    typed: Typed,
) -> Answer {
    match server::member::rename(&server, face.me()?, id, None, typed.get("name")).await {
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

async fn draw(server: &Server, face: &Face, id: MemberId, page: &parts::Page, typed: Typed) -> Answer {
    let member = server::member::show(server, face.me()?, id).await?;
    let accounts = server::account::list_of_member(server, face.me()?, id, &page.listing()).await?;
    let face = face.saying(format!("/members/{id}"));
    Ok(render(&face, &member, accounts, page, &typed))
}

pub fn render(
    face: &Face,
    member: &MemberView,
    accounts: Page<AccountView>,
    page: &parts::Page,
    typed: &Typed,
) -> Response {
    let lang = face.lang;
    let path = format!("/members/{}", member.id);
    let open = parts::href("/accounts/new", &[("member", &member.id.to_string())]);
    let open = || {
        let words = lang.pick("Lui créer un compte", "Create an account for it");
        face.may(Duty::Administer).then(|| link_main(open.clone(), words))
    };
    let about = shell::Page::new(Place::Members, member.name.as_str())
        .from(lang.pick("Membres", "Members"), "/members")
        .act_if((!accounts.items.is_empty()).then(open).flatten())
        .status(typed.status());
    let next = next_page(lang, &path, page, accounts.next.as_deref());
    let accounts = if accounts.items.is_empty() {
        let words =
            lang.pick("Un compte porte les sites d’un membre.", "An account holds the sites of a member.");
        empty(lang.pick("Pas encore de compte", "No account yet"), words, open())
    } else {
        account::list::rows(face, accounts.items, false, None)
    };
    let body = view! {
        <div class="stack">
            {errors(lang, typed)}
            <section class="card card-flat">
                <div class="card-head"><h2>{lang.pick("Comptes", "Accounts")}</h2></div>
                {accounts}
            </section>
            {next}
            <p><a href=format!("/members/{}/people", member.id)>{lang.pick("Qui a quel rôle sur ce membre et ses comptes", "Who has which role on this member and its accounts")}</a></p>
            {face.may(Duty::KeepMembers).then(|| view! { <div class="folds">{rename_act(lang, member, typed)}{delete_act(lang, member)}</div> })}
        </div>
    };
    shell::page(face, about, body)
}

fn rename_act(lang: Lang, member: &MemberView, typed: &Typed) -> AnyView {
    let wrong = typed.error("name").is_some();
    let shown = if wrong { typed.clone() } else { Typed::new().with("name", member.name.clone()) };
    let name = Input::text("name", lang.pick("Nom", "Name"));
    let form = view! {
        <form class="form" method="post" action=format!("/members/{}", member.id) novalidate=true>
            {name.view(lang, &shown)}
            <button class="button" type="submit">{lang.pick("Enregistrer", "Save")}</button>
        </form>
    };
    fold(lang.pick("Changer le nom…", "Change the name…"), wrong, form)
}

fn delete_act(lang: Lang, member: &MemberView) -> Option<AnyView> {
    if member.accounts > 0 {
        return None;
    }
    let words = lang.pick(
        "Ce membre n’a aucun compte\u{a0}: seuls son nom et ses accès disparaissent\u{a0}; l’historique reste.",
        "This member has no account: only its name and its access disappear; the history stays.",
    );
    let button = Action::new(
        format!("/members/{}/delete", member.id),
        lang.pick("Supprimer le membre", "Delete the member"),
    )
    .loss();
    Some(fold_loss(lang.pick("Supprimer…", "Delete…"), false, view! { <p>{words}</p>{button.view()} }))
}
