//! How something went over time: a figure, a line, its lowest and highest in words. Drawn by the server; what the line says stands in words
//! beside it and in its description, and the values in a table, so that nothing depends on seeing it.

use crate::parts::{Cell, table};
use leptos::prelude::*;
use model::{Day, Lang};
use std::collections::BTreeMap;

const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 64.0;
/// Room for half the thickness of the line.
const EDGE: f64 = 4.0;
/// Rows of the table of values, at most; of more days, every seventh stands in it.
const MOST_ROWS: usize = 31;

/// What is drawn.
pub struct Chart {
    /// For its parts' ids: `sites`.
    pub code: &'static str,
    pub title: &'static str,
    /// What one of the points is.
    pub each: &'static str,
    /// What the large figure says: the newest value, or the sum.
    pub figure: i64,
    /// Where there is more to see.
    pub href: Option<&'static str>,
    /// Oldest first.
    pub points: Vec<(Day, i64)>,
}

/// A count as charts and tables take it.
pub fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number as people read it: groups of three digits.
pub fn count(lang: Lang, n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push_str(lang.pick("\u{a0}", ","));
        }
        out.push(digit);
    }
    if n < 0 { format!("-{out}") } else { out }
}

pub fn words(lang: Lang, day: Day) -> String {
    let (year, month, of_month) = day.civil();
    lang.day(year, month, of_month)
}

/// One chart.
pub fn chart(lang: Lang, chart: Chart) -> AnyView {
    let Chart { code, title, each, figure, href, points } = chart;
    let figure = count(lang, figure);
    let head = view! { <b>{figure}</b><span>{title}</span> };
    let head = match href {
        Some(href) => view! { <a class="chart-head" href=href>{head}</a> }.into_any(),
        None => view! { <span class="chart-head">{head}</span> }.into_any(),
    };
    view! {
        <figure class="chart">
            <figcaption>{head}</figcaption>
            {line(lang, code, each, &points)}
        </figure>
    }
    .into_any()
}

/// The line and its words; with fewer than two days there is none yet, and that is said.
fn line(lang: Lang, code: &'static str, title: &'static str, points: &[(Day, i64)]) -> AnyView {
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        let words = lang.pick(
            "Pas encore compté\u{a0}: le premier relevé vient dans quelques minutes.",
            "Not counted yet: the first figure comes within minutes.",
        );
        return view! { <p class="chart-none">{words}</p> }.into_any();
    };
    if points.len() < 2 {
        let words = lang.pick(
            "Compté depuis aujourd’hui\u{a0}: la courbe commence demain.",
            "Counted since today: the line begins tomorrow.",
        );
        return view! { <p class="chart-none">{words}</p> }.into_any();
    }
    let lowest = points.iter().min_by_key(|(_, n)| *n).unwrap_or(first);
    let highest = points.iter().max_by_key(|(_, n)| *n).unwrap_or(last);
    let said = |(day, n): &(Day, i64)| format!("{} ({})", count(lang, *n), words(lang, *day));
    let describe = lang.pick(
        format!(
            "De {} à {}\u{a0}; au moins {}, au plus {}.",
            said(first),
            said(last),
            said(lowest),
            said(highest)
        ),
        format!(
            "From {} to {}; at least {}, at most {}.",
            said(first),
            said(last),
            said(lowest),
            said(highest)
        ),
    );
    let range = if lowest.1 == highest.1 {
        lang.pick(format!("toujours {}", count(lang, lowest.1)), format!("always {}", count(lang, lowest.1)))
    } else {
        lang.pick(
            format!("de {} à {}", count(lang, lowest.1), count(lang, highest.1)),
            format!("from {} to {}", count(lang, lowest.1), count(lang, highest.1)),
        )
    };
    let (path, end) = path(points);
    let area = format!("{path}V{HEIGHT}H0Z");
    let (title_id, text_id) = (format!("chart-{code}"), format!("chart-{code}-text"));
    let both = format!("{title_id} {text_id}");
    view! {
        <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" role="img" aria-labelledby=both>
            <title id=title_id>{title}</title>
            <desc id=text_id>{describe}</desc>
            <path class="chart-area" d=area></path>
            <path class="chart-line" d=path></path>
            <path class="chart-end" d=end></path>
        </svg>
        <p class="chart-range"><span>{words(lang, first.0)}</span><span>{range}</span></p>
    }
    .into_any()
}

