//! Sites over the API.

use super::{NewHttps, SiteView, create, delete, list, set_https, set_names, show};
use crate::{
    Server,
    api::{Answer, ApiError, Asked, IfMatch, Needs, Route, Verb, Who, created, done, handler, part, shape},
};
use axum::{
    extract::{RawPathParams, State},
    response::Response,
    routing,
};
use model::{Right, Scope};
use serde::Deserialize;
use utoipa::ToSchema;

pub(crate) const ROUTES: &[Route] = &[
    Route::new(
        Verb::Get,
        "/accounts/{account}/sites",
        Who::Account(Right::See),
        Needs::Token(Scope::Read),
        "An account's sites",
        Answer::Page(shape::<SiteView>),
        || routing::get(get_all),
    ),
    Route::new(
        Verb::Post,
        "/accounts/{account}/sites",
        Who::Account(Right::Sites),
        Needs::Token(Scope::Sites),
        "Add a site",
        Answer::Made(shape::<SiteView>),
        || routing::post(post),
    )
    .takes(shape::<NewSite>),
    Route::new(
        Verb::Get,
        "/sites/{site}",
        Who::Account(Right::See),
        Needs::Token(Scope::Read),
        "One site",
        Answer::One(shape::<SiteView>),
        || routing::get(get),
    ),
    Route::new(
        Verb::Patch,
        "/sites/{site}",
        Who::Account(Right::Sites),
        Needs::Token(Scope::Sites),
        "Its names, the main one first",
        Answer::One(shape::<SiteView>),
        || routing::patch(patch),
    )
    .takes(shape::<Names>),
    Route::new(
        Verb::Patch,
        "/sites/{site}/https",
        Who::Account(Right::Sites),
        Needs::Token(Scope::Sites),
        "Whether visitors are sent to HTTPS (`redirect`) and browsers told to keep to it (`hsts`, which cannot be undone quickly)",
        Answer::One(shape::<SiteView>),
        || routing::patch(patch_https),
    )
    .takes(shape::<NewHttps>),
    Route::new(
        Verb::Delete,
        "/sites/{site}",
        Who::Account(Right::Sites),
        Needs::Token(Scope::Sites),
        "Take it off the web; its files stay",
        Answer::Nothing,
        || routing::delete(remove),
    ),
];

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSite {
    /// Its first name: `asso.example`.
    name: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Names {
    names: Vec<String>,
}

handler!(page get_all = list, of "account");

async fn post(
    State(server): State<Server>,
    params: RawPathParams,
    asked: Asked<NewSite>,
) -> Result<Response, ApiError> {
    let made = create(&server, &asked.actor, part(&params, "account")?, &asked.body.name).await?;
    created(&made.item, Some(made.item.version), made.change, &format!("/sites/{}", made.item.id))
}

handler!(one get = show, of "site");

async fn patch(
    State(server): State<Server>,
    IfMatch(expected): IfMatch,
    params: RawPathParams,
    asked: Asked<Names>,
) -> Result<Response, ApiError> {
    let named = set_names(&server, &asked.actor, part(&params, "site")?, expected, &asked.body.names).await?;
    done(&named, Some(named.item.version))
}

async fn patch_https(
    State(server): State<Server>,
    IfMatch(expected): IfMatch,
    params: RawPathParams,
    asked: Asked<NewHttps>,
) -> Result<Response, ApiError> {
    let set = set_https(&server, &asked.actor, part(&params, "site")?, expected, asked.body).await?;
    done(&set, Some(set.item.version))
}

handler!(end remove = delete, of "site");
