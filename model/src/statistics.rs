//! What a host has counted of the requests to a site: no visitor is in it, only numbers.

use crate::Day;
use serde::{Deserialize, Serialize};

/// Days that are kept, and asked for at once, at most.
pub const MOST_DAYS: usize = 400;

/// One day of one site, UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayCount {
    pub day: Day,
    /// All requests, whoever made them.
    pub hits: u64,
    /// Pages that people were shown: no pictures, no robots, no errors.
    pub pages: u64,
    /// People who came, each until half an hour without a page is over.
    pub visits: u64,
    /// Requests of programs that say they are none of a person.
    pub robots: u64,
    /// Of all answers.
    pub octets: u64,
    /// Answers by the first digit of their status, from 1 to 5.
    pub statuses: [u64; 5],
}

impl DayCount {
    pub fn new(day: Day) -> DayCount {
        DayCount { day, hits: 0, pages: 0, visits: 0, robots: 0, octets: 0, statuses: [0; 5] }
    }

    /// With what was counted under another name of the same site.
    pub fn add(&mut self, other: &DayCount) {
        self.hits += other.hits;
        self.pages += other.pages;
        self.visits += other.visits;
        self.robots += other.robots;
        self.octets += other.octets;
        for (own, others) in self.statuses.iter_mut().zip(other.statuses) {
            *own += others;
        }
    }
}

/// What a host has counted of some names together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statistics {
    /// Days with requests, oldest first.
    pub days: Vec<DayCount>,
    /// The pages most seen and where people came from, each with how often, over the last month of those days.
    pub pages: Vec<(String, u64)>,
    pub referrers: Vec<(String, u64)>,
}
