//! What a request brings: who asks, for what, with which body. Everything that does not fit is refused here, as a problem.

use super::{ApiError, gate::nobody, told::clean};
use crate::{
    Actor, Server,
    actor::{Once, not_found},
    paging::Listing,
};
use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Query, RawPathParams, Request},
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
};
use model::{Problem, ProblemKind, Text, text};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::{fmt::Write, str::FromStr};

/// The signed-in user; nobody signed in is 401.
pub struct Caller(pub Actor);

impl FromRequestParts<Server> for Caller {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &Server) -> Result<Caller, ApiError> {
        // The gate put it there; a request that did not pass it is nobody's.
        let actor = parts.extensions.get::<Actor>().cloned();
        Ok(Caller(actor.ok_or_else(nobody)?))
    }
}

/// A part of the path. One that is no id names nothing: not found, as any other that does not exist.
pub fn part<T: FromStr>(params: &RawPathParams, name: &str) -> Result<T, Problem> {
    let found = params.iter().find(|(key, _)| *key == name);
    found.and_then(|(_, value)| value.parse().ok()).ok_or_else(not_found)
}

/// `?limit&cursor&q`, or a struct that has more.
pub struct Listed<T = Listing>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Server> for Listed<T> {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &Server) -> Result<Listed<T>, ApiError> {
        match Query::try_from_uri(&parts.uri) {
            Ok(Query(listing)) => Ok(Listed(listing)),
            Err(error) => {
                let why = error.body_text();
                Err(Problem::new(
                    ProblemKind::Invalid,
                    "bad_query",
                    text!(
                        "Les paramètres ne conviennent pas\u{a0}: {why}",
                        "The parameters do not do: {why}"
                    ),
                )
                .into())
            }
        }
    }
}

/// If-Match (RFC 9110 §13.1.1): the version the asker looked at. Something that was never one of our ETags matches nothing.
pub struct IfMatch(pub Option<i64>);

impl FromRequestParts<Server> for IfMatch {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &Server) -> Result<IfMatch, ApiError> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else { return Ok(IfMatch(None)) };
        let tag = value.to_str().unwrap_or_default().trim();
        if tag == "*" {
            return Ok(IfMatch(None));
        }
        let version =
            tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).and_then(|tag| tag.parse().ok());
        Ok(IfMatch(Some(version.unwrap_or(-1))))
    }
}

/// A signed-in user's request with a JSON body; on POST, its Idempotency-Key goes with the actor.
pub struct Asked<T> {
    pub actor: Actor,
    pub body: T,
}

impl<T: DeserializeOwned> FromRequest<Server> for Asked<T> {
    type Rejection = ApiError;
    async fn from_request(request: Request, server: &Server) -> Result<Asked<T>, ApiError> {
        let (mut parts, body) = request.into_parts();
        let Caller(mut actor) = Caller::from_request_parts(&mut parts, server).await?;
        if !is_json(&parts.headers) {
            let text = Text::new(
                "Envoyez du JSON, avec l’en-tête Content-Type: application/json.",
                "Send JSON, with the header Content-Type: application/json.",
            );
            let problem = Problem::new(ProblemKind::Invalid, "not_json", text);
            return Err(ApiError::from(problem).with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let (method, path) = (parts.method.clone(), parts.uri.path().to_owned());
        let key = once_key(&parts)?;
        let bytes =
            Bytes::from_request(Request::from_parts(parts, body), server).await.map_err(|rejection| {
                let text = Text::new(
                    "Le corps de la demande est trop grand, ou n’est pas arrivé entier.",
                    "The request's body is too large, or did not arrive whole.",
                );
                let problem = Problem::new(ProblemKind::Invalid, "body_too_large", text);
                ApiError::from(problem)
                    .with_status(axum::response::IntoResponse::into_response(rejection).status())
            })?;
        if let Some(key) = key {
            actor.once = Some(Once { key, request: digest(&method, &path, &bytes) });
        }
        clean(&bytes)?;
        let body = serde_json::from_slice(&bytes).map_err(|error| {
            let why = without_values(&error.to_string());
            Problem::new(
                ProblemKind::Invalid,
                "body_unreadable",
                text!(
                    "Le corps de la demande ne convient pas\u{a0}: {why}",
                    "The request's body does not do: {why}"
                ),
            )
        })?;
        Ok(Asked { actor, body })
    }
}

/// serde's words without what was typed, which may be a password: of `invalid type: string "…", expected …` the last part.
fn without_values(error: &str) -> String {
    let quotes = ["invalid type", "invalid value", "invalid length", "unknown variant"];
    match error.rsplit_once(", expected ") {
        Some((_, expected)) if quotes.iter().any(|start| error.starts_with(start)) => {
            format!("expected {expected}")
        }
        _ => error.to_owned(),
    }
}

pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

fn once_key(parts: &Parts) -> Result<Option<String>, Problem> {
    if parts.method != Method::POST {
        return Ok(None);
    }
    let Some(value) = parts.headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().unwrap_or_default();
    if (1..=255).contains(&key.len()) {
        return Ok(Some(key.to_owned()));
    }
    Err(Problem::invalid(
        "Idempotency-Key",
        "idempotency_key_bad",
        Text::new(
            "Une clé d’idempotence a de 1 à 255 caractères ASCII.",
            "An idempotency key has 1 to 255 ASCII characters.",
        ),
    ))
}

fn digest(method: &Method, path: &str, body: &[u8]) -> String {
    let mut hash = Sha256::new();
    for part in [method.as_str().as_bytes(), path.as_bytes(), body] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_not_repeated() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Body {
            #[expect(dead_code, reason = "only read")]
            days: u32,
        }
        let says = |json: &str| without_values(&serde_json::from_str::<Body>(json).unwrap_err().to_string());
        assert_eq!(says(r#"{"days":"secret, expected"}"#), "expected u32 at line 1 column 26");
        assert!(says("{}").starts_with("missing field `days`"));
        assert!(says(r#"{"day":1}"#).starts_with("unknown field `day`"));
    }
}
