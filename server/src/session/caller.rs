//! Who a request is from: a bearer token, else the session cookie.

use super::{HALFWAY_MS, LONGEST_MS, SignedIn, find};
use crate::{
    Actor, Server,
    factor::CEREMONY_MS,
    token::{self, Scopes},
};
use axum::http::{HeaderMap, HeaderValue, header};
use model::{Problem, ProblemKind, Secret, Text};
use std::net::IpAddr;

/// `__Host-`: set by this very host over HTTPS, for the whole host and no other.
pub const SESSION_COOKIE: &str = "__Host-session";
/// Remembers that its user has signed in from this browser; signs nobody in.
pub const DEVICE_COOKIE: &str = "__Host-device";

/// The password was right, a second factor is awaited (`halfway`).
pub const HALFWAY_COOKIE: &str = "__Host-halfway";

/// A passkey is asked for before anybody is known (`alone`).
pub const PASSKEY_COOKIE: &str = "__Host-passkey";

/// The panel's cookies of a request.
#[derive(Clone, Debug, Default)]
pub struct Cookies {
    pub session: Option<Secret>,
    pub device: Option<Secret>,
    pub halfway: Option<Secret>,
    pub passkey: Option<Secret>,
}

pub fn cookies_of(headers: &HeaderMap) -> Cookies {
    let mut cookies = Cookies::default();
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    for (name, value) in pairs.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='))
    {
        match name {
            SESSION_COOKIE => cookies.session = Some(Secret::new(value)),
            DEVICE_COOKIE => cookies.device = Some(Secret::new(value)),
            HALFWAY_COOKIE => cookies.halfway = Some(Secret::new(value)),
            PASSKEY_COOKIE => cookies.passkey = Some(Secret::new(value)),
            _ => {}
        }
    }
    cookies
}

/// Who a request from this address is of, and what a token's scopes allow; `None` when nobody is signed in. A bearer token that does not work is an error, never the cookie's turn.
pub async fn caller(
    server: &Server,
    headers: &HeaderMap,
    address: Option<IpAddr>,
) -> Result<Option<(Actor, Scopes)>, Problem> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let bearer = value.to_str().ok().and_then(|value| {
            let (scheme, secret) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some(secret.trim())
        });
        return match bearer {
            Some(secret) => token::by_secret(server, secret, address).await?.ok_or_else(bad_token).map(Some),
            None => Err(bad_token()),
        };
    }
    match cookies_of(headers).session {
        Some(secret) => {
            Ok(find::by_secret(server, secret.reveal()).await?.map(|actor| (actor, Scopes::all())))
        }
        None => Ok(None),
    }
}

fn bad_token() -> Problem {
    Problem::new(
        ProblemKind::SignIn,
        "bad_token",
        Text::new(
            "Ce jeton ne marche pas ou plus\u{a0}: créez-en un dans le panneau.",
            "This token does not work (any more): create one in the panel.",
        ),
    )
}

/// The Set-Cookie values of a session begun; the wait for a factor is over.
pub fn set_cookies(signed_in: &SignedIn) -> [Option<HeaderValue>; 3] {
    let month = LONGEST_MS / 1000;
    [
        cookie(SESSION_COOKIE, signed_in.session.reveal(), month),
        cookie(DEVICE_COOKIE, signed_in.device.reveal(), 12 * month),
        cookie(HALFWAY_COOKIE, "", 0),
    ]
}

/// The Set-Cookie value while a second factor is awaited.
pub fn set_halfway(secret: &Secret) -> [Option<HeaderValue>; 1] {
    [cookie(HALFWAY_COOKIE, secret.reveal(), HALFWAY_MS / 1000)]
}

/// The Set-Cookie value while a passkey alone is awaited.
pub fn set_passkey(secret: &Secret) -> [Option<HeaderValue>; 1] {
    [cookie(PASSKEY_COOKIE, secret.reveal(), CEREMONY_MS / 1000)]
}

/// The Set-Cookie value of a session ended; the browser stays known.
pub fn unset_cookies() -> [Option<HeaderValue>; 1] {
    [cookie(SESSION_COOKIE, "", 0)]
}

fn cookie(name: &str, value: &str, seconds: i64) -> Option<HeaderValue> {
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax");
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_read_by_their_exact_name() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=b; __Host-session=one; session=two".parse().unwrap());
        headers.append(header::COOKIE, "__Host-device=three".parse().unwrap());
        let cookies = cookies_of(&headers);
        assert_eq!(cookies.session.unwrap().reveal(), "one");
        assert_eq!(cookies.device.unwrap().reveal(), "three");
    }

    #[test]
    fn cookies_are_host_only_and_out_of_scripts_reach() {
        let signed_in = SignedIn {
            user: model::UserId::new(1, &[1; 10]),
            session: Secret::new("abc"),
            device: Secret::new("def"),
        };
        for value in set_cookies(&signed_in) {
            let text = value.unwrap().to_str().unwrap().to_owned();
            assert!(text.starts_with("__Host-") && text.contains("; Path=/;"), "{text}");
            assert!(text.ends_with("Secure; HttpOnly; SameSite=Lax") && !text.contains("Domain"), "{text}");
        }
    }
}
