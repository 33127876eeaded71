//! Use over the API.

use super::{UseView, read};
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
    "/accounts/{account}/use-over-time",
    Who::Account(Right::See),
    Needs::Token(Scope::Read),
    "What it takes of its host hour by hour and day by day, and when a limit held it back",
    Answer::One(shape::<UseView>),
    || routing::get(get),
)];

async fn get(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    one(&read(&server, &actor, part(&params, "account")?).await?, None)
}
