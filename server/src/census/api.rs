//! The figures over the API.

use super::{Asked, Sample, list};
use crate::{
    Server,
    api::{Answer, ApiError, Caller, Listed, Needs, Route, Verb, Who, one, shape},
    paging::Listing,
};
use axum::{extract::State, response::Response, routing};
use model::{Day, Duty, Problem, Scope};
use serde::Deserialize;

pub(crate) const ROUTES: &[Route] = &[Route::new(
    Verb::Get,
    "/census",
    Who::Staff(Duty::SeeMembers, Duty::SeeMembers),
    Needs::Token(Scope::Read),
    "How many there were of what, day by day, the newest first; `q` is part of what was counted (accounts, members, sites, users, changes…), ?from and ?to are days (2026-11-27, UTC)",
    Answer::Page(shape::<Sample>),
    || routing::get(get_all),
)];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CensusAsked {
    limit: Option<u32>,
    cursor: Option<String>,
    q: Option<String>,
    from: Option<String>,
    to: Option<String>,
}

async fn get_all(
    State(server): State<Server>,
    Caller(actor): Caller,
    Listed(asked): Listed<CensusAsked>,
) -> Result<Response, ApiError> {
    let CensusAsked { limit, cursor, q, from, to } = asked;
    let asked = Asked { from: day("from", from)?, to: day("to", to)? };
    one(&list(&server, &actor, &Listing { limit, cursor, q }, asked).await?, None)
}

fn day(field: &'static str, typed: Option<String>) -> Result<Option<Day>, Problem> {
    let typed = typed.filter(|typed| !typed.is_empty());
    typed.map(|typed| Day::parse(&typed).map_err(|problem| problem.on(field))).transpose()
}
