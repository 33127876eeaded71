//! The search over the API.

use super::{Found, Kind, list};
use crate::{
    Server,
    api::{Answer, ApiError, Caller, Listed, Needs, Route, Verb, Who, one, shape},
    paging::Listing,
};
use axum::{extract::State, response::Response, routing};
use model::{Problem, Scope, Text};
use serde::Deserialize;

pub(crate) const ROUTES: &[Route] = &[Route::new(
    Verb::Get,
    "/search",
    Who::User,
    Needs::Token(Scope::Read),
    "What has all words of `q`, by their beginnings, among what one may see; also ?kind=account|site|member|user|host. A page may be empty and yet have a next one",
    Answer::Page(shape::<Found>),
    || routing::get(get_all),
)
.while_viewing()];

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
                Text::new("account, site, member, user ou host.", "account, site, member, user or host."),
            )
        })?),
    };
    one(&list(&server, &actor, &Listing { limit, cursor, q }, kind).await?, None)
}
