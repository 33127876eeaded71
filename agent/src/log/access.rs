//! Looks through the host's access log for the lines of some names: from its end, through what was rotated away, for a bounded time.

use super::{
    lines,
    rotated::{self, Part},
    visit,
};
use model::{LogAsk, LogPage, LogPlace, MOST_OCTETS, NameSince, Visit};
use std::{
    collections::VecDeque,
    io,
    io::{Read, Seek, SeekFrom},
    ops::ControlFlow,
    path::Path,
    time::{Duration, Instant},
};

/// How long one question may take on plain files, which can be left at any place.
const PATIENCE: Duration = Duration::from_millis(1500);
/// And on a compressed one, which is read from its beginning. The panel waits ten seconds.
const LONG_PATIENCE: Duration = Duration::from_secs(6);
/// How much of what came after a place is looked at.
const MOST_NEW: u64 = 16 * 1024 * 1024;
/// Lines are in order of time, but for what several workers write in the same instant.
const DISORDER: u64 = 10_000;
/// Lines between two looks at the clock.
const CLOCK: u32 = 256;

/// What is looked for.
pub struct Wanted<'a> {
    pub names: &'a [NameSince],
    /// Addresses as networks only.
    pub short: bool,
    pub ask: &'a LogAsk,
}

impl Wanted<'_> {
    /// The line, if it is one of these.
    fn fits(&self, line: &[u8]) -> Option<Visit> {
        let name = visit::name_of(line)?;
        let known = self.names.iter().find(|known| known.name.as_str() == name)?;
        let visit = visit::read(line, self.short)?;
        let ask = self.ask;
        let within = visit.at >= known.since.max(ask.from) && visit.at < ask.until;
        let status = ask.status.is_none_or(|class| visit.status / 100 == u16::from(class));
        // In what is shown: a whole address cannot be guessed where networks are.
        let shown = [&visit.path, &visit.address, &visit.referrer, &visit.agent, &visit.method];
        let number = visit.status.to_string();
        let finds = || ask.finds(shown.into_iter().map(String::as_str).chain([number.as_str()]));
        (within && status && finds()).then_some(visit)
    }

    /// Nothing older can be asked for.
    fn floor(&self) -> u64 {
        let since = self.names.iter().map(|name| name.since).min().unwrap_or(u64::MAX);
        self.ask.from.max(since)
    }
}

/// Ends a search that has taken its time.
struct Clock {
    end: Instant,
    turns: u32,
}

impl Clock {
    fn new(patience: Duration) -> Clock {
        Clock { end: Instant::now() + patience, turns: 0 }
    }

    /// Whether it is time to look.
    fn strikes(&mut self) -> bool {
        self.turns += 1;
        self.turns.is_multiple_of(CLOCK)
    }

    fn is_over(&self) -> bool {
        Instant::now() > self.end
    }
}

/// The lines found so far, newest first.
struct Found {
    lines: Vec<Visit>,
    octets: usize,
    most: usize,
}

