//! When a schedule comes next in a time zone. As Debian's cron does it when the clock is put forward or back (cron(8)): a job at set times
//! runs once, at the first moment after a time that is skipped, and at the first of a time that comes twice; one that runs by `*`, minute
//! or hour, follows the clock.

use super::{Schedule, schedule::Fields};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, DateTime},
    tz::{AmbiguousOffset, TimeZone},
};

/// The 29th of February on a given weekday is 40 years away at most (around 2100).
const DAYS: usize = 41 * 366;

impl Schedule {
    /// The first moment after `after`.
    pub fn next(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let fields = self.fields()?;
        // The day before, too: a time that comes twice may lie around midnight.
        let first = zone.to_datetime(after).date().checked_sub(1.day()).ok()?;
        first.series(1.day()).take(DAYS).filter(|date| fields.has_date(*date)).find_map(|date| {
            let moments = fields.times(date).flat_map(|at| moments(at, zone, fields.set_times));
            moments.filter(|moment| *moment > after).min()
        })
    }

    /// The next `count` moments.
    pub fn next_of(&self, after: Timestamp, zone: &TimeZone, count: usize) -> Vec<Timestamp> {
        std::iter::successors(self.next(after, zone), |last| self.next(*last, zone)).take(count).collect()
    }
}

impl Fields {
    fn has_date(&self, date: Date) -> bool {
        let number = |small: i8| u32::try_from(small).unwrap_or(0);
        let weekday = number(date.weekday().to_sunday_zero_offset());
        self.has_day(number(date.month()), number(date.day()), weekday)
    }

    fn times(&self, date: Date) -> impl Iterator<Item = DateTime> + '_ {
        let bits = |bits: u64, most: i8| (0..most).filter(move |bit| bits >> bit & 1 == 1);
        bits(self.hours, 24)
            .flat_map(move |hour| bits(self.minutes, 60).map(move |minute| date.at(hour, minute, 0, 0)))
    }
}

