//! Small shapes that several nouns show.

use model::{Problem, ProblemKind, Text};
use serde::Serialize;
use utoipa::ToSchema;

/// Another thing, by id and name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ref<Id> {
    pub id: Id,
    pub name: String,
}

/// `Ref`, as OpenAPI describes it.
#[derive(ToSchema)]
#[schema(as = Ref)]
#[allow(dead_code)] // Never made, only described.
pub struct RefShape {
    id: String,
    name: String,
}

/// If-Match: refuses when the thing has changed since the asker looked.
pub(crate) fn stale(expected: Option<i64>, version: i64) -> Result<(), Problem> {
    if expected.is_none_or(|expected| expected == version) {
        return Ok(());
    }
    Err(Problem::new(
        ProblemKind::Stale,
        "changed_meanwhile",
        Text::new(
            "Cela a changé entre-temps\u{a0}: relisez, puis recommencez.",
            "This has changed meanwhile: read it again, then retry.",
        ),
    ))
}
