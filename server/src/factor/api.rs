//! Second factors over the API.

use super::{
    Challenge, FactorView, Factors, Policy, begin_passkey, begin_totp, confirm_passkey, confirm_totp, mine,
    new_codes, policy, remove, rename, reset, set_policy,
};
use crate::{
    Server,
    api::{Answer, ApiError, Asked, Caller, Needs, Route, Verb, Who, no_content, one, part, shape},
};
use axum::{
    extract::{RawPathParams, State},
    http::StatusCode,
    response::Response,
    routing,
};
use model::{Duty, FactorId, Scope, Secret};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

pub(crate) const ROUTES: &[Route] = &[
    Route::new(
        Verb::Get,
        "/me/factors",
        Who::User,
        Needs::Token(Scope::Read),
        "One's own ways of two-step sign-in",
        Answer::One(shape::<Factors>),
        || routing::get(get_mine),
    )
    .while_setting_up(),
    Route::new(
        Verb::Post,
        "/me/factors/totp",
        Who::User,
        Needs::Session,
        "Begin to set an authenticator app up; told this once, good for 15 minutes. Takes a fresh proof",
        Answer::Made(shape::<NewTotp>),
        || routing::post(post_totp),
    )
    .while_setting_up(),
    Route::new(
        Verb::Post,
        "/me/factors/{factor}/confirm",
        Who::User,
        Needs::Session,
        "The app's first code: from now on one is asked at sign-in. Tells the recovery codes this once",
        Answer::One(shape::<Codes>),
        || routing::post(post_confirm),
    )
    .takes(shape::<Code>)
    .while_setting_up(),
    Route::new(
        Verb::Post,
        "/me/factors/passkey",
        Who::User,
        Needs::Session,
        "Begin to add a passkey: a challenge, good for one answer within five minutes. Takes a fresh proof",
        Answer::Made(shape::<Challenge>),
        || routing::post(post_passkey),
    )
    .while_setting_up(),
    Route::new(
        Verb::Post,
        "/me/factors/passkey/confirm",
        Who::User,
        Needs::Session,
        "The new passkey's answer and its name: from now on one is asked at sign-in. With the first factor, tells the recovery codes this once",
        Answer::One(shape::<Codes>),
        || routing::post(post_passkey_confirm),
    )
    .takes(shape::<NewPasskey>)
    .while_setting_up(),
    Route::new(
        Verb::Patch,
        "/me/factors/{factor}",
        Who::User,
        Needs::Session,
        "Give one of one's factors another name",
        Answer::One(shape::<FactorView>),
        || routing::patch(patch_mine),
    )
    .takes(shape::<Name>),
    Route::new(
        Verb::Delete,
        "/me/factors/{factor}",
        Who::User,
        Needs::Session,
        "Remove a factor; other sessions and the tokens end. Takes a fresh proof",
        Answer::Nothing,
        || routing::delete(delete_mine),
    ),
    Route::new(
        Verb::Post,
        "/me/recovery-codes",
        Who::User,
        Needs::Session,
        "Ten new recovery codes, told this once; earlier ones work no more. Takes a fresh proof",
        Answer::Made(shape::<Codes>),
        || routing::post(post_codes),
    ),
    Route::new(
        Verb::Delete,
        "/users/{user}/factors",
        Who::Staff(Duty::SeeUsers, Duty::Administer),
        Needs::Session,
        "Remove all factors of a user who has lost them; sessions and tokens of the user end",
        Answer::Nothing,
        || routing::delete(delete_all),
    ),
    Route::new(
        Verb::Get,
        "/settings/second-factor",
        Who::Staff(Duty::SeeUsers, Duty::SeeUsers),
        Needs::Token(Scope::Read),
        "Of whom two-step sign-in is asked",
        Answer::One(shape::<Asking>),
        || routing::get(get_policy),
    ),
    Route::new(
        Verb::Put,
        "/settings/second-factor",
        Who::Staff(Duty::SeeUsers, Duty::Administer),
        Needs::Token(Scope::Admin),
        "Ask it of nobody, staff or everybody",
        Answer::One(shape::<Asking>),
        || routing::put(put_policy),
    )
    .takes(shape::<Asking>),
];

/// What an authenticator app needs: as text, and as the address of a QR code.
#[derive(Serialize, ToSchema)]
struct NewTotp {
    id: String,
    secret: String,
    uri: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Code {
    #[schema(value_type = String)]
    code: Secret,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPasskey {
    name: String,
    #[schema(value_type = Object)]
    passkey: Value,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FactorName)]
struct Name {
    name: String,
}

#[derive(Serialize, ToSchema)]
struct Codes {
    recovery_codes: Vec<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Asking {
    asked_of: Policy,
}

fn told(codes: Vec<Secret>) -> Codes {
    Codes { recovery_codes: codes.iter().map(|code| code.reveal().to_owned()).collect() }
}

async fn get_mine(State(server): State<Server>, Caller(actor): Caller) -> Result<Response, ApiError> {
    one(&mine(&server, &actor).await?, None)
}

async fn post_totp(State(server): State<Server>, Caller(actor): Caller) -> Result<Response, ApiError> {
    let pending = begin_totp(&server, &actor).await?;
    let (secret, uri) = (pending.secret.reveal().to_owned(), pending.uri.reveal().to_owned());
    let mut response = one(&NewTotp { id: pending.id.to_string(), secret, uri }, None)?;
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

async fn post_confirm(
    State(server): State<Server>,
    params: RawPathParams,
    asked: Asked<Code>,
) -> Result<Response, ApiError> {
    let factor: FactorId = part(&params, "factor")?;
    one(&told(confirm_totp(&server, &asked.actor, factor, asked.body.code.reveal()).await?), None)
}

async fn post_passkey(State(server): State<Server>, Caller(actor): Caller) -> Result<Response, ApiError> {
    let mut response = one(&begin_passkey(&server, &actor).await?, None)?;
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

async fn post_passkey_confirm(
    State(server): State<Server>,
    asked: Asked<NewPasskey>,
) -> Result<Response, ApiError> {
    let NewPasskey { name, passkey } = &asked.body;
    one(&told(confirm_passkey(&server, &asked.actor, name, passkey).await?), None)
}

async fn patch_mine(
    State(server): State<Server>,
    params: RawPathParams,
    asked: Asked<Name>,
) -> Result<Response, ApiError> {
    one(&rename(&server, &asked.actor, part(&params, "factor")?, &asked.body.name).await?, None)
}

async fn delete_mine(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    remove(&server, &actor, part(&params, "factor")?).await?;
    no_content(None)
}

async fn post_codes(State(server): State<Server>, Caller(actor): Caller) -> Result<Response, ApiError> {
    let mut response = one(&told(new_codes(&server, &actor).await?), None)?;
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

async fn delete_all(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    actor.must_do_what_others_see(Duty::SeeUsers, Duty::Administer)?;
    reset(&server, &actor, part(&params, "user")?).await?;
    no_content(None)
}

async fn get_policy(State(server): State<Server>, Caller(actor): Caller) -> Result<Response, ApiError> {
    one(&Asking { asked_of: policy(&server, &actor).await? }, None)
}

async fn put_policy(State(server): State<Server>, asked: Asked<Asking>) -> Result<Response, ApiError> {
    one(&Asking { asked_of: set_policy(&server, &asked.actor, asked.body.asked_of).await? }, None)
}
