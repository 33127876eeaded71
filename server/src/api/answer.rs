//! What the API answers when all went well.

use super::ApiError;
use crate::change::Done;
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use model::ChangeId;
use serde::Serialize;

/// One thing, with its version as ETag (RFC 9110 §8.8.3) where it has one.
pub fn one<T: Serialize>(item: &T, version: Option<i64>) -> Result<Response, ApiError> {
    let mut response = Json(item).into_response();
    if let Some(tag) = version.and_then(|version| HeaderValue::from_str(&format!("\"{version}\"")).ok()) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

/// What a mutation left behind; the header `Alveole-Change` names the change, if there was one to make.
pub fn done<T: Serialize>(done: &Done<T>, version: Option<i64>) -> Result<Response, ApiError> {
    let mut response = one(&done.item, version)?;
    name_change(&mut response, done.change);
    Ok(response)
}

/// 201, where it is now, and what it is.
pub fn created<T: Serialize>(
    item: &T,
    version: Option<i64>,
    change: Option<ChangeId>,
    location: &str,
) -> Result<Response, ApiError> {
    let mut response = one(item, version)?;
    *response.status_mut() = StatusCode::CREATED;
    if let Ok(location) = HeaderValue::from_str(&format!("{}{location}", super::PREFIX)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    name_change(&mut response, change);
    Ok(response)
}

/// 204; the change as above.
pub fn no_content(change: Option<ChangeId>) -> Result<Response, ApiError> {
    let mut response = StatusCode::NO_CONTENT.into_response();
    name_change(&mut response, change);
    Ok(response)
}

fn name_change(response: &mut Response, change: Option<ChangeId>) {
    if let Some(change) = change.and_then(|change| HeaderValue::from_str(&change.to_string()).ok()) {
        response.headers_mut().insert("alveole-change", change);
    }
}

/// A thing together with a secret that is told this once.
#[derive(Serialize)]
pub struct Secretly<T: Serialize> {
    #[serde(flatten)]
    pub item: T,
    #[serde(flatten)]
    pub secret: serde_json::Map<String, serde_json::Value>,
}

impl<T: Serialize> Secretly<T> {
    pub fn new(item: T, name: &str, secret: Option<String>) -> Secretly<T> {
        let mut map = serde_json::Map::new();
        map.insert(name.to_owned(), secret.into());
        Secretly { item, secret: map }
    }
}
