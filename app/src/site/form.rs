//! What members do with a site: adding, removing and choosing names, deleting it.

use super::show::draw;
use crate::{
    http::{Answer, Face, on_form, see},
    parts::{Action, Typed},
    shell::{self, Place},
};
use axum::extract::{Path, State};
use leptos::prelude::*;
use model::{Problem, Right, SiteId};
use server::{Server, change::Done, site::SiteView};

/// `POST /sites/{site}/names`
pub async fn add_name(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<SiteId>,
    typed: Typed,
) -> Answer {
    let site = server::site::show(&server, face.me()?, id).await?;
    let mut names = names(&site);
    let name = typed.get("name").to_owned();
    if let Err(problem) = model::SiteName::parse(&name) {
        return again(&server, &face, id, typed, problem).await;
    }
    names.push(name);
    let done = server::site::set_names(&server, face.me()?, id, Some(site.version), &names).await;
    after(&server, &face, id, typed, done, "name_added").await
}

/// `POST /sites/{site}/names/main`
pub async fn main_name(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<SiteId>,
    typed: Typed,
) -> Answer {
    let site = server::site::show(&server, face.me()?, id).await?;
    let mut names = names(&site);
    let chosen = typed.get("name");
    // Stable: the others keep their order.
    names.sort_by_key(|name| name != chosen);
    let done = server::site::set_names(&server, face.me()?, id, Some(site.version), &names).await;
    after(&server, &face, id, Typed::new(), done, "name_first").await
}

/// `GET /sites/{site}/names/{name}/remove`: what is lost, before it is.
pub async fn confirm_remove(
    State(server): State<Server>,
    face: Face,
    Path((id, name)): Path<(SiteId, String)>,
) -> Answer {
    let site = server::site::show(&server, face.me()?, id).await?;
    server::grant::access(&server, face.me()?, site.account.id).await?.must(Right::Sites)?;
    let lang = face.lang;
    let Some(found) = site.names.iter().find(|known| known.as_str() == name).filter(|_| site.names.len() > 1)
    else {
        return Err(server::actor::not_found().into());
    };
    let shown = found.unicode();
    let others: Vec<String> =
        site.names.iter().filter(|known| *known != found).map(|known| known.unicode()).collect();
    let others = others.join(", ");
    let loses = lang.pick(
        format!(
            "{shown} ne mènera plus à ce site\u{a0}: les liens et favoris qui l’utilisent ne marcheront plus."
        ),
        format!(
            "{shown} will no longer lead to this site: links and bookmarks that use it will stop working."
        ),
    );
    let keeps = lang.pick(
        format!("Le site reste joignable par\u{a0}: {others}."),
        format!("The site stays reachable as: {others}."),
    );
    let page =
        shell::Page::new(Place::Accounts, lang.pick(format!("Retirer {shown}"), format!("Remove {shown}")))
            .from(super::title(&site), format!("/sites/{id}"));
    let button = Action::new(
        format!("/sites/{id}/names/{name}/remove"),
        lang.pick("Retirer ce nom", "Remove this name"),
    )
    .loss();
    let body = view! {
        <div class="card stack">
            <p>{loses}</p>
            <p>{keeps}</p>
            <div class="acts">{button.view()}<a href=format!("/sites/{id}")>{lang.pick("Garder ce nom", "Keep this name")}</a></div>
        </div>
    };
    Ok(shell::page(&face, page, body))
}

/// `POST /sites/{site}/names/{name}/remove`
pub async fn remove_name(
    State(server): State<Server>,
    face: Face,
    Path((id, name)): Path<(SiteId, String)>,
) -> Answer {
    let site = server::site::show(&server, face.me()?, id).await?;
    let mut names = names(&site);
    names.retain(|known| *known != name);
    let done = server::site::set_names(&server, face.me()?, id, Some(site.version), &names).await;
    after(&server, &face, id, Typed::new(), done, "name_removed").await
}

/// `POST /sites/{site}/delete`
pub async fn delete(State(server): State<Server>, face: Face, Path(id): Path<SiteId>) -> Answer {
    match server::site::delete(&server, face.me()?, id, None).await {
        Ok(done) => see(format!("/accounts/{}", done.item.account.id), "site_deleted"),
        Err(problem) => again(&server, &face, id, Typed::new(), problem).await,
    }
}

fn names(site: &SiteView) -> Vec<String> {
    site.names.iter().map(|name| name.to_string()).collect()
}

async fn after(
    server: &Server,
    face: &Face,
    id: SiteId,
    typed: Typed,
    done: Result<Done<SiteView>, Problem>,
    said: &str,
) -> Answer {
    match done {
        Ok(_) => see(format!("/sites/{id}"), said),
        Err(problem) => again(server, face, id, typed, problem).await,
    }
}

/// The site's page again, with the error at the field that adds a name when it is about names.
pub(super) async fn again(
    server: &Server,
    face: &Face,
    id: SiteId,
    typed: Typed,
    problem: Problem,
) -> Answer {
    let problem = on_form(problem)?;
    let problem = if problem.field == Some("names") { problem.on("name") } else { problem };
    draw(server, &face.at(format!("/sites/{id}")), id, typed.refused(problem)).await
}
