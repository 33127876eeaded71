//! Between a browser's cookies and the server's sessions. Pages know cookies alone: a bearer token opens the API, never a page.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use model::Problem;
use server::{
    Actor, Server,
    listen::ClientAddress,
    session::{self, Begun, SignedIn, cookies_of, set_cookies, set_halfway, unset_cookies},
};

/// Who a browser's session belongs to.
pub async fn actor(server: &Server, headers: &HeaderMap) -> Result<Option<Actor>, Problem> {
    match cookies_of(headers).session {
        Some(secret) => session::by_secret(server, secret.reveal()).await,
        None => Ok(None),
    }
}

/// Where a sign-in comes from: the address as the listener found it out, the browser as it says itself.
pub struct Seen(pub session::Seen);

impl<S: Send + Sync> FromRequestParts<S> for Seen {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Seen, StatusCode> {
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Ok(Seen(session::Seen {
            address: parts.extensions.get::<ClientAddress>().map(|address| address.0),
            browser: session::family(agent.unwrap_or_default()),
            device: cookies_of(&parts.headers).device,
        }))
    }
}

/// The password was right: on to `path`, or first to the second factor.
pub fn go_on(begun: &Begun, path: &str) -> Response {
    match begun {
        Begun::Whole(signed_in) => begin(signed_in, path),
        Begun::Half(secret) => with_cookies(
            Redirect::to(&crate::parts::href("/sign-in/code", &[("to", path)])),
            set_halfway(secret),
        ),
    }
}

/// On to `path`, signed in.
pub fn begin(signed_in: &SignedIn, path: &str) -> Response {
    with_cookies(Redirect::to(path), set_cookies(signed_in))
}

/// On to `path`, signed out.
pub fn end(path: &str) -> Response {
    with_cookies(Redirect::to(path), unset_cookies())
}

fn with_cookies<const N: usize>(to: Redirect, cookies: [Option<HeaderValue>; N]) -> Response {
    let mut response = to.into_response();
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
