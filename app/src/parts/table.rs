//! A table that becomes a list of cards on a phone: each cell carries its heading.

use leptos::prelude::*;

/// One cell.
pub enum Cell {
    /// Names the row.
    Main(AnyView),
    Plain(AnyView),
    /// A number: its digits stand below those of the next row.
    Num(String),
}

impl Cell {
    /// The cell that names the row and leads to its page.
    pub fn link(href: impl Into<String>, words: impl Into<String>) -> Cell {
        let (href, words): (String, String) = (href.into(), words.into());
        Cell::Main(view! { <a href=href>{words}</a> }.into_any())
    }

    pub fn text(words: impl Into<String>) -> Cell {
        let words: String = words.into();
        // Nothing at all, so that a phone leaves the line out.
        Cell::Plain(if words.is_empty() { ().into_any() } else { words.into_any() })
    }

    pub fn view(view: impl IntoView + 'static) -> Cell {
        Cell::Plain(view.into_any())
    }
}

/// The head of a column.
pub struct Head {
    pub words: &'static str,
    /// Where the list is in the order of this column, or in the other direction.
    pub href: Option<String>,
    /// `ascending` or `descending`, if the list is in the order of this column.
    pub sorted: Option<&'static str>,
}

impl From<&'static str> for Head {
    fn from(words: &'static str) -> Head {
        Head { words, href: None, sorted: None }
    }
}

/// A table; `caption` is for those who cannot see it.
pub fn table(caption: impl Into<String>, heads: &[&'static str], rows: Vec<Vec<Cell>>) -> AnyView {
    sorted_table(caption, heads.iter().map(|words| Head::from(*words)).collect(), rows)
}

/// A table whose heads put it in order.
pub fn sorted_table(caption: impl Into<String>, heads: Vec<Head>, rows: Vec<Vec<Cell>>) -> AnyView {
    let caption: String = caption.into();
    let class = if heads.iter().any(|head| head.href.is_some()) { "table table-sorted" } else { "table" };
    let head = heads
        .iter()
        .map(|Head { words, href, sorted }| match href.clone() {
            Some(href) => {
                view! { <th scope="col" class="sorts" aria-sort=*sorted><a href=href>{*words}</a></th> }
                    .into_any()
            }
            None => view! { <th scope="col">{*words}</th> }.into_any(),
        })
        .collect_view();
    let rows = rows
        .into_iter()
        .map(|cells| {
            let cells = cells
                .into_iter()
                .enumerate()
                .map(|(place, cell)| {
                    let head = heads.get(place).map(|head| head.words).unwrap_or_default();
                    match cell {
                        Cell::Main(view) => view! { <td class="main" data-head=head>{view}</td> }.into_any(),
                        Cell::Plain(view) => view! { <td data-head=head>{view}</td> }.into_any(),
                        Cell::Num(words) => view! { <td class="num" data-head=head>{words}</td> }.into_any(),
                    }
                })
                .collect_view();
            view! { <tr>{cells}</tr> }
        })
        .collect_view();
    view! {
        <table class=class>
            <caption class="unseen">{caption}</caption>
            <thead><tr>{head}</tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}
