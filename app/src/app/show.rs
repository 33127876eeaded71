//! The page of one application: how its installation stands, how to enter, what belongs to it, its end.

use super::sign_in;
use crate::{
    account, change,
    http::{Answer, Face, on_form, see},
    live::LiveApp,
    parts::{Action, Facts, Icon, Tone, Typed, errors, fold, icon, moment, notice, secret},
    shell::{self, Place},
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use leptos::prelude::*;
use model::{AppId, ChangeState, Lang, Right, Secret};
use server::{
    Server,
    account::AccountView,
    app::{AppView, Told},
};

/// `GET /apps/{app}`
pub async fn show(State(server): State<Server>, face: Face, Path(id): Path<AppId>) -> Answer {
    draw(&server, &face, id, Typed::new()).await
}

/// `POST /apps/{app}/remove`
pub async fn remove(State(server): State<Server>, face: Face, Path(id): Path<AppId>) -> Answer {
    match server::app::remove(&server, face.me()?, id, None).await {
        Ok(done) => see(format!("/sites/{}", done.item.site.id), "app_removed"),
        Err(problem) => {
            let typed = Typed::new().refused(on_form(problem)?);
            draw(&server, &face.at(format!("/apps/{id}")), id, typed).await
        }
    }
}

/// What the page shows.
struct Seen {
    account: AccountView,
    app: AppView,
    /// Whoever looks may let go of it.
    may: bool,
    /// Its first admin's password, just made.
    password: Option<Secret>,
}

async fn load(server: &Server, face: &Face, app: AppView) -> Result<Seen, crate::http::Miss> {
    let account = server::account::show(server, face.me()?, app.account.id).await?;
    let may = server::grant::access(server, face.me()?, account.id).await?.has(Right::Sites);
    Ok(Seen { account, app, may, password: None })
}

async fn draw(server: &Server, face: &Face, id: AppId, typed: Typed) -> Answer {
    let app = server::app::show(server, face.me()?, id).await?;
    Ok(render(face, &load(server, face, app).await?, &typed))
}

/// The page after it was asked for, with the password, shown this once.
pub(super) async fn told(server: &Server, face: &Face, told: Told) -> Answer {
    let face = face.at(format!("/apps/{}", told.done.item.id));
    let seen = load(server, &face, told.done.item).await?;
    Ok(render(&face, &Seen { password: told.password, ..seen }, &Typed::new()))
}

fn render(face: &Face, seen: &Seen, typed: &Typed) -> Response {
    let lang = face.lang;
    let Seen { account, app, .. } = seen;
    let state = account::held(lang, account).unwrap_or_else(|| {
        view! { <LiveApp app=app.id account=account.id state=app.state lang/> }.into_any()
    });
    let accounts = if face.is_staff() {
        lang.pick("Comptes", "Accounts")
    } else {
        lang.pick("Mes comptes", "My accounts")
    };
    let enter = view! {
        <a class="button button-main" href=sign_in(app) rel="noopener noreferrer">
            {icon(Icon::Open)}{lang.pick("Se connecter à l’application", "Sign in to the application")}
        </a>
    };
    let title = format!("{} — {}", app.application.name(), app.title);
    let page = shell::Page::new(Place::Accounts, title)
        .from(accounts, "/accounts")
        .from(account.name.to_string(), format!("/accounts/{}", account.id))
        .from(app.site.name.clone(), format!("/sites/{}", app.site.id))
        .lead(state)
        .status(typed.status());
    let page = if app.state == ChangeState::Verified { page.act(enter.into_any()) } else { page };
    let body = view! {
        <div class="stack">
            {account::standing_notice(lang, account)}
            {errors(lang, typed)}
            {seen.password.as_ref().map(|password| password_of(lang, app, password))}
            {change::last(lang, app.change, account.id, app.state, app.text.clone())}
            {newer(lang, app)}
            {about(lang, app)}
            {seen.may.then(|| end(lang, app))}
        </div>
    };
    shell::page(face, page, body)
}

fn password_of(lang: Lang, app: &AppView, password: &Secret) -> AnyView {
    let admin = app.login.as_str();
    let title = lang.pick(format!("Mot de passe de {admin}"), format!("Password of {admin}"));
    let words = lang.pick(
        "Copiez-le maintenant\u{a0}: il ne sera plus montré. L’installation prend quelques secondes\u{a0}; le site ne montre l’application qu’une fois prête.",
        "Copy it now: it will not be shown again. Installing takes some seconds; the site shows the application only once it is ready.",
    );
    notice(Tone::Good, title, view! { <p>{words}</p>{secret(lang, password.reveal())} })
}

fn newer(lang: Lang, app: &AppView) -> Option<AnyView> {
    let newer = app.newer.as_ref()?;
    let (name, release) = (app.application.name(), &app.release);
    let title = lang
        .pick(format!("L’hôte a maintenant {name} {newer}"), format!("The host has {name} {newer} by now"));
    let words = lang.pick(
        format!("La version {release} a été installée ici. Si l’application n’a pas été mise à jour depuis, faites-le dans son administration."),
        format!("Version {release} was installed here. If the application was not updated since, do so among its own settings."),
    );
    Some(notice(Tone::Know, title, view! { <p>{words}</p> }))
}

/// An address outside the panel.
fn out(address: String) -> AnyView {
    let href = address.clone();
    view! { <a href=href rel="noopener noreferrer">{address}</a> }.into_any()
}

fn about(lang: Lang, app: &AppView) -> AnyView {
    let database = app.database.as_ref().map(|database| {
        let (href, name) = (format!("/databases/{}", database.id), database.name.clone());
        view! { <a href=href>{name}</a> }
    });
    let job = app.cron_job.map(|job| {
        let words = lang
            .pick("toutes les 15\u{a0}minutes, par une tâche planifiée", "every 15 minutes, by a cron job");
        view! { <a href=format!("/cron-jobs/{job}")>{words}</a> }
    });
    let facts = Facts::new()
        .line(lang.pick("Adresse", "Address"), out(format!("{}/", app.address)))
        .line(lang.pick("Administration", "Administration"), out(sign_in(app)))
        .line(
            lang.pick("Nom d’administration", "Admin's name"),
            view! { <code>{app.login.to_string()}</code> },
        )
        .line(lang.pick("Version installée", "Version installed"), app.release.to_string())
        .line_if(lang.pick("Base de données", "Database"), database)
        .line_if(lang.pick("Tâches planifiées", "Scheduled tasks"), job)
        .line(lang.pick("Hôte", "Host"), app.host.name.clone())
        .line(lang.pick("Demandée le", "Asked for"), moment(lang, app.created_at))
        .view();
    view! {
        <section class="card stack" aria-labelledby="about">
            <h2 id="about">{app.application.name()}</h2>
            {facts}
        </section>
    }
    .into_any()
}

fn end(lang: Lang, app: &AppView) -> AnyView {
    let keeps = lang.pick(
        "Elle disparaît de cette liste, et c’est tout\u{a0}: ses fichiers, sa base de données et sa tâche planifiée restent, et le site continue de la montrer.",
        "It leaves this list, and nothing else: its files, its database and its cron job stay, and the site goes on showing it.",
    );
    let more = lang.pick(
        "Pour l’effacer vraiment, videz ensuite le dossier du site, puis supprimez sa base et sa tâche sur leurs pages.",
        "To really erase it, then empty the site's folder and delete its database and its job on their pages.",
    );
    let button = Action::new(
        format!("/apps/{}/remove", app.id),
        lang.pick("Retirer de la liste", "Take it off the list"),
    );
    fold(
        lang.pick("Retirer cette application de la liste…", "Take this application off the list…"),
        false,
        view! { <p>{keeps}</p><p>{more}</p>{button.view()} },
    )
}
