//! What accounts send by mail, over the API.

use super::{HeldView, OutboxView, discard, held, read, release};
use crate::{
    Server,
    account::AccountView,
    api::{Answer, ApiError, Caller, Needs, Route, Verb, Who, handler, one, part, shape},
};
use axum::{
    extract::{RawPathParams, State},
    response::Response,
    routing,
};
use model::{Duty, Right, Scope};

pub(crate) const ROUTES: &[Route] = &[
    Route::new(
        Verb::Get,
        "/accounts/{account}/outbox",
        Who::Account(Right::See),
        Needs::Token(Scope::Read),
        "What its sites and cron jobs sent by mail in thirty days, what they may, what is held and what was refused",
        Answer::One(shape::<OutboxView>),
        || routing::get(get),
    ),
    Route::new(
        Verb::Post,
        "/accounts/{account}/outbox/release",
        Who::AccountBy(Duty::Administer),
        Needs::Token(Scope::Admin),
        "Let the mail leave that is held because the account's cap was reached",
        Answer::One(shape::<AccountView>),
        || routing::post(post_release),
    ),
    Route::new(
        Verb::Post,
        "/accounts/{account}/outbox/discard",
        Who::AccountBy(Duty::Administer),
        Needs::Token(Scope::Admin),
        "Throw away the mail that is held",
        Answer::One(shape::<AccountView>),
        || routing::post(post_discard),
    ),
    Route::new(
        Verb::Get,
        "/held-mail",
        Who::Staff(Duty::SeeMembers, Duty::SeeMembers),
        Needs::Token(Scope::Read),
        "Accounts of which mail is held",
        Answer::List(shape::<HeldView>),
        || routing::get(get_held),
    ),
];

async fn get(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    one(&read(&server, &actor, part(&params, "account")?).await?, None)
}

handler!(act post_release = release, of "account");

handler!(act post_discard = discard, of "account");

async fn get_held(State(server): State<Server>, Caller(actor): Caller) -> Result<Response, ApiError> {
    one(&held(&server, &actor).await?, None)
}
