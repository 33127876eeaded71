//! The days before the first count, as far as the tables still know them: each member's statuses have their dates, users and accounts that
//! of their making, accounts that of their deletion. Members that were deleted are missing in the past, and an account that was brought
//! back counts as if it had never been away. Sites keep no trace of those that are gone: theirs begins today, rather than with a line that
//! only rises.

use super::{
    Sample, What,
    take::{DAY_MS, PAST_DAYS},
};
use crate::{Server, store::sql};
use model::{Day, MemberStatus, Problem};
use std::collections::BTreeMap;

/// How many more, or fewer, there were from a day on.
type Steps = BTreeMap<i64, i64>;

pub(super) async fn fill(server: &Server, today: Day) -> Result<Vec<Sample>, Problem> {
    let mut filled = Vec::new();
    for (status, steps) in statuses(server).await? {
        filled.extend(days(What::of(status), &steps, today));
    }
    for (what, statement) in [
        (
            What::Users,
            "SELECT created_at - created_at % 86400000 AS day, CAST(COUNT(*) AS BIGINT) AS more FROM users GROUP BY 1",
        ),
        (
            What::Accounts,
            "SELECT x.day, CAST(SUM(x.more) AS BIGINT) AS more FROM (
               SELECT created_at - created_at % 86400000 AS day, 1 AS more FROM accounts
               UNION ALL SELECT deleted_at - deleted_at % 86400000, -1 FROM accounts
                 WHERE state IN ('deleted', 'erased') AND deleted_at IS NOT NULL) x GROUP BY x.day",
        ),
    ] {
        let mut steps = Steps::new();
        sql(statement)
            .all(server.store.on(), |row| {
                *steps.entry(row.get("day")?).or_default() += row.get::<i64>("more")?;
                Ok(())
            })
            .await?;
        filled.extend(days(what, &steps, today));
    }
    Ok(filled)
}

/// When how many members came to a status, or left it.
async fn statuses(server: &Server) -> Result<BTreeMap<MemberStatus, Steps>, Problem> {
    let mut steps: BTreeMap<MemberStatus, Steps> = BTreeMap::new();
    let mut before: Option<(String, MemberStatus)> = None;
    sql("SELECT member_id, status, since FROM member_statuses ORDER BY member_id, since, id")
        .all(server.store.on(), |row| {
            let (member, status, since): (String, MemberStatus, i64) =
                (row.get("member_id")?, row.get("status")?, row.get("since")?);
            if let Some((_, left)) = before.as_ref().filter(|(of, _)| *of == member) {
                *steps.entry(*left).or_default().entry(since).or_default() -= 1;
            }
            *steps.entry(status).or_default().entry(since).or_default() += 1;
            before = Some((member, status));
            Ok(())
        })
        .await?;
    Ok(steps)
}

/// One figure a day, from the first there is, or as far back as is looked, to yesterday: today is counted.
fn days(what: What, steps: &Steps, today: Day) -> Vec<Sample> {
    let earliest = today.ms() - (PAST_DAYS - 1) * DAY_MS;
    let Some((first, _)) = steps.iter().next() else { return vec![] };
    let first = (*first).max(earliest);
    let mut count: i64 = steps.range(..first).map(|(_, more)| more).sum();
    let mut samples = Vec::new();
    let mut day = first;
    while day < today.ms() {
        count += steps.get(&day).copied().unwrap_or_default();
        samples.push(Sample { day: Day::from_ms(day), what, count });
        day += DAY_MS;
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_become_a_figure_a_day() {
        let today = Day::parse("2026-11-27").unwrap();
        let ago = |days: i64| today.ms() - days * DAY_MS;
        let steps = Steps::from([(ago(5), 2), (ago(3), -1), (ago(0), 7)]);
        let found: Vec<_> =
            days(What::Users, &steps, today).iter().map(|one| (one.day.ms(), one.count)).collect();
        assert_eq!(found, [(ago(5), 2), (ago(4), 2), (ago(3), 1), (ago(2), 1), (ago(1), 1)]);
        // What came before the window is there on its first day.
        let old = Steps::from([(ago(5_000), 3), (ago(400), 1), (ago(1), 1)]);
        let found = days(What::Users, &old, today);
        assert_eq!((found.len() as i64, found[0].count), (PAST_DAYS - 1, 4));
        assert_eq!(found.last().map(|one| (one.day.ms(), one.count)), Some((ago(1), 5)));
        assert_eq!(days(What::Users, &Steps::new(), today), vec![]);
    }
}
