//! Reads what the access log has grown by, and counts it.

use super::{
    count::{Count, Visitors},
    kind::{Seen, kind},
    store::{self, Key, Open, Sum},
};
use crate::{
    log::{lines, rotated, visit},
    paths::Paths,
};
use model::{Day, LogPlace, SiteName, Statistics, UnixName};
use std::{
    collections::{BTreeMap, HashMap},
    io::{self, Read, Seek, SeekFrom},
    ops::ControlFlow,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// How often the log is looked at, when nobody asks.
const LOOK: Duration = Duration::from_secs(30);
/// How often what was counted is written down: a fall costs no count, only reading that much of the log again.
const WRITE: Duration = Duration::from_secs(300);
/// Read at once; whoever asks is let in between.
const PIECE: u64 = 8 * 1024 * 1024;
/// What an answer waits for it to catch up.
const PATIENCE: Duration = Duration::from_secs(2);
/// After a day's end, requests that began in it may still be written.
const LATE: i64 = 60_000;
const DAY_MS: i64 = 24 * 3_600_000;

pub struct Counter {
    paths: Paths,
    inner: Mutex<Inner>,
}

struct Inner {
    place: Option<LogPlace>,
    days: BTreeMap<(Day, Key), Count>,
    visitors: Visitors,
    written: Instant,
    /// The newest time of a line.
    newest: i64,
}

/// How a turn ended.
#[derive(PartialEq, Eq)]
enum Turn {
    Behind,
    Up,
}

impl Counter {
    pub fn of(paths: &Paths) -> Counter {
        let Open { place, days } = store::load(paths);
        let days = days.into_iter().map(|(key, count)| ((count.of_day.day, key), count)).collect();
        let inner = Inner { place, days, visitors: Visitors::default(), written: Instant::now(), newest: 0 };
        Counter { paths: paths.clone(), inner: Mutex::new(inner) }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts from now on.
    pub async fn keep(self: Arc<Self>) {
        let mut clock = tokio::time::interval(LOOK);
        loop {
            clock.tick().await;
            let counter = self.clone();
            let counted = tokio::task::spawn_blocking(move || counter.catch_up(None, now_ms())).await;
            if let Ok(Err(error)) = counted {
                tracing::warn!(%error, "the access log cannot be counted now");
            }
        }
    }

    /// Counts what the log has grown by; not longer than `patience`, if there is one.
    pub fn catch_up(&self, patience: Option<Duration>, now: i64) -> io::Result<()> {
        let end = patience.map(|patience| Instant::now() + patience);
        loop {
            let mut inner = self.inner();
            let turn = inner.turn(&self.paths)?;
            if turn == Turn::Up || end.is_some_and(|end| Instant::now() > end) {
                return inner.close_days(&self.paths, now);
            }
        }
    }

    /// What was counted of these names of an account, in the days from `from` to `until`.
    pub fn statistics(
        &self,
        account: &UnixName,
        names: &[SiteName],
        (from, until): (Day, Day),
        now: i64,
    ) -> io::Result<Statistics> {
        self.catch_up(Some(PATIENCE), now)?;
        let recent = Day::from_ms(until.ms() - 30 * DAY_MS);
        let mut sum = Sum::default();
        for name in names {
            let inner = self.inner();
            let mut days = store::read(&self.paths, account, name)?;
            for ((day, key), count) in &inner.days {
                if key.0 == *account && key.1 == *name {
                    days.insert(*day, count.clone());
                }
            }
            for count in days.range(from..=until).map(|(_, count)| count) {
                sum.add(count, recent);
            }
        }
        Ok(sum.end())
    }
}

impl Inner {
    /// Reads one piece.
    fn turn(&mut self, paths: &Paths) -> io::Result<Turn> {
        // Those not read whole, newest first; the file that was being read ends the list.
        let mut parts = vec![];
        for path in rotated::files(&paths.access_log())? {
            let Some(part) = rotated::open(&path)? else { continue };
            let first = part.first;
            if self.place.is_some_and(|place| first < place.file) {
                break;
            }
            parts.push(part);
            // Whoever counts for the first time begins with the log as it is.
            if self.place.is_none_or(|place| first == place.file) {
                break;
            }
        }
        let mut holders = HashMap::new();
        while let Some(part) = parts.pop() {
            let from = self.place.filter(|place| place.file == part.first).map_or(0, |place| place.at);
            let mut reached = from;
            let mut full = false;
            let each = |at: u64, line: &[u8]| {
                // What was counted of a compressed file before it was compressed is passed over.
                if part.compressed && at < from {
                    return ControlFlow::Continue(());
                }
                let at = if part.compressed { at } else { from + at };
                self.count(paths, &mut holders, line);
                reached = at + line.len() as u64 + 1;
                full = reached - from > PIECE;
                if full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            let mut file = &part.file;
            if part.compressed {
                file.seek(SeekFrom::Start(0))?;
                rotated::unzipped(file, each)?;
            } else {
                let end = lines::whole(&part.file)?;
                file.seek(SeekFrom::Start(from.min(end)))?;
                lines::forwards(file.take(end.saturating_sub(from)), each)?;
            }
            self.place = Some(LogPlace { file: part.first, at: reached });
            if full {
                return Ok(Turn::Behind);
            }
        }
        Ok(Turn::Up)
    }

    /// Counts one line, if it is of a site of this host.
    fn count(&mut self, paths: &Paths, holders: &mut HashMap<String, Option<UnixName>>, line: &[u8]) {
        let Some(name) = visit::name_of(line) else { return };
        // A name that leads nowhere is one that a stranger made up.
        let holder = match holders.get(name) {
            Some(holder) => holder.clone(),
            None => {
                let holder = holder(paths, name);
                if holder.is_some() || holders.len() < 10_000 {
                    holders.insert(name.to_owned(), holder.clone());
                }
                holder
            }
        };
        let Some(account) = holder else { return };
        let Some(visit) = visit::read(line, false) else { return };
        let seen = kind(&visit);
        if seen == Seen::Ours {
            return;
        }
        let at = i64::try_from(visit.at).unwrap_or(0);
        self.newest = self.newest.max(at);
        let day = Day::from_ms(at);
        let key = (day, (account, visit.name.clone()));
        let count = self.days.entry(key).or_insert_with(|| Count::new(day));
        count.take(&visit, seen, &mut self.visitors);
    }

    /// Writes down days that are over, and what goes on from time to time.
    fn close_days(&mut self, paths: &Paths, now: i64) -> io::Result<()> {
        // A clock that was ahead for a while has ended no day.
        let over = Day::from_ms(self.newest.min(now) - LATE);
        let closing: Vec<_> = self.days.keys().filter(|(day, _)| *day < over).cloned().collect();
        for at in &closing {
            if let Some(count) = self.days.get_mut(at) {
                count.close();
                store::append(paths, &at.1, count)?;
            }
        }
        let due = self.written.elapsed() > WRITE;
        if closing.is_empty() && !due {
            return Ok(());
        }
        for at in &closing {
            self.days.remove(at);
        }
        self.written = Instant::now();
        let days = self.days.iter().map(|((_, key), count)| (key.clone(), count.clone())).collect();
        store::save(paths, &Open { place: self.place, days })
    }
}

/// The host's clock, in milliseconds since 1970.
pub fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}

/// The account whose cell a name leads to.
fn holder(paths: &Paths, name: &str) -> Option<UnixName> {
    let name: SiteName = name.parse().ok()?;
    let target = std::fs::read_link(paths.name(&name)).ok()?;
    target.file_stem()?.to_str()?.parse().ok()
}

#[cfg(test)]
mod tests;
