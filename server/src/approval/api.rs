//! Approvals over the API.

use super::{ApprovalView, Approved, approve, list, refuse};
use crate::{
    Server,
    api::{Answer, ApiError, Caller, Needs, Route, Secretly, Verb, Who, no_content, one, part, shape},
    user::link_url,
};
use axum::{
    extract::{RawPathParams, State},
    response::Response,
    routing,
};
use model::{Duty, Scope};

pub(crate) const ROUTES: &[Route] = &[
    Route::new(
        Verb::Get,
        "/approvals",
        Who::Staff(Duty::SeeUsers, Duty::SeeUsers),
        Needs::Token(Scope::Read),
        "Acts that wait for a second person",
        Answer::List(shape::<ApprovalView>),
        || routing::get(get_all),
    ),
    Route::new(
        Verb::Post,
        "/approvals/{approval}/approve",
        Who::Staff(Duty::SeeUsers, Duty::SendLinks),
        Needs::Session,
        "Approve what another asked for; it happens at once. Support approves a user's recovery, admins everything. `link`: the one-time link of a new admin who gets no mail, told this once",
        Answer::One(shape::<ApprovalView>),
        || routing::post(post_approve),
    ),
    Route::new(
        Verb::Post,
        "/approvals/{approval}/refuse",
        Who::Staff(Duty::SeeUsers, Duty::SendLinks),
        Needs::Session,
        "Refuse it, or withdraw what one asked for oneself",
        Answer::Nothing,
        || routing::post(post_refuse),
    ),
];

async fn get_all(State(server): State<Server>, Caller(actor): Caller) -> Result<Response, ApiError> {
    one(&list(&server, &actor).await?, None)
}

async fn post_approve(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    actor.must_do_what_others_see(Duty::SeeUsers, Duty::SendLinks)?;
    let Approved { approval, link } = approve(&server, &actor, part(&params, "approval")?).await?;
    let link = link.map(|secret| link_url(&server, &secret));
    one(&Secretly::new(approval, "link", link), None)
}

async fn post_refuse(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    actor.must_do_what_others_see(Duty::SeeUsers, Duty::SendLinks)?;
    refuse(&server, &actor, part(&params, "approval")?).await?;
    no_content(None)
}
