//! The users, for admins: who can sign in, and a new link for those who forgot their password.

use super::link::to_pass_on;
use crate::{
    http::{Answer, Face},
    parts::{
        self, Action, Cell, Select, Typed, badge, day, empty, link, next_page, search, sort, sorted_table,
    },
    shell::{self, Place},
};
use axum::extract::{Path, Query, State};
use leptos::prelude::*;
use model::{Duty, Lang, UserId};
use server::{Server, user::UserView};

/// `GET /users`
pub async fn list(State(server): State<Server>, face: Face, Query(page): Query<parts::Page>) -> Answer {
    let lang = face.lang;
    let order = page.order().unwrap_or_default();
    let users = match page.state() {
        Some("waiting") => server::user::waiting(&server, face.me()?, &page.listing()).await?,
        _ => server::user::list_in(&server, face.me()?, &page.listing(), order).await?,
    };
    let next = next_page(lang, "/users", &page, users.next.as_deref());
    let about = shell::Page::new(Place::Users, lang.pick("Utilisateurs", "Users"))
        .lead(lang.pick(
            "Les personnes qui peuvent se connecter. On leur donne accès depuis la page d’un compte.",
            "The people who can sign in. They are given access from the page of an account.",
        ))
        .tabs(crate::grant::staff::pages(lang, false));
    let label = lang.pick("Chercher une adresse", "Search an address");
    let search = search(lang, "/users", &page, label, parts::Filters::Beside(which(lang, &page)));
    let policy = server::factor::policy(&server, face.me()?).await?;
    let body = view! {
        {search}
        <div class="stack-wide">
            <div>
                <div class="card card-flat">{rows(&face, &page, users.items)}</div>
                {next}
            </div>
            {face.may(Duty::Administer).then(|| super::manage::policy_act(lang, policy))}
        </div>
    };
    Ok(shell::page(&face, about, body))
}

/// All of them, or those who have not come in yet.
fn which(lang: Lang, page: &parts::Page) -> AnyView {
    let typed = Typed::new().with("state", page.state.clone());
    Select::new("state", lang.pick("Lesquels", "Which"))
        .option("", lang.pick("tous", "all"))
        .option("waiting", lang.pick("pas encore entrés", "not in yet"))
        .view(lang, &typed)
}

/// `POST /users/{user}/link`: earlier links stop working; the new one is shown once.
pub async fn give_link(State(server): State<Server>, face: Face, Path(id): Path<UserId>) -> Answer {
    let lang = face.lang;
    let secret = server::user::link(&server, face.me()?, id).await?;
    // Whose it is, asked of the link itself: looking does not use it up.
    let user = server::user::open_link(&server, secret.reveal()).await?;
    let title = lang.pick("Un nouveau lien", "A new link");
    let about = shell::Page::new(Place::Users, user.email.as_str())
        .from(lang.pick("Utilisateurs", "Users"), "/users");
    let url = server::user::link_url(&server, &secret);
    let body = view! {
        <div class="stack">
            {to_pass_on(lang, title, &user.email, &url)}
            {link("/users", lang.pick("Tous les utilisateurs", "All users"))}
        </div>
    };
    Ok(shell::page(&face.at("/users"), about, body))
}

fn rows(face: &Face, page: &parts::Page, users: Vec<UserView>) -> AnyView {
    let lang = face.lang;
    if users.is_empty() {
        let words = lang.pick("Essayez un autre mot, ou montrez tout.", "Try another word, or show all.");
        return empty(lang.pick("Rien ne correspond", "Nothing matches"), words, None);
    }
    let rows = users
        .into_iter()
        .map(|user| {
            let role = (!user.staff.is_empty()).then(|| {
                let words: Vec<String> =
                    user.staff.iter().map(|role| role.word().pick(lang).to_owned()).collect();
                badge("state state-going", words.join(", "))
            });
            let state = super::manage::standing(lang, &user);
            let path = format!("/users/{}", user.id);
            let act = face.may(Duty::Administer).then(|| {
                Action::new(format!("/users/{}/link", user.id), lang.pick("Donner un lien", "Give a link"))
                    .about(lang, &user.email)
                    .small()
                    .view()
            });
            vec![
                Cell::Main(view! { <a href=path>{user.email.clone()}</a> }.into_any()),
                Cell::view(role),
                Cell::view(state),
                Cell::Plain(day(lang, user.created_at)),
                Cell::view(act),
            ]
        })
        .collect();
    let heads = vec![
        sort("/users", page, lang.pick("Adresse", "Address"), "name", "name"),
        lang.pick("Rôle", "Role").into(),
        lang.pick("Connexion", "Signing in").into(),
        sort("/users", page, lang.pick("Depuis", "Since"), "created", "name"),
        lang.pick("Mot de passe oublié", "Forgotten password").into(),
    ];
    sorted_table(lang.pick("Utilisateurs", "Users"), heads, rows)
}
