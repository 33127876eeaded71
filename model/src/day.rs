//! A day of the calendar, without a clock: since when somebody is a member.

use crate::{Problem, Text};
use serde::{Deserialize, Serialize};
use std::fmt;

const DAY_MS: i64 = 24 * 3_600_000;

/// A day of the years 1900 to 2199. Read as people write it (2024-05-31, 31/05/2024), written as ISO 8601 says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day {
    year: i16,
    month: i8,
    day: i8,
}

impl Day {
    pub fn parse(typed: &str) -> Result<Day, Problem> {
        read(typed.trim()).ok_or_else(|| {
            Problem::invalid(
                "since",
                "day_malformed",
                Text::new(
                    "Ce n’est pas une date\u{a0}: écrivez-la comme 2024-05-31 ou 31/05/2024.",
                    "This is not a date: write it like 2024-05-31 or 31/05/2024.",
                ),
            )
        })
    }

    fn new(year: i64, month: i64, day: i64) -> Option<Day> {
        let fits = (1900..2200).contains(&year) && (1..=12).contains(&month) && day >= 1;
        let made =
            Day { year: year.try_into().ok()?, month: month.try_into().ok()?, day: day.try_into().ok()? };
        // A day that its month does not have is another one when counted.
        (fits && Day::from_ms(made.ms()) == made).then_some(made)
    }

    /// Year, month and day, each from 1.
    pub fn civil(self) -> (i16, i8, i8) {
        (self.year, self.month, self.day)
    }

    /// Its first millisecond, UTC, since 1970.
    pub fn ms(self) -> i64 {
        // H. Hinnant, chrono-compatible low-level date algorithms: years begin in March, so that the odd day comes last.
        let (month, day) = (i64::from(self.month), i64::from(self.day));
        let year = i64::from(self.year) - i64::from(month <= 2);
        let of_era = year.rem_euclid(400);
        let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
        let days = year.div_euclid(400) * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year;
        (days - 719_468) * DAY_MS
    }

    /// The day, in UTC, of a moment.
    pub fn from_ms(ms: i64) -> Day {
        let days = ms.div_euclid(DAY_MS) + 719_468;
        let of_era = days.rem_euclid(146_097);
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let shifted = (5 * of_year + 2) / 153;
        let (day, month) =
            (of_year - (153 * shifted + 2) / 5 + 1, if shifted < 10 { shifted + 3 } else { shifted - 9 });
        let year = year + days.div_euclid(146_097) * 400 + i64::from(month <= 2);
        Day {
            year: year.try_into().unwrap_or(i16::MAX),
            month: month.try_into().unwrap_or(1),
            day: day.try_into().unwrap_or(1),
        }
    }
}

fn read(typed: &str) -> Option<Day> {
    let number = |part: &str| {
        let plain = (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| part.parse::<i64>().ok()).flatten()
    };
    let parts = |mark: char| -> Option<[&str; 3]> { typed.split(mark).collect::<Vec<_>>().try_into().ok() };
    if let Some([year, month, day]) = parts('-')
        && year.len() == 4
    {
        return Day::new(number(year)?, number(month)?, number(day)?);
    }
    let [day, month, year] = parts('/').or_else(|| parts('.'))?;
    (year.len() == 4).then(|| Day::new(number(year)?, number(month)?, number(day)?)).flatten()
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl TryFrom<String> for Day {
    type Error = Problem;
    fn try_from(typed: String) -> Result<Day, Problem> {
        Day::parse(&typed)
    }
}

impl From<Day> for String {
    fn from(day: Day) -> String {
        day.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_is_itself_again_and_the_next_one_follows() {
        let first = Day::parse("1900-01-01").unwrap().ms();
        let last = Day::parse("2199-12-31").unwrap().ms();
        assert_eq!((last - first) / DAY_MS, 109_572);
        assert_eq!(Day::parse("1970-01-01").unwrap().ms(), 0);
        let mut before = String::new();
        for ms in (first..=last).step_by(DAY_MS as usize) {
            let day = Day::from_ms(ms + DAY_MS - 1);
            let written = day.to_string();
            assert_eq!((day.ms(), Day::parse(&written).unwrap()), (ms, day));
            assert!(written > before, "{written} after {before}");
            before = written;
        }
    }

    #[test]
    fn days_as_people_write_them() {
        for typed in ["2024-02-29", " 29/02/2024 ", "29/2/2024", "29.02.2024", "2024-2-29"] {
            assert_eq!(Day::parse(typed).unwrap().to_string(), "2024-02-29", "{typed}");
        }
        for typed in [
            "",
            "2023-02-29",
            "31/04/2024",
            "1/1/24",
            "2024-13-01",
            "2024-00-10",
            "1899-12-31",
            "2200-01-01",
            "+2024-01-01",
            "2024-01-01T00:00",
            "01-02-2024",
            "hier",
        ] {
            assert_eq!(Day::parse(typed).unwrap_err().code, "day_malformed", "{typed}");
        }
    }
}
