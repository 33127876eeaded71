//! A notice: what went well, what is to be mended, what is good to know.

use crate::{parts::sign_bad, state::CELL};
use leptos::prelude::*;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Good,
    Bad,
    Held,
    Know,
}

/// A box with a sign, a title and anything below it.
pub fn notice(tone: Tone, title: impl Into<String>, more: impl IntoView + 'static) -> AnyView {
    let title: String = title.into();
    let (class, mark) = match tone {
        Tone::Good => ("notice notice-good", "M7.500 12.500l3 3 6-6.500"),
        Tone::Bad => ("notice notice-bad", ""),
        Tone::Held => ("notice notice-held", "M10 8.500v7M14 8.500v7"),
        Tone::Know => ("notice notice-know", "M12 11v6M12 7.500v.01"),
    };
    let sign = if tone == Tone::Bad {
        sign_bad()
    } else {
        view! {
            <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
                <path class="cell" d=CELL></path>
                <path class="mark" d=mark></path>
            </svg>
        }
        .into_any()
    };
    let role = if tone == Tone::Bad { "alert" } else { "status" };
    view! {
        <div class=class role=role>
            {sign}
            <div class="stack-tight">
                <h2>{title}</h2>
                {more.into_any()}
            </div>
        </div>
    }
    .into_any()
}
