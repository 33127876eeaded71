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
    session::{SignedIn, cookies_of, set_cookies, unset_cookies},
};
use std::net::{IpAddr, Ipv4Addr};

/// Who a browser's session belongs to.
pub async fn actor(server: &Server, headers: &HeaderMap) -> Result<Option<Actor>, Problem> {
    match cookies_of(headers).session {
        Some(secret) => server::session::by_secret(server, secret.reveal()).await,
        None => Ok(None),
    }
}

/// Where a sign-in comes from, as the listener found out.
pub struct Address(pub IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for Address {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Address, StatusCode> {
        let found = parts.extensions.get::<ClientAddress>().map(|address| address.0);
        Ok(Address(found.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))))
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
