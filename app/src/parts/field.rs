//! What was typed into a form, and what was wrong with it: the two things a page needs to show a form again.

use crate::{
    http::Miss,
    parts::{Tone, notice},
};
use axum::{
    Form,
    extract::{FromRequest, Request},
};
use leptos::prelude::*;
use model::{Lang, Problem, ProblemKind, Secret, Text};

/// The fields of a form as they came. It never says what it holds: some of it is passwords.
#[derive(Clone, Default)]
pub struct Typed {
    pairs: Vec<(String, String)>,
    problem: Option<Problem>,
}

impl Typed {
    /// An empty form, to be filled by `with`.
    pub fn new() -> Typed {
        Typed::default()
    }

    /// The same form with one field filled in.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Typed {
        self.pairs.retain(|(known, _)| known != name);
        self.pairs.push((name.to_owned(), value.into()));
        self
    }

    /// What was typed in a field; empty when there was none.
    pub fn get(&self, name: &str) -> &str {
        self.pairs.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Whether the form has such a field at all.
    pub fn has(&self, name: &str) -> bool {
        self.pairs.iter().any(|(known, _)| known == name)
    }

    /// All that were ticked or typed under one name.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone()).collect()
    }

    /// Every field as it came, to be carried along.
    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// What was typed, unless nothing but spaces was.
    pub fn some(&self, name: &str) -> Option<&str> {
        Some(self.get(name).trim()).filter(|value| !value.is_empty())
    }

    /// A password or another value that must not be shown again.
    pub fn secret(&self, name: &str) -> Secret {
        Secret::new(self.get(name))
    }

    /// The same form, refused for this reason.
    pub fn refused(mut self, problem: Problem) -> Typed {
        self.problem = Some(problem);
        self
    }

    pub fn problem(&self) -> Option<&Problem> {
        self.problem.as_ref()
    }

    /// The status of the page that shows this form: 200, or what its problem says.
    pub fn status(&self) -> u16 {
        self.problem.as_ref().map_or(200, |problem| problem.kind.status())
    }

    /// The error at one field.
    pub fn error(&self, name: &str) -> Option<&Text> {
        self.problem.as_ref().filter(|problem| problem.field == Some(name)).map(|problem| &problem.text)
    }
}

impl<S: Send + Sync> FromRequest<S> for Typed {
    type Rejection = Miss;

    async fn from_request(request: Request, state: &S) -> Result<Typed, Miss> {
        match Form::<Vec<(String, String)>>::from_request(request, state).await {
            Ok(Form(pairs)) => Ok(Typed { pairs, problem: None }),
            Err(_) => Err(Miss(unreadable())),
        }
    }
}

/// A form that is too large, or none.
pub fn unreadable() -> Problem {
    Problem::new(
        ProblemKind::Invalid,
        "form_unreadable",
        Text::new(
            "Le formulaire n’a pas pu être lu\u{a0}: revenez en arrière et recommencez.",
            "The form could not be read: go back and try again.",
        ),
    )
}

/// The summary at the top of a form that was refused: it leads to the field, or takes the focus itself when no field is at fault.
pub fn errors(lang: Lang, typed: &Typed) -> Option<AnyView> {
    let problem = typed.problem()?;
    let said = problem.pick(lang).to_owned();
    let body = match problem.field {
        Some(field) => view! { <p><a href=format!("#f-{field}")>{said}</a></p> }.into_any(),
        None => view! { <p tabindex="-1" autofocus=true>{said}</p> }.into_any(),
    };
    Some(notice(
        Tone::Bad,
        lang.pick(
            "Rien n’a été modifié\u{a0}: il reste un point à corriger.",
            "Nothing was changed: one point is to be mended.",
        ),
        body,
    ))
}
