//! Signing in and out over the API, and one's sessions: for programs that act in a browser's stead.

use super::{
    Begun, Proof, Seen, SessionView, SignIn, cookies_of, end as end_one, end_others, family, finish,
    finish_with_passkey, list, prove, set_cookies, set_halfway, sign_in, sign_out, unset_cookies,
};
use crate::{
    Server,
    api::{
        Answer, ApiError, Asked, Caller, Needs, Route, Told, Untold, Verb, Who, no_content, one, part, shape,
    },
    listen::ClientAddress,
};
use axum::{
    Extension,
    extract::{RawPathParams, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
    routing,
};
use model::{Problem, ProblemKind, Scope, Secret, Text};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

pub(crate) const ROUTES: &[Route] = &[
    Route::new(
        Verb::Post,
        "/session",
        Who::Anyone,
        Needs::Nothing,
        "Sign in: sets the session cookie. A user with a second factor gets 401 `factor_awaited` and a cookie for POST /session/code",
        Answer::Nothing,
        || routing::post(begin),
    )
    .takes(shape::<Credentials>),
    Route::new(
        Verb::Post,
        "/session/code",
        Who::Anyone,
        Needs::Nothing,
        "The second factor, within five minutes: a code of the app, a recovery code, or a passkey's answer",
        Answer::Nothing,
        || routing::post(code),
    )
    .takes(shape::<SecondFactor>),
    Route::new(
        Verb::Post,
        "/session/proof",
        Who::User,
        Needs::Session,
        "Prove again to be there, with the password, a code or a passkey's answer: good for ten minutes of dangerous acts (403 `proof_needed`)",
        Answer::Nothing,
        || routing::post(proof),
    )
    .takes(shape::<Proof>)
    .while_setting_up()
    .while_viewing(),
    Route::new(Verb::Delete, "/session", Who::User, Needs::Session, "Sign out", Answer::Nothing, || {
        routing::delete(end)
    })
    .while_setting_up()
    .while_viewing(),
    Route::new(
        Verb::Get,
        "/me/sessions",
        Who::User,
        Needs::Token(Scope::Read),
        "One's own sessions",
        Answer::List(shape::<SessionView>),
        || routing::get(get_all),
    ),
    Route::new(
        Verb::Delete,
        "/me/sessions",
        Who::User,
        Needs::Token(Scope::Admin),
        "Sign out everywhere else",
        Answer::Nothing,
        || routing::delete(delete_others),
    ),
    Route::new(
        Verb::Delete,
        "/me/sessions/{session}",
        Who::User,
        Needs::Token(Scope::Admin),
        "Sign out one of them",
        Answer::Nothing,
        || routing::delete(delete_one),
    ),
];

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Credentials {
    email: String,
    #[schema(value_type = String)]
    password: Secret,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SecondFactor {
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    code: Option<Secret>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    passkey: Option<Value>,
}

async fn begin(
    State(server): State<Server>,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
    body: Result<Told<Credentials>, Untold>,
) -> Result<Response, ApiError> {
    let Told(Credentials { email, password }) = body.map_err(|untold| {
        untold.wanted(Text::new("Envoyez email et password en JSON.", "Send email and password as JSON."))
    })?;
    match sign_in(&server, SignIn { email, password, seen: seen(address, &headers) }).await? {
        Begun::Whole(signed_in) => with_cookies(no_content(None)?, set_cookies(&signed_in)),
        Begun::Half(secret) => {
            let problem = Problem::new(
                ProblemKind::SignIn,
                "factor_awaited",
                Text::new(
                    "Envoyez maintenant le code de votre double authentification (POST /session/code).",
                    "Now send the code of your two-step sign-in (POST /session/code).",
                ),
            );
            with_cookies(ApiError::from(problem).into_response(), set_halfway(&secret))
        }
    }
}

async fn code(
    State(server): State<Server>,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
    body: Result<Told<SecondFactor>, Untold>,
) -> Result<Response, ApiError> {
    let Told(SecondFactor { code, passkey }) = body.map_err(|untold| {
        untold.wanted(Text::new("Envoyez code ou passkey en JSON.", "Send code or passkey as JSON."))
    })?;
    let (halfway, seen) = (halfway(&headers), seen(address, &headers));
    let signed_in = match (code, passkey) {
        (None, Some(answer)) => finish_with_passkey(&server, &halfway, &answer, seen).await?,
        (code, _) => {
            let code = code.unwrap_or_else(|| Secret::new(""));
            finish(&server, &halfway, code.reveal(), seen).await?
        }
    };
    with_cookies(no_content(None)?, set_cookies(&signed_in))
}

async fn proof(State(server): State<Server>, asked: Asked<Proof>) -> Result<Response, ApiError> {
    prove(&server, &asked.actor, &asked.body).await?;
    no_content(None)
}

async fn end(State(server): State<Server>, Caller(actor): Caller) -> Result<Response, ApiError> {
    sign_out(&server, &actor).await?;
    with_cookies(no_content(None)?, unset_cookies())
}

async fn get_all(State(server): State<Server>, Caller(actor): Caller) -> Result<Response, ApiError> {
    one(&list(&server, &actor).await?, None)
}

async fn delete_others(State(server): State<Server>, Caller(actor): Caller) -> Result<Response, ApiError> {
    end_others(&server, &actor).await?;
    no_content(None)
}

async fn delete_one(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    end_one(&server, &actor, &part::<String>(&params, "session")?).await?;
    no_content(None)
}

pub(super) fn halfway(headers: &HeaderMap) -> Secret {
    cookies_of(headers).halfway.unwrap_or_else(|| Secret::new(""))
}

pub(super) fn seen(address: Option<Extension<ClientAddress>>, headers: &HeaderMap) -> Seen {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Seen {
        address: address.map(|known| known.0.0),
        browser: family(agent),
        device: cookies_of(headers).device,
    }
}

pub(super) fn with_cookies<const N: usize>(
    mut response: Response,
    cookies: [Option<HeaderValue>; N],
) -> Result<Response, ApiError> {
    for value in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(response)
}
