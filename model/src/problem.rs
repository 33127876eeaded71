//! What can be wrong, said so that a person can mend it.

use crate::{Lang, Text};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The kind of a problem; the API maps each to one HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// A value cannot be accepted (422).
    Invalid,
    /// It does not exist, or the asker may not know that it does (404).
    NotFound,
    /// It clashes with what is there (409).
    Conflict,
    /// It was changed meanwhile (412).
    Stale,
    /// The asker may see it, yet not do this (403).
    Denied,
    /// Nobody is signed in (401).
    SignIn,
    /// Too many tries (429).
    TooMany,
    /// A part that is needed is away (503).
    Unavailable,
    /// Our own fault (500); the cause stands in the log, never in the text.
    Internal,
}

impl ProblemKind {
    /// The HTTP status that says it.
    pub fn status(self) -> u16 {
        match self {
            ProblemKind::Invalid => 422,
            ProblemKind::NotFound => 404,
            ProblemKind::Conflict => 409,
            ProblemKind::Stale => 412,
            ProblemKind::Denied => 403,
            ProblemKind::SignIn => 401,
            ProblemKind::TooMany => 429,
            ProblemKind::Unavailable => 503,
            ProblemKind::Internal => 500,
        }
    }
}

/// Something refused: the field, the reason and the remedy, in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub kind: ProblemKind,
    /// Stable, for programs: `name_taken`.
    pub code: &'static str,
    /// The input concerned, as the form and the API name it.
    pub field: Option<&'static str>,
    /// Reason and remedy.
    pub text: Text,
}

impl Problem {
    pub fn new(kind: ProblemKind, code: &'static str, text: Text) -> Problem {
        Problem { kind, code, field: None, text }
    }

    pub fn invalid(field: &'static str, code: &'static str, text: Text) -> Problem {
        Problem { kind: ProblemKind::Invalid, code, field: Some(field), text }
    }

    /// The same problem, said of another field.
    pub fn on(mut self, field: &'static str) -> Problem {
        self.field = Some(field);
        self
    }

    pub fn pick(&self, lang: Lang) -> &str {
        self.text.pick(lang)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.text.en)
    }
}

impl std::error::Error for Problem {}
