//! Choosing one of several, from a list or with what each means, and ticking a box.

use crate::parts::{
    Facts, Typed,
    input::{described, error},
};
use leptos::prelude::*;
use model::Lang;

/// A list to choose one value from.
pub struct Select {
    name: &'static str,
    label: &'static str,
    hint: Option<String>,
    options: Vec<(String, String)>,
    meanings: Vec<(String, &'static str)>,
}

impl Select {
    pub fn new(name: &'static str, label: &'static str) -> Select {
        Select { name, label, hint: None, options: Vec::new(), meanings: Vec::new() }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Select {
        self.hint = Some(hint.into());
        self
    }

    pub fn option(mut self, value: impl Into<String>, label: impl Into<String>) -> Select {
        self.options.push((value.into(), label.into()));
        self
    }

    /// An option whose meaning stands below the list: a narrow list cuts long options off.
    pub fn meaning(
        mut self,
        value: impl Into<String>,
        label: impl Into<String>,
        means: &'static str,
    ) -> Select {
        let label = label.into();
        self.meanings.push((label.clone(), means));
        self.option(value, label)
    }

    pub fn view(self, lang: Lang, typed: &Typed) -> AnyView {
        let Select { name, label, hint, options, meanings } = self;
        let chosen = typed.get(name).to_owned();
        let error = error(lang, typed, name);
        let wrong = error.is_some();
        let described = described(name, hint.is_some(), wrong);
        let options = options
            .into_iter()
            .map(|(value, label)| {
                let selected = value == chosen;
                view! { <option value=value selected=selected>{label}</option> }
            })
            .collect_view();
        let meanings = (!meanings.is_empty()).then(|| {
            let said =
                meanings.into_iter().fold(Facts::new(), |facts, (word, means)| facts.line(word, means));
            view! { <div class="meanings">{said.view()}</div> }
        });
        view! {
            <div class="field">
                <label for=format!("f-{name}")>{label}</label>
                {hint.map(|hint| view! { <p class="hint" id=format!("f-{name}-hint")>{hint}</p> })}
                <select class="input" id=format!("f-{name}") name=name aria-invalid=wrong.then_some("true")
                    aria-describedby=described autofocus=wrong>{options}</select>
                {error}
                {meanings}
            </div>
        }
        .into_any()
    }
}

/// One of a few, each with what it means; none is chosen before somebody chooses.
pub struct Radios {
    name: &'static str,
    legend: &'static str,
    choices: Vec<(&'static str, &'static str, &'static str)>,
}

impl Radios {
    pub fn new(name: &'static str, legend: &'static str) -> Radios {
        Radios { name, legend, choices: Vec::new() }
    }

    pub fn choice(mut self, value: &'static str, label: &'static str, means: &'static str) -> Radios {
        self.choices.push((value, label, means));
        self
    }

    pub fn view(self, lang: Lang, typed: &Typed) -> AnyView {
        let Radios { name, legend, choices } = self;
        let chosen = typed.get(name).to_owned();
        let error = error(lang, typed, name);
        let wrong = error.is_some();
        let choices = choices
            .into_iter()
            .enumerate()
            .map(|(place, (value, label, means))| {
                // The summary of errors leads to the first.
                let id = if place == 0 { format!("f-{name}") } else { format!("f-{name}-{value}") };
                let mut described = vec![format!("{id}-means")];
                described.extend(wrong.then(|| format!("f-{name}-error")));
                view! {
                    <div class="choice">
                        <input type="radio" id=id.clone() name=name value=value checked=value == chosen required=true
                            aria-invalid=wrong.then_some("true") aria-describedby=described.join(" ") autofocus=wrong && place == 0/>
                        <div>
                            <label for=id.clone()>{label}</label>
                            <p class="hint" id=format!("{id}-means")>{means}</p>
                        </div>
                    </div>
                }
            })
            .collect_view();
        view! { <fieldset class="field"><legend>{legend}</legend>{choices}{error}</fieldset> }.into_any()
    }
}

/// A box to tick; its value is `yes`.
pub struct Check {
    name: &'static str,
    label: String,
}

impl Check {
    pub fn new(name: &'static str, label: impl Into<String>) -> Check {
        Check { name, label: label.into() }
    }

    pub fn view(self, lang: Lang, typed: &Typed) -> AnyView {
        let Check { name, label } = self;
        let ticked = typed.get(name) == "yes";
        let error = error(lang, typed, name);
        let wrong = error.is_some();
        view! {
            <div class="field">
                <div class="choice">
                    <input type="checkbox" id=format!("f-{name}") name=name value="yes" checked=ticked
                        aria-invalid=wrong.then_some("true") aria-describedby=described(name, false, wrong)/>
                    <label for=format!("f-{name}")>{label}</label>
                </div>
                {error}
            </div>
        }
        .into_any()
    }
}
