//! One job as the scheduler sees it: when it is due, and what is running of it. No clock: the moment is passed in.

use super::output::Tail;
use jiff::{Timestamp, tz::TimeZone};
use model::{CronJob, CronJobId};
use std::time::SystemTime;
use tokio::{sync::oneshot, task::JoinHandle};

/// Within so long of its minute each job has a moment of its own: a thousand `0 * * * *` do not start together.
pub const SPREAD_MS: u64 = 30_000;
/// What is later than this is not made up for, as cron does not either: the host was down, or the clock jumped.
pub const LATE_MS: u64 = 5 * 60_000;

/// Tells one version of a file from another.
pub type Stamp = (Option<SystemTime>, u64, u64);

pub struct Entry {
    pub job: CronJob,
    pub zone: TimeZone,
    pub stamp: Stamp,
    /// The next time of its schedule, milliseconds since 1970.
    pub next: Option<u64>,
    /// Up to which wish for a run at once it has been fulfilled.
    pub fulfilled: u64,
    pub going: Option<Going>,
}

/// A run that has not ended yet.
pub struct Going {
    pub started: u64,
    pub asked: bool,
    /// Its times that came while it was going.
    pub skipped: u32,
    /// It was told to end.
    pub stopped: bool,
    /// Tells whoever reads its output that there will be no more.
    pub over: Option<oneshot::Sender<()>>,
    pub reader: JoinHandle<Read>,
}

/// What was read of a run; and why it was not started, if it was not.
pub struct Read {
    pub tail: Tail,
    pub failed: Option<String>,
}

/// What is to be done for a job now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    Nothing,
    /// Its time came; `next` moves on once it is started.
    Time,
    /// Somebody asked for it.
    Asked,
    /// Its time, in milliseconds, passed without it.
    Missed(u64),
}

impl Entry {
    pub fn new(job: CronJob, zone: TimeZone, stamp: Stamp, fulfilled: u64, now: u64) -> Entry {
        let mut entry = Entry { job, zone, stamp, next: None, fulfilled, going: None };
        entry.move_on(now);
        entry
    }

    /// A newer description. What was to come is kept where the times are the same.
    pub fn update(&mut self, job: CronJob, zone: TimeZone, stamp: Stamp, now: u64) {
        let same =
            (&job.schedule, &job.zone, job.paused) == (&self.job.schedule, &self.job.zone, self.job.paused);
        (self.job, self.zone, self.stamp) = (job, zone, stamp);
        if !same {
            self.move_on(now);
        }
    }

    /// The next time after this moment.
    pub fn move_on(&mut self, after: u64) {
        self.next = if self.job.paused { None } else { self.time_after(after) };
    }

    fn time_after(&self, after: u64) -> Option<u64> {
        let after = Timestamp::from_millisecond(i64::try_from(after).ok()?).ok()?;
        let next = self.job.schedule.next(after, &self.zone)?;
        u64::try_from(next.as_millisecond()).ok()
    }

    pub fn due(&self, now: u64) -> Due {
        let wish = self.job.run_now;
        if wish > self.fulfilled && self.going.is_none() && now.saturating_sub(wish) <= CronJob::RUN_NOW_MS {
            return Due::Asked;
        }
        let Some(next) = self.next else { return Due::Nothing };
        match now.checked_sub(next + spread(self.job.id)) {
            None => Due::Nothing,
            Some(late) if late > LATE_MS => Due::Missed(next),
            Some(_) => Due::Time,
        }
    }
}

/// A job's own moment within its minute: always the same one.
pub fn spread(id: CronJobId) -> u64 {
    // The last digits of an id are random.
    u64::try_from(id.uuid().as_u128() % u128::from(SPREAD_MS)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::cron_job;

    const HOUR: u64 = 3_600_000;

    fn entry(now: u64) -> Entry {
        Entry::new(cron_job("asso", 1, 1, "true"), TimeZone::UTC, (None, 0, 0), 0, now)
    }

    #[test]
    fn due_at_its_own_moment_of_the_minute_and_missed_when_late() {
        let mut entry = entry(10);
        let moment = HOUR + spread(entry.job.id);
        assert_eq!(entry.due(moment - 1), Due::Nothing);
        assert_eq!(entry.due(moment), Due::Time);
        assert_eq!(entry.due(moment + LATE_MS), Due::Time);
        assert_eq!(entry.due(moment + LATE_MS + 1), Due::Missed(HOUR));
        entry.move_on(HOUR);
        assert_eq!(entry.next, Some(2 * HOUR));
    }

    #[test]
    fn moments_are_spread() {
        let moments: Vec<u64> = (0..200).map(|n| spread(CronJobId::new(n, &[3; 10]))).collect();
        for ten_seconds in 0..3u64 {
            let within = moments.iter().filter(|moment| *moment / 10_000 == ten_seconds).count();
            assert!((30..110).contains(&within), "{within}");
        }
    }

    #[test]
    fn a_wish_is_fulfilled_once_and_not_hours_later() {
        let mut entry = entry(10);
        let job = CronJob { run_now: 1_000, paused: true, ..entry.job.clone() };
        entry.update(job, TimeZone::UTC, (None, 0, 1), 1_000);
        assert_eq!(entry.due(1_500), Due::Asked);
        assert_eq!(entry.due(1_000 + CronJob::RUN_NOW_MS + 1), Due::Nothing);
        entry.fulfilled = 1_000;
        assert_eq!(entry.due(1_500), Due::Nothing);
        // Paused: no time comes.
        assert_eq!((entry.next, entry.due(20 * HOUR)), (None, Due::Nothing));
    }

    #[test]
    fn other_words_do_not_move_its_time() {
        let mut entry = entry(10);
        let later = CronJob { limit: 5.try_into().unwrap(), ..entry.job.clone() };
        entry.update(later, TimeZone::UTC, (None, 0, 2), HOUR + 1);
        assert_eq!(entry.next, Some(HOUR));
        let other = CronJob { schedule: "30 * * * *".parse().unwrap(), ..entry.job.clone() };
        entry.update(other, TimeZone::UTC, (None, 0, 3), HOUR + 1);
        assert_eq!(entry.next, Some(HOUR + HOUR / 2));
    }
}
