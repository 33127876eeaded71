//! The order of a list: links in the heads of its columns, kept in the URL with search and place.

use super::{Page, href, table::Head};

/// A column that the list of `path` can be put in order by: `name` up, `-name` down. `usual`: the order when none is said.
pub fn sort(
    path: &'static str,
    page: &Page,
    words: &'static str,
    by: &'static str,
    usual: &'static str,
) -> Head {
    let now = if page.sort.is_empty() { usual } else { page.sort.as_str() };
    let down = now.strip_prefix('-') == Some(by);
    let sorted = (down || now == by).then_some(if down { "descending" } else { "ascending" });
    // Once more on the same column turns it around.
    let next = if now == by { format!("-{by}") } else { by.to_owned() };
    let next = if next == usual { "" } else { next.as_str() };
    Head { words, href: Some(href(path, &[("q", &page.q), ("state", &page.state), ("sort", next)])), sorted }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_turns_the_order_around_and_keeps_what_is_searched() {
        let page = |sort: &str| Page { q: "é".into(), sort: sort.into(), ..Page::default() };
        let of = |sort_now: &str, by| {
            let head = sort("/a", &page(sort_now), "x", by, "name");
            (head.sorted, head.href.unwrap_or_default())
        };
        assert_eq!(of("", "name"), (Some("ascending"), "/a?q=%C3%A9&sort=-name".into()));
        assert_eq!(of("-name", "name"), (Some("descending"), "/a?q=%C3%A9".into()));
        assert_eq!(of("-name", "created"), (None, "/a?q=%C3%A9&sort=created".into()));
        assert_eq!(of("created", "created").1, "/a?q=%C3%A9&sort=-created");
    }
}
