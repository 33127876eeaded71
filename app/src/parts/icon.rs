//! The logo and the few signs, as inline SVG without a single style attribute (the CSP admits none).

use crate::state::CELL;
use leptos::prelude::*;

/// What an icon says; each stands beside a word, never alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    Home,
    Host,
    Lock,
    Member,
    Account,
    Mail,
    Plan,
    Change,
    Token,
    Profile,
    Open,
    Next,
    Search,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Icon::Home => "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
            Icon::Host => "M4 5h16v6H4zM4 13h16v6H4zM7.5 8h.01M7.5 16h.01M11 8h5M11 16h5",
            Icon::Lock => "M5 11h14v9H5zM8 11V8a4 4 0 018 0v3M12 14.500v2",
            Icon::Member => {
                "M9 11a3.5 3.5 0 100-7 3.5 3.5 0 000 7zM2.5 20c.5-4 3-6 6.500-6s6 2 6.500 6M16 4.500a3.500 3.500 0 010 6.300M18 14.500c2 .8 3.200 2.700 3.500 5.500"
            }
            Icon::Account => CELL,
            Icon::Mail => "M3.500 6h17v12h-17zM4 6.500l8 6.500 8-6.500",
            Icon::Plan => "M4 7l8-4 8 4-8 4zM4 12l8 4 8-4M4 17l8 4 8-4",
            Icon::Change => "M4 12a8 8 0 108-8 8 8 0 00-6.500 3.400M4 4v4h4M12 8v4.500l3 2",
            Icon::Token => {
                "M12 15.500a4 4 0 11-8 0 4 4 0 018 0zM10.800 12.700L19.500 4M16 7.500l3 3M13 10.500l2 2"
            }
            Icon::Profile => {
                "M12 12a4 4 0 100-8 4 4 0 000 8zM4.500 20.500c.8-4 3.500-6 7.500-6s6.700 2 7.500 6"
            }
            Icon::Open => "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
            Icon::Search => {
                "M10.500 17a6.500 6.500 0 100-13 6.500 6.500 0 000 13zM15.500 15.500L20.500 20.500"
            }
            Icon::Next => "M5 12h14M13 6l6 6-6 6",
        }
    }
}

/// A line drawing of 24 × 24; it takes the colour of the words beside it.
pub fn icon(which: Icon) -> AnyView {
    view! {
        <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=which.path()></path>
        </svg>
    }
    .into_any()
}

/// Alvéole's mark: a full cell of the comb, and two that are still to be filled.
pub fn logo() -> AnyView {
    view! {
        <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
            <path class="cell" d="M9.2 3.0l6.1 3.5v7.0l-6.1 3.5-6.1-3.5v-7.0z"></path>
            <path class="cell-2" d="M22.8 3.6l5.5 3.2v6.4l-5.5 3.2-5.5-3.2v-6.4z"></path>
            <path class="cell-2" d="M16.0 15.4l5.5 3.2v6.4l-5.5 3.2-5.5-3.2v-6.4z"></path>
        </svg>
    }
    .into_any()
}

/// The sign before an error.
pub fn sign_bad() -> AnyView {
    view! {
        <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path class="cell" d=CELL></path>
            <path class="mark" d="M12 7.500v5.500M12 16.500v.01"></path>
        </svg>
    }
    .into_any()
}
