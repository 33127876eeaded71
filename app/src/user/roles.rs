//! What a user is: roles on members and accounts, and what they do for the cooperative.

use crate::parts::{day, link};
use leptos::prelude::*;
use model::Lang;
use server::grant::{MyGrant, StaffView};

/// The roles, each with the way to what it is on.
pub fn card(lang: Lang, grants: Vec<MyGrant>) -> AnyView {
    let none = grants.is_empty().then(|| {
        view! { <p class="card-foot quiet">{lang.pick("Aucun rôle sur un membre ou un compte.", "No role on a member or an account.")}</p> }
    });
    let rows = grants.into_iter().map(|grant| row(lang, grant)).collect_view();
    view! {
        <section class="card card-flat" aria-labelledby="roles">
            <div class="card-head"><h2 id="roles">{lang.pick("Rôles", "Roles")}</h2></div>
            <ul class="items">{rows}</ul>
            {none}
        </section>
    }
    .into_any()
}

fn row(lang: Lang, grant: MyGrant) -> AnyView {
    let (kind, path, name) = match &grant.account {
        Some(account) => {
            (lang.pick("compte", "account"), format!("/accounts/{}", account.id), account.name.clone())
        }
        None => {
            let member = &grant.member;
            (lang.pick("membre", "member"), format!("/members/{}", member.id), member.name.clone())
        }
    };
    let of = grant.account.is_some().then(|| {
        view! { " "<a href=format!("/members/{}", grant.member.id)>{grant.member.name.clone()}</a>" ·" }
    });
    view! {
        <li>
            <div class="item">
                <a class="item-name" href=path>{name}</a>
                <p class="item-more">{kind}" ·"{of}" "{crate::grant::word(grant.role, lang)}{times(lang, grant.created_at, grant.expires_at)}</p>
            </div>
        </li>
    }
    .into_any()
}

/// What the user does for the cooperative, if anything.
pub fn staff(lang: Lang, held: Vec<StaffView>) -> Option<AnyView> {
    if held.is_empty() {
        return None;
    }
    let rows = held
        .into_iter()
        .map(|one| {
            view! {
                <li>
                    <div class="item">
                        <span class="item-name">{one.role.word().pick(lang).to_owned()}</span>
                        <p class="item-more">{crate::grant::staff_meaning(one.role, lang)}{times(lang, one.created_at, one.expires_at)}</p>
                    </div>
                </li>
            }
        })
        .collect_view();
    Some(
        view! {
            <section class="card card-flat" aria-labelledby="staff">
                <div class="card-head">
                    <h2 id="staff">{lang.pick("Fonctions dans la coopérative", "Staff roles")}</h2>
                    {link("/staff", lang.pick("Toute l’équipe", "All staff"))}
                </div>
                <ul class="items">{rows}</ul>
            </section>
        }
        .into_any(),
    )
}

fn times(lang: Lang, since: i64, until: Option<i64>) -> AnyView {
    let until = match until {
        Some(at) => view! { {lang.pick(" · jusqu’au ", " · until ")}{day(lang, at)} }.into_any(),
        None => lang.pick(" · jusqu’à nouvel ordre", " · until further notice").into_any(),
    };
    view! { {lang.pick(" · depuis le ", " · since ")}{day(lang, since)}{until} }.into_any()
}
