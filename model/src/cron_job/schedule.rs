//! When a cron job runs: the five fields of crontab(5), with the names, ranges, lists and steps that Debian's cron takes.

use crate::{Problem, Text, newtype::string_newtype, text};
use serde::{Deserialize, Serialize};

/// Minute, hour, day of the month, month, day of the week; or `@hourly` and its like. Kept as it was typed, with single spaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Schedule(String);

string_newtype!(Schedule);

/// A schedule taken apart: which values each field has, as bits.
#[cfg_attr(not(feature = "zones"), allow(dead_code))] // Who has no clock only parses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fields {
    pub minutes: u64,
    pub hours: u64,
    pub days: u64,
    pub months: u64,
    /// 0 is Sunday.
    pub weekdays: u64,
    /// Neither minute nor hour begins with `*`: it runs at set times of the day, and so once when the clock is put forward or back.
    pub set_times: bool,
    /// One of both day fields begins with `*`: a day must then fit both; else one is enough.
    pub both_days: bool,
}

const SHORT: [(&str, &str); 7] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// What one field may hold.
struct Range {
    name: (&'static str, &'static str),
    from: u32,
    to: u32,
    names: &'static [&'static str],
}

const RANGES: [Range; 5] = [
    Range { name: ("les minutes", "minutes"), from: 0, to: 59, names: &[] },
    Range { name: ("les heures", "hours"), from: 0, to: 23, names: &[] },
    Range { name: ("les jours du mois", "days of the month"), from: 1, to: 31, names: &[] },
    Range { name: ("les mois", "months"), from: 1, to: 12, names: &MONTHS },
    Range { name: ("les jours de la semaine", "days of the week"), from: 0, to: 7, names: &WEEKDAYS },
];

impl Schedule {
    pub const LONGEST: usize = 200;

    pub fn parse(typed: &str) -> Result<Schedule, Problem> {
        if typed.len() > Schedule::LONGEST || typed.chars().any(|c| c.is_control() && c != '\t') {
            return Err(five_fields());
        }
        let words: Vec<&str> = typed.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
        let schedule = Schedule(words.join(" ").to_ascii_lowercase());
        schedule.read().and_then(|fields| if fields.ever() { Ok(schedule) } else { Err(never()) })
    }

    /// What it says. A schedule that was parsed can be read.
    #[cfg(any(test, feature = "zones"))]
    pub(super) fn fields(&self) -> Option<Fields> {
        self.read().ok()
    }

    fn read(&self) -> Result<Fields, Problem> {
        if self.0.starts_with('@') {
            return match SHORT.iter().find(|(short, _)| *short == self.0) {
                Some((_, long)) => Schedule((*long).to_owned()).read(),
                None => Err(short()),
            };
        }
        let words: Vec<&str> = self.0.split(' ').collect();
        let Ok([minute, hour, day, month, weekday]) = <[&str; 5]>::try_from(words) else {
            return Err(five_fields());
        };
        let [minutes, hours, days, months, weekdays] = [
            field(&RANGES[0], minute)?,
            field(&RANGES[1], hour)?,
            field(&RANGES[2], day)?,
            field(&RANGES[3], month)?,
            field(&RANGES[4], weekday)?,
        ];
        let star = |word: &str| word.starts_with('*');
        Ok(Fields {
            minutes,
            hours,
            days,
            months,
            // 7 is Sunday too.
            weekdays: (weekdays | weekdays >> 7) & 0x7f,
            set_times: !star(minute) && !star(hour),
            both_days: star(day) || star(weekday),
        })
    }
}

impl Fields {
    /// Whether a date's day fits; the weekday counts from Sunday.
    #[cfg(feature = "zones")]
    pub fn has_day(&self, month: u32, day: u32, weekday: u32) -> bool {
        let (day, weekday) = (self.days >> day & 1 == 1, self.weekdays >> weekday & 1 == 1);
        self.months >> month & 1 == 1 && if self.both_days { day && weekday } else { day || weekday }
    }

    /// Whether there is a month that has such a day: the 31st of February never comes.
    fn ever(&self) -> bool {
        let longest = |month: u32| match month {
            2 => 29,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        // One of the weekdays is enough, and every month has them all.
        !self.both_days
            || (1..=12)
                .filter(|month| self.months >> month & 1 == 1)
                .any(|month| (1..=longest(month)).any(|day| self.days >> day & 1 == 1))
    }
}

/// A list of ranges, as bits.
fn field(range: &Range, typed: &str) -> Result<u64, Problem> {
    let mut bits = 0;
    for part in typed.split(',') {
        let (of, step) = match part.split_once('/') {
            None => (part, 1),
            Some((of, step)) => (of, number(step).filter(|step| *step > 0).ok_or_else(|| bad(range, part))?),
        };
        let (from, to) = match of.split_once('-') {
            _ if of == "*" => (range.from, range.to.min(if range.to == 7 { 6 } else { 59 })),
            Some((from, to)) => (value(range, from, part)?, value(range, to, part)?),
            // A step needs something to step through.
            None if part.contains('/') => return Err(bad(range, part)),
            None => {
                let one = value(range, of, part)?;
                (one, one)
            }
        };
        if from > to {
            return Err(bad(range, part));
        }
        let mut at = from;
        while at <= to {
            bits |= 1u64 << at;
            at += step;
        }
    }
    Ok(bits)
}

fn value(range: &Range, typed: &str, part: &str) -> Result<u32, Problem> {
    let named = range.names.iter().position(|name| *name == typed);
    let value = match named.and_then(|place| u32::try_from(place).ok()) {
        Some(place) => Some(place + range.from),
        None => number(typed),
    };
    value.filter(|value| (range.from..=range.to).contains(value)).ok_or_else(|| bad(range, part))
}

fn number(typed: &str) -> Option<u32> {
    let digits = (1..=2).contains(&typed.len()) && typed.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| typed.parse().ok()).flatten()
}

