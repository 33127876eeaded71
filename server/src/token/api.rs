//! Tokens over the API.

use super::{NewToken, TokenView, create, list, revoke};
use crate::{
    Server,
    api::{
        Answer, ApiError, Asked, Caller, Needs, Route, Secretly, Verb, Who, created, no_content, one, part,
        shape,
    },
};
use axum::{
    extract::{RawPathParams, State},
    response::Response,
    routing,
};
use model::Scope;

pub(crate) const ROUTES: &[Route] = &[
    Route::new(Verb::Get, "/tokens", Who::User, Needs::Token(Scope::Read), "One's own tokens", Answer::List(shape::<TokenView>), || {
        routing::get(get_all)
    }),
    Route::new(
        Verb::Post,
        "/tokens",
        Who::User, Needs::Session,
        "A new token; its `secret` is told this once. Takes a session and a fresh proof: a token makes no tokens",
        Answer::Made(shape::<TokenView>),
        || routing::post(post),
    )
    .takes(shape::<NewToken>),
    Route::new(Verb::Delete, "/tokens/{token}", Who::User, Needs::Token(Scope::Admin), "Revoke a token", Answer::Nothing, || {
        routing::delete(remove)
    }),
];

async fn get_all(State(server): State<Server>, Caller(actor): Caller) -> Result<Response, ApiError> {
    one(&list(&server, &actor).await?, None)
}

async fn post(State(server): State<Server>, asked: Asked<NewToken>) -> Result<Response, ApiError> {
    let (token, secret) = create(&server, &asked.actor, asked.body).await?;
    let location = format!("/tokens/{}", token.id);
    created(&Secretly::new(token, "secret", Some(secret.reveal().to_owned())), None, None, &location)
}

async fn remove(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    revoke(&server, &actor, part(&params, "token")?).await?;
    no_content(None)
}
