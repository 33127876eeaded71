//! How a page handler fails: with a problem, which `enter` turns into a page in the reader's language.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use model::{Problem, ProblemKind};

/// What a page handler gives.
pub type Answer = Result<Response, Miss>;

/// A problem that has no form to be shown on.
#[derive(Clone, Debug)]
pub struct Miss(pub Problem);

impl From<Problem> for Miss {
    fn from(problem: Problem) -> Miss {
        Miss(problem)
    }
}

impl IntoResponse for Miss {
    /// Status alone; the page is drawn where language and reader are known.
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Sorts problems: those a person can mend on the form come back to it, the others are a page of their own.
pub fn on_form(problem: Problem) -> Result<Problem, Miss> {
    match problem.kind {
        ProblemKind::Invalid | ProblemKind::Conflict | ProblemKind::Stale | ProblemKind::TooMany => {
            Ok(problem)
        }
        _ => Err(Miss(problem)),
    }
}

/// After an act that went well: the page that shows it, and a word of what was done.
pub fn see(path: impl AsRef<str>, done: &str) -> Answer {
    Ok(Redirect::to(&crate::parts::href(path.as_ref(), &[("done", done)])).into_response())
}
