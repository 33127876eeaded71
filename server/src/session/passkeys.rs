//! Passkeys over the API: challenges for half way, for a proof and for signing in alone, and the sign-in alone.

use super::{
    api::{halfway, seen, with_cookies},
    ask_alone, ask_passkey, ask_proof, cookies_of, set_cookies, set_passkey, sign_in_alone,
};
use crate::{
    Server,
    api::{Answer, ApiError, Caller, Needs, Route, Told, Untold, Verb, Who, no_content, one, shape},
    factor::Challenge,
    listen::ClientAddress,
};
use axum::{Extension, extract::State, http::HeaderMap, response::Response, routing};
use model::{Secret, Text};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

pub(super) const ROUTES: &[Route] = &[
    Route::new(
        Verb::Post,
        "/session/code/passkey",
        Who::Anyone,
        Needs::Nothing,
        "Instead of a code: a challenge for one of the user's passkeys, good for one answer within five minutes",
        Answer::One(shape::<Challenge>),
        || routing::post(code_passkey),
    ),
    Route::new(
        Verb::Post,
        "/session/passkey/begin",
        Who::Anyone,
        Needs::Nothing,
        "To sign in with a passkey alone: a challenge, and a cookie for POST /session/passkey",
        Answer::One(shape::<Challenge>),
        || routing::post(alone_begin),
    ),
    Route::new(
        Verb::Post,
        "/session/passkey",
        Who::Anyone,
        Needs::Nothing,
        "Sign in with a passkey's answer alone; the passkey is password and second factor in one",
        Answer::Nothing,
        || routing::post(alone_finish),
    )
    .takes(shape::<Passkey>),
    Route::new(
        Verb::Post,
        "/session/proof/passkey",
        Who::User,
        Needs::Session,
        "A challenge for one of one's passkeys, whose answer proves to be there",
        Answer::One(shape::<Challenge>),
        || routing::post(proof_passkey),
    )
    .while_setting_up()
    .while_viewing(),
];

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Passkey {
    #[schema(value_type = Object)]
    passkey: Value,
}

async fn code_passkey(State(server): State<Server>, headers: HeaderMap) -> Result<Response, ApiError> {
    one(&ask_passkey(&server, &halfway(&headers)).await?, None)
}

async fn alone_begin(
    State(server): State<Server>,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (secret, challenge) = ask_alone(&server, &seen(address, &headers)).await?;
    with_cookies(one(&challenge, None)?, set_passkey(&secret))
}

async fn alone_finish(
    State(server): State<Server>,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
    body: Result<Told<Passkey>, Untold>,
) -> Result<Response, ApiError> {
    let Told(Passkey { passkey }) =
        body.map_err(|untold| untold.wanted(Text::new("Envoyez passkey en JSON.", "Send passkey as JSON.")))?;
    let cookie = cookies_of(&headers).passkey.unwrap_or_else(|| Secret::new(""));
    let signed_in = sign_in_alone(&server, &cookie, &passkey, seen(address, &headers)).await?;
    with_cookies(no_content(None)?, set_cookies(&signed_in))
}

async fn proof_passkey(State(server): State<Server>, Caller(actor): Caller) -> Result<Response, ApiError> {
    one(&ask_proof(&server, &actor).await?, None)
}
