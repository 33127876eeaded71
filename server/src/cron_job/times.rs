//! When a schedule comes next.

use jiff::{Timestamp, tz::TimeZone};
use model::{Problem, Schedule, ZoneName};

/// How many of its times people are shown.
const SHOWN: usize = 5;

/// The zone of this name, as the database writes it.
pub(super) fn known(typed: &str) -> Result<ZoneName, Problem> {
    let name = ZoneName::parse(typed)?;
    let zone = TimeZone::get(name.as_str()).map_err(|_| ZoneName::unknown())?;
    zone.iana_name().map_or(Ok(name), ZoneName::parse)
}

/// The next five times after this moment, milliseconds since 1970.
pub fn next(schedule: &Schedule, zone: &ZoneName, after: i64) -> Vec<i64> {
    let (Ok(zone), Ok(after)) = (TimeZone::get(zone.as_str()), Timestamp::from_millisecond(after)) else {
        return vec![];
    };
    schedule.next_of(after, &zone, SHOWN).into_iter().map(|at| at.as_millisecond()).collect()
}
