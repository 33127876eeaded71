//! The accounts: of everybody for admins, with search; one's own for members.

use super::{standing, state};
use crate::{
    http::{Answer, Face},
    parts::{self, Cell, Select, Typed, empty, link_main, next_page, search, table},
    shell::{self, Place},
};
use axum::{
    extract::{Query, State},
    response::{IntoResponse, Redirect},
};
use leptos::prelude::*;
use model::Lang;
use server::{
    Server,
    account::{AccountView, Standing},
};

/// `GET /accounts`
pub async fn list(State(server): State<Server>, face: Face, Query(page): Query<parts::Page>) -> Answer {
    let me = face.me()?;
    let asked = page.state().and_then(Standing::from_code);
    let accounts = server::account::list(&server, me, &page.listing(), asked).await?;
    let lang = face.lang;
    if !face.is_admin() {
        return Ok(mine(&face, &page, accounts, None));
    }
    let filter = states(lang, &page);
    let search = search(
        lang,
        "/accounts",
        &page,
        lang.pick("Chercher un compte ou un membre", "Search an account or a member"),
        Some(filter),
    );
    let next = next_page(lang, "/accounts", &page, accounts.next.as_deref());
    let about = shell::Page::new(Place::Accounts, lang.pick("Comptes", "Accounts"))
        .act(link_main("/accounts/new", lang.pick("Créer un compte", "Create an account")));
    let body = view! { {search}<div class="card card-flat">{rows(lang, accounts.items, page.narrowed(), true)}</div>{next} };
    Ok(shell::page(&face, about, body))
}

/// A member's home: one's accounts, or straight to the only one.
pub async fn home(State(server): State<Server>, face: Face) -> Answer {
    let accounts =
        server::account::list(&server, face.me()?, &parts::Page::default().listing(), None).await?;
    let due = server::member::due(&server, face.me()?).await?;
    if let [only] = accounts.items.as_slice()
        && due.is_empty()
    {
        return Ok(Redirect::to(&format!("/accounts/{}", only.id)).into_response());
    }
    Ok(mine(&face, &parts::Page::default(), accounts, crate::member::about::asked(face.lang, &due)))
}

fn mine(
    face: &Face,
    page: &parts::Page,
    accounts: server::paging::Page<AccountView>,
    asked: Option<AnyView>,
) -> axum::response::Response {
    let lang = face.lang;
    let next = next_page(lang, "/accounts", page, accounts.next.as_deref());
    let about = shell::Page::new(Place::Accounts, lang.pick("Mes comptes", "My accounts"));
    if accounts.items.is_empty() {
        let words = lang.pick(
            "Demandez à la coopérative de vous ouvrir un compte, ou l’accès à celui de votre association.",
            "Ask the cooperative to open an account for you, or to give you access to your organisation's.",
        );
        let none =
            empty(lang.pick("Vous n’avez pas encore de compte", "You have no account yet"), words, None);
        return shell::page(
            face,
            about,
            view! { <div class="stack">{asked}<div class="card card-flat">{none}</div></div> },
        );
    }
    let items = accounts.items.into_iter().map(|account| item(lang, &account)).collect_view();
    let list = view! { <ul class="card card-flat items">{items}</ul> };
    shell::page(face, about, view! { <div class="stack">{asked}{list}{next}</div> })
}

fn item(lang: Lang, account: &AccountView) -> AnyView {
    let sites = count(lang, account.sites);
    let shown = state(lang, account);
    view! {
        <li>
            <div class="item">
                <a class="item-name" href=format!("/accounts/{}", account.id)>{account.name.to_string()}</a>
                <p class="item-more">{crate::member::about::way(account.member.id, &account.member.name)}" · "{sites}</p>
            </div>
            {shown}
        </li>
    }
    .into_any()
}

/// How many sites, in words.
pub fn count(lang: Lang, sites: u32) -> String {
    match sites {
        0 => lang.pick("aucun site", "no site").to_owned(),
        1 => lang.pick("1 site", "1 site").to_owned(),
        more => format!("{more} sites"),
    }
}

/// Accounts as rows of a table.
pub fn rows(lang: Lang, accounts: Vec<AccountView>, narrowed: bool, with_member: bool) -> AnyView {
    if accounts.is_empty() {
        return nothing(lang, narrowed);
    }
    let rows = accounts
        .into_iter()
        .map(|account| {
            let shown = state(lang, &account);
            let mut cells = vec![Cell::link(format!("/accounts/{}", account.id), account.name.to_string())];
            if with_member {
                let (id, name) = (account.member.id, account.member.name.clone());
                cells.push(Cell::view(view! { <a href=format!("/members/{id}")>{name}</a> }));
            }
            cells.push(Cell::text(account.plan.name));
            cells.push(Cell::text(account.host.name));
            cells.push(Cell::Num(account.sites.to_string()));
            cells.push(Cell::Plain(shown));
            cells
        })
        .collect();
    let mut heads = vec![lang.pick("Compte", "Account")];
    if with_member {
        heads.push(lang.pick("Membre", "Member"));
    }
    heads.extend([
        lang.pick("Offre", "Plan"),
        lang.pick("Hôte", "Host"),
        lang.pick("Sites", "Sites"),
        lang.pick("État", "State"),
    ]);
    table(lang.pick("Comptes", "Accounts"), &heads, rows)
}

fn nothing(lang: Lang, narrowed: bool) -> AnyView {
    if narrowed {
        let words = lang.pick("Essayez un autre mot, ou montrez tout.", "Try another word, or show all.");
        return empty(lang.pick("Rien ne correspond", "Nothing matches"), words, None);
    }
    let words = lang.pick(
        "Un compte appartient à un membre, suit une offre et vit sur un hôte.",
        "An account belongs to a member, follows a plan and lives on a host.",
    );
    let act = link_main("/accounts/new", lang.pick("Créer un compte", "Create an account"));
    empty(lang.pick("Aucun compte", "No account"), words, Some(act))
}

fn states(lang: Lang, page: &parts::Page) -> AnyView {
    let typed = Typed::new().with("state", page.state.clone());
    let mut select = Select::new("state", lang.pick("État", "State")).option("", lang.pick("tous", "all"));
    for state in [Standing::Active, Standing::Suspended, Standing::Deleted] {
        select = select.option(state.code(), standing(lang, state));
    }
    select.view(lang, &typed)
}
