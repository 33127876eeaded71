//! What a token may do, as boxes to tick and as words.

use crate::parts::{Typed, sign_bad};
use leptos::prelude::*;
use model::{Lang, Scope};
use server::token::TokenView;

/// An empty form: for a year, and for reading alone until more is ticked.
pub fn blank() -> Typed {
    Typed::new().with("days", "365").with("scopes", Scope::Read.code())
}

/// The scopes that were ticked.
pub fn ticked(typed: &Typed) -> Vec<String> {
    typed.all("scopes")
}

fn word(scope: Scope, lang: Lang) -> &'static str {
    match scope {
        Scope::Read => lang.pick("lire ce que vous pouvez lire", "read what you can read"),
        Scope::Sites => lang.pick("modifier les sites", "change sites"),
        Scope::Databases => lang.pick("modifier les bases de données", "change databases"),
        Scope::Mail => lang.pick("modifier les boîtes aux lettres", "change mailboxes"),
        Scope::Dns => lang.pick("modifier les zones DNS", "change DNS zones"),
        Scope::Admin => lang.pick(
            "tout le reste que vous pouvez faire, au nom de la coopérative aussi",
            "everything else you may do, in the cooperative's name too",
        ),
    }
}

/// A box for each of the scopes its user has a use for.
pub fn boxes(lang: Lang, offered: Vec<Scope>, typed: &Typed) -> AnyView {
    let ticked = ticked(typed);
    let error = typed.error("scopes").map(|text| text.pick(lang).to_owned());
    let wrong = error.is_some();
    let boxes = offered
        .into_iter()
        .enumerate()
        .map(|(place, scope)| {
            // The summary of errors leads to the first.
            let id = if place == 0 { "f-scopes".to_owned() } else { format!("f-scopes-{}", scope.code()) };
            let checked = ticked.iter().any(|code| code == scope.code());
            view! {
                <div class="choice">
                    <input type="checkbox" id=id.clone() name="scopes" value=scope.code() checked=checked
                        aria-invalid=wrong.then_some("true") aria-describedby=wrong.then_some("f-scopes-error")
                        autofocus=wrong && place == 0/>
                    <label for=id>{word(scope, lang)}</label>
                </div>
            }
        })
        .collect_view();
    view! {
        <fieldset class="field">
            <legend>{lang.pick("Ce jeton peut", "This token may")}</legend>
            {boxes}
            {error.map(|said| view! { <p class="error" id="f-scopes-error">{sign_bad()}<span>{said}</span></p> })}
        </fieldset>
    }
    .into_any()
}

/// What a token may do, in words.
pub fn said(lang: Lang, token: &TokenView) -> String {
    if token.scopes.len() == Scope::ALL.len() {
        return lang.pick("tout ce que vous pouvez", "all you may").to_owned();
    }
    let words: Vec<&str> = token.scopes.iter().map(|scope| word(*scope, lang)).collect();
    words.join(", ")
}
