//! Users over the API.

use super::{Forgotten, PasswordChange, UserView, change_password, forgotten, link, list, me, set_lang};
use crate::{
    Server,
    api::{
        Answer, ApiError, Asked, Caller, Route, Verb, Who, handler, language, no_content, one, part, shape,
    },
    listen::ClientAddress,
};
use axum::{
    Extension, Json,
    extract::{RawPathParams, State, rejection::JsonRejection},
    http::HeaderMap,
    response::Response,
    routing,
};
use model::{Lang, Problem, ProblemKind, Text, UserId};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv6Addr};
use utoipa::ToSchema;

pub(crate) const ROUTES: &[Route] = &[
    Route::new(Verb::Get, "/me", Who::User, "The signed-in user", Answer::One(shape::<UserView>), || {
        routing::get(get_me)
    }),
    Route::new(Verb::Patch, "/me", Who::User, "Choose a language", Answer::One(shape::<UserView>), || {
        routing::patch(patch_me)
    })
    .takes(shape::<MyChoice>),
    Route::new(
        Verb::Put,
        "/me/password",
        Who::User,
        "Change the password; other sessions end",
        Answer::Nothing,
        || routing::put(put_password),
    )
    .takes(shape::<PasswordChange>),
    Route::new(
        Verb::Post,
        "/forgotten",
        Who::Anyone,
        "Forgotten password: sends a one-time link to this address, if it is a user's; the answer is the same if not",
        Answer::Nothing,
        || routing::post(post_forgotten),
    )
    .takes(shape::<ForgottenAsked>),
    Route::new(Verb::Get, "/users", Who::Admin, "Users", Answer::Page(shape::<UserView>), || {
        routing::get(get_users)
    }),
    Route::new(
        Verb::Post,
        "/users/{user}/link",
        Who::Admin,
        "A new one-time link, for a user who forgot the password; told this once",
        Answer::Made(shape::<Link>),
        || routing::post(post_link),
    ),
];

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MyChoice {
    #[schema(value_type = String)]
    lang: Lang,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ForgottenAsked {
    email: String,
}

/// A one-time link: works once, for an hour.
#[derive(Serialize, ToSchema)]
struct Link {
    link: String,
}

async fn get_me(State(server): State<Server>, Caller(actor): Caller) -> Result<Response, ApiError> {
    one(&me(&server, &actor).await?, None)
}

async fn patch_me(State(server): State<Server>, asked: Asked<MyChoice>) -> Result<Response, ApiError> {
    set_lang(&server, &asked.actor, asked.body.lang).await?;
    one(&me(&server, &asked.actor).await?, None)
}

async fn put_password(
    State(server): State<Server>,
    asked: Asked<PasswordChange>,
) -> Result<Response, ApiError> {
    change_password(&server, &asked.actor, &asked.body.current, &asked.body.new).await?;
    no_content(None)
}

async fn post_forgotten(
    State(server): State<Server>,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
    body: Result<Json<ForgottenAsked>, JsonRejection>,
) -> Result<Response, ApiError> {
    let Json(ForgottenAsked { email }) = body.map_err(|_| {
        let text = Text::new("Envoyez email en JSON.", "Send email as JSON.");
        Problem::new(ProblemKind::Invalid, "body_unreadable", text)
    })?;
    let address = address.map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |known| known.0.0);
    forgotten(&server, Forgotten { email, address, lang: language(&headers) }).await?;
    no_content(None)
}

handler!(page get_users = list);

async fn post_link(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    actor.must_be_admin()?;
    let user: UserId = part(&params, "user")?;
    let secret = link(&server, &actor, user).await?;
    let mut response = one(&Link { link: super::link_url(&server, &secret) }, None)?;
    *response.status_mut() = axum::http::StatusCode::CREATED;
    Ok(response)
}
