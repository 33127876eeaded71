//! Space over the API.

use super::{SpaceView, read};
use crate::{
    Server,
    api::{Answer, ApiError, Caller, Needs, Route, Verb, Who, one, part, shape},
};
use axum::{
    extract::{RawPathParams, State},
    response::Response,
    routing,
};
use model::{Right, Scope};

pub(crate) const ROUTES: &[Route] = &[Route::new(
    Verb::Get,
    "/accounts/{account}/space",
    Who::Account(Right::See),
    Needs::Token(Scope::Read),
    "What it holds on its host's disk, counted each hour: the last count of each day of the last year",
    Answer::One(shape::<SpaceView>),
    || routing::get(get),
)];

async fn get(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    one(&read(&server, &actor, part(&params, "account")?).await?, None)
}
