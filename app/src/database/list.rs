//! The databases of an account, and the form that adds one with its first user.

use super::{deleted, octets, show};
use crate::{
    account::{self, Part},
    http::{Answer, Face, on_form},
    live::LiveDatabase,
    parts::{self, Filters, Input, Tone, Typed, empty, errors, meter, next_page, notice, search},
    shell,
};
use axum::extract::{Path, Query, State};
use leptos::prelude::*;
use model::{AccountId, Lang, Right};
use server::{
    Server,
    account::{AccountView, Standing},
    database::{DatabaseView, NewDatabase, Size},
    paging::Page,
};

/// `GET /accounts/{account}/databases`
pub async fn list(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<AccountId>,
    Query(page): Query<parts::Page>,
) -> Answer {
    draw(&server, &face, id, &page, &Typed::new()).await
}

/// `POST /accounts/{account}/databases`: no redirect, for the password is shown once.
pub async fn create(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<AccountId>,
    typed: Typed,
) -> Answer {
    let new = NewDatabase { name: typed.get("name").to_owned(), user: typed.some("user").map(str::to_owned) };
    match server::database::create(&server, face.me()?, id, new).await {
        Ok(told) => show::told(&server, &face, told, 0).await,
        Err(problem) => {
            let typed = typed.refused(on_form(problem)?);
            let face = face.at(format!("/accounts/{id}/databases"));
            draw(&server, &face, id, &parts::Page::default(), &typed).await
        }
    }
}

/// What the page shows.
struct Seen {
    account: AccountView,
    databases: Page<DatabaseView>,
    sizes: Vec<Size>,
    /// Whoever looks may change them.
    may: bool,
    /// The account's host can have some.
    engine: bool,
}

async fn draw(server: &Server, face: &Face, id: AccountId, page: &parts::Page, typed: &Typed) -> Answer {
    let me = face.me()?;
    let account = server::account::show(server, me, id).await?;
    let databases = server::database::list(server, me, id, &page.listing()).await?;
    // A host that does not answer takes no list away.
    let sizes = match databases.items.is_empty() {
        true => vec![],
        false => server::database::sizes(server, me, id).await.unwrap_or_default(),
    };
    let may = server::grant::access(server, me, id).await?.has(Right::Databases);
    let engine = server::database::has_engine(server, account.host.id).await?;
    Ok(render(face, &Seen { account, databases, sizes, may, engine }, page, typed))
}

fn render(face: &Face, seen: &Seen, page: &parts::Page, typed: &Typed) -> axum::response::Response {
    let lang = face.lang;
    let Seen { account, databases, .. } = seen;
    let path = format!("/accounts/{}/databases", account.id);
    let next = next_page(lang, &path, page, databases.next.as_deref());
    let items = databases.items.iter().map(|database| item(lang, seen, database)).collect_view();
    let list = if !databases.items.is_empty() {
        view! { <ul class="items">{items}</ul> }.into_any()
    } else if page.narrowed() || page.after().is_some() {
        let words = lang.pick("Essayez un autre mot, ou montrez tout.", "Try another word, or show all.");
        empty(lang.pick("Rien ne correspond", "Nothing matches"), words, None)
    } else {
        let words = lang.pick(
            "WordPress, SPIP ou DokuWiki avec son greffon en demandent une\u{a0}: créez-la ici, puis donnez son nom, son utilisateur et son mot de passe à l’application.",
            "WordPress, SPIP and many others ask for one: create it here, then give its name, its user and its password to the application.",
        );
        empty(lang.pick("Aucune base de données", "No database"), words, None)
    };
    let search = (databases.next.is_some() || page.narrowed() || page.after().is_some()).then(|| {
        search(lang, &path, page, lang.pick("Chercher une base", "Search a database"), Filters::None)
    });
    let open = seen.may && account.state == Standing::Active;
    let add = open.then(|| if seen.engine { add(lang, account, typed) } else { none(lang) });
    let room = meter(
        lang,
        lang.pick("Bases de données", "Databases"),
        account.databases,
        account.plan.databases_max,
    );
    let body = view! {
        <div class="stack">
            {account::standing_notice(lang, account)}
            {errors(lang, typed)}
            {add}
            {search}
            <section class="card card-flat" aria-labelledby="databases">
                <div class="card-head"><h2 id="databases">{lang.pick("Bases de données", "Databases")}</h2></div>
                {list}
                <div class="card-foot">{room}</div>
            </section>
            {next}
        </div>
    };
    shell::page(face, account::frame(face, account, Part::Databases).status(typed.status()), body)
}

fn none(lang: Lang) -> AnyView {
    let words = lang.pick(
        "La coopérative doit d’abord y installer un serveur de bases de données (le paquet mariadb-server).",
        "The cooperative has to install a database server there first (the package mariadb-server).",
    );
    let title =
        lang.pick("L’hôte de ce compte n’a pas de bases de données", "This account's host has no databases");
    notice(Tone::Know, title, view! { <p>{words}</p> })
}

fn add(lang: Lang, account: &AccountView, typed: &Typed) -> AnyView {
    let prefix = format!("{}_", account.name);
    let name = Input::text("name", lang.pick("Nom de la nouvelle base", "Name of the new database")).hint(
        lang.pick(
            format!("Par exemple wiki\u{a0}: elle s’appellera {prefix}wiki."),
            format!("Such as wiki: it will be called {prefix}wiki."),
        ),
    );
    let user = Input::text("user", lang.pick("Son utilisateur", "Its user"))
        .hint(lang.pick("Laissez vide pour le même nom.", "Leave empty for the same name."))
        .optional();
    view! {
        <section class="card">
            <form class="form" method="post" action=format!("/accounts/{}/databases", account.id) novalidate=true>
                <div class="field-line">{name.view(lang, typed)}{user.view(lang, typed)}</div>
                <button class="button button-main" type="submit">{lang.pick("Créer la base", "Create the database")}</button>
            </form>
        </section>
    }
    .into_any()
}

fn item(lang: Lang, seen: &Seen, database: &DatabaseView) -> AnyView {
    let size = seen.sizes.iter().find(|size| size.id == database.id).map(|size| octets(lang, size.octets));
    let users = match database.users.len() {
        0 => lang.pick("aucun utilisateur", "no user").to_owned(),
        1 => database.users[0].name.to_string(),
        many => lang.pick(format!("{many} utilisateurs"), format!("{many} users")),
    };
    let more = [Some(database.engine.name().to_owned()), size, Some(users)];
    let more = more.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let said = database
        .text
        .as_ref()
        .filter(|_| database.state > model::ChangeState::Wanted)
        .map(|text| text.pick(lang).to_owned());
    let state = account::held(lang, &seen.account).or_else(|| deleted(lang, database)).unwrap_or_else(|| {
        view! { <LiveDatabase database=database.id account=seen.account.id state=database.state lang/> }
            .into_any()
    });
    view! {
        <li>
            <div class="item">
                <a class="item-name" href=format!("/databases/{}", database.id)>{database.name.to_string()}</a>
                <p class="item-more">{more}</p>
                {said.map(|said| view! { <p class="item-more">{said}</p> })}
            </div>
            {state}
        </li>
    }
    .into_any()
}
