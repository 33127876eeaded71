//! The page of an account: its sites.

use crate::{
    http::{Answer, Face, on_form, see},
    parts::{self, Typed},
    site::list::render,
};
use axum::extract::{Path, Query, State};
use model::{AccountId, Right};
use server::Server;

/// `GET /accounts/{account}`
pub async fn show(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<AccountId>,
    Query(page): Query<parts::Page>,
) -> Answer {
    let account = server::account::show(&server, face.me()?, id).await?;
    let sites = server::site::list(&server, face.me()?, id, &page.listing()).await?;
    let access = server::grant::access(&server, face.me()?, id).await?;
    let limits = server::account::usage_now(&server, &account).await?;
    Ok(render(&face, &account, sites, &limits, access.has(Right::Sites), &page, &Typed::new()))
}

/// `POST /accounts/{account}/sites`
pub async fn add_site(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<AccountId>,
    typed: Typed,
) -> Answer {
    let me = face.me()?;
    match server::site::create(&server, me, id, typed.get("name")).await {
        Ok(done) => see(format!("/sites/{}", done.item.id), "site_added"),
        Err(problem) => {
            let problem = on_form(problem)?;
            let account = server::account::show(&server, me, id).await?;
            let page = parts::Page::default();
            let sites = server::site::list(&server, me, id, &page.listing()).await?;
            let face = face.at(format!("/accounts/{id}"));
            let access = server::grant::access(&server, me, id).await?;
            let limits = server::account::usage_now(&server, &account).await?;
            let typed = typed.refused(problem);
            Ok(render(&face, &account, sites, &limits, access.has(Right::Sites), &page, &typed))
        }
    }
}
