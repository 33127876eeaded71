//! A text field of several lines, wired as the one-line `Input` is.

use crate::parts::{
    Typed,
    input::{described, error},
};
use leptos::prelude::*;
use model::Lang;

pub struct Area {
    name: &'static str,
    label: &'static str,
    hint: Option<String>,
    rows: u32,
}

impl Area {
    pub fn new(name: &'static str, label: &'static str) -> Area {
        Area { name, label, hint: None, rows: 4 }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Area {
        self.hint = Some(hint.into());
        self
    }

    pub fn rows(mut self, rows: u32) -> Area {
        self.rows = rows;
        self
    }

    /// Always optional: what must be there is asked for in one line.
    pub fn view(self, lang: Lang, typed: &Typed) -> AnyView {
        let Area { name, label, hint, rows } = self;
        // A browser takes one line break after the tag away; and Leptos escapes nothing within a textarea, where `</textarea>` would end it.
        let value =
            format!("\n{}", typed.get(name).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
        let error = error(lang, typed, name);
        let wrong = error.is_some();
        let described = described(name, hint.is_some(), wrong);
        view! {
            <div class="field">
                <label for=format!("f-{name}")>{label}<span class="quiet">{lang.pick(" (facultatif)", " (optional)")}</span></label>
                {hint.map(|hint| view! { <p class="hint" id=format!("f-{name}-hint")>{hint}</p> })}
                <textarea class="input" id=format!("f-{name}") name=name rows=rows autocomplete="off"
                    aria-invalid=wrong.then_some("true") aria-describedby=described autofocus=wrong>{value}</textarea>
                {error}
            </div>
        }
        .into_any()
    }
}
