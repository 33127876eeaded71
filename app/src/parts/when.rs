//! Dates as people read them here: in Paris time, in words.

use jiff::{Timestamp, Zoned, tz::TimeZone};
use leptos::prelude::*;
use model::Lang;

/// Built in at compile time: a small host may have no zone files.
static PARIS: TimeZone = jiff::tz::get!("Europe/Paris");

fn zoned(ms: i64) -> Zoned {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(PARIS.clone())
}

/// When a day that was typed (2026-11-27) begins here, or so many days later.
pub fn day_begins(typed: &str, later: i64) -> Option<i64> {
    let day: jiff::civil::Date = typed.parse().ok()?;
    let day = day.checked_add(jiff::Span::new().try_days(later).ok()?).ok()?;
    Some(day.to_zoned(PARIS.clone()).ok()?.timestamp().as_millisecond())
}

fn day_words(lang: Lang, at: &Zoned) -> String {
    lang.day(at.year(), at.month(), at.day())
}

fn moment_words(lang: Lang, at: &Zoned) -> String {
    let (hour, minute) = (at.hour(), at.minute());
    match lang {
        Lang::Fr => format!("{} à {hour}\u{a0}h\u{a0}{minute:02}", day_words(lang, at)),
        Lang::En => format!("{}, {hour}:{minute:02}", day_words(lang, at)),
    }
}

fn time(ms: i64, words: String, title: Option<String>) -> AnyView {
    let machine = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH).to_string();
    view! { <time datetime=machine title=title>{words}</time> }.into_any()
}

/// A day: 23 novembre 2026.
pub fn day(lang: Lang, ms: i64) -> AnyView {
    time(ms, day_words(lang, &zoned(ms)), None)
}

/// A moment: 23 novembre 2026 à 18 h 05.
pub fn moment(lang: Lang, ms: i64) -> AnyView {
    time(ms, moment_words(lang, &zoned(ms)), None)
}

/// A moment to its second, short: 27/11/2026 18:05:09.
pub fn moment_to_second(lang: Lang, ms: i64) -> AnyView {
    let at = zoned(ms);
    let day = lang.pick(
        format!("{:02}/{:02}/{}", at.day(), at.month(), at.year()),
        format!("{}-{:02}-{:02}", at.year(), at.month(), at.day()),
    );
    let words = format!("{day} {:02}:{:02}:{:02}", at.hour(), at.minute(), at.second());
    time(ms, words, Some(moment_words(lang, &at)))
}

/// A moment as the clocks of another zone show it.
pub fn moment_in(lang: Lang, ms: i64, zone: &str) -> AnyView {
    let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    let zone = TimeZone::get(zone).unwrap_or_else(|_| PARIS.clone());
    time(ms, moment_words(lang, &at.to_zoned(zone)), None)
}

/// How long ago, up to a day; then the moment itself.
pub fn ago(lang: Lang, now_ms: i64, ms: i64) -> AnyView {
    time(ms, ago_words(lang, now_ms, ms), Some(moment_words(lang, &zoned(ms))))
}

fn ago_words(lang: Lang, now_ms: i64, ms: i64) -> String {
    let seconds = (now_ms - ms).max(0) / 1000;
    match seconds {
        0..=9 => lang.pick("à l’instant", "just now").to_owned(),
        10..=59 => lang.pick(format!("il y a {seconds}\u{a0}s"), format!("{seconds}\u{a0}s ago")),
        60..=3599 => {
            lang.pick(format!("il y a {}\u{a0}min", seconds / 60), format!("{}\u{a0}min ago", seconds / 60))
        }
        3600..=86_399 => {
            lang.pick(format!("il y a {}\u{a0}h", seconds / 3600), format!("{}\u{a0}h ago", seconds / 3600))
        }
        _ => moment_words(lang, &zoned(ms)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_here() {
        assert_eq!(day_begins("2026-11-27", 0), Some(1_795_734_000_000));
        assert_eq!(
            day_begins("2026-10-25", 1).zip(day_begins("2026-10-25", 0)).map(|(b, a)| b - a),
            Some(90_000_000)
        );
        assert_eq!(day_begins("27/11/2026", 0), None);
    }

    /// 2026-11-23T17:05:00Z, winter time in Paris.
    const WINTER: i64 = 1_795_453_500_000;

    #[test]
    fn paris_time_in_words() {
        assert_eq!(moment_words(Lang::Fr, &zoned(WINTER)), "23 novembre 2026 à 18\u{a0}h\u{a0}05");
        assert_eq!(moment_words(Lang::En, &zoned(WINTER)), "23 November 2026, 18:05");
        let first_of_july = WINTER - 145 * 86_400_000;
        assert_eq!(moment_words(Lang::Fr, &zoned(first_of_july)), "1er juillet 2026 à 19\u{a0}h\u{a0}05");
    }

    #[test]
    fn how_long_ago() {
        assert_eq!(ago_words(Lang::Fr, WINTER, WINTER - 3_000), "à l’instant");
        assert_eq!(ago_words(Lang::En, WINTER, WINTER - 125_000), "2\u{a0}min ago");
        assert_eq!(ago_words(Lang::En, WINTER, WINTER + 5_000), "just now");
        assert_eq!(ago_words(Lang::Fr, WINTER, WINTER - 90_000_000), "22 novembre 2026 à 17\u{a0}h\u{a0}05");
    }
}
