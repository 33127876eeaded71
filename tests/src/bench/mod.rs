//! The bench: how fast things are, on a stage of its own. The bars stand in docs/speed.md.

pub mod awake;
pub mod cells;
pub mod cooperative;
mod database;
pub mod databases;
pub mod host;
pub mod panel;
mod seed;

pub use seed::Size;

use serde::Serialize;
use std::time::{Duration, Instant};

/// One line of the table.
#[derive(Debug, Serialize)]
pub struct Row {
    pub what: String,
    pub n: usize,
    pub median: f64,
    pub p95: f64,
    pub p99: f64,
    pub unit: &'static str,
    /// What it should stay within, as docs/speed.md says it.
    pub bar: String,
    /// Whether it does; `None` where it is only shown.
    pub kept: Option<bool>,
}

/// What a row is held against.
#[derive(Clone, Copy, Debug)]
pub enum Bar {
    Median(f64),
    P99(f64),
    AtLeast(f64),
    /// The median against another figure's.
    Times(f64, f64),
    Shown,
}

/// Milliseconds of `n` runs of `act`.
pub fn timed(n: usize, mut act: impl FnMut(usize) -> Result<(), String>) -> Result<Vec<f64>, String> {
    (0..n)
        .map(|i| {
            let start = Instant::now();
            act(i)?;
            Ok(millis(start.elapsed()))
        })
        .collect()
}

pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Median, p95 and p99 of some figures, and whether they keep to the bar.
pub fn row(what: impl Into<String>, mut figures: Vec<f64>, unit: &'static str, bar: Bar) -> Row {
    figures.sort_by(f64::total_cmp);
    let at = |share: f64| {
        figures.get(((figures.len() as f64 - 1.0) * share).round() as usize).copied().unwrap_or(f64::NAN)
    };
    let (median, p95, p99) = (at(0.5), at(0.95), at(0.99));
    let (bar, kept) = match bar {
        Bar::Median(most) => (format!("≤ {most}"), Some(median <= most)),
        Bar::P99(most) => (format!("p99 ≤ {most}"), Some(p99 <= most)),
        Bar::AtLeast(least) => (format!("≥ {least}"), Some(median >= least)),
        Bar::Times(most, of) => (format!("≤ {most} × {of:.0}"), Some(median <= most * of)),
        Bar::Shown => (String::new(), None),
    };
    Row { what: what.into(), n: figures.len(), median, p95, p99, unit, bar, kept }
}

/// The table, for people.
pub fn print(rows: &[Row]) {
    println!("{:<62} {:>5} {:>9} {:>9} {:>9} {:<5}", "what", "n", "median", "p95", "p99", "");
    for Row { what, n, median, p95, p99, unit, bar, kept } in rows {
        let sign = kept.map_or("", |kept| if kept { "✓" } else { "✗" });
        println!("{what:<62} {n:>5} {median:>9.1} {p95:>9.1} {p99:>9.1} {unit:<5} {sign} {bar}");
    }
}
