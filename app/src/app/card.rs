//! The application of a site, on the site's page.

use super::sign_in;
use crate::{
    http::{Face, Miss},
    live::LiveApp,
    parts::{Icon, icon, link_main},
};
use leptos::prelude::*;
use model::{ChangeState, Lang};
use server::{Server, app::AppView, site::SiteView};

/// What a site has.
pub async fn load(server: &Server, face: &Face, site: &SiteView) -> Result<Option<AppView>, Miss> {
    Ok(server::app::of_site(server, face.me()?, site.id).await?)
}

pub fn card(lang: Lang, site: &SiteView, app: Option<&AppView>, may: bool) -> AnyView {
    let body = match app {
        Some(app) => one(lang, app),
        None if may => none(lang, site),
        None => return ().into_any(),
    };
    view! {
        <section class="card card-flat" aria-labelledby="app">
            <div class="card-head"><h2 id="app">{lang.pick("Application", "Application")}</h2></div>
            {body}
        </section>
    }
    .into_any()
}

fn one(lang: Lang, app: &AppView) -> AnyView {
    let (name, release) = (app.application.name(), app.release.to_string());
    let newer = app.newer.as_ref().map(|newer| {
        let words =
            lang.pick(format!("L’hôte a la version {newer}."), format!("The host has version {newer}."));
        view! { <p class="item-more">{words}</p> }
    });
    let said = app.text.as_ref().filter(|_| app.state > ChangeState::Wanted).map(|text| {
        let text = text.pick(lang).to_owned();
        view! { <p class="item-more">{text}</p> }
    });
    let enter = (app.state == ChangeState::Verified).then(|| {
        view! {
            <a class="button button-small" href=sign_in(app) rel="noopener noreferrer">
                {icon(Icon::Open)}{lang.pick("Administrer", "Administer")}<span class="unseen">{name}</span>
            </a>
        }
    });
    view! {
        <ul class="items">
            <li>
                <div class="item">
                    <a class="item-name" href=format!("/apps/{}", app.id)>{name}" "{release}</a>
                    <p class="item-more">{app.title.to_string()}</p>
                    {newer}
                    {said}
                </div>
                <div class="row">
                    <LiveApp app=app.id account=app.account.id state=app.state lang/>
                    {enter}
                </div>
            </li>
        </ul>
    }
    .into_any()
}

fn none(lang: Lang, site: &SiteView) -> AnyView {
    let words = lang.pick(
        "WordPress ou DokuWiki, prêts en quelques secondes\u{a0}: base de données, compte d’administration et tâches planifiées compris.",
        "WordPress or DokuWiki, ready within seconds: database, admin and scheduled tasks included.",
    );
    view! {
        <div class="card-foot stack">
            <p>{words}</p>
            <div class="acts">
                {link_main(
                    format!("/sites/{}/apps/new", site.id),
                    lang.pick("Installer une application…", "Install an application…"),
                )}
            </div>
        </div>
    }
    .into_any()
}