impl Found {
    fn take(&mut self, visit: Visit) -> ControlFlow<()> {
        self.octets += size(&visit);
        self.lines.push(visit);
        if self.lines.len() >= self.most || self.octets >= MOST_OCTETS {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

/// About what a line takes in an answer.
fn size(visit: &Visit) -> usize {
    200 + 2 * (visit.path.len() + visit.referrer.len() + visit.agent.len())
}

/// Looks in `log` and what was rotated away of it.
pub fn search(log: &Path, wanted: &Wanted<'_>) -> io::Result<LogPage<Visit>> {
    if wanted.names.is_empty() {
        return Ok(LogPage::empty());
    }
    match wanted.ask.after {
        Some(place) => newer(log, wanted, place),
        None => older(log, wanted),
    }
}

fn older(log: &Path, wanted: &Wanted<'_>) -> io::Result<LogPage<Visit>> {
    let ask = wanted.ask;
    let mut found = Found { lines: vec![], octets: 0, most: ask.lines() };
    let mut page = LogPage::empty();
    let mut clock = Clock::new(PATIENCE);
    let floor = wanted.floor();
    // The time of the first line of the file after, which this one ends before.
    let mut later: Option<u64> = None;
    for path in rotated::files(log)? {
        let Some(part) = rotated::open(&path)? else { continue };
        let first = part.first;
        if page.newest.is_none() && !part.compressed {
            page.newest = Some(LogPlace { file: first, at: lines::whole(&part.file)? });
        }
        let before = later.replace(first);
        if before.is_some_and(|before| before + DISORDER < floor) {
            break;
        }
        if first > ask.until.saturating_add(DISORDER) {
            continue;
        }
        let end = match ask.before {
            Some(place) if first > place.file => continue,
            Some(place) if first == place.file => Some(place.at),
            _ => None,
        };
        let stopped = if part.compressed {
            // It cannot be left half way: one that was begun is gone through, and begun only with time left.
            if clock.is_over() {
                Stopped::At(u64::MAX >> 1)
            } else {
                of_compressed(&part, end, wanted, &mut found)?
            }
        } else {
            let whole = lines::whole(&part.file)?;
            of_plain(&part, end.map_or(whole, |end| end.min(whole)), wanted, &mut found, &mut clock)?
        };
        match stopped {
            Stopped::End => {}
            Stopped::Floor => break,
            Stopped::At(at) => {
                page.older = Some(LogPlace { file: first, at });
                page.cut = found.lines.len() < found.most && found.octets < MOST_OCTETS;
                break;
            }
        }
    }
    page.lines = found.lines;
    Ok(page)
}

/// How looking through a file ended.
enum Stopped {
    /// At its beginning.
    End,
    /// What is before is too old.
    Floor,
    /// Enough was found, or time was up: it goes on here.
    At(u64),
}

fn of_plain(
    part: &Part,
    end: u64,
    wanted: &Wanted<'_>,
    found: &mut Found,
    clock: &mut Clock,
) -> io::Result<Stopped> {
    let floor = wanted.floor();
    let mut beneath = false;
    let mut broke = false;
    let at = lines::backwards(&part.file, end, |_, line| {
        broke = true;
        if let Some(visit) = wanted.fits(line) {
            found.take(visit)?;
        }
        if clock.strikes() {
            beneath = visit::time_of(line).is_some_and(|time| time + DISORDER < floor);
            if beneath || clock.is_over() {
                return ControlFlow::Break(());
            }
        }
        broke = false;
        ControlFlow::Continue(())
    })?;
    Ok(match broke {
        _ if beneath => Stopped::Floor,
        true if at > 0 => Stopped::At(at),
        _ => Stopped::End,
    })
}

/// A compressed file is read from its beginning; the last lines that fit are kept.
fn of_compressed(
    part: &Part,
    end: Option<u64>,
    wanted: &Wanted<'_>,
    found: &mut Found,
) -> io::Result<Stopped> {
    let mut clock = Clock::new(LONG_PATIENCE);
    let room = found.most - found.lines.len().min(found.most);
    let mut kept: VecDeque<(u64, Visit)> = VecDeque::new();
    let mut octets = 0;
    let (mut dropped, mut late) = (false, false);
    let mut file = &part.file;
    file.seek(SeekFrom::Start(0))?;
    rotated::unzipped(file, |at, line| {
        if end.is_some_and(|end| at >= end) {
            return ControlFlow::Break(());
        }
        if clock.strikes() && clock.is_over() {
            late = true;
            return ControlFlow::Break(());
        }
        if let Some(visit) = wanted.fits(line) {
            octets += size(&visit);
            kept.push_back((at, visit));
            while kept.len() > room || found.octets + octets > MOST_OCTETS {
                let Some((_, first)) = kept.pop_front() else { break };
                octets -= size(&first);
                dropped = true;
            }
        }
        ControlFlow::Continue(())
    })?;
    if late {
        // Of a file this large nothing is known; what is older can still be asked for.
        tracing::warn!("a day of the access log is too large to be looked through in time");
        return Ok(Stopped::At(0));
    }
    let oldest = kept.front().map(|(at, _)| *at);
    found.octets += octets;
    found.lines.extend(kept.into_iter().rev().map(|(_, visit)| visit));
    Ok(match oldest {
        Some(at) if dropped => Stopped::At(at),
        None if dropped => Stopped::At(end.unwrap_or(u64::MAX >> 1)),
        _ => Stopped::End,
    })
}

/// What came after a place, in the file it stands in and in those after it.
fn newer(log: &Path, wanted: &Wanted<'_>, place: LogPlace) -> io::Result<LogPage<Visit>> {
    let mut parts = vec![];
    for path in rotated::files(log)? {
        let Some(part) = rotated::open(&path)? else { continue };
        if part.compressed || part.first < place.file {
            break;
        }
        parts.push(part);
    }
    let mut page = LogPage { newest: Some(place), ..LogPage::empty() };
    let mut found = Found { lines: vec![], octets: 0, most: wanted.ask.lines() };
    for part in parts.iter().rev() {
        let end = lines::whole(&part.file)?;
        let from = if part.first == place.file { place.at.min(end) } else { 0 };
        // After a long pause the beginning of it is left out: whoever follows a log wants its end.
        let from = if end - from > MOST_NEW { next_line(part, end - MOST_NEW)? } else { from };
        let mut file = &part.file;
        file.seek(SeekFrom::Start(from))?;
        let mut reached = end;
        lines::forwards(file.take(end - from), |at, line| {
            let Some(visit) = wanted.fits(line) else { return ControlFlow::Continue(()) };
            let next = from + at + line.len() as u64 + 1;
            let flow = found.take(visit);
            if flow.is_break() {
                reached = next;
            }
            flow
        })?;
        page.newest = Some(LogPlace { file: part.first, at: reached });
        if reached < end {
            page.cut = true;
            break;
        }
    }
    found.lines.reverse();
    page.lines = found.lines;
    Ok(page)
}

/// Where the first line begins that begins at or after this place.
fn next_line(part: &Part, place: u64) -> io::Result<u64> {
    let mut file = &part.file;
    file.seek(SeekFrom::Start(place.saturating_sub(1)))?;
    let mut piece = vec![0; lines::LONGEST];
    let count = file.take(lines::LONGEST as u64).read(&mut piece)?;
    let newline = piece[..count].iter().position(|b| *b == b'\n').unwrap_or(count.saturating_sub(1));
    Ok(place.saturating_sub(1) + newline as u64 + 1)
}

#[cfg(test)]
mod tests;
