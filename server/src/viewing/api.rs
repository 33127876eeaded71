//! Views over the API: for sessions only, a token looks as nobody but its user.

use super::{ViewingView, ask, consent, end, pending, start};
use crate::{
    Server,
    api::{Answer, ApiError, Asked, Caller, Needs, Route, Verb, Who, created, no_content, one, part, shape},
    grant::On,
};
use axum::{
    extract::{RawPathParams, State},
    response::Response,
    routing,
};
use model::Duty;
use serde::Deserialize;
use utoipa::ToSchema;

pub(crate) const ROUTES: &[Route] = &[
    Route::new(
        Verb::Post,
        "/accounts/{account}/view",
        Who::AccountBy(Duty::ViewAs),
        Needs::Session,
        "Look at an account as its users do, for an hour, reading only: this session is nothing else meanwhile",
        Answer::Made(shape::<ViewingView>),
        || routing::post(post_account),
    )
    .takes(shape::<Why>),
    Route::new(
        Verb::Post,
        "/members/{member}/view",
        Who::MemberBy(Duty::ViewAs),
        Needs::Session,
        "Look at a member as its users do, for an hour, reading only: this session is nothing else meanwhile",
        Answer::Made(shape::<ViewingView>),
        || routing::post(post_member),
    )
    .takes(shape::<Why>),
    Route::new(
        Verb::Delete,
        "/viewing",
        Who::User,
        Needs::Session,
        "End the view: this session is oneself again",
        Answer::Nothing,
        || routing::delete(delete),
    )
    .while_viewing(),
    Route::new(
        Verb::Post,
        "/viewing/ask",
        Who::User,
        Needs::Session,
        "Ask the owner to be let act as a webmaster for the rest of the hour",
        Answer::One(shape::<ViewingView>),
        || routing::post(post_ask),
    )
    .while_viewing(),
    Route::new(
        Verb::Get,
        "/me/viewings",
        Who::User,
        Needs::Session,
        "Views of what one owns that ask for consent",
        Answer::List(shape::<ViewingView>),
        || routing::get(get_pending),
    ),
    Route::new(
        Verb::Post,
        "/me/viewings/{viewing}/consent",
        Who::User,
        Needs::Session,
        "Let whoever views act as a webmaster for the rest of the hour",
        Answer::One(shape::<ViewingView>),
        || routing::post(post_consent),
    ),
];

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Why {
    /// Read by the member in the history.
    reason: String,
}

async fn post_account(
    State(server): State<Server>,
    params: RawPathParams,
    asked: Asked<Why>,
) -> Result<Response, ApiError> {
    let on = On::Account(part(&params, "account")?);
    created(&start(&server, &asked.actor, on, &asked.body.reason).await?, None, None, "/viewing")
}

async fn post_member(
    State(server): State<Server>,
    params: RawPathParams,
    asked: Asked<Why>,
) -> Result<Response, ApiError> {
    let on = On::Member(part(&params, "member")?);
    created(&start(&server, &asked.actor, on, &asked.body.reason).await?, None, None, "/viewing")
}

async fn delete(State(server): State<Server>, Caller(actor): Caller) -> Result<Response, ApiError> {
    end(&server, &actor).await?;
    no_content(None)
}

async fn post_ask(State(server): State<Server>, Caller(actor): Caller) -> Result<Response, ApiError> {
    one(&ask(&server, &actor).await?, None)
}

async fn get_pending(State(server): State<Server>, Caller(actor): Caller) -> Result<Response, ApiError> {
    one(&pending(&server, &actor).await?, None)
}

async fn post_consent(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    one(&consent(&server, &actor, part(&params, "viewing")?).await?, None)
}
