//! Where counts lie: days that are over as lines of one file a name, the days that go on in one file for the host, with how far the log was
//! read. A day that was written twice because of a fall in between counts once: the last line of a day is its own.

use super::count::{Count, Top};
use crate::{fs, paths::Paths};
use model::{Day, DayCount, LogPlace, MOST_DAYS, SiteName, Statistics, UnixName};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs::{DirBuilder, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
};

/// A file that has grown beyond this is written anew, shorter.
const LARGE: u64 = 256 * 1024;
/// Days whose pages and referrers are kept.
const WITH_TOPS: usize = 31;
/// Pages and referrers in an answer.
const SHOWN: usize = 20;
/// Counters while the days of an answer are put together.
const TOGETHER: usize = 2000;

/// Whose counts: an account's name and the name of a site.
pub type Key = (UnixName, SiteName);

/// What is not yet over.
#[derive(Default, Serialize, Deserialize)]
pub struct Open {
    pub place: Option<LogPlace>,
    pub days: Vec<(Key, Count)>,
}

/// What was being counted; nothing readable is nothing.
pub fn load(paths: &Paths) -> Open {
    let read = std::fs::read(paths.counting()).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    read.unwrap_or_default()
}

pub fn save(paths: &Paths, open: &Open) -> io::Result<()> {
    folder(paths, None)?;
    fs::write(&paths.counting(), &serde_json::to_vec(open)?, 0o600)
}

fn folder(paths: &Paths, account: Option<&UnixName>) -> io::Result<()> {
    let folder =
        account.map_or_else(|| paths.statistics(), |account| paths.statistics().join(account.as_str()));
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Adds a day that is over.
pub fn append(paths: &Paths, (account, name): &Key, count: &Count) -> io::Result<()> {
    folder(paths, Some(account))?;
    let path = paths.counts(account, name);
    let mut line = serde_json::to_vec(count)?;
    line.push(b'\n');
    let mut file = OpenOptions::new().create(true).append(true).mode(0o600).open(&path)?;
    file.write_all(&line)?;
    if file.metadata()?.len() > LARGE {
        let mut days = read(paths, account, name)?;
        while days.len() > MOST_DAYS {
            days.pop_first();
        }
        let bare = days.len().saturating_sub(WITH_TOPS);
        for count in days.values_mut().take(bare) {
            (count.pages, count.referrers) = (Top::default(), Top::default());
        }
        let mut bytes = vec![];
        for count in days.values() {
            serde_json::to_writer(&mut bytes, count)?;
            bytes.push(b'\n');
        }
        fs::write(&path, &bytes, 0o600)?;
    }
    Ok(())
}

/// The days of a name that are over.
pub fn read(paths: &Paths, account: &UnixName, name: &SiteName) -> io::Result<BTreeMap<Day, Count>> {
    let bytes = match std::fs::read(paths.counts(account, name)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        other => other?,
    };
    let lines = bytes.split(|b| *b == b'\n').filter_map(|line| serde_json::from_slice::<Count>(line).ok());
    Ok(lines.map(|count| (count.of_day.day, count)).collect())
}

/// Several names put together.
#[derive(Default)]
pub struct Sum {
    days: BTreeMap<Day, DayCount>,
    pages: Top,
    referrers: Top,
}

impl Sum {
    /// Pages and referrers count of days from `recent` on.
    pub fn add(&mut self, count: &Count, recent: Day) {
        let day = count.of_day.day;
        self.days.entry(day).or_insert_with(|| DayCount::new(day)).add(&count.of_day);
        if day < recent {
            return;
        }
        for (own, other) in [(&mut self.pages, &count.pages), (&mut self.referrers, &count.referrers)] {
            for (what, times) in other.sorted(usize::MAX) {
                own.add(what, times, TOGETHER);
            }
        }
    }

    pub fn end(self) -> Statistics {
        Statistics {
            days: self.days.into_values().collect(),
            pages: self.pages.sorted(SHOWN),
            referrers: self.referrers.sorted(SHOWN),
        }
    }
}
