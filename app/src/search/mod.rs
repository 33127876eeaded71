//! The one search, from the head of every page.

pub mod show;

use crate::live::suggest;
use model::Lang;
use server::search::Kind;

/// Things of a kind.
pub fn title(kind: Kind, lang: Lang) -> &'static str {
    suggest::title(kind.code(), lang)
}