/// The moments at which a clock in the zone shows this.
fn moments(at: DateTime, zone: &TimeZone, once: bool) -> impl Iterator<Item = Timestamp> {
    let (first, second) = match zone.to_ambiguous_timestamp(at).offset() {
        AmbiguousOffset::Unambiguous { offset } => (offset.to_timestamp(at).ok(), None),
        AmbiguousOffset::Fold { before, after } => {
            (before.to_timestamp(at).ok(), after.to_timestamp(at).ok().filter(|_| !once))
        }
        // With the offset of before it is a moment soon after the clock was put forward.
        AmbiguousOffset::Gap { before, .. } => {
            let moved = || {
                let soon = before.to_timestamp(at).ok()?.checked_add(1.second()).ok()?;
                Some(zone.preceding(soon).next()?.timestamp())
            };
            (once.then(moved).flatten(), None)
        }
    };
    first.into_iter().chain(second)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(schedule: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
        let zone = TimeZone::get(zone).unwrap();
        let after = after.parse::<DateTime>().unwrap().to_zoned(zone.clone()).unwrap().timestamp();
        let found = Schedule::parse(schedule).unwrap().next_of(after, &zone, count);
        found.iter().map(|at| at.to_zoned(zone.clone()).strftime("%a %F %H:%M%:z").to_string()).collect()
    }

    #[test]
    fn fields_and_dates() {
        for (schedule, after, expected) in [
            (
                "* * * * *",
                "2026-11-27T10:00:59",
                ["Fri 2026-11-27 10:01+01:00", "Fri 2026-11-27 10:02+01:00"],
            ),
            (
                "*/30 9-17 * * mon-fri",
                "2026-11-27T17:00",
                ["Fri 2026-11-27 17:30+01:00", "Mon 2026-11-30 09:00+01:00"],
            ),
            ("0 0 29 2 *", "2026-01-01T00:00", ["Tue 2028-02-29 00:00+01:00", "Sun 2032-02-29 00:00+01:00"]),
            ("@monthly", "2026-12-31T23:59", ["Fri 2027-01-01 00:00+01:00", "Mon 2027-02-01 00:00+01:00"]),
            ("0 12 * * 7", "2026-11-27T00:00", ["Sun 2026-11-29 12:00+01:00", "Sun 2026-12-06 12:00+01:00"]),
            // A moment itself is not after itself.
            ("30 2 * * *", "2026-11-27T02:30", ["Sat 2026-11-28 02:30+01:00", "Sun 2026-11-29 02:30+01:00"]),
        ] {
            assert_eq!(runs(schedule, "Europe/Paris", after, 2), expected, "{schedule}");
        }
    }

    #[test]
    fn either_day_field_is_enough_unless_one_is_a_star() {
        let days = |schedule| -> Vec<String> {
            runs(schedule, "UTC", "2026-11-07T00:00", 3).iter().map(|run| run[..14].to_owned()).collect()
        };
        assert_eq!(days("0 0 13,15 * fri"), ["Fri 2026-11-13", "Sun 2026-11-15", "Fri 2026-11-20"]);
        // `*/5` begins with a star: the 13th, when it is a Sunday or a Friday.
        assert_eq!(days("0 0 13 * */5"), ["Fri 2026-11-13", "Sun 2026-12-13", "Sun 2027-06-13"]);
        assert_eq!(
            days("0 0 */14 * sun"),
            ["Sun 2026-11-15", "Sun 2026-11-29", "Sun 2027-01-29"][..2]
                .iter()
                .copied()
                .chain(["Sun 2027-08-01"])
                .collect::<Vec<_>>()
        );
    }

    #[test]
    fn a_time_that_is_skipped_or_comes_twice_runs_once() {
        let paris = |schedule, after, count| runs(schedule, "Europe/Paris", after, count);
        // 29 March 2026: 02:00 becomes 03:00. 25 October 2026: 03:00 becomes 02:00.
        assert_eq!(
            paris("30 2 * * *", "2026-03-28T12:00", 2),
            ["Sun 2026-03-29 03:00+02:00", "Mon 2026-03-30 02:30+02:00"]
        );
        assert_eq!(
            paris("30 2 * * *", "2026-10-24T12:00", 2),
            ["Sun 2026-10-25 02:30+02:00", "Mon 2026-10-26 02:30+01:00"]
        );
        // Several skipped times are one run, and one at the very moment is not doubled.
        assert_eq!(
            paris("10,40 2,3 * * *", "2026-03-28T12:00", 3),
            ["Sun 2026-03-29 03:00+02:00", "Sun 2026-03-29 03:10+02:00", "Sun 2026-03-29 03:40+02:00"]
        );
        assert_eq!(
            paris("0 2,3 * * *", "2026-03-28T12:00", 2),
            ["Sun 2026-03-29 03:00+02:00", "Mon 2026-03-30 02:00+02:00"]
        );
        // By `*` it follows the clock: no 02:xx in spring, both in autumn.
        assert_eq!(
            paris("0,30 * * * *", "2026-03-29T01:00", 2),
            ["Sun 2026-03-29 01:30+01:00", "Sun 2026-03-29 03:00+02:00"]
        );
        assert_eq!(
            paris("30 * * * *", "2026-10-25T01:30", 3),
            ["Sun 2026-10-25 02:30+02:00", "Sun 2026-10-25 02:30+01:00", "Sun 2026-10-25 03:30+01:00"]
        );
        // Around midnight (Beirut), and half an hour (Lord Howe).
        assert_eq!(runs("30 0 * * *", "Asia/Beirut", "2026-03-28T12:00", 1), ["Sun 2026-03-29 01:00+03:00"]);
        assert_eq!(
            runs("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T12:00", 2),
            ["Sun 2026-04-05 01:45+11:00", "Mon 2026-04-06 01:45+10:30"]
        );
    }
}
