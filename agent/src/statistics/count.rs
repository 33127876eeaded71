//! The counts of one name on one day, bounded whatever is asked of it.

use super::kind::{self, Seen};
use model::{Day, DayCount, Visit};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
};

/// Pages and referrers counted at once, and those that are kept when the day is over.
const PAGES: usize = 40;
const REFERRERS: usize = 20;
const KEPT: usize = 10;
/// Characters of a page's path.
const LONGEST_PAGE: usize = 150;

/// What is counted of a name in a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    pub of_day: DayCount,
    #[serde(default, skip_serializing_if = "Top::is_empty")]
    pub pages: Top,
    #[serde(default, skip_serializing_if = "Top::is_empty")]
    pub referrers: Top,
}

impl Count {
    pub fn new(day: Day) -> Count {
        Count { of_day: DayCount::new(day), pages: Top::default(), referrers: Top::default() }
    }

    /// `new`: nothing was seen of this visitor for half an hour.
    pub fn take(&mut self, visit: &Visit, seen: Seen, visitors: &mut Visitors) {
        let count = &mut self.of_day;
        count.hits += 1;
        count.octets += visit.octets;
        if let Some(class) = count.statuses.get_mut(usize::from(visit.status / 100).wrapping_sub(1)) {
            *class += 1;
        }
        match seen {
            Seen::Robot => count.robots += 1,
            Seen::Page => {
                count.pages += 1;
                let new = visitors.is_new(visit);
                count.visits += u64::from(new);
                let page: String = kind::page(&visit.path).chars().take(LONGEST_PAGE).collect();
                self.pages.add(page, 1, PAGES);
                // Where people come from, they come from when they come.
                if let Some(host) = kind::referrer(visit) {
                    self.referrers.add(host, 1, REFERRERS);
                }
            }
            Seen::Ours | Seen::Other => {}
        }
    }

    /// As it is kept.
    pub fn close(&mut self) {
        self.pages.cut(KEPT);
        self.referrers.cut(KEPT);
    }
}

/// The most frequent of many, with so many counters and no more (Metwally et al., “Space-Saving”, 2005): whoever comes when there is no room
/// takes the place, and the count, of the least frequent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Top(HashMap<String, u64>);

impl Top {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn add(&mut self, what: String, times: u64, most: usize) {
        if let Some(count) = self.0.get_mut(&what) {
            *count += times;
            return;
        }
        let mut before = 0;
        if self.0.len() >= most {
            let least =
                self.0.iter().min_by_key(|(_, count)| **count).map(|(what, count)| (what.clone(), *count));
            if let Some((least, count)) = least {
                self.0.remove(&least);
                before = count;
            }
        }
        self.0.insert(what, before + times);
    }

    pub fn cut(&mut self, most: usize) {
        let kept = self.sorted(most);
        self.0 = kept.into_iter().collect();
    }

    /// The most frequent first.
    pub fn sorted(&self, most: usize) -> Vec<(String, u64)> {
        let mut all: Vec<_> = self.0.iter().map(|(what, count)| (what.clone(), *count)).collect();
        all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        all.truncate(most);
        all
    }
}

/// Half an hour without a page ends a visit.
const VISIT: u64 = 30 * 60_000;
/// Visitors remembered at once, on the whole host: some megabytes.
const MOST_VISITORS: usize = 100_000;

/// Who is there now: a number that says nothing without this process's own key, and when that one saw a page. Never written to a disk.
#[derive(Default)]
pub struct Visitors {
    key: RandomState,
    seen: HashMap<u64, u64>,
}

impl Visitors {
    fn is_new(&mut self, visit: &Visit) -> bool {
        if self.seen.len() >= MOST_VISITORS {
            self.seen.retain(|_, at| *at + VISIT > visit.at);
            if self.seen.len() >= MOST_VISITORS {
                self.seen.clear();
            }
        }
        let who = self.key.hash_one((visit.name.as_str(), &visit.address, &visit.agent));
        let before = self.seen.insert(who, visit.at);
        before.is_none_or(|before| before + VISIT < visit.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frequent_stay_whatever_floods() {
        let mut top = Top::default();
        for n in 0..10_000 {
            top.add("/often".into(), 1, PAGES);
            top.add(format!("/{n}"), 1, PAGES);
        }
        assert_eq!(top.0.len(), PAGES);
        assert_eq!(top.sorted(1), [("/often".to_owned(), 10_000)]);
        top.cut(KEPT);
        assert_eq!(top.0.len(), KEPT);
    }
}
