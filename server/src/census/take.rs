//! The count itself. Nothing waits for it: it reads without a lock, and writes some ten rows.

use super::{Sample, What, past};
use crate::{
    Server, change,
    store::{Row, sql},
};
use model::{Day, MemberStatus, Problem};
use std::time::Duration;

/// How often. A page's totals are this old at most.
pub const EVERY: Duration = Duration::from_secs(60);
/// A count this fresh needs no other; less than `EVERY`, so that two processes' clocks do not make it fall out.
const FRESH_MS: i64 = 45_000;

pub(super) const DAY_MS: i64 = 24 * 3_600_000;
/// How far back the first count looks: what a chart of a year shows.
pub(super) const PAST_DAYS: i64 = 366;

/// Counts what there is, if that was not done just now, and writes the figures of today, and of days before that are not final yet. The
/// statement that moves the time on claims the work: of several panel processes one does it, and what it writes twice is the same.
pub async fn take(server: &Server) -> Result<bool, Problem> {
    let now = server.world.now_ms();
    let due = "SELECT one FROM panel WHERE one = 1 AND (counted_at IS NULL OR counted_at <= $1)";
    if sql(due).bind(now - FRESH_MS).optional(server.store.on(), |_| Ok(())).await?.is_none() {
        return Ok(false);
    }
    let today = Day::from_ms(now);
    let first = sql("SELECT MAX(day) FROM census WHERE what = 'changes'")
        .one(server.store.on(), |row| row.first::<Option<i64>>())
        .await?;
    let mut counted = match first {
        Some(_) => vec![],
        None => past::fill(server, today).await?,
    };
    counted.extend(present(server, today).await?);
    counted.extend(acts(server, first.map(Day::from_ms), today).await?);
    let mut tx = server.store.write().await?;
    let mine =
        sql("UPDATE panel SET counted_at = $1 WHERE one = 1 AND (counted_at IS NULL OR counted_at <= $2)")
            .bind(now)
            .bind(now - FRESH_MS)
            .run(tx.on())
            .await?;
    if mine == 0 {
        return Ok(false);
    }
    for Sample { day, what, count } in counted {
        sql("INSERT INTO census (what, day, counted) VALUES ($1, $2, $3)
             ON CONFLICT (what, day) DO UPDATE SET counted = excluded.counted")
        .bind(what.code())
        .bind(day)
        .bind(count)
        .run(tx.on())
        .await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// All that is there now.
async fn present(server: &Server, day: Day) -> Result<Vec<Sample>, Problem> {
    let mut on = server.store.read().await?;
    let mut counted = Vec::new();
    for status in MemberStatus::ALL {
        let count = sql("SELECT COUNT(*) FROM members WHERE status = $1")
            .bind(*status)
            .one(&mut *on, Row::first)
            .await?;
        counted.push(Sample { day, what: What::of(*status), count });
    }
    for (what, statement) in [
        (What::Accounts, "SELECT COUNT(*) FROM accounts WHERE state IN ('active', 'suspended')"),
        (What::SuspendedAccounts, "SELECT COUNT(*) FROM accounts WHERE state = 'suspended'"),
        (
            What::UnpaidAccounts,
            "SELECT COUNT(*) FROM accounts WHERE state = 'suspended' AND reason_code = 'unpaid'",
        ),
        (
            What::Sites,
            "SELECT COUNT(*) FROM sites s JOIN accounts a ON a.id = s.account_id WHERE a.state IN ('active', 'suspended')",
        ),
        (What::Users, "SELECT COUNT(*) FROM users"),
    ] {
        counted.push(Sample { day, what, count: sql(statement).one(&mut *on, Row::first).await? });
    }
    Ok(counted)
}

/// The acts of each day since the one last written, which was not over then.
async fn acts(server: &Server, last: Option<Day>, today: Day) -> Result<Vec<Sample>, Problem> {
    let earliest = today.ms() - (PAST_DAYS - 1) * DAY_MS;
    let from = match last {
        Some(last) => Some(last.ms()),
        None => change::first_at(server).await?.map(|at| Day::from_ms(at).ms()),
    };
    let mut counted = Vec::new();
    let mut day = from.unwrap_or(today.ms()).clamp(earliest, today.ms());
    while day <= today.ms() {
        let count = change::count_between(server, day, day + DAY_MS).await?;
        counted.push(Sample { day: Day::from_ms(day), what: What::Changes, count });
        day += DAY_MS;
    }
    Ok(counted)
}
