//! The form that puts an application into a site: which one, and what it begins with.

use super::show;
use crate::{
    account,
    http::{Answer, Face, on_form},
    parts::{Input, Radios, Select, Tone, Typed, errors, notice},
    shell::{self, Place},
    site::{folder, title},
};
use axum::extract::{Path, State};
use leptos::prelude::*;
use model::{Application, Lang, Problem, Right, SiteId};
use server::{
    Server,
    account::Standing,
    app::{NewApp, Offer},
    site::SiteView,
};

/// `GET /sites/{site}/apps/new`
pub async fn new(State(server): State<Server>, face: Face, Path(id): Path<SiteId>) -> Answer {
    let site = server::site::show(&server, face.me()?, id).await?;
    let title: String = title(&site).chars().take(100).collect();
    let typed = Typed::new().with("title", title).with("language", face.lang.code());
    draw(&server, &face, site, typed).await
}

/// `POST /sites/{site}/apps/new`: no redirect, for the password is shown once.
pub async fn create(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<SiteId>,
    typed: Typed,
) -> Answer {
    let said = |name: &str| typed.get(name).to_owned();
    let new = NewApp {
        application: said("application"),
        title: said("title"),
        login: said("login"),
        email: said("email"),
        language: Some(said("language")),
    };
    match server::app::create(&server, face.me()?, id, new, face.lang).await {
        Ok(told) => show::told(&server, &face, told).await,
        Err(problem) => again(&server, &face, id, typed, problem).await,
    }
}

async fn again(server: &Server, face: &Face, id: SiteId, typed: Typed, problem: Problem) -> Answer {
    let typed = typed.refused(on_form(problem)?);
    let site = server::site::show(server, face.me()?, id).await?;
    draw(server, &face.at(format!("/sites/{id}/apps/new")), site, typed).await
}

async fn draw(server: &Server, face: &Face, site: SiteView, typed: Typed) -> Answer {
    let (lang, me) = (face.lang, face.me()?);
    let account = server::account::show(server, me, site.account.id).await?;
    server::grant::access(server, me, account.id).await?.must(Right::Sites)?;
    let offers = server::app::offers(server, me, site.id).await?;
    let accounts = if face.is_staff() {
        lang.pick("Comptes", "Accounts")
    } else {
        lang.pick("Mes comptes", "My accounts")
    };
    let page =
        shell::Page::new(Place::Accounts, lang.pick("Installer une application", "Install an application"))
            .from(accounts, "/accounts")
            .from(account.name.to_string(), format!("/accounts/{}", account.id))
            .from(title(&site), format!("/sites/{}", site.id))
            .status(typed.status());
    let there: Vec<&Offer> = offers.iter().filter(|offer| offer.release.is_some()).collect();
    let missing: Vec<&Offer> = offers.iter().filter(|offer| offer.release.is_none()).collect();
    let open = account.state == Standing::Active && !there.is_empty();
    let body = view! {
        <div class="stack">
            {account::standing_notice(lang, &account)}
            {errors(lang, &typed)}
            {open.then(|| fields(lang, &site, &there, &typed))}
            {(!missing.is_empty()).then(|| absent(lang, &missing))}
        </div>
    };
    Ok(shell::page(face, page, body))
}

fn means(lang: Lang, application: Application) -> &'static str {
    match application {
        Application::Wordpress => lang.pick(
            "Un site avec des pages, des articles et des commentaires. Une base de données et une tâche planifiée viennent avec.",
            "A site with pages, posts and comments. A database and a cron job come with it.",
        ),
        Application::Spip => lang.pick(
            "Un site dont plusieurs personnes écrivent les articles, par rubriques. Une base de données et une tâche planifiée viennent avec.",
            "A site whose articles several people write, in sections. A database and a cron job come with it.",
        ),
        Application::Dokuwiki => lang.pick(
            "Un wiki sans base de données\u{a0}: tout le monde le lit, les personnes inscrites y écrivent.",
            "A wiki without a database: everybody reads it, people with a login write in it.",
        ),
    }
}

fn fields(lang: Lang, site: &SiteView, offers: &[&Offer], typed: &Typed) -> AnyView {
    let which = offers.iter().fold(
        Radios::new("application", lang.pick("Application", "Application")),
        |radios, offer| {
            radios.choice(offer.application.code(), offer.application.name(), means(lang, offer.application))
        },
    );
    let typed = match (typed.has("application"), offers.first()) {
        (false, Some(first)) => typed.clone().with("application", first.application.code()),
        _ => typed.clone(),
    };
    let typed = &typed;
    let name = Input::text("title", lang.pick("Titre du site", "Title of the site")).hint(
        lang.pick("Vous pourrez le changer dans l’application.", "You can change it in the application."),
    );
    let admin = Input::text("login", lang.pick("Nom d’administration", "Admin's name")).hint(lang.pick(
        "Pour se connecter à l’application, par exemple ana. Son mot de passe sera montré une fois, à l’étape suivante.",
        "To sign in to the application, such as ana. Its password is shown once, on the next page.",
    ));
    let email = Input::email("email", lang.pick("Son adresse", "Their e-mail address")).hint(lang.pick(
        "L’application y écrit, par exemple pour un mot de passe oublié.",
        "The application writes there, for instance about a forgotten password.",
    ));
    let language = Select::new("language", lang.pick("Langue", "Language"))
        .option("fr", "Français")
        .option("en", "English");
    let releases: Vec<String> = offers
        .iter()
        .filter_map(|offer| Some(format!("{}\u{a0}{}", offer.name, offer.release.as_ref()?)))
        .collect();
    let path = folder(site);
    let words = lang.pick(
        "Le dossier du site doit être vide\u{a0}: rien de ce qui s’y trouve n’est jamais remplacé. Les fichiers et les données sont ensuite les vôtres.",
        "The site's folder has to be empty: nothing in it is ever replaced. Files and data are yours from then on.",
    );
    let folder = lang.pick("Dossier\u{a0}: ", "Folder: ");
    view! {
        <section class="card">
            <form class="form" method="post" action=format!("/sites/{}/apps/new", site.id) novalidate=true>
                {which.view(lang, typed)}
                {name.view(lang, typed)}
                {admin.view(lang, typed)}
                {email.view(lang, typed)}
                {language.view(lang, typed)}
                <p class="hint">{words}</p>
                <p class="hint">{folder}<code>{path}</code>" · "{releases.join(", ")}</p>
                <button class="button button-main" type="submit">{lang.pick("Installer", "Install")}</button>
            </form>
        </section>
    }
    .into_any()
}

/// Said to members, who ask for it, and to admins, who install it.
fn absent(lang: Lang, missing: &[&Offer]) -> AnyView {
    let lines = missing
        .iter()
        .map(|offer| {
            let (name, packages) = (offer.name.clone(), offer.packages.clone());
            view! { <li>{name}{lang.colon()}<code>{format!("apt install {packages}")}</code></li> }
        })
        .collect_view();
    let words = lang.pick(
        "La coopérative peut les y installer\u{a0}; elles sont proposées ici aussitôt.",
        "The cooperative can install them there; they are offered here at once.",
    );
    let title = lang.pick(
        "Applications que l’hôte de ce site n’a pas encore",
        "Applications that this site's host does not have yet",
    );
    notice(Tone::Know, title, view! { <ul>{lines}</ul><p>{words}</p> })
}
