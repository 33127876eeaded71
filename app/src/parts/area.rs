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
    optional: bool,
    secret: bool,
}

impl Area {
    pub fn new(name: &'static str, label: &'static str) -> Area {
        Area { name, label, hint: None, rows: 4, optional: true, secret: false }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Area {
        self.hint = Some(hint.into());
        self
    }

    pub fn rows(mut self, rows: u32) -> Area {
        self.rows = rows;
        self
    }

    pub fn needed(self) -> Area {
        Area { optional: false, ..self }
    }

    /// What was typed is not shown again.
    pub fn secret(self) -> Area {
        Area { secret: true, ..self }
    }

    pub fn view(self, lang: Lang, typed: &Typed) -> AnyView {
        let Area { name, label, hint, rows, optional, secret } = self;
        let typed_here = if secret { "" } else { typed.get(name) };
        let optional = optional.then(|| {
            view! { <span class="quiet">{lang.pick(" (facultatif)", " (optional)")}</span> }
        });
        // A browser takes one line break after the tag away; and Leptos escapes nothing within a textarea, where `</textarea>` would end it.
        let value =
            format!("\n{}", typed_here.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
        let error = error(lang, typed, name);
        let wrong = error.is_some();
        let described = described(name, hint.is_some(), wrong);
        view! {
            <div class="field">
                <label for=format!("f-{name}")>{label}{optional}</label>
                {hint.map(|hint| view! { <p class="hint" id=format!("f-{name}-hint")>{hint}</p> })}
                <textarea class="input" id=format!("f-{name}") name=name rows=rows autocomplete="off" spellcheck=secret.then_some("false")
                    aria-invalid=wrong.then_some("true") aria-describedby=described autofocus=wrong>{value}</textarea>
                {error}
            </div>
        }
        .into_any()
    }
}
