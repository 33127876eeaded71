//! Grants over the API.

use super::{GrantView, NewGrant, create, list, revoke};
use crate::{
    Server,
    api::{
        Answer, ApiError, Asked, Caller, Needs, Route, Secretly, Verb, Who, created, no_content, one, part,
        shape,
    },
    user::link_url,
};
use axum::{
    extract::{RawPathParams, State},
    response::Response,
    routing,
};
use model::Scope;

pub(crate) const ROUTES: &[Route] = &[
    Route::new(
        Verb::Get,
        "/accounts/{account}/grants",
        Who::Account,
        Needs::Token(Scope::Read),
        "Who manages an account",
        Answer::List(shape::<GrantView>),
        || routing::get(get_all),
    ),
    Route::new(
        Verb::Post,
        "/accounts/{account}/grants",
        Who::AdminOfAccount,
        Needs::Token(Scope::Admin),
        "Let a user manage it. `link`: the one-time link of a user who has no password yet and gets no mail, told this once",
        Answer::Made(shape::<GrantView>),
        || routing::post(post),
    )
    .takes(shape::<NewGrant>),
    Route::new(
        Verb::Delete,
        "/accounts/{account}/grants/{grant}",
        Who::AdminOfAccount,
        Needs::Token(Scope::Admin),
        "Withdraw it, at once",
        Answer::Nothing,
        || routing::delete(remove),
    ),
];

async fn get_all(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    one(&list(&server, &actor, part(&params, "account")?).await?, None)
}

async fn post(
    State(server): State<Server>,
    params: RawPathParams,
    asked: Asked<NewGrant>,
) -> Result<Response, ApiError> {
    let account = part(&params, "account")?;
    let (grant, link) = create(&server, &asked.actor, account, asked.body).await?;
    let location = format!("/accounts/{account}/grants/{}", grant.id);
    let link = link.map(|secret| link_url(&server, &secret));
    created(&Secretly::new(grant, "link", link), None, None, &location)
}

async fn remove(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    // Who may not see the account learns nothing of its grants, however they are written.
    let (account, grant) = (part(&params, "account")?, part(&params, "grant")?);
    revoke(&server, &actor, account, grant).await?;
    no_content(None)
}
