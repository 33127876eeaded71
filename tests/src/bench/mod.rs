//! The bench: how fast things are, in medians and p95, on a stage of its own. The bars stand in docs/speed.md.

pub mod cells;
pub mod host;
pub mod panel;

use serde::Serialize;
use std::time::{Duration, Instant};

/// One line of the table.
#[derive(Debug, Serialize)]
pub struct Row {
    pub what: String,
    pub n: usize,
    pub median: f64,
    pub p95: f64,
    pub unit: &'static str,
    /// What it should stay within, as docs/speed.md says it.
    pub bar: &'static str,
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

/// Median and p95 of some figures.
pub fn row(what: impl Into<String>, mut figures: Vec<f64>, unit: &'static str, bar: &'static str) -> Row {
    figures.sort_by(f64::total_cmp);
    let at = |share: f64| {
        figures.get(((figures.len() as f64 - 1.0) * share).round() as usize).copied().unwrap_or(f64::NAN)
    };
    Row { what: what.into(), n: figures.len(), median: at(0.5), p95: at(0.95), unit, bar }
}

/// The table, for people.
pub fn print(rows: &[Row]) {
    println!("{:<66} {:>5} {:>10} {:>10} {:<6} bar", "what", "n", "median", "p95", "");
    for Row { what, n, median, p95, unit, bar } in rows {
        println!("{what:<66} {n:>5} {median:>10.1} {p95:>10.1} {unit:<6} {bar}");
    }
}
