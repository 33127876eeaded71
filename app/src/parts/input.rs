//! A text field with its label, hint and error, wired for assistive technology.

use crate::parts::{Typed, sign_bad};
use leptos::prelude::*;
use model::Lang;

/// A one-line input; made by `text`, `email` or `password`, refined by the methods, shown by `view`.
pub struct Input {
    name: &'static str,
    label: &'static str,
    kind: &'static str,
    hint: Option<String>,
    autocomplete: Option<&'static str>,
    inputmode: Option<&'static str>,
    placeholder: Option<&'static str>,
    optional: bool,
    /// Optional without saying so: a filter always is.
    quiet: bool,
    short: bool,
    first: bool,
}

impl Input {
    pub fn text(name: &'static str, label: &'static str) -> Input {
        Input {
            name,
            label,
            kind: "text",
            hint: None,
            autocomplete: Some("off"),
            inputmode: None,
            placeholder: None,
            optional: false,
            quiet: false,
            short: false,
            first: false,
        }
    }

    pub fn email(name: &'static str, label: &'static str) -> Input {
        Input { kind: "email", autocomplete: Some("email"), ..Input::text(name, label) }
    }

    /// `autocomplete`: `current-password` or `new-password`. What was typed is never shown again.
    pub fn password(name: &'static str, label: &'static str, autocomplete: &'static str) -> Input {
        Input { kind: "password", autocomplete: Some(autocomplete), ..Input::text(name, label) }
    }

    /// A whole number.
    pub fn number(name: &'static str, label: &'static str) -> Input {
        Input { inputmode: Some("numeric"), short: true, ..Input::text(name, label) }
    }

    /// A day, or none.
    pub fn day(name: &'static str, label: &'static str) -> Input {
        Input { kind: "date", quiet: true, optional: true, ..Input::text(name, label) }
    }

    /// Words to search for, or none.
    pub fn search(name: &'static str, label: &'static str) -> Input {
        Input { kind: "search", quiet: true, optional: true, ..Input::text(name, label) }
    }

    /// A day, chosen from a calendar where the browser has one.
    pub fn date(name: &'static str, label: &'static str) -> Input {
        Input { kind: "date", ..Input::text(name, label) }
    }

    /// A telephone number.
    pub fn phone(name: &'static str, label: &'static str) -> Input {
        Input { kind: "tel", ..Input::text(name, label) }
    }

    /// A name on the Internet: no capital, no correction.
    pub fn domain(name: &'static str, label: &'static str) -> Input {
        Input { inputmode: Some("url"), placeholder: Some("www.asso.example"), ..Input::text(name, label) }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Input {
        self.hint = Some(hint.into());
        self
    }

    pub fn autocomplete(mut self, value: &'static str) -> Input {
        self.autocomplete = Some(value);
        self
    }

    /// What the page was opened for: typing begins here.
    pub fn first(mut self) -> Input {
        self.first = true;
        self
    }

    pub fn optional(mut self) -> Input {
        self.optional = true;
        self
    }

    /// As one of the filters of a list.
    pub fn filter(mut self) -> Input {
        (self.optional, self.quiet) = (true, true);
        self
    }

    pub fn view(self, lang: Lang, typed: &Typed) -> AnyView {
        let Input { name, label, kind, hint, autocomplete, inputmode, placeholder, .. } = self;
        let Input { optional, quiet, short, first, .. } = self;
        let value =
            (kind != "password").then(|| typed.get(name).to_owned()).filter(|value| !value.is_empty());
        let error = error(lang, typed, name);
        let wrong = error.is_some();
        let described = described(name, hint.is_some(), wrong);
        let aside = (optional && !quiet).then(|| lang.pick(" (facultatif)", " (optional)"));
        view! {
            <div class="field">
                <label for=format!("f-{name}")>{label}<span class="quiet">{aside}</span></label>
                {hint.map(|hint| view! { <p class="hint" id=format!("f-{name}-hint")>{hint}</p> })}
                <input class=if short { "input input-short" } else { "input" } id=format!("f-{name}") name=name type=kind value=value
                    required=!optional autocomplete=autocomplete inputmode=inputmode placeholder=placeholder
                    autocapitalize="none" spellcheck="false" aria-invalid=wrong.then_some("true")
                    aria-describedby=described autofocus=wrong || first/>
                {error}
            </div>
        }
        .into_any()
    }
}

/// The error below a field.
pub(crate) fn error(lang: Lang, typed: &Typed, name: &str) -> Option<AnyView> {
    let said = typed.error(name)?.pick(lang).to_owned();
    Some(
        view! {
            <p class="error" id=format!("f-{name}-error")>{sign_bad()}<span>{said}</span></p>
        }
        .into_any(),
    )
}

/// The ids that describe a field: its hint and its error.
pub(super) fn described(name: &str, hint: bool, error: bool) -> Option<String> {
    let mut ids = Vec::new();
    if hint {
        ids.push(format!("f-{name}-hint"));
    }
    if error {
        ids.push(format!("f-{name}-error"));
    }
    (!ids.is_empty()).then(|| ids.join(" "))
}
