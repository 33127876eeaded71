//! Lists that stay short: search and place in the list stand in the URL, so that a page can be kept, sent and reloaded.

use crate::parts::{Icon, Typed, icon};
use leptos::prelude::*;
use model::Lang;
use serde::Deserialize;
use server::paging::{Listing, Order};

/// Where one is in a list, read from the query string.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Page {
    /// What is searched for.
    pub q: String,
    pub state: String,
    /// In which order: `name`, `-created`…; empty: the list's usual one.
    pub sort: String,
    /// Where the page starts: the cursor the page before gave.
    pub after: String,
}

impl Page {
    pub fn q(&self) -> Option<&str> {
        Some(self.q.trim()).filter(|q| !q.is_empty())
    }

    pub fn state(&self) -> Option<&str> {
        Some(self.state.as_str()).filter(|state| !state.is_empty())
    }

    pub fn order(&self) -> Option<Order> {
        Order::from_code(&self.sort)
    }

    pub fn after(&self) -> Option<&str> {
        Some(self.after.as_str()).filter(|after| !after.is_empty())
    }

    /// As the rules ask for it.
    pub fn listing(&self) -> Listing {
        let some = |text: Option<&str>| text.map(str::to_owned);
        Listing { limit: None, cursor: some(self.after()), q: some(self.q()) }
    }

    /// Whether anything narrows the list.
    pub fn narrowed(&self) -> bool {
        self.q().is_some() || self.state().is_some()
    }
}

/// A path with a query string, each value encoded; empty values are left out.
pub fn href(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut out = path.to_owned();
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        out.push(if out.contains('?') { '&' } else { '?' });
        out.push_str(name);
        out.push('=');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                out.push(char::from(byte));
            } else {
                out.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    out
}

/// What narrows a list besides words.
pub enum Filters {
    None,
    /// A field or two, beside the words.
    Beside(AnyView),
    /// Several, behind their fold (`more_filters`).
    Behind(AnyView),
}

/// The search line above a list.
pub fn search(lang: Lang, path: &str, page: &Page, label: &'static str, filters: Filters) -> AnyView {
    let path = path.to_owned();
    let typed = Typed::new().with("q", page.q.clone());
    let value = typed.get("q").to_owned();
    let narrowed = page.narrowed();
    let all = href(&path, &[("sort", &page.sort)]);
    let (beside, behind) = match filters {
        Filters::None => (None, None),
        Filters::Beside(fields) => (Some(fields), None),
        Filters::Behind(fold) => (None, Some(fold)),
    };
    view! {
        <form class="filters" method="get" action=path role="search">
            <div class="field">
                <label for="f-q">{label}</label>
                <input class="input" type="search" id="f-q" name="q" value=value autocomplete="off"/>
            </div>
            {beside}
            {(!page.sort.is_empty()).then(|| view! { <input type="hidden" name="sort" value=page.sort.clone()/> })}
            <button class="button" type="submit">{lang.pick("Chercher", "Search")}</button>
            {narrowed.then(|| view! { <a class="button button-link" href=all>{lang.pick("Tout montrer", "Show all")}</a> })}
            {behind}
        </form>
    }
    .into_any()
}

/// Filters that few need wait behind a fold: the first screen of a phone is for what was found.
pub fn more_filters(lang: Lang, open: bool, filters: AnyView) -> AnyView {
    view! {
        <details class="filters-more" open=open>
            <summary>{lang.pick("Filtres", "Filters")}</summary>
            <div class="filters">{filters}</div>
        </details>
    }
    .into_any()
}

/// The way to the next page, and back to the first.
pub fn next_page(lang: Lang, path: &str, page: &Page, next: Option<&str>) -> Option<AnyView> {
    let kept = [("q", page.q.as_str()), ("state", &page.state), ("sort", &page.sort)];
    let first = page.after().map(|_| href(path, &kept));
    let next = next.map(|next| href(path, &[kept[0], kept[1], kept[2], ("after", next)]));
    turns(lang, first, next)
}

/// The same, with the addresses at hand.
pub fn turns(lang: Lang, first: Option<String>, next: Option<String>) -> Option<AnyView> {
    if first.is_none() && next.is_none() {
        return None;
    }
    Some(
        view! {
            <nav class="pages" aria-label=lang.pick("Pages de la liste", "Pages of the list")>
                <span>{first.map(|href| view! { <a class="button button-small" href=href>{lang.pick("Revenir au début", "Back to the start")}</a> })}</span>
                <span>{next.map(|href| view! { <a class="button button-small" rel="next" href=href>{lang.pick("Page suivante", "Next page")}{icon(Icon::Next)}</a> })}</span>
            </nav>
        }
        .into_any(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_links_are_encoded_and_empty_ones_left_out() {
        assert_eq!(
            href("/members", &[("q", "l'été & co"), ("state", "")]),
            "/members?q=l%27%C3%A9t%C3%A9%20%26%20co"
        );
        assert_eq!(href("/a", &[("q", "\"><script>")]), "/a?q=%22%3E%3Cscript%3E");
    }
}
