//! Mails over the API.

use super::{MailView, State, again, at_once, list_in};
use crate::{
    Server,
    api::{Answer, ApiError, Caller, Listed, Needs, Route, Verb, Who, created, done, one, part, shape},
    paging::{Listing, Order},
};
use axum::{
    extract::{RawPathParams, State as Of},
    response::Response,
    routing,
};
use model::{Duty, Problem, Scope, Text};
use serde::Deserialize;

pub(crate) const ROUTES: &[Route] = &[
    Route::new(
        Verb::Get,
        "/mails",
        Who::Staff(Duty::SeeMails, Duty::SeeMails),
        Needs::Token(Scope::Read),
        "Mails to people, newest first: to whom, what for, sent or why not; `q` is part of the address; also ?state=queued|sent|failed and ?sort=created|-created",
        Answer::Page(shape::<MailView>),
        || routing::get(get_all),
    ),
    Route::new(
        Verb::Post,
        "/mails/{mail}/again",
        Who::Staff(Duty::SeeMails, Duty::SendLinks),
        Needs::Token(Scope::Admin),
        "Send one that failed again, with a new one-time link where it had one",
        Answer::Made(shape::<MailView>),
        || routing::post(post_again),
    ),
    Route::new(
        Verb::Post,
        "/mails/{mail}/try",
        Who::Staff(Duty::SeeMails, Duty::SendLinks),
        Needs::Token(Scope::Admin),
        "Try one at once that waits for its next try: the same mail, within a few seconds",
        Answer::One(shape::<MailView>),
        || routing::post(post_try),
    ),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MailsAsked {
    limit: Option<u32>,
    cursor: Option<String>,
    q: Option<String>,
    state: Option<String>,
    sort: Option<String>,
}

async fn get_all(
    Of(server): Of<Server>,
    Caller(actor): Caller,
    Listed(asked): Listed<MailsAsked>,
) -> Result<Response, ApiError> {
    actor.must(Duty::SeeMails)?;
    let MailsAsked { limit, cursor, q, state, sort } = asked;
    let order = Order::parse(sort.as_deref(), &[Order::CreatedDown, Order::Created])?;
    let state = match state.as_deref().filter(|state| !state.is_empty()) {
        None => None,
        Some(code) => Some(State::from_code(code).ok_or_else(|| {
            let text = Text::new("queued, sent ou failed.", "queued, sent or failed.");
            Problem::invalid("state", "bad_state", text)
        })?),
    };
    let order = order.unwrap_or(Order::CreatedDown);
    one(&list_in(&server, &actor, &Listing { limit, cursor, q }, state, order).await?, None)
}

async fn post_again(
    Of(server): Of<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    actor.must_do_what_others_see(Duty::SeeMails, Duty::SendLinks)?;
    let written = again(&server, &actor, part(&params, "mail")?).await?;
    created(&written.item, None, written.change, "/mails")
}

async fn post_try(
    Of(server): Of<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    actor.must_do_what_others_see(Duty::SeeMails, Duty::SendLinks)?;
    let tried = at_once(&server, &actor, part(&params, "mail")?).await?;
    done(&tried, None)
}
