//! Where one is: the way to a page, and the tabs of a thing that has several.

use leptos::prelude::*;
use model::Lang;

/// One step of the way: its words and its address.
pub struct Crumb(pub String, pub String);

impl Crumb {
    pub fn new(words: impl Into<String>, href: impl Into<String>) -> Crumb {
        Crumb(words.into(), href.into())
    }
}

/// The way to a page, without the page itself.
pub(crate) fn crumbs(lang: Lang, steps: Vec<Crumb>) -> Option<AnyView> {
    if steps.is_empty() {
        return None;
    }
    let steps = steps
        .into_iter()
        .map(|Crumb(words, href)| view! { <li><a href=href>{words}</a></li> })
        .collect_view();
    Some(
        view! {
            <nav class="crumbs" aria-label=lang.pick("Chemin", "Path")><ol>{steps}</ol></nav>
        }
        .into_any(),
    )
}

/// One tab.
pub struct Tab {
    pub words: &'static str,
    pub href: String,
    pub current: bool,
}

/// What goes over time, over a short while or a year (`?time=year`).
pub fn periods(lang: Lang, short: &'static str, path: &str, year: bool) -> AnyView {
    let (page, place) =
        path.split_once('#').map_or((path, String::new()), |(page, id)| (page, format!("#{id}")));
    let period = |words, long: bool| Tab {
        words,
        href: format!("{page}{}{place}", if long { "?time=year" } else { "" }),
        current: long == year,
    };
    tabs(
        lang.pick("Durée", "Period"),
        vec![period(short, false), period(lang.pick("Un an", "One year"), true)],
    )
}

pub fn tabs(label: impl Into<String>, tabs: Vec<Tab>) -> AnyView {
    let label: String = label.into();
    let tabs = tabs
        .into_iter()
        .map(|tab| view! { <a href=tab.href aria-current=tab.current.then_some("page")>{tab.words}</a> })
        .collect_view();
    view! { <nav class="tabs" aria-label=label>{tabs}</nav> }.into_any()
}
