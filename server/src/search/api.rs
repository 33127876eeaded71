//! The search over the API.

use super::{Found, Group, Kind, groups, list};
use crate::{
    Server,
    api::{Answer, ApiError, Caller, Listed, Needs, Route, Verb, Who, one, shape},
    paging::Listing,
};
use axum::{extract::State, response::Response, routing};
use model::{Problem, Scope, Text};
use serde::Deserialize;

/// How many of each kind are suggested while one types.
const OF_EACH: usize = 4;

pub(crate) const ROUTES: &[Route] = &[
    Route::new(
        Verb::Get,
        "/search",
        Who::User,
        Needs::Token(Scope::Read),
        "What has all words of `q`, by their beginnings, among what one may see; also ?kind=account|site|database|member|user|host. A page may be empty and yet have a next one",
        Answer::Page(shape::<Found>),
        || routing::get(get_all),
    )
    .while_viewing(),
    Route::new(
        Verb::Get,
        "/search/first",
        Who::User,
        Needs::Token(Scope::Read),
        "The first few of each kind that have all words of ?q, kind by kind; of kinds without any, nothing",
        Answer::List(shape::<Group>),
        || routing::get(get_first),
    )
    .while_viewing(),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FirstAsked {
    q: Option<String>,
}

async fn get_first(
    State(server): State<Server>,
    Caller(actor): Caller,
    Listed(asked): Listed<FirstAsked>,
) -> Result<Response, ApiError> {
    one(&groups(&server, &actor, asked.q.as_deref().unwrap_or_default(), OF_EACH).await?, None)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    limit: Option<u32>,
    cursor: Option<String>,
    q: Option<String>,
    kind: Option<String>,
}

async fn get_all(
    State(server): State<Server>,
    Caller(actor): Caller,
    Listed(asked): Listed<Asked>,
) -> Result<Response, ApiError> {
    let Asked { limit, cursor, q, kind } = asked;
    let kind = match kind.as_deref().filter(|kind| !kind.is_empty()) {
        None => None,
        Some(code) => Some(Kind::from_code(code).ok_or_else(|| {
            Problem::invalid(
                "kind",
                "bad_kind",
                Text::new(
                    "account, site, database, member, user ou host.",
                    "account, site, database, member, user or host.",
                ),
            )
        })?),
    };
    one(&list(&server, &actor, &Listing { limit, cursor, q }, kind).await?, None)
}
