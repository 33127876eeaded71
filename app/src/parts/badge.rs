//! A word in the shape of a state, for standings that are no change's state.

use crate::state::in_cell;
use leptos::prelude::*;

/// `class`: `state` and one of `state-good state-going state-waiting state-held state-bad state-past`.
pub fn badge(class: &'static str, word: impl Into<String>) -> AnyView {
    let word: String = word.into();
    let mark = match class.rsplit('-').next() {
        Some("good") => "M7 12.500l3.400 3.400L17 9",
        Some("bad") => "M12 7v6M12 16.500v.01",
        Some("held") => "M10 8.500v7M14 8.500v7",
        Some("waiting") => "M12 7.500V12l3 2",
        Some("going") => "M8.500 12h7",
        _ => "M9 12h6",
    };
    view! {
        <span class=class>
            {in_cell(mark)}
            <span>{word}</span>
        </span>
    }
    .into_any()
}
