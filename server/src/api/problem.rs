//! Problems as RFC 9457 says them, in the asker's language.

use crate::{Server, session};
use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use model::{Lang, Problem, ProblemKind, Text};
use serde_json::json;

/// What a handler answers when it refuses. The text is chosen on the way out (`render`), where the request's language is known.
#[derive(Clone, Debug)]
pub struct ApiError {
    pub problem: Problem,
    /// For the few statuses that no kind of problem stands for (405, 413, 415).
    pub status: StatusCode,
    pub retry_after_s: Option<i64>,
    /// The field, where its name comes from the body; boxed, for hardly an error has one.
    pub field: Option<Box<Field>>,
}

/// A field of a body by its way, as in `contacts.1.name`.
#[derive(Clone, Debug)]
pub struct Field(pub String);

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> ApiError {
        let status = StatusCode::from_u16(problem.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        ApiError { problem, status, retry_after_s: None, field: None }
    }
}

impl From<session::Refusal> for ApiError {
    fn from(refusal: session::Refusal) -> ApiError {
        ApiError { retry_after_s: refusal.retry_after_s, ..refusal.problem.into() }
    }
}

impl ApiError {
    pub fn with_status(mut self, status: StatusCode) -> ApiError {
        self.status = status;
        self
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

pub(super) async fn wrong_method() -> ApiError {
    let text = Text::new(
        "Cette adresse ne prend pas cette méthode\u{a0}: voyez /api/v1/openapi.json.",
        "This address does not take this method: see /api/v1/openapi.json.",
    );
    ApiError::from(Problem::new(ProblemKind::Invalid, "wrong_method", text))
        .with_status(StatusCode::METHOD_NOT_ALLOWED)
}

/// Writes what was refused as `application/problem+json`.
pub(super) async fn render(State(_): State<Server>, request: Request, next: Next) -> Response {
    let lang = language(request.headers());
    let mut response = next.run(request).await;
    let Some(error) = response.extensions_mut().remove::<ApiError>() else { return response };
    let ApiError { problem, status, retry_after_s, field } = error;
    let mut body = json!({
        "type": format!("urn:alveole:problem:{}", problem.code),
        "title": title(status, lang),
        "status": status.as_u16(),
        "detail": problem.text.pick(lang),
        "code": problem.code,
    });
    if let Some(field) = field.map(|field| field.0).or_else(|| problem.field.map(str::to_owned)) {
        body["field"] = field.into();
    }
    let mut rendered = (status, Json(body)).into_response();
    for (name, value) in response.headers() {
        if name != header::CONTENT_LENGTH && name != header::CONTENT_TYPE {
            rendered.headers_mut().insert(name, value.clone());
        }
    }
    let headers = rendered.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(lang.code()));
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"alveole\""));
    }
    if let Some(wait) = retry_after_s {
        headers.insert(header::RETRY_AFTER, wait.into());
    }
    rendered
}

/// What the client accepts, French otherwise.
pub fn language(headers: &HeaderMap) -> Lang {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Lang::negotiate(accepted.unwrap_or_default())
}

fn title(status: StatusCode, lang: Lang) -> &'static str {
    let (fr, en) = match status.as_u16() {
        401 => ("Connexion requise", "Sign-in needed"),
        403 => ("Refusé", "Denied"),
        404 => ("Introuvable", "Not found"),
        405 => ("Méthode inconnue ici", "Method unknown here"),
        409 => ("En conflit", "Conflict"),
        412 => ("Changé entre-temps", "Changed meanwhile"),
        413 => ("Trop grand", "Too large"),
        415 => ("Format inattendu", "Unexpected format"),
        422 => ("Valeur refusée", "Value refused"),
        429 => ("Trop d’essais", "Too many tries"),
        503 => ("Indisponible", "Unavailable"),
        _ => ("Erreur du panneau", "Error of the panel"),
    };
    lang.pick(fr, en)
}