/// The line through the points, and the dot at its end. Figures far from nought would be a straight line above it: then the floor is the
/// lowest of them, which the words below tell.
fn path(points: &[(Day, i64)]) -> (String, String) {
    let (Some((first, _)), Some((last, _))) = (points.first(), points.last()) else {
        return Default::default();
    };
    let low = points.iter().map(|(_, n)| *n).min().unwrap_or_default();
    let high = points.iter().map(|(_, n)| *n).max().unwrap_or_default();
    let floor = if low * 2 < high { 0 } else { low };
    let span = (last.ms() - first.ms()).max(1) as f64;
    let place = |(day, n): &(Day, i64)| {
        let x = (day.ms() - first.ms()) as f64 / span * WIDTH;
        let share = if high == floor { 0.5 } else { (n - floor) as f64 / (high - floor) as f64 };
        (x, HEIGHT - EDGE - share * (HEIGHT - 2.0 * EDGE))
    };
    let mut path = String::new();
    for (turn, point) in points.iter().enumerate() {
        // Between equal neighbours it is a point of the same stroke.
        let same = |other: Option<&(Day, i64)>| other.is_some_and(|other| other.1 == point.1);
        if turn > 0 && same(points.get(turn - 1)) && same(points.get(turn + 1)) {
            continue;
        }
        let (x, y) = place(point);
        path += &format!("{}{x:.1} {y:.1}", if turn == 0 { "M" } else { "L" });
    }
    let end = points.last().map(place).map(|(x, y)| format!("M{x:.1} {y:.1}h0")).unwrap_or_default();
    (path, end)
}

/// The values of several charts side by side, the newest day first.
pub fn values(lang: Lang, charts: &[Chart]) -> AnyView {
    let mut days: BTreeMap<Day, Vec<Option<i64>>> = BTreeMap::new();
    for (place, chart) in charts.iter().enumerate() {
        for (day, n) in &chart.points {
            days.entry(*day).or_insert_with(|| vec![None; charts.len()])[place] = Some(*n);
        }
    }
    let step = if days.len() > MOST_ROWS { 7 } else { 1 };
    let rows = days
        .into_iter()
        .rev()
        .step_by(step)
        .map(|(day, counts)| {
            let counts = counts.into_iter().map(|n| match n {
                Some(n) => Cell::Num(count(lang, n)),
                None => Cell::text(""),
            });
            std::iter::once(Cell::Main(words(lang, day).into_any())).chain(counts).collect()
        })
        .collect();
    let heads: Vec<&'static str> =
        std::iter::once(lang.pick("Jour", "Day")).chain(charts.iter().map(|chart| chart.each)).collect();
    table(lang.pick("Les valeurs", "The values"), &heads, rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(counts: &[i64]) -> Vec<(Day, i64)> {
        let first = Day::parse("2026-11-01").unwrap().ms();
        counts
            .iter()
            .enumerate()
            .map(|(n, count)| (Day::from_ms(first + n as i64 * 86_400_000), *count))
            .collect()
    }

    #[test]
    fn a_line_fills_its_box_and_stays_in_it() {
        let (line, end) = path(&points(&[0, 10, 5]));
        assert_eq!((line.as_str(), end.as_str()), ("M0.0 60.0L150.0 4.0L300.0 32.0", "M300.0 32.0h0"));
        // Far from nought, the lowest is the floor; what never moves is a line in the middle.
        assert_eq!(path(&points(&[990, 1000])).0, "M0.0 60.0L300.0 4.0");
        assert_eq!(path(&points(&[7, 7, 7, 7])).0, "M0.0 32.0L300.0 32.0");
    }

    #[test]
    fn what_a_line_shows_is_said_in_words() {
        let draw = |counts: &[i64]| {
            let chart = Chart {
                code: "sites",
                title: "sites",
                each: "sites",
                figure: 5,
                href: None,
                points: points(counts),
            };
            super::chart(Lang::En, chart).to_html()
        };
        let html = draw(&[3, 1200, 5]);
        assert!(html.contains("From 3 (1 November 2026) to 5 (3 November 2026); at least 3 (1 November 2026), at most 1,200 (2 November 2026)."), "{html}");
        assert!(draw(&[]).contains("Not counted yet") && draw(&[4]).contains("begins tomorrow"));
        assert!(!draw(&[4]).contains("<svg"));
    }

    #[test]
    fn numbers_are_read_in_groups() {
        assert_eq!(count(Lang::Fr, 1_234_567), "1\u{a0}234\u{a0}567");
        assert_eq!((count(Lang::En, 999), count(Lang::En, -1000)), ("999".to_owned(), "-1,000".to_owned()));
    }
}
