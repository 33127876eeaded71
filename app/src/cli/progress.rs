//! How far a long file is, on a terminal: a line on stderr that is written over; nothing where nobody looks.

use model::Lang;
use std::{
    io::{self, IsTerminal, Read, Write},
    time::{Duration, Instant},
};

/// Not sooner, and not more often.
const EVERY: Duration = Duration::from_millis(500);

/// Reads on, and says how much that was.
pub struct Progress<R> {
    from: R,
    lang: Lang,
    octets: u64,
    total: Option<u64>,
    /// `None`: nobody looks.
    said_at: Option<Instant>,
    said: bool,
}

impl<R: Read> Progress<R> {
    pub fn of(from: R, total: Option<u64>, lang: Lang) -> Progress<R> {
        let said_at = io::stderr().is_terminal().then(Instant::now);
        Progress { from, lang, octets: 0, total, said_at, said: false }
    }
}

fn line(lang: Lang, octets: u64, total: Option<u64>) -> String {
    let unit = lang.pick("Mo", "MB");
    let of = total.map(|total| format!(" / {}", total / 1_000_000)).unwrap_or_default();
    format!("{}{of}\u{a0}{unit}", octets / 1_000_000)
}

impl<R: Read> Read for Progress<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(into)?;
        self.octets += read as u64;
        if let Some(said_at) = self.said_at.as_mut().filter(|at| at.elapsed() >= EVERY) {
            *said_at = Instant::now();
            self.said = true;
            let _ = write!(io::stderr(), "\r{}", line(self.lang, self.octets, self.total));
        }
        Ok(read)
    }
}

impl<R> Drop for Progress<R> {
    fn drop(&mut self) {
        if self.said {
            let _ = writeln!(io::stderr(), "\r{}", line(self.lang, self.octets, self.total));
        }
    }
}
