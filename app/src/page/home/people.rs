//! Who answers members: the member who calls, who cannot sign in, who has not come in yet, mails that did not arrive.

use super::FEW;
use crate::{
    http::{Face, Miss},
    mail::words,
    parts::ago,
};
use leptos::prelude::*;
use model::Lang;
use server::{Server, mail::MailView, paging::Listing, session::LockedOut, user::UserView};

/// The search, where one cannot miss it.
pub fn search(lang: Lang) -> AnyView {
    let label = lang.pick(
        "Qui appelle\u{a0}? Un nom, un site, une adresse",
        "Who is calling? A name, a site, an address",
    );
    view! {
        <section class="card">
            <form method="get" action="/search" role="search" aria-label=lang.pick("Chercher qui appelle", "Search who is calling")>
                <div class="field-line">
                    <div class="field">
                        <label for="f-q">{label}</label>
                        <input class="input" type="search" id="f-q" name="q" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="200"/>
                    </div>
                    <button class="button button-main" type="submit">{lang.pick("Chercher", "Search")}</button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

pub async fn cards(server: &Server, face: &Face) -> Result<AnyView, Miss> {
    let me = face.me()?;
    let locked = server::session::locked_out(server, me).await?;
    let listing = Listing { limit: Some(FEW), ..Listing::default() };
    let waiting = server::user::waiting(server, me, &listing).await?;
    let mails = server::mail::failed(server, me, FEW).await?;
    let more = waiting.next.is_some();
    Ok(view! {
        <div class="grid">
            {locked_out(face, locked)}
            {not_in_yet(face, waiting.items, more)}
            {not_arrived(face, mails)}
        </div>
    }
    .into_any())
}

fn locked_out(face: &Face, LockedOut { users, addresses }: LockedOut) -> AnyView {
    let lang = face.lang;
    let none = users.is_empty() && addresses == 0;
    let rows = users
        .into_iter()
        .map(|locked| {
            let said =
                lang.pick("Double authentification ratée trop souvent", "Two-step sign-in failed too often");
            line(
                format!("/users/{}", locked.user.id),
                locked.user.name,
                view! { {said}" · "{ago(lang, face.now_ms, locked.at)} },
            )
        })
        .collect_view();
    let counted = match addresses {
        0 => None,
        1 => Some(lang.pick(
            "Une adresse attend un quart d’heure après trop de mots de passe faux.".to_owned(),
            "One address waits a quarter of an hour after too many wrong passwords.".to_owned(),
        )),
        more => Some(lang.pick(
            format!("{more} adresses attendent un quart d’heure après trop de mots de passe faux."),
            format!("{more} addresses wait a quarter of an hour after too many wrong passwords."),
        )),
    };
    let body = view! {
        <ul class="items">{rows}</ul>
        {counted.map(|counted| view! { <p class="card-foot">{counted}</p> })}
        {none.then(|| quiet(lang.pick("Personne n’est bloqué à la connexion.", "Nobody is locked out.")))}
    };
    let title = lang.pick("Bloqués à la connexion", "Locked out");
    super::card(lang, "card card-flat", title, None, body.into_any())
}

fn not_in_yet(face: &Face, users: Vec<UserView>, more: bool) -> AnyView {
    let lang = face.lang;
    let none = users.is_empty();
    let rows = users
        .into_iter()
        .map(|user| {
            let since = lang.pick("Sans mot de passe · arrivé ", "Without a password · came ");
            line(
                format!("/users/{}", user.id),
                user.email,
                view! { {since}{ago(lang, face.now_ms, user.created_at)} },
            )
        })
        .collect_view();
    let all = more.then(|| (lang.pick("Tous", "All"), "/users?state=waiting"));
    let words =
        lang.pick("Toutes les personnes invitées sont entrées.", "All who were invited have come in.");
    let body = view! { <ul class="items">{rows}</ul>{none.then(|| quiet(words))} };
    super::card(lang, "card card-flat", lang.pick("Pas encore entrés", "Not in yet"), all, body.into_any())
}

fn not_arrived(face: &Face, mails: Vec<MailView>) -> AnyView {
    let lang = face.lang;
    let none = mails.is_empty();
    let all = (!none).then(|| (lang.pick("Tous", "All"), "/mails?state=failed"));
    let rows = mails
        .into_iter()
        .map(|mail| {
            let kind = words::kind(mail.kind, lang);
            line(
                "/mails?state=failed".to_owned(),
                mail.to,
                view! { {kind}" · "{ago(lang, face.now_ms, mail.at)} },
            )
        })
        .collect_view();
    let words = lang.pick("Aucun courriel n’a échoué.", "No mail has failed.");
    let body = view! { <ul class="items">{rows}</ul>{none.then(|| quiet(words))} };
    let title = lang.pick("Courriels qui ne sont pas partis", "Mails that did not go out");
    super::card(lang, "card card-flat", title, all, body.into_any())
}

/// A name that leads somewhere, and a line about it.
pub fn line(href: String, name: String, more: impl IntoView + 'static) -> AnyView {
    view! {
        <li><div class="item"><a class="item-name" href=href>{name}</a><p class="item-more">{more.into_any()}</p></div></li>
    }
    .into_any()
}

/// That there is nothing, which is well.
pub fn quiet(words: &'static str) -> AnyView {
    view! { <p class="card-foot quiet">{words}</p> }.into_any()
}
