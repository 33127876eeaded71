//! What something is: words and their values, and the large figures of the home page.

use leptos::prelude::*;
use model::Lang;

/// A description list, filled line by line.
#[derive(Default)]
pub struct Facts(Vec<AnyView>);

impl Facts {
    pub fn new() -> Facts {
        Facts::default()
    }

    /// One line; the value may be text or any view.
    pub fn line(mut self, word: impl Into<String>, value: impl IntoView + 'static) -> Facts {
        let word: String = word.into();
        let value = value.into_any();
        self.0.push(view! { <dt>{word}</dt><dd>{value}</dd> }.into_any());
        self
    }

    /// One line, when there is something to say.
    pub fn line_if<V: IntoView + 'static>(self, word: impl Into<String>, value: Option<V>) -> Facts {
        match value {
            Some(value) => self.line(word, value),
            None => self,
        }
    }

    pub fn view(self) -> AnyView {
        view! { <div class="facts-room"><dl class="facts">{self.0}</dl></div> }.into_any()
    }
}

/// A figure that leads to its list; `class` is empty, `figure-bad` or `figure-held`.
pub fn figure(
    lang: Lang,
    count: i64,
    word: impl Into<String>,
    href: impl Into<String>,
    class: &'static str,
) -> AnyView {
    let (word, href): (String, String) = (word.into(), href.into());
    let count = crate::parts::count(lang, count);
    view! {
        <a class=format!("figure {class}") href=href>
            <b>{count}</b>
            <span>{word}</span>
        </a>
    }
    .into_any()
}
