//! Reading the figures: as a list, as lines over time, as totals. A home page asks for all of it, many times between two counts: what it
//! asks for is kept in memory until the next count.

use super::{
    Sample, What,
    take::{DAY_MS, PAST_DAYS},
};
use crate::{
    Actor, Server,
    paging::{Listing, Page, bad_cursor},
    store::{Row, sql},
};
use model::{Day, Duty, Problem};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Which days: from, and to which.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    pub from: Option<Day>,
    pub to: Option<Day>,
}

/// Figures, the newest days first; `q` is part of what was counted.
pub async fn list(
    server: &Server,
    actor: &Actor,
    listing: &Listing,
    asked: Asked,
) -> Result<Page<Sample>, Problem> {
    actor.must(Duty::SeeMembers)?;
    let [day, what] = listing.after()?;
    let before: i64 = if day.is_empty() { i64::MAX } else { day.parse().map_err(|_| bad_cursor())? };
    let samples = sql("SELECT day, what, counted FROM census WHERE day >= $1 AND day <= $2
           AND (day < $3 OR (day = $3 AND what > $4)) AND ($5 = '%' OR what LIKE $5 ESCAPE '\\') ORDER BY day DESC, what LIMIT $6")
    .bind(asked.from.map_or(i64::MIN, Day::ms))
    .bind(asked.to.map_or(i64::MAX, Day::ms))
    .bind(before)
    .bind(what)
    .bind(listing.pattern())
    .bind(listing.fetch())
    .all(server.store.on(), sample)
    .await?;
    Ok(listing.page(samples, |sample| [sample.day.ms().to_string(), sample.what.code().to_owned()]))
}

fn sample(row: &Row) -> Result<Sample, Problem> {
    Ok(Sample { day: row.get("day")?, what: row.get("what")?, count: row.get("counted")? })
}

/// The figures of a year as of one count.
#[derive(Debug, Default)]
pub struct Census {
    /// When that was; `None`: never yet.
    pub at: Option<i64>,
    /// Oldest first.
    days: BTreeMap<What, Vec<(Day, i64)>>,
}

/// What was read last.
#[derive(Default)]
pub struct Memory(Mutex<Arc<Census>>);

/// The figures as of the last count.
pub async fn read(server: &Server, actor: &Actor) -> Result<Arc<Census>, Problem> {
    actor.must(Duty::SeeMembers)?;
    let at: Option<i64> =
        sql("SELECT counted_at FROM panel WHERE one = 1").one(server.store.on(), Row::first).await?;
    let kept = server.census.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if kept.at == at {
        return Ok(kept);
    }
    let mut days: BTreeMap<What, Vec<(Day, i64)>> = BTreeMap::new();
    sql("SELECT what, day, counted FROM census WHERE day > $1 ORDER BY what, day")
        .bind(Day::from_ms(server.world.now_ms()).ms() - PAST_DAYS * DAY_MS)
        .all(server.store.on(), |row| {
            days.entry(row.get("what")?).or_default().push((row.get("day")?, row.get("counted")?));
            Ok(())
        })
        .await?;
    let read = Arc::new(Census { at, days });
    *server.census.0.lock().unwrap_or_else(PoisonError::into_inner) = read.clone();
    Ok(read)
}

impl Census {
    /// The newest figure; nought while there is none.
    pub fn of(&self, what: What) -> i64 {
        self.days.get(&what).and_then(|days| days.last()).map_or(0, |(_, count)| *count)
    }

    /// The last so many days of one thing, in steps of so many days counted back from the last: the figure at the end of each step, and
    /// of acts their sum.
    pub fn series(&self, what: What, days: i64, step: i64) -> Vec<(Day, i64)> {
        let Some(all) = self.days.get(&what) else { return vec![] };
        let Some((last, _)) = all.last() else { return vec![] };
        let last = last.ms();
        let mut steps: BTreeMap<i64, (Day, i64)> = BTreeMap::new();
        for (day, count) in all.iter().filter(|(day, _)| last - day.ms() < days * DAY_MS) {
            // The nearest to the last day has the lowest place; days come in order, so a later one of the same step takes its place.
            let place = -((last - day.ms()) / DAY_MS / step.max(1));
            let sum = match (what, steps.get(&place)) {
                (What::Changes, Some((_, before))) => before + count,
                _ => *count,
            };
            steps.insert(place, (*day, sum));
        }
        steps.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_counted_back_from_the_last_day() {
        let first = Day::parse("2026-11-01").unwrap().ms();
        let day = |n: i64| Day::from_ms(first + n * DAY_MS);
        let all: Vec<(Day, i64)> = (0..10).map(|n| (day(n), n)).collect();
        let census = Census {
            at: Some(1),
            days: BTreeMap::from([(What::Sites, all.clone()), (What::Changes, all.clone())]),
        };
        assert_eq!(census.series(What::Sites, 366, 1), all);
        assert_eq!(census.series(What::Sites, 8, 4), [(day(5), 5), (day(9), 9)]);
        assert_eq!(census.series(What::Changes, 8, 4), [(day(5), 2 + 3 + 4 + 5), (day(9), 6 + 7 + 8 + 9)]);
        assert_eq!((census.of(What::Sites), census.of(What::Users)), (9, 0));
        assert_eq!(census.series(What::Users, 90, 1), vec![]);
    }
}
