//! Who looks, in which language, at what: all that a page needs besides its own data.

use crate::{assets::Assets, http::Miss};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use axum_extra::extract::CookieJar;
use model::{Duty, EmailAddress, Lang, Problem, ProblemKind, Text};
use server::{Actor, viewing::Viewing};
use std::sync::Arc;

/// The cookie in which a browser keeps its language.
pub const LANG_COOKIE: &str = "lang";

#[derive(Clone)]
pub struct Face {
    pub lang: Lang,
    /// Lets this page's own scripts run, and no others.
    pub nonce: Arc<str>,
    /// Path and query, to come back to.
    pub here: String,
    /// What has just been done, as the query says it.
    pub done: Option<String>,
    pub now_ms: i64,
    pub actor: Option<Actor>,
    pub assets: Arc<Assets>,
    /// Where people write when they need help.
    pub contact: Option<EmailAddress>,
}

impl Face {
    /// Who acts; pages behind the guard always have one.
    pub fn me(&self) -> Result<&Actor, Miss> {
        self.actor.as_ref().ok_or_else(|| {
            Miss(Problem::new(
                ProblemKind::SignIn,
                "sign_in",
                Text::new("Connectez-vous d’abord.", "Sign in first."),
            ))
        })
    }

    /// Whether this is a duty of whoever looks.
    pub fn may(&self, duty: Duty) -> bool {
        self.actor.as_ref().is_some_and(|actor| actor.staff.does(duty))
    }

    /// The view in which staff looks as a member does.
    pub fn viewing(&self) -> Option<&Viewing> {
        self.actor.as_ref().and_then(|actor| actor.viewing.as_ref())
    }

    pub fn is_staff(&self) -> bool {
        self.actor.as_ref().is_some_and(|actor| actor.staff.is_any())
    }

    /// The same face, for a page that is shown at another address than the one asked: a form shown again.
    pub fn at(&self, here: impl Into<String>) -> Face {
        Face { here: here.into(), done: None, ..self.clone() }
    }

    /// The same, still saying what was done.
    pub fn saying(&self, here: impl Into<String>) -> Face {
        Face { here: here.into(), ..self.clone() }
    }

    /// The language: the browser's own choice, the user's, what the browser asks for.
    pub fn language(headers: &HeaderMap, jar: &CookieJar, actor: Option<&Actor>) -> Lang {
        if let Some(lang) = jar.get(LANG_COOKIE).and_then(|cookie| Lang::from_code(cookie.value())) {
            return lang;
        }
        if let Some(lang) = actor.and_then(|actor| actor.lang) {
            return lang;
        }
        let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Lang::negotiate(asked.unwrap_or_default())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Face {
    type Rejection = Miss;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Face, Miss> {
        parts.extensions.get::<Face>().cloned().ok_or_else(|| {
            Miss(Problem::new(
                ProblemKind::Internal,
                "no_face",
                Text::new("Une erreur est survenue de notre côté.", "Something went wrong on our side."),
            ))
        })
    }
}
