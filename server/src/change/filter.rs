//! What the change log is asked for, parsed once: words, verb, member, account, host, way in, from and to.

use jiff::{civil::Date, tz::TimeZone};
use model::{AccountId, ChangeId, HostId, MemberId, Problem, Text};
use serde::Deserialize;

/// The ways in, as `Via::code` names them.
pub const VIAS: [&str; 4] = ["session", "token", "viewing", "panel"];

/// Which changes; everything that is there has to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words, or their beginnings, of the subject or of who did it.
    pub q: Option<String>,
    /// A verb (`site.create`), or its noun (`site`).
    pub verb: Option<String>,
    pub member: Option<MemberId>,
    pub account: Option<AccountId>,
    pub host: Option<HostId>,
    pub via: Option<String>,
    /// Milliseconds: the first moment, and the first that is too late.
    pub from: Option<i64>,
    pub to: Option<i64>,
}

/// The same, as a query string says it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wanted {
    pub q: String,
    pub verb: String,
    pub member: String,
    pub account: String,
    pub host: String,
    pub via: String,
    /// Milliseconds, or a day in UTC; `to` as a day is that whole day.
    pub from: String,
    pub to: String,
    // Of a list.
    pub limit: Option<u32>,
    pub cursor: Option<String>,
    // Of an export.
    pub format: String,
}

impl Wanted {
    pub fn filter(&self) -> Result<Filter, Problem> {
        let verb = |c: char| c.is_ascii_lowercase() || matches!(c, '.' | '_');
        if !self.verb.chars().all(verb) {
            let text = Text::new(
                "Donnez un verbe comme site.create, ou son nom, comme site.",
                "Give a verb like site.create, or its noun, like site.",
            );
            return Err(Problem::invalid("verb", "bad_verb", text));
        }
        if some(&self.via).is_some_and(|via| !VIAS.contains(&via.as_str())) {
            let text = Text::new("session, token, viewing ou panel.", "session, token, viewing or panel.");
            return Err(Problem::invalid("via", "bad_via", text));
        }
        Ok(Filter {
            q: some(&self.q),
            verb: some(&self.verb),
            member: id("member", &self.member)?,
            account: id("account", &self.account)?,
            host: id("host", &self.host)?,
            via: some(&self.via),
            from: moment("from", &self.from, false)?,
            to: moment("to", &self.to, true)?,
        })
    }
}

impl Filter {
    /// Whether nothing is asked but a time.
    pub fn is_open(&self) -> bool {
        *self == Filter { from: self.from, to: self.to, ..Filter::default() }
    }

    /// Between which ids: they begin with their time, so that a time is a place in their order.
    pub(super) fn ids(&self) -> (String, String) {
        (self.from.map(place).unwrap_or_default(), self.to.map_or_else(|| "g".to_owned(), place))
    }

    /// Whether a change made then is within from and to.
    pub(super) fn holds(&self, id: ChangeId) -> bool {
        let (id, (from, to)) = (id.to_string(), self.ids());
        id >= from && id < to
    }
}

/// The place of a time in the order of ids.
pub(super) fn place(ms: i64) -> String {
    let hex = format!("{:012x}", ms.clamp(0, (1 << 48) - 1));
    format!("{}-{}", &hex[..8], &hex[8..])
}

fn some(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn id<Noun>(field: &'static str, typed: &str) -> Result<Option<model::Id<Noun>>, Problem> {
    some(typed).map(|typed| typed.parse().map_err(|problem: Problem| problem.on(field))).transpose()
}

fn moment(field: &'static str, typed: &str, end: bool) -> Result<Option<i64>, Problem> {
    let Some(typed) = some(typed) else { return Ok(None) };
    if let Ok(ms) = typed.parse::<i64>() {
        return Ok(Some(ms));
    }
    let day = |typed: &str| {
        let day: Date = typed.parse().ok()?;
        let day = if end { day.tomorrow().ok()? } else { day };
        Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond())
    };
    day(&typed).map(Some).ok_or_else(|| {
        let text = Text::new(
            "Donnez un jour comme 2026-11-27, ou des millisecondes depuis 1970.",
            "Give a day like 2026-11-27, or milliseconds since 1970.",
        );
        Problem::invalid(field, "bad_day", text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_places_in_the_order_of_ids() {
        let wanted = |from: &str, to: &str| {
            Wanted { from: from.into(), to: to.into(), ..Wanted::default() }.filter().unwrap()
        };
        let filter = wanted("2026-11-27", "2026-11-27");
        assert_eq!((filter.from, filter.to), (Some(1_795_737_600_000), Some(1_795_824_000_000)));
        let at = |ms: u64| ChangeId::new(ms, &[0xff; 10]);
        assert!(filter.holds(at(1_795_737_600_000)) && filter.holds(at(1_795_823_999_999)));
        assert!(!filter.holds(at(1_795_737_599_999)) && !filter.holds(at(1_795_824_000_000)));
        assert!(wanted("", "").holds(at((1 << 48) - 1)) && wanted("0", "").holds(at(0)));
    }

    #[test]
    fn what_does_not_parse_is_named() {
        let refused = |wanted: Wanted| wanted.filter().unwrap_err().field;
        let base = Wanted::default;
        assert_eq!(refused(Wanted { from: "27/11/2026".into(), ..base() }), Some("from"));
        assert_eq!(refused(Wanted { to: "2026-02-30".into(), ..base() }), Some("to"));
        assert_eq!(refused(Wanted { via: "door".into(), ..base() }), Some("via"));
        assert_eq!(refused(Wanted { verb: "Site;--".into(), ..base() }), Some("verb"));
        assert_eq!(refused(Wanted { member: "x".into(), ..base() }), Some("member"));
    }
}
