//! The forms below who has which role: letting somebody in, and handing one's ownership over.

use super::{meaning, word};
use crate::parts::{Check, Input, Select, Typed, fold_loss};
use leptos::prelude::*;
use model::{Lang, Role};
use server::grant::{Access, On};

pub fn form(lang: Lang, on: On, access: &Access, mails: bool, typed: &Typed) -> AnyView {
    // As it is until this very form comes back.
    let shown = match typed.has("email") {
        true => typed.clone(),
        false => typed.clone().with("mail", "yes").with("role", Role::Webmaster.code()),
    };
    let roles = Role::ALL
        .into_iter()
        .filter(|role| access.shares(*role))
        .fold(Select::new("role", lang.pick("Rôle", "Role")), |select, role| {
            select.meaning(role.code(), word(role, lang), meaning(role, lang))
        });
    let email =
        Input::email("email", lang.pick("Adresse électronique", "E-mail address")).autocomplete("off");
    let days = Input::number("days", lang.pick("Pendant combien de jours", "For how many days"))
        .optional()
        .hint(lang.pick("Vide\u{a0}: jusqu’à nouvel ordre.", "Empty: until further notice."));
    let by_mail = (access.is_admin() && mails).then(|| {
        Check::new(
            "mail",
            lang.pick(
                "Envoyer l’invitation par courriel\u{a0}; sinon, un lien s’affiche, à transmettre",
                "Send the invitation by mail; else a link is shown, to pass on",
            ),
        )
        .view(lang, &shown)
    });
    let (title, button) = if access.is_admin() {
        (lang.pick("Donner un rôle", "Give a role"), lang.pick("Donner le rôle", "Give the role"))
    } else {
        (
            lang.pick("Inviter quelqu’un", "Invite somebody"),
            lang.pick("Envoyer l’invitation", "Send the invitation"),
        )
    };
    view! {
        <section class="card" aria-labelledby="give">
            <form class="form" method="post" action=format!("{}/people", on.path()) novalidate=true>
                <h2 id="give">{title}</h2>
                {email.view(lang, &shown)}
                {roles.view(lang, &shown)}
                {days.view(lang, &shown)}
                {by_mail}
                <button class="button button-main" type="submit">{button}</button>
            </form>
        </section>
    }
    .into_any()
}

pub fn hand_over(lang: Lang, on: On, typed: &Typed) -> AnyView {
    let to = Input::email(
        "to",
        lang.pick("Adresse de la personne qui prend la suite", "Address of the person who takes over"),
    )
    .autocomplete("off");
    let title = match on {
        On::Account(_) => lang
            .pick("Transmettre le compte à une autre personne…", "Hand the account over to somebody else…"),
        On::Member(_) => {
            lang.pick("Transmettre le membre à une autre personne…", "Hand the member over to somebody else…")
        }
    };
    let body = view! {
        <p>{lang.pick(
            "La personne reçoit une proposition. Dès qu’elle accepte, elle est responsable à votre place et votre rôle prend fin\u{a0}; jusque-là, rien ne change.",
            "The person gets an offer. As soon as they accept, they are the owner in your place and your role ends; until then, nothing changes.",
        )}</p>
        <form class="form" method="post" action=format!("{}/hand-over", on.path()) novalidate=true>
            {to.view(lang, typed)}
            <button class="button button-loss" type="submit">{lang.pick("Envoyer la proposition", "Send the offer")}</button>
        </form>
    };
    let section = fold_loss(title, typed.error("to").is_some(), body);
    view! { <section class="folds">{section}</section> }.into_any()
}
