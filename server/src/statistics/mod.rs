//! What was counted of the visits to a site: by its host, from the access log, by day. No visitor is in it, so whoever sees the site sees it.

mod api;

pub(crate) use api::ROUTES;

use crate::{Actor, Server, actor::not_found, log, site, store::sql};
use model::{
    Day, DayCount, HostFacts, LOGS, MOST_DAYS, Problem, ProblemKind, SiteId, SiteName, Statistics, Text,
    UnixName,
    wire::{Answer, Query},
};
use serde::Serialize;
use utoipa::ToSchema;

const DAY_MS: i64 = 24 * 3_600_000;

/// How often something was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = StatisticsCount)]
pub struct CountView {
    pub what: String,
    pub count: u64,
}

/// One day, in UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = StatisticsDay)]
pub struct DayView {
    #[schema(value_type = String)]
    pub day: Day,
    /// People who came, each until half an hour without a page is over.
    pub visits: u64,
    /// Pages that people were shown.
    pub pages: u64,
    /// All requests.
    pub hits: u64,
    /// Of them, those of programs that say so.
    pub robots: u64,
    pub octets: u64,
    /// Answers by the first digit of their status, from 1 to 5.
    pub statuses: [u64; 5],
}

impl From<DayCount> for DayView {
    fn from(count: DayCount) -> DayView {
        let DayCount { day, hits, pages, visits, robots, octets, statuses } = count;
        DayView { day, visits, pages, hits, robots, octets, statuses }
    }
}

/// What was counted of a site's visits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Statistics)]
pub struct StatisticsView {
    /// Every day asked for since the first that had a request, oldest first.
    pub days: Vec<DayView>,
    /// The pages most seen, and from which sites people came, of the last month.
    pub pages: Vec<CountView>,
    pub referrers: Vec<CountView>,
    /// Why there is nothing, in words, if the host could not be asked.
    #[schema(value_type = Option<Object>)]
    pub text: Option<Text>,
}

/// What was counted in the last `days` days, today with them.
pub async fn read(server: &Server, actor: &Actor, id: SiteId, days: u16) -> Result<StatisticsView, Problem> {
    let site = site::show(server, actor, id).await?;
    let days = usize::from(days).clamp(1, MOST_DAYS);
    let now = server.world.now_ms();
    let until = Day::from_ms(now);
    let first = Day::from_ms(now - (i64::try_from(days).unwrap_or(1) - 1) * DAY_MS);
    let found = sql("SELECT a.name, a.created_at, h.facts FROM accounts a JOIN hosts h ON h.id = a.host_id WHERE a.id = $1")
        .bind(site.account.id)
        .optional(server.store.on(), |row| {
            let facts: Option<String> = row.get("facts")?;
            let facts = facts.and_then(|facts| serde_json::from_str::<HostFacts>(&facts).ok());
            let knows = facts.unwrap_or_default().logs >= LOGS;
            Ok((row.get::<UnixName>("name")?, row.get::<i64>("created_at")?, knows))
        })
        .await?;
    let (account, since, knows_logs) = found.ok_or_else(not_found)?;
    // The host counts by account's name: one of the same name before it was another's.
    let from = first.max(Day::from_ms(since));
    let nothing = |text: Text| StatisticsView { text: Some(text), ..StatisticsView::default() };
    if !knows_logs {
        return Ok(nothing(log::older_agent()));
    }
    let query = Query::Statistics { account, names: site.names.clone(), from, until };
    Ok(match server.hub.ask(site.host.id, query).await {
        Ok(Answer::Statistics { statistics }) => view(statistics, &site.names, until),
        Ok(Answer::Failed { text }) => nothing(text),
        Ok(_) => nothing(log::strange()),
        Err(problem) if problem.kind == ProblemKind::Unavailable => nothing(problem.text),
        Err(problem) => return Err(problem),
    })
}

/// With the days on which nobody came, and without the site's own names among those people came from.
fn view(statistics: Statistics, own: &[SiteName], until: Day) -> StatisticsView {
    let Statistics { days, pages, referrers } = statistics;
    let mut filled: Vec<DayView> = vec![];
    let mut counted = days.into_iter().filter(|count| count.day <= until).peekable();
    let mut next = counted.peek().map(|count| count.day);
    while let Some(day) = next.filter(|day| *day <= until && filled.len() <= MOST_DAYS) {
        let of_day = counted.next_if(|count| count.day <= day);
        filled.push(of_day.unwrap_or_else(|| DayCount::new(day)).into());
        next = Some(Day::from_ms(day.ms() + DAY_MS));
    }
    let views =
        |list: Vec<(String, u64)>| list.into_iter().map(|(what, count)| CountView { what, count }).collect();
    let referrers = referrers.into_iter().filter(|(host, _)| own.iter().all(|name| name.as_str() != host));
    StatisticsView { days: filled, pages: views(pages), referrers: views(referrers.collect()), text: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_without_visits_are_there_and_own_names_are_not() {
        let day = |typed: &str| Day::parse(typed).unwrap();
        let mut first = DayCount::new(day("2026-11-28"));
        first.hits = 3;
        let statistics = Statistics {
            days: vec![first, DayCount::new(day("2026-12-01"))],
            pages: vec![],
            referrers: vec![("www.a.example".into(), 9), ("b.example".into(), 1)],
        };
        let view = view(
            statistics,
            &["a.example".parse().unwrap(), "www.a.example".parse().unwrap()],
            day("2026-12-02"),
        );
        let days: Vec<_> = view.days.iter().map(|count| (count.day.to_string(), count.hits)).collect();
        let wanted =
            [("2026-11-28", 3), ("2026-11-29", 0), ("2026-11-30", 0), ("2026-12-01", 0), ("2026-12-02", 0)];
        assert_eq!(days, wanted.map(|(day, hits)| (day.to_owned(), hits)));
        assert_eq!(view.referrers, [CountView { what: "b.example".into(), count: 1 }]);
    }
}
