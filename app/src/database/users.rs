//! The users of a database, on its page.

use super::rights;
use crate::parts::{Action, Input, Typed, fold, fold_loss};
use leptos::prelude::*;
use model::{Database, Lang};
use server::database::{DatabaseUserView, DatabaseView};

pub fn card(lang: Lang, database: &DatabaseView, may: bool, typed: &Typed) -> AnyView {
    let rows = database.users.iter().map(|user| row(lang, database, user, may)).collect_view();
    let list = if database.users.is_empty() {
        view! { <p class="card-foot">{lang.pick("Personne ne peut y entrer.", "Nobody can get in.")}</p> }
            .into_any()
    } else {
        view! { <ul class="items">{rows}</ul> }.into_any()
    };
    let add = (may && database.users.len() < Database::MOST_USERS).then(|| add(lang, database, typed));
    view! {
        <section class="card card-flat" aria-labelledby="users">
            <div class="card-head"><h2 id="users">{lang.pick("Utilisateurs", "Users")}</h2></div>
            {list}
            {add}
        </section>
    }
    .into_any()
}

fn row(lang: Lang, database: &DatabaseView, user: &DatabaseUserView, may: bool) -> AnyView {
    let name = user.name.to_string();
    let word = user.rights.word();
    let acts = may.then(|| acts(lang, &format!("/databases/{}/users/{}", database.id, user.id), user));
    view! {
        <li>
            <div class="item">
                <span class="item-name mono">{name}</span>
                <p class="item-more">{word.pick(lang).to_owned()}</p>
                {user.without_password.then(|| view! { <p class="item-more">{own(lang)}</p> })}
                {acts}
            </div>
        </li>
    }
    .into_any()
}

/// Of a user an application was given.
fn own(lang: Lang) -> &'static str {
    lang.pick(
        "sans mot de passe\u{a0}: les programmes de ce compte se connectent sans, personne d’autre ne le peut",
        "without a password: programs of this account sign in without one, nobody else can",
    )
}

fn acts(lang: Lang, path: &str, user: &DatabaseUserView) -> AnyView {
    let name = user.name.as_str();
    let password = Action::new(format!("{path}/password"), lang.pick("Nouveau mot de passe", "New password"))
        .about(lang, name)
        .small();
    let warns = lang.pick(
        "L’ancien ne marche plus aussitôt, et ce qui est ouvert avec lui se ferme\u{a0}: votre application attend le nouveau.",
        "The old one stops working at once, and what is open with it is closed: your application needs the new one.",
    );
    let loses = lang.pick(
        format!("Les applications qui se connectent comme {name} cesseront de marcher. Les données restent."),
        format!("Applications that sign in as {name} stop working. The data stays."),
    );
    let remove =
        Action::new(format!("{path}/delete"), lang.pick("Supprimer l’utilisateur", "Delete the user")).loss();
    // Fields of one name stand once in a page: the rights of each user are buttons.
    let rights = model::DatabaseRights::ALL
        .into_iter()
        .filter(|rights| *rights != user.rights)
        .map(|rights| {
            let word = rights.word();
            Action::new(format!("{path}/rights"), word.pick(lang).to_owned())
                .hidden("rights", rights.code())
                .about(lang, name)
                .small()
                .view()
        })
        .collect_view();
    view! {
        {(!user.without_password).then(|| fold(lang.pick("Nouveau mot de passe…", "New password…"), false, view! { <p>{warns}</p>{password.view()} }))}
        {fold(lang.pick("Changer ses droits…", "Change its rights…"), false, view! { <div class="acts">{rights}</div> })}
        {fold_loss(lang.pick("Supprimer…", "Delete…"), false, view! { <p>{loses}</p>{remove.view()} })}
    }
    .into_any()
}

fn add(lang: Lang, database: &DatabaseView, typed: &Typed) -> AnyView {
    let prefix = format!("{}_", database.account.name);
    let user = Input::text("name", lang.pick("Ajouter un utilisateur", "Add a user")).hint(lang.pick(
        format!("Par exemple lecture\u{a0}: il s’appellera {prefix}lecture."),
        format!("Such as reader: it will be called {prefix}reader."),
    ));
    let typed = if typed.has("rights") { typed.clone() } else { typed.clone().with("rights", "read") };
    view! {
        <form class="card-foot form" method="post" action=format!("/databases/{}/users", database.id) novalidate=true>
            <div class="field-line">{user.view(lang, &typed)}{rights(lang).view(lang, &typed)}</div>
            <button class="button" type="submit">{lang.pick("Ajouter", "Add")}</button>
        </form>
    }
    .into_any()
}
