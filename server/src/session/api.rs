//! Signing in and out over the API: for programs that act in a browser's stead.

use super::{SignIn, cookies_of, set_cookies, sign_in, sign_out, unset_cookies};
use crate::{
    Server,
    api::{Answer, ApiError, Caller, Route, Verb, Who, no_content, shape},
    listen::ClientAddress,
};
use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
    http::{HeaderMap, header},
    response::Response,
    routing,
};
use model::{Problem, ProblemKind, Secret, Text};
use serde::Deserialize;
use std::net::{IpAddr, Ipv6Addr};
use utoipa::ToSchema;

pub(crate) const ROUTES: &[Route] = &[
    Route::new(
        Verb::Post,
        "/session",
        Who::Anyone,
        "Sign in: sets the session cookie",
        Answer::Nothing,
        || routing::post(begin),
    )
    .takes(shape::<Credentials>),
    Route::new(Verb::Delete, "/session", Who::User, "Sign out", Answer::Nothing, || routing::delete(end)),
];

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Credentials {
    email: String,
    #[schema(value_type = String)]
    password: Secret,
}

async fn begin(
    State(server): State<Server>,
    address: Option<axum::Extension<ClientAddress>>,
    headers: HeaderMap,
    body: Result<Json<Credentials>, JsonRejection>,
) -> Result<Response, ApiError> {
    let Json(Credentials { email, password }) = body.map_err(|_| {
        // serde's own words could repeat the password.
        Problem::new(
            ProblemKind::Invalid,
            "body_unreadable",
            Text::new("Envoyez email et password en JSON.", "Send email and password as JSON."),
        )
    })?;
    let address = address.map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |known| known.0.0);
    let asked = SignIn { email, password, address, device: cookies_of(&headers).device };
    let signed_in = sign_in(&server, asked).await?;
    let mut response = no_content(None)?;
    for value in set_cookies(&signed_in).into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(response)
}

async fn end(State(server): State<Server>, Caller(actor): Caller) -> Result<Response, ApiError> {
    sign_out(&server, &actor).await?;
    let mut response = no_content(None)?;
    for value in unset_cookies().into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(response)
}
