//! The guard against mass deletion (law 6): more than a tenth of a host's resources, and at least 20, within a minute.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

const WITHIN: Duration = Duration::from_secs(60);
const AT_LEAST: usize = 20;

/// Remembers the deletions of the last minute. Time is passed in.
#[derive(Debug, Default)]
pub struct Guard {
    done: VecDeque<(Instant, usize)>,
}

impl Guard {
    /// Whether `more` deletions may be done now on a host that has `total` resources, those to be deleted included.
    /// If so, they are counted.
    pub fn allows(&mut self, now: Instant, total: usize, more: usize) -> bool {
        while self.done.front().is_some_and(|(at, _)| now.duration_since(*at) >= WITHIN) {
            self.done.pop_front();
        }
        let recent: usize = self.done.iter().map(|(_, count)| count).sum();
        let all = recent + more;
        if more > 0 && all >= AT_LEAST && all * 10 > total + recent {
            return false;
        }
        if more > 0 {
            self.done.push_back((now, more));
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_and_twenty_within_a_minute() {
        let now = Instant::now();
        // Nineteen are few, whatever the share.
        assert!(Guard::default().allows(now, 19, 19));
        assert!(!Guard::default().allows(now, 20, 20));
        // A tenth exactly is not more than a tenth.
        assert!(Guard::default().allows(now, 200, 20));
        assert!(!Guard::default().allows(now, 199, 20));
        // In slices, too; and the minute passes.
        let mut guard = Guard::default();
        assert!(guard.allows(now, 100, 15));
        assert!(!guard.allows(now + Duration::from_secs(30), 85, 5));
        assert!(guard.allows(now + Duration::from_secs(61), 85, 5));
    }
}
