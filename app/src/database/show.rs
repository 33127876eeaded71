//! The page of one database: how it stands, what an application needs of it, its users, its end.

use super::{deleted, dump, octets, users};
use crate::{
    account,
    http::{Answer, Face},
    live::LiveDatabase,
    parts::{Action, Facts, Tone, Typed, errors, fold_loss, moment, notice, secret},
    shell::{self, Place},
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use leptos::prelude::*;
use model::{DatabaseId, Lang, Right, Secret};
use server::{
    Server,
    account::AccountView,
    database::{DatabaseView, Told},
};

/// `GET /databases/{database}`
pub async fn show(State(server): State<Server>, face: Face, Path(id): Path<DatabaseId>) -> Answer {
    draw(&server, &face, id, Typed::new()).await
}

/// What the page shows.
pub(super) struct Seen {
    pub account: AccountView,
    pub database: DatabaseView,
    pub size: Option<u64>,
    /// Whoever looks may change it.
    pub may: bool,
    /// A password that was just made, and whose.
    pub told: Option<(String, Secret)>,
}

async fn load(server: &Server, face: &Face, database: DatabaseView) -> Result<Seen, crate::http::Miss> {
    let me = face.me()?;
    let account = server::account::show(server, me, database.account.id).await?;
    let may = server::grant::access(server, me, account.id).await?.has(Right::Databases);
    let sizes = server::database::sizes(server, me, account.id).await.unwrap_or_default();
    let size = sizes.into_iter().find(|size| size.id == database.id).map(|size| size.octets);
    Ok(Seen { account, database, size, may, told: None })
}

/// Loads and draws the page, with what was refused if anything was.
pub(super) async fn draw(server: &Server, face: &Face, id: DatabaseId, typed: Typed) -> Answer {
    let database = server::database::show(server, face.me()?, id).await?;
    let seen = load(server, face, database).await?;
    Ok(render(face, &seen, &typed))
}

/// The page after a password was made for the user in this place of the list, shown this once.
pub(super) async fn told(server: &Server, face: &Face, told: Told, place: usize) -> Answer {
    let Told { done, password } = told;
    let face = face.at(format!("/databases/{}", done.item.id));
    let whose = done.item.users.get(place).map(|user| user.name.to_string()).unwrap_or_default();
    let seen = load(server, &face, done.item).await?;
    Ok(render(&face, &Seen { told: password.map(|password| (whose, password)), ..seen }, &Typed::new()))
}

fn render(face: &Face, seen: &Seen, typed: &Typed) -> Response {
    let lang = face.lang;
    let Seen { account, database, may, .. } = seen;
    let state = account::held(lang, account).or_else(|| deleted(lang, database)).unwrap_or_else(|| {
        view! { <LiveDatabase database=database.id account=account.id state=database.state lang/> }.into_any()
    });
    let accounts = if face.is_staff() {
        lang.pick("Comptes", "Accounts")
    } else {
        lang.pick("Mes comptes", "My accounts")
    };
    let page = shell::Page::new(Place::Accounts, database.name.as_str())
        .from(accounts, "/accounts")
        .from(account.name.to_string(), format!("/accounts/{}", account.id))
        .from(lang.pick("Bases de données", "Databases"), format!("/accounts/{}/databases", account.id))
        .lead(state)
        .status(typed.status());
    let there = database.deleted_at.is_none();
    let body = view! {
        <div class="stack">
            {account::standing_notice(lang, account)}
            {errors(lang, typed)}
            {seen.told.as_ref().map(|(whose, password)| shown(lang, whose, password))}
            {said(lang, database)}
            {(!there).then(|| gone(lang, database, *may))}
            {connection(lang, seen)}
            {users::card(lang, database, *may && there, typed)}
            {(*may && there).then(|| dump::card(lang, database, typed))}
            {(*may && there).then(|| delete(lang, database))}
        </div>
    };
    shell::page(face, page, body)
}

fn shown(lang: Lang, whose: &str, password: &Secret) -> AnyView {
    let title = lang.pick(format!("Mot de passe de {whose}"), format!("Password of {whose}"));
    let words = lang.pick(
        "Copiez-le maintenant dans la configuration de votre application\u{a0}: il ne sera plus montré.",
        "Copy it now into your application's configuration: it will not be shown again.",
    );
    notice(Tone::Good, title, view! { <p>{words}</p>{secret(lang, password.reveal())} })
}

/// Why it is not as wanted, where it is not.
fn said(lang: Lang, database: &DatabaseView) -> Option<AnyView> {
    let text = database.text.as_ref()?.pick(lang).to_owned();
    let tone = if database.state == model::ChangeState::Failed { Tone::Bad } else { Tone::Know };
    let title = lang.pick("Ce que dit l’hôte", "What the host says");
    Some(notice(tone, title, view! { <p>{text}</p> }))
}

fn gone(lang: Lang, database: &DatabaseView, may: bool) -> AnyView {
    let until = database.erase_at.map(|at| {
        view! { <p>{lang.pick("Ses données et ses utilisateurs peuvent revenir jusqu’au ", "Its data and its users can come back until ")}{moment(lang, at)}"."</p> }
    });
    let back = may.then(|| {
        Action::new(
            format!("/databases/{}/restore", database.id),
            lang.pick("Rétablir la base", "Bring it back"),
        )
        .main()
        .view()
    });
    let title = lang.pick("Cette base est supprimée", "This database is deleted");
    notice(Tone::Held, title, view! { {until}{back} })
}

/// What an application asks for.
fn connection(lang: Lang, seen: &Seen) -> AnyView {
    let database = &seen.database;
    let code = |text: String| view! { <code>{text}</code> };
    let size = match seen.size {
        Some(size) => octets(lang, size),
        None => lang.pick("inconnue pour l’instant", "not known now").to_owned(),
    };
    let facts = Facts::new()
        .line(lang.pick("Serveur", "Server"), code("localhost".to_owned()))
        .line(lang.pick("Nom de la base", "Database name"), code(database.name.to_string()))
        .line_if(
            lang.pick("Utilisateur", "User"),
            database.users.first().map(|user| code(user.name.to_string())),
        )
        .line(lang.pick("Moteur", "Engine"), database.engine.name())
        .line(lang.pick("Taille", "Size"), size)
        .line(lang.pick("Hôte", "Host"), database.host.name.clone())
        .line(lang.pick("Ajoutée le", "Added"), moment(lang, database.created_at))
        .view();
    view! {
        <section class="card stack" aria-labelledby="connection">
            <h2 id="connection">{lang.pick("Connexion", "Connection")}</h2>
            <p>{lang.pick(
                "À recopier dans la configuration de votre application. Le mot de passe n’est montré qu’à sa création.",
                "To be copied into your application's configuration. The password is shown only when it is made.",
            )}</p>
            {facts}
        </section>
    }
    .into_any()
}

fn delete(lang: Lang, database: &DatabaseView) -> AnyView {
    let name = &database.name;
    let loses = lang.pick(
        format!("Les applications qui utilisent {name} cesseront de marcher aussitôt."),
        format!("Applications that use {name} stop working at once."),
    );
    let keeps = lang.pick(
        "Les données sont gardées quelque temps\u{a0}: d’ici, la base peut revenir avec tout ce qu’elle contient.",
        "The data is kept for some time: from here the database can come back with all it holds.",
    );
    let button = Action::new(
        format!("/databases/{}/delete", database.id),
        lang.pick("Supprimer la base", "Delete the database"),
    )
    .loss();
    fold_loss(
        lang.pick("Supprimer cette base…", "Delete this database…"),
        false,
        view! { <p>{loses}</p><p>{keeps}</p>{button.view()} },
    )
}
