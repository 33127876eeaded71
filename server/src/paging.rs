//! Lists a page at a time: what is asked, what comes back, and cursors that survive insertions.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{Problem, Text, text};
use serde::{Deserialize, Serialize};

/// What a list is asked: `?limit&cursor&q`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    pub limit: Option<u32>,
    pub cursor: Option<String>,
    /// Part of a name, any case.
    pub q: Option<String>,
}

/// In which order a list comes. By time is by id: ids are given in the order of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    Name,
    NameDown,
    Created,
    CreatedDown,
}

impl Order {
    pub const ALL: [Order; 4] = [Order::Name, Order::NameDown, Order::Created, Order::CreatedDown];

    pub fn code(self) -> &'static str {
        match self {
            Order::Name => "name",
            Order::NameDown => "-name",
            Order::Created => "created",
            Order::CreatedDown => "-created",
        }
    }

    pub fn from_code(code: &str) -> Option<Order> {
        Order::ALL.into_iter().find(|order| order.code() == code)
    }

    /// As sent to the API; nothing is the list's usual order. `among`: those the list has.
    pub fn parse(code: Option<&str>, among: &[Order]) -> Result<Option<Order>, Problem> {
        let Some(code) = code.filter(|code| !code.is_empty()) else { return Ok(None) };
        let order = Order::from_code(code).filter(|order| among.contains(order));
        let codes: Vec<&str> = among.iter().map(|order| order.code()).collect();
        let codes = codes.join(", ");
        let bad =
            || Problem::invalid("sort", "bad_sort", text!("Au choix\u{a0}: {codes}.", "One of: {codes}."));
        order.map(Some).ok_or_else(bad)
    }
}

/// One page of a list, and the cursor of the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}

impl Listing {
    const MOST: u32 = 200;
    const USUAL: u32 = 50;

    /// Items of a page.
    pub fn limit(&self) -> u32 {
        self.limit.unwrap_or(Listing::USUAL).clamp(1, Listing::MOST)
    }

    /// What a query asks for: one more, to know whether there is a next page.
    pub(crate) fn fetch(&self) -> i64 {
        i64::from(self.limit()) + 1
    }

    /// A LIKE pattern over lower-case columns; `%` when nothing is searched.
    pub(crate) fn pattern(&self) -> String {
        let wanted = self.q.as_deref().unwrap_or_default().trim().to_lowercase();
        let mut pattern = String::from("%");
        for c in wanted.chars().take(200) {
            if matches!(c, '%' | '_' | '\\') {
                pattern.push('\\');
            }
            pattern.push(c);
        }
        if pattern.len() > 1 {
            pattern.push('%');
        }
        pattern
    }

    /// The parts of the last item's sort key; empty at the start.
    pub(crate) fn after<const N: usize>(&self) -> Result<[String; N], Problem> {
        let Some(cursor) = self.cursor.as_deref().filter(|cursor| !cursor.is_empty()) else {
            return Ok([const { String::new() }; N]);
        };
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| bad_cursor())?;
        let text = String::from_utf8(bytes).map_err(|_| bad_cursor())?;
        let parts: Vec<String> = text.split('\n').map(str::to_owned).collect();
        parts.try_into().map_err(|_| bad_cursor())
    }

    /// The same of a list that comes in several orders: a cursor holds for the one it was given in.
    pub(crate) fn after_in(&self, order: Order) -> Result<String, Problem> {
        let [given_in, key] = self.after()?;
        if key.is_empty() || given_in == order.code() { Ok(key) } else { Err(bad_cursor()) }
    }

    /// Cuts what was fetched to a page.
    pub(crate) fn page<T, const N: usize>(
        &self,
        mut items: Vec<T>,
        key: impl Fn(&T) -> [String; N],
    ) -> Page<T> {
        let limit = self.limit() as usize;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|last| cursor(key(last)));
        Page { items, next }
    }
}

/// What `after` reads again.
pub(crate) fn cursor<const N: usize>(parts: [String; N]) -> String {
    URL_SAFE_NO_PAD.encode(parts.join("\n"))
}

pub(crate) fn bad_cursor() -> Problem {
    Problem::invalid(
        "cursor",
        "bad_cursor",
        Text::new(
            "Cette page de la liste n’existe pas\u{a0}: recommencez au début.",
            "This page of the list does not exist: start again from the beginning.",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_cursors() {
        let mut listing = Listing { limit: Some(2), ..Listing::default() };
        let page = listing.page(vec![1, 2, 3], |n| [n.to_string(), "é".into()]);
        assert_eq!(page.items, [1, 2]);
        listing.cursor = page.next;
        assert_eq!(listing.after::<2>().unwrap(), ["2", "é"]);
        assert_eq!(listing.after::<1>().unwrap_err().code, "bad_cursor");
        assert_eq!(listing.page(vec![3], |n| [n.to_string()]).next, None);
    }

    #[test]
    fn patterns_are_literal() {
        let listing = |q: &str| Listing { q: Some(q.into()), ..Listing::default() };
        assert_eq!(listing("").pattern(), "%");
        assert_eq!(listing(" Ré%_\\ ").pattern(), "%ré\\%\\_\\\\%");
    }
}
