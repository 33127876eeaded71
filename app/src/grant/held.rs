//! Who has which role, on the page of an account's or a member's people.

use super::word;
use crate::parts::{Action, day};
use leptos::prelude::*;
use model::{GrantId, Lang, Problem, Right, UserId};
use server::grant::{Access, GrantView, On};
use std::collections::BTreeMap;

/// What the roles are on, and what whoever looks may do with them.
pub struct Of<'a> {
    pub on: On,
    pub access: &'a Access,
    pub me: Option<UserId>,
    /// Roles whoever looks could end, but that cannot, and why.
    pub stays: BTreeMap<GrantId, Problem>,
}

pub fn list(lang: Lang, of: &Of<'_>, grants: Vec<GrantView>) -> AnyView {
    let mine = grants.iter().any(|grant| Some(grant.user) == of.me);
    let alone = (grants.len() == usize::from(mine)).then(|| alone(lang, of, mine));
    let rows = grants.into_iter().map(|grant| row(lang, of, grant)).collect_view();
    let inherited = matches!(of.on, On::Account(_)).then(|| {
        view! {
            <div class="card-foot small quiet">{lang.pick(
                "Qui a un rôle sur le membre (la personne ou l’organisation) a le même ici.",
                "Whoever has a role on the member (the person or organisation) has the same one here.",
            )}</div>
        }
    });
    view! {
        <section class="card card-flat" aria-labelledby="people">
            <div class="card-head"><h2 id="people">{lang.pick("Qui a quel rôle", "Who has which role")}</h2></div>
            <ul class="items">{rows}</ul>
            {alone}
            {inherited}
        </section>
    }
    .into_any()
}

/// Nobody else is here yet: what letting somebody in does.
fn alone(lang: Lang, of: &Of<'_>, mine: bool) -> AnyView {
    let nobody =
        match of.on {
            On::Account(_) if !mine => lang
                .pick("Personne n’a de rôle sur ce seul compte.", "Nobody has a role on this account alone."),
            On::Member(_) if !mine => lang
                .pick("Personne n’a encore de rôle sur ce membre.", "Nobody has a role on this member yet."),
            On::Account(_) => lang.pick(
                "Personne d’autre n’a encore de rôle sur ce seul compte.",
                "Nobody else has a role on this account alone yet.",
            ),
            On::Member(_) => lang.pick(
                "Personne d’autre n’a encore de rôle sur ce membre.",
                "Nobody else has a role on this member yet.",
            ),
        };
    let does = if of.access.is_admin() {
        lang.pick(
            " Donnez un rôle ci-dessous\u{a0}: il vaut aussitôt, et la personne reçoit un lien si elle n’a pas encore de mot de passe.",
            " Give a role below: it holds at once, and the person gets a link if they have no password yet.",
        )
    } else if of.access.has(Right::Share) {
        lang.pick(
            " Invitez quelqu’un ci-dessous\u{a0}: la personne reçoit un courriel, et son rôle vaut dès qu’elle accepte.",
            " Invite somebody below: the person gets a mail, and their role holds as soon as they accept.",
        )
    } else {
        ""
    };
    view! { <p class="card-foot">{nobody}{does}</p> }.into_any()
}

fn row(lang: Lang, of: &Of<'_>, grant: GrantView) -> AnyView {
    let until = grant.expires_at.map(|at| view! { {lang.pick(" · jusqu’au ", " · until ")}{day(lang, at)} });
    let mine = Some(grant.user) == of.me;
    let stays = of.stays.get(&grant.id);
    let act = if stays.is_some() {
        None
    } else if mine {
        let about = format!("{}{}", lang.colon(), word(grant.role, lang));
        let path = format!("/grants/{}/leave", grant.id);
        let words = leave_words(lang, of.on);
        Some(view! { <a class="button button-small" href=path>{words}"…"<span class="unseen">{about}</span></a> }.into_any())
    } else {
        of.access.shares(grant.role).then(|| {
            let path = format!("{}/people/{}/withdraw", of.on.path(), grant.id);
            Action::new(path, lang.pick("Retirer le rôle", "Withdraw the role"))
                .about(lang, &grant.email)
                .small()
                .view()
        })
    };
    let why = stays.map(|why| view! { <p class="item-more">{why.pick(lang).to_owned()}</p> });
    view! {
        <li>
            <div class="item">
                <span class="item-name">{grant.email}</span>
                <p class="item-more">{word(grant.role, lang)}{lang.pick(" · depuis le ", " · since ")}{day(lang, grant.created_at)}{until}</p>
                {why}
            </div>
            {act}
        </li>
    }
    .into_any()
}

/// Giving up one's role, in words.
pub fn leave_words(lang: Lang, on: On) -> &'static str {
    match on {
        On::Account(_) => lang.pick("Quitter ce compte", "Leave this account"),
        On::Member(_) => lang.pick("Quitter ce membre", "Leave this member"),
    }
}