fn bad(range: &Range, part: &str) -> Problem {
    let (fr, en) = range.name;
    let part: String = part.chars().take(40).collect();
    let (from, to) = (range.from, range.to);
    Problem::invalid(
        "schedule",
        "cron_field",
        text!(
            "«\u{a0}{part}\u{a0}» ne va pas pour {fr}\u{a0}: * ou des nombres de {from} à {to}, séparés par des virgules, comme 1-5 ou */2.",
            "“{part}” does not fit {en}: * or numbers from {from} to {to}, separated by commas, like 1-5 or */2."
        ),
    )
}

fn five_fields() -> Problem {
    Problem::invalid(
        "schedule",
        "cron_schedule",
        Text::new(
            "Un horaire cron a cinq champs\u{a0}: minute, heure, jour du mois, mois, jour de la semaine, comme 30 2 * * 1-5.",
            "A cron schedule has five fields: minute, hour, day of the month, month, day of the week, like 30 2 * * 1-5.",
        ),
    )
}

fn short() -> Problem {
    Problem::invalid(
        "schedule",
        "cron_short",
        Text::new(
            "Les raccourcis sont @hourly, @daily, @weekly, @monthly et @yearly. @reboot n’a pas de sens ici\u{a0}: un compte ne démarre pas l’hôte.",
            "The short forms are @hourly, @daily, @weekly, @monthly and @yearly. @reboot makes no sense here: an account does not start the host.",
        ),
    )
}

fn never() -> Problem {
    Problem::invalid(
        "schedule",
        "cron_never",
        Text::new(
            "Ce jour n’existe dans aucun de ces mois\u{a0}: la tâche ne s’exécuterait jamais.",
            "None of these months has that day: the job would never run.",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(typed: &str) -> &'static str {
        Schedule::parse(typed).unwrap_err().code
    }

    #[test]
    fn what_crontab_takes() {
        for (typed, kept) in [
            (" 30\t2  * * 1-5 ", "30 2 * * 1-5"),
            ("*/15 0-6/2,22 1,15 JAN-mar Mon,fri", "*/15 0-6/2,22 1,15 jan-mar mon,fri"),
            ("0 0 29 2 *", "0 0 29 2 *"),
            ("@Daily", "@daily"),
        ] {
            assert_eq!(Schedule::parse(typed).unwrap().as_str(), kept);
        }
        let fields = Schedule::parse("1-59/20 3 * * 5-7").unwrap().fields().unwrap();
        assert_eq!((fields.minutes, fields.weekdays), (1 << 1 | 1 << 21 | 1 << 41, 1 << 5 | 1 << 6 | 1));
    }

    #[test]
    fn what_it_does_not() {
        for bad in
            ["", "*", "* * * *", "* * * * * *", "* * * * *\n", "*\r* * * *", "* * * * *\0", &"* ".repeat(200)]
        {
            assert_eq!(code(bad), "cron_schedule", "{bad:?}");
        }
        for bad in [
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * 32 * *",
            "* * * 13 *",
            "* * * * 8",
            "-1 * * * *",
            "1- * * * *",
            "5-1 * * * *",
            "*/0 * * * *",
            "*/ * * * *",
            "5/10 * * * *",
            "1,,2 * * * *",
            ", * * * *",
            "+1 * * * *",
            "1.5 * * * *",
            "* * * foo *",
            "* * * * monday",
            "$(id) * * * *",
            "%i * * * *",
            "{{x}} * * * *",
            "é * * * *",
            "001 * * * *",
            "** * * * *",
            "'1' * * * *",
            "* * * * sat-sun",
            "jan * * * *",
        ] {
            assert_eq!(code(bad), "cron_field", "{bad:?}");
        }
        for bad in ["@reboot", "@", "@fortnightly"] {
            assert_eq!(code(bad), "cron_short", "{bad:?}");
        }
        for bad in ["0 0 31 2 *", "0 0 30 feb *", "0 0 31 4,6,9,11 *"] {
            assert_eq!(code(bad), "cron_never", "{bad:?}");
        }
        // The weekday makes it come.
        assert!(Schedule::parse("0 0 31 2 mon").is_ok());
    }
}
