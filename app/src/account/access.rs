//! Who manages an account: giving access by e-mail address, withdrawing it.

use crate::{
    http::{Answer, Face},
    parts::{Action, Input, Typed, day},
};
use axum::extract::{Path, State};
use leptos::prelude::*;
use model::{AccountId, GrantId, Lang};
use server::{
    Server,
    grant::{GrantView, NewGrant},
};

/// `POST /accounts/{account}/access`
pub async fn give(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<AccountId>,
    typed: Typed,
) -> Answer {
    let email = typed.get("email").trim().to_owned();
    let mail = server.carrier.is_some().then(|| typed.get("mail") == "yes");
    let new = NewGrant { email: email.clone(), mail };
    match server::grant::create(&server, face.me()?, id, new).await {
        Ok((_, Some(link))) => {
            let account = server::account::show(&server, face.me()?, id).await?;
            let link = server::user::link_url(&server, &link);
            let title = face.lang.pick("L’accès est donné", "Access is given");
            Ok(super::form::pass_on(&face, &account, title, &email, &link))
        }
        Ok((_, None)) => {
            let said = if mail == Some(true) { "access_mailed" } else { "access_given" };
            crate::http::see(format!("/accounts/{id}/manage"), said)
        }
        Err(problem) => super::manage::again(&server, &face, id, typed, problem).await,
    }
}

/// `POST /accounts/{account}/access/{grant}/withdraw`
pub async fn withdraw(
    State(server): State<Server>,
    face: Face,
    Path((id, grant)): Path<(AccountId, GrantId)>,
) -> Answer {
    match server::grant::revoke(&server, face.me()?, id, grant).await {
        Ok(_) => crate::http::see(format!("/accounts/{id}/manage"), "access_withdrawn"),
        Err(problem) => super::manage::again(&server, &face, id, Typed::new(), problem).await,
    }
}

/// The people of an account, on its administration page.
pub fn people(lang: Lang, account: AccountId, grants: Vec<GrantView>, mails: bool, typed: &Typed) -> AnyView {
    let rows = grants
        .into_iter()
        .map(|grant| {
            let path = format!("/accounts/{account}/access/{}/withdraw", grant.id);
            let act = Action::new(path, lang.pick("Retirer l’accès", "Withdraw access")).about(lang, &grant.email).small();
            view! {
                <li>
                    <div class="item">
                        <span class="item-name">{grant.email}</span>
                        <p class="item-more">{lang.pick("depuis le ", "since ")}{day(lang, grant.created_at)}</p>
                    </div>
                    {act.view()}
                </li>
            }
        })
        .collect_view();
    let email = Input::email(
        "email",
        lang.pick("Donner accès à cette adresse électronique", "Give access to this e-mail address"),
    )
    .autocomplete("off");
    // Ticked, until this very form comes back.
    let ticked =
        if typed.get("email").is_empty() { typed.clone().with("mail", "yes") } else { typed.clone() };
    let by_mail = mails.then(|| super::form::by_mail(lang).view(lang, &ticked));
    view! {
        <section class="card card-flat" aria-labelledby="people">
            <div class="card-head"><h2 id="people">{lang.pick("Qui gère ce compte", "Who manages this account")}</h2></div>
            <ul class="items">{rows}</ul>
            <form class="card-foot" method="post" action=format!("/accounts/{account}/access") novalidate=true>
                <div class="field-line">
                    {email.view(lang, typed)}
                    <button class="button" type="submit">{lang.pick("Donner accès", "Give access")}</button>
                </div>
                {by_mail}
            </form>
        </section>
    }
    .into_any()
}
