//! A schedule in plain words, and back: what most people need of cron.

use crate::parts::Typed;
use model::{Lang, Problem, Text};

const WEEKDAYS: [(&str, &str); 7] = [
    ("dimanche", "Sunday"),
    ("lundi", "Monday"),
    ("mardi", "Tuesday"),
    ("mercredi", "Wednesday"),
    ("jeudi", "Thursday"),
    ("vendredi", "Friday"),
    ("samedi", "Saturday"),
];

/// Steps of minutes that divide an hour.
pub const STEPS: [u32; 9] = [1, 2, 3, 5, 10, 15, 20, 30, 60];

pub fn weekday(lang: Lang, day: u32) -> &'static str {
    WEEKDAYS.get(day as usize).map_or("", |(fr, en)| lang.pick(fr, en))
}

/// What the form says, as a schedule.
pub fn schedule(typed: &Typed) -> Result<String, Problem> {
    let number = |name: &str, from: u32, to: u32| {
        typed.get(name).trim().parse::<u32>().ok().filter(|number| (from..=to).contains(number))
    };
    let time = || {
        let (hour, minute) = typed.get("at").trim().split_once(':').ok_or_else(bad_time)?;
        let part = |part: &str, most: u32| {
            let digits = (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<u32>().ok().filter(|number| digits && *number <= most).ok_or_else(bad_time)
        };
        Ok::<_, Problem>((part(hour, 23)?, part(minute, 59)?))
    };
    Ok(match typed.get("every") {
        "minutes" => match number("step", 1, 60).unwrap_or(60) {
            1 => "* * * * *".to_owned(),
            step if step < 60 => format!("*/{step} * * * *"),
            _ => "0 * * * *".to_owned(),
        },
        "hour" => format!("{} * * * *", time()?.1),
        "day" => time().map(|(hour, minute)| format!("{minute} {hour} * * *"))?,
        "week" => {
            let day = number("weekday", 0, 6).unwrap_or(1);
            time().map(|(hour, minute)| format!("{minute} {hour} * * {day}"))?
        }
        "month" => {
            let day = number("day", 1, 31).ok_or_else(bad_day)?;
            time().map(|(hour, minute)| format!("{minute} {hour} {day} * *"))?
        }
        _ => typed.get("schedule").to_owned(),
    })
}

fn bad_time() -> Problem {
    let text = Text::new("Écrivez l’heure comme 02:30.", "Write the time like 02:30.");
    Problem::invalid("at", "time_of_day", text)
}

fn bad_day() -> Problem {
    let text = Text::new("Un jour du mois va de 1 à 31.", "A day of the month is 1 to 31.");
    Problem::invalid("day", "day_of_month", text)
}

/// A schedule that plain words can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plain {
    Minutes(u32),
    Hour(u32),
    Day(u32, u32),
    Week(u32, u32, u32),
    Month(u32, u32, u32),
}

fn read(schedule: &str) -> Option<Plain> {
    let long = match schedule {
        "@hourly" => "0 * * * *",
        "@daily" | "@midnight" => "0 0 * * *",
        "@weekly" => "0 0 * * 0",
        "@monthly" => "0 0 1 * *",
        other => other,
    };
    let fields: Vec<&str> = long.split(' ').collect();
    let number = |field: &str| field.parse::<u32>().ok();
    match <[&str; 5]>::try_from(fields).ok()? {
        ["*", "*", "*", "*", "*"] => Some(Plain::Minutes(1)),
        [step, "*", "*", "*", "*"] if step.starts_with("*/") => number(step.strip_prefix("*/")?)
            .filter(|step| STEPS.contains(step) && *step < 60)
            .map(Plain::Minutes),
        [minute, "*", "*", "*", "*"] => number(minute).map(Plain::Hour),
        [minute, hour, "*", "*", "*"] => Some(Plain::Day(number(hour)?, number(minute)?)),
        [minute, hour, "*", "*", day] => Some(Plain::Week(number(day)? % 7, number(hour)?, number(minute)?)),
        [minute, hour, day, "*", "*"] => Some(Plain::Month(number(day)?, number(hour)?, number(minute)?)),
        _ => None,
    }
}

