//! Statistics over the API.

use super::{StatisticsView, read};
use crate::{
    Server,
    api::{Answer, ApiError, Caller, Listed, Needs, Route, Verb, Who, one, part, shape},
};
use axum::{
    extract::{RawPathParams, State},
    response::Response,
    routing,
};
use model::{Right, Scope};
use serde::Deserialize;

pub(crate) const ROUTES: &[Route] = &[Route::new(
    Verb::Get,
    "/sites/{site}/statistics",
    Who::Account(Right::See),
    Needs::Token(Scope::Read),
    "What was counted of its visits, by day: of the last 30 days, or ?days=365",
    Answer::One(shape::<StatisticsView>),
    || routing::get(get),
)];

const DAYS: u16 = 30;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Wanted {
    days: Option<u16>,
}

async fn get(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
    Listed(wanted): Listed<Wanted>,
) -> Result<Response, ApiError> {
    let days = wanted.days.unwrap_or(DAYS);
    one(&read(&server, &actor, part(&params, "site")?, days).await?, None)
}
