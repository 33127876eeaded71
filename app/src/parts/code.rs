//! Text for machines: a command to paste, a secret shown once, a difference between two files.

use crate::live::CopyButton;
use leptos::prelude::*;
use model::Lang;

/// A command to copy; one click selects it whole, and the live button copies it.
pub fn command(lang: Lang, words: impl Into<String>) -> AnyView {
    let words: String = words.into();
    view! { <div class="copies"><pre tabindex="0"><code>{words.clone()}</code></pre><CopyButton text=words lang/></div> }.into_any()
}

/// A value shown once.
pub fn secret(lang: Lang, words: impl Into<String>) -> AnyView {
    let words: String = words.into();
    view! { <div class="copies"><output>{words.clone()}</output><CopyButton text=words lang/></div> }
        .into_any()
}

/// A unified difference: what we wrote against what is there.
pub fn diff(text: &str) -> AnyView {
    let lines = text
        .lines()
        .map(|line| {
            let words = if line.is_empty() { " ".to_owned() } else { line.to_owned() };
            if line.starts_with('+') && !line.starts_with("+++") {
                view! { <ins>{words}</ins> }.into_any()
            } else if line.starts_with('-') && !line.starts_with("---") {
                view! { <del>{words}</del> }.into_any()
            } else {
                view! { <span>{words}</span> }.into_any()
            }
        })
        .collect_view();
    view! { <pre class="diff" tabindex="0">{lines}</pre> }.into_any()
}