/// The form that would give this schedule.
pub fn form(typed: Typed, schedule: &str) -> Typed {
    let at = |typed: Typed, hour: u32, minute: u32| typed.with("at", format!("{hour:02}:{minute:02}"));
    let every = |typed: Typed, every: &str| typed.with("every", every);
    match read(schedule) {
        Some(Plain::Minutes(step)) => every(typed, "minutes").with("step", step.to_string()),
        Some(Plain::Hour(minute)) => at(every(typed, "hour"), 0, minute),
        Some(Plain::Day(hour, minute)) => at(every(typed, "day"), hour, minute),
        Some(Plain::Week(day, hour, minute)) => {
            at(every(typed, "week").with("weekday", day.to_string()), hour, minute)
        }
        Some(Plain::Month(day, hour, minute)) => {
            at(every(typed, "month").with("day", day.to_string()), hour, minute)
        }
        None => every(typed, "cron").with("schedule", schedule),
    }
}

/// In words, where there are some.
pub fn words(lang: Lang, schedule: &str) -> Option<String> {
    let at = |hour: u32, minute: u32| {
        lang.pick(format!("à {hour}\u{a0}h\u{a0}{minute:02}"), format!("at {hour}:{minute:02}"))
    };
    Some(match read(schedule)? {
        Plain::Minutes(1) => lang.pick("chaque minute", "every minute").to_owned(),
        Plain::Minutes(step) => {
            lang.pick(format!("toutes les {step} minutes"), format!("every {step} minutes"))
        }
        Plain::Hour(0) => lang.pick("chaque heure", "every hour").to_owned(),
        Plain::Hour(minute) => lang
            .pick(format!("chaque heure, à la minute {minute}"), format!("every hour, at minute {minute}")),
        Plain::Day(hour, minute) => {
            format!("{} {}", lang.pick("chaque jour", "every day"), at(hour, minute))
        }
        Plain::Week(day, hour, minute) => {
            let day = weekday(lang, day);
            format!("{} {}", lang.pick(format!("chaque {day}"), format!("every {day}")), at(hour, minute))
        }
        Plain::Month(day, hour, minute) => format!(
            "{} {}",
            lang.pick(format!("chaque mois, le {day},"), format!("every month, on day {day},")),
            at(hour, minute)
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for (cron, fr, en) in [
            ("* * * * *", "chaque minute", "every minute"),
            ("*/15 * * * *", "toutes les 15 minutes", "every 15 minutes"),
            ("0 * * * *", "chaque heure", "every hour"),
            ("5 * * * *", "chaque heure, à la minute 5", "every hour, at minute 5"),
            ("30 2 * * *", "chaque jour à 2\u{a0}h\u{a0}30", "every day at 2:30"),
            ("0 12 * * 1", "chaque lundi à 12\u{a0}h\u{a0}00", "every Monday at 12:00"),
            ("0 0 31 * *", "chaque mois, le 31, à 0\u{a0}h\u{a0}00", "every month, on day 31, at 0:00"),
        ] {
            assert_eq!(words(Lang::Fr, cron).as_deref(), Some(fr));
            assert_eq!(words(Lang::En, cron).as_deref(), Some(en));
            assert_eq!(schedule(&form(Typed::new(), cron)).unwrap(), cron);
            model::Schedule::parse(cron).unwrap();
        }
        for cron in ["*/7 * * * *", "0 0 1 1 *", "0 0 1,15 * *", "0 9-17 * * *", "@yearly", "0 0 13 * 5"] {
            assert_eq!(words(Lang::En, cron), None, "{cron}");
            assert_eq!(schedule(&form(Typed::new(), cron)).unwrap(), cron);
        }
        assert_eq!(words(Lang::En, "@weekly").as_deref(), Some("every Sunday at 0:00"));
    }

    #[test]
    fn what_is_no_time_is_said_at_its_field() {
        for bad in ["", "25:00", "2h30", "02:60", "-1:00", "+2:00", "02:30:00"] {
            let typed = Typed::new().with("every", "day").with("at", bad);
            assert_eq!(schedule(&typed).unwrap_err().field, Some("at"), "{bad:?}");
        }
        let typed = Typed::new().with("every", "month").with("at", "02:30").with("day", "32");
        assert_eq!(schedule(&typed).unwrap_err().field, Some("day"));
    }
}
