//! The accounts: of everybody for admins, with search; one's own for members.

use super::{cause, standing, state};
use crate::{
    http::{Answer, Face},
    parts::{self, Cell, Head, Select, Typed, day, empty, link_main, next_page, search, sort, sorted_table},
    shell::{self, Place},
};
use axum::extract::{Query, State};
use leptos::prelude::*;
use model::{Duty, Lang};
use server::{
    Server,
    account::{AccountView, Cause, Standing},
};

/// `GET /accounts`
pub async fn list(State(server): State<Server>, face: Face, Query(page): Query<parts::Page>) -> Answer {
    let me = face.me()?;
    // A state, or a suspension's reason.
    let code = page.state().and_then(Cause::from_code);
    let asked = page.state().and_then(Standing::from_code).or(code.map(|_| Standing::Suspended));
    let order = page.order().unwrap_or_default();
    let accounts = server::account::list_for(&server, me, &page.listing(), asked, code, order).await?;
    let lang = face.lang;
    if !face.is_staff() {
        return Ok(mine(&face, &page, accounts));
    }
    let filter = states(lang, &page);
    let search = search(
        lang,
        "/accounts",
        &page,
        lang.pick("Chercher un compte ou un membre", "Search an account or a member"),
        parts::Filters::Beside(filter),
    );
    let next = next_page(lang, "/accounts", &page, accounts.next.as_deref());
    let about = shell::Page::new(Place::Accounts, lang.pick("Comptes", "Accounts"))
        .act_if(face.may(Duty::Administer).then(|| new(lang)));
    let body = view! { {search}<div class="card card-flat">{rows(&face, accounts.items, page.narrowed(), Some(&page))}</div>{next} };
    Ok(shell::page(&face, about, body))
}

/// One's own accounts.
fn mine(
    face: &Face,
    page: &parts::Page,
    accounts: server::paging::Page<AccountView>,
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
        return shell::page(face, about, view! { <div class="card card-flat">{none}</div> });
    }
    let items = accounts.items.into_iter().map(|account| item(lang, &account)).collect_view();
    shell::page(
        face,
        about,
        view! { <div class="stack"><ul class="card card-flat items">{items}</ul>{next}</div> },
    )
}

fn item(lang: Lang, account: &AccountView) -> AnyView {
    let sites = count(lang, account.sites);
    let shown = state(lang, account);
    view! {
        <li>
            <div class="item">
                <a class="item-name" href=format!("/accounts/{}", account.id)>{account.name.to_string()}</a>
                <p class="item-more">{account.member.name.clone()}" · "{sites}</p>
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

/// Accounts as rows of a table. `all`: of the list of all, which shows whose they are and can be put in order.
pub fn rows(face: &Face, accounts: Vec<AccountView>, narrowed: bool, all: Option<&parts::Page>) -> AnyView {
    let lang = face.lang;
    if accounts.is_empty() {
        return nothing(face, narrowed);
    }
    let rows = accounts
        .into_iter()
        .map(|account| {
            let shown = state(lang, &account);
            let mut cells = vec![Cell::link(format!("/accounts/{}", account.id), account.name.to_string())];
            if all.is_some() {
                let (id, name) = (account.member.id, account.member.name.clone());
                cells.push(Cell::view(view! { <a href=format!("/members/{id}")>{name}</a> }));
            }
            cells.push(Cell::text(account.plan.name));
            cells.push(Cell::text(account.host.name));
            cells.push(Cell::Num(account.sites.to_string()));
            cells.push(Cell::Plain(shown));
            if all.is_some() {
                cells.push(Cell::Plain(day(lang, account.created_at)));
            }
            cells
        })
        .collect();
    let account = lang.pick("Compte", "Account");
    let between = [
        lang.pick("Offre", "Plan"),
        lang.pick("Hôte", "Host"),
        lang.pick("Sites", "Sites"),
        lang.pick("État", "State"),
    ];
    let between = between.into_iter().map(Head::from);
    let heads = match all {
        Some(page) => {
            [sort("/accounts", page, account, "name", "name"), lang.pick("Membre", "Member").into()]
                .into_iter()
                .chain(between)
                .chain([sort("/accounts", page, lang.pick("Depuis", "Since"), "created", "name")])
                .collect()
        }
        None => [Head::from(account)].into_iter().chain(between).collect(),
    };
    sorted_table(lang.pick("Comptes", "Accounts"), heads, rows)
}

/// The act of creating one.
fn new(lang: Lang) -> AnyView {
    link_main("/accounts/new", lang.pick("Créer un compte", "Create an account"))
}

fn nothing(face: &Face, narrowed: bool) -> AnyView {
    let lang = face.lang;
    if narrowed {
        let words = lang.pick("Essayez un autre mot, ou montrez tout.", "Try another word, or show all.");
        return empty(lang.pick("Rien ne correspond", "Nothing matches"), words, None);
    }
    let words = lang.pick(
        "Un compte appartient à un membre, suit une offre et vit sur un hôte.",
        "An account belongs to a member, follows a plan and lives on a host.",
    );
    let act = face.may(Duty::Administer).then(|| new(lang));
    empty(lang.pick("Aucun compte", "No account"), words, act)
}

fn states(lang: Lang, page: &parts::Page) -> AnyView {
    let typed = Typed::new().with("state", page.state.clone());
    let mut select = Select::new("state", lang.pick("État", "State")).option("", lang.pick("tous", "all"));
    for state in [Standing::Active, Standing::Suspended, Standing::Deleted] {
        select = select.option(state.code(), standing(lang, state));
        if state == Standing::Suspended {
            for code in Cause::ALL {
                select = select.option(code.code(), format!("· {}", cause::word(lang, code)));
            }
        }
    }
    select.view(lang, &typed)
}
