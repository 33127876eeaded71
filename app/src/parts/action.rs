//! Acts: links that look like buttons, forms of one button, and folds that say what will be lost before the button appears.

use leptos::prelude::*;
use model::Lang;

pub fn link(href: impl Into<String>, words: impl Into<String>) -> AnyView {
    let (href, words): (String, String) = (href.into(), words.into());
    view! { <a class="button" href=href>{words}</a> }.into_any()
}

/// The one act a page is made for.
pub fn link_main(href: impl Into<String>, words: impl Into<String>) -> AnyView {
    let (href, words): (String, String) = (href.into(), words.into());
    view! { <a class="button button-main" href=href>{words}</a> }.into_any()
}

/// A form that is one button: a POST to a path, with hidden values.
pub struct Action {
    path: String,
    words: String,
    class: &'static str,
    about: Option<String>,
    hidden: Vec<(&'static str, String)>,
}

impl Action {
    pub fn new(path: impl Into<String>, words: impl Into<String>) -> Action {
        Action { path: path.into(), words: words.into(), class: "button", about: None, hidden: Vec::new() }
    }

    pub fn small(mut self) -> Action {
        self.class = "button button-small";
        self
    }

    pub fn main(mut self) -> Action {
        self.class = "button button-main";
        self
    }

    /// It loses something.
    pub fn loss(mut self) -> Action {
        self.class = "button button-loss";
        self
    }

    /// It loses something small, in a row of a list.
    pub fn loss_small(mut self) -> Action {
        self.class = "button button-small button-loss";
        self
    }

    /// What the button is about, for those who hear it out of its row: “Remove: www.asso.example”.
    pub fn about(mut self, lang: Lang, about: impl AsRef<str>) -> Action {
        self.about = Some(format!("{}{}", lang.colon(), about.as_ref()));
        self
    }

    pub fn hidden(mut self, name: &'static str, value: impl Into<String>) -> Action {
        self.hidden.push((name, value.into()));
        self
    }

    pub fn view(self) -> AnyView {
        let Action { path, words, class, about, hidden } = self;
        let hidden = hidden
            .into_iter()
            .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
            .collect_view();
        view! {
            <form method="post" action=path>
                {hidden}
                <button class=class type="submit">{words}{about.map(|about| view! { <span class="unseen">{about}</span> })}</button>
            </form>
        }
        .into_any()
    }
}

/// Something that opens.
pub fn fold(summary: impl Into<String>, open: bool, body: impl IntoView + 'static) -> AnyView {
    let summary: String = summary.into();
    view! {
        <details class="fold" open=open>
            <summary>{summary}</summary>
            <div class="stack">{body.into_any()}</div>
        </details>
    }
    .into_any()
}

/// Something that loses data: the fold names what, then offers the button.
pub fn fold_loss(summary: impl Into<String>, open: bool, body: impl IntoView + 'static) -> AnyView {
    let summary: String = summary.into();
    view! {
        <details class="fold fold-loss" open=open>
            <summary>{summary}</summary>
            <div class="stack">{body.into_any()}</div>
        </details>
    }
    .into_any()
}
