//! Changes over the API.

use super::{Chain, ChangeView, chain, list, list_all, show, undo};
use crate::{
    Server,
    api::{Answer, ApiError, Caller, Needs, Route, Verb, Who, created, handler, one, part, shape},
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
        "/accounts/{account}/changes",
        Who::Account(Right::See),
        Needs::Token(Scope::Read),
        "An account's changes, newest first",
        Answer::Page(shape::<ChangeView>),
        || routing::get(get_all),
    ),
    Route::new(
        Verb::Get,
        "/changes",
        Who::Staff(Duty::SeeHistory, Duty::SeeHistory),
        Needs::Token(Scope::Read),
        "Everything anybody did, newest first",
        Answer::Page(shape::<ChangeView>),
        || routing::get(get_everybodys),
    ),
    Route::new(
        Verb::Get,
        "/changes/chain",
        Who::Staff(Duty::SeeHistory, Duty::SeeHistory),
        Needs::Token(Scope::Read),
        "Whether history is as it was written",
        Answer::One(shape::<Chain>),
        || routing::get(get_chain),
    ),
    Route::new(
        Verb::Get,
        "/changes/{change}",
        Who::Account(Right::See),
        Needs::Token(Scope::Read),
        "One change",
        Answer::One(shape::<ChangeView>),
        || routing::get(get),
    ),
    Route::new(
        Verb::Post,
        "/changes/{change}/undo",
        Who::Account(Right::Sites),
        Needs::Token(Scope::Admin),
        "Undo it, by a new change",
        Answer::Made(shape::<ChangeView>),
        || routing::post(post_undo),
    ),
];

handler!(page get_all = list, of "account");

handler!(page get_everybodys = list_all);

async fn get_chain(State(server): State<Server>, Caller(actor): Caller) -> Result<Response, ApiError> {
    one(&chain(&server, &actor).await?, None)
}

async fn get(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    one(&show(&server, &actor, part(&params, "change")?).await?, None)
}

async fn post_undo(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    let by = undo(&server, &actor, part(&params, "change")?).await?;
    created(&by.item, None, by.change, &format!("/changes/{}", by.item.id))
}
