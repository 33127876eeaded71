//! What a host tells of use goes into the store; of accounts that are not on it, it tells nothing.

use super::warn;
use crate::{
    Server,
    store::{Tx, sql},
};
use model::{AccountUse, Bite, HostId, Problem, Use};

/// Accounts written together: others wait for no more.
const TOGETHER: usize = 50;
/// What a host keeps of one account; what is told beyond is not its own.
const MOST_USES: usize = 80;
const MOST_BITES: usize = 100;
/// A host's clock may be a little ahead.
const AHEAD_MS: i64 = 24 * 3_600_000;

/// A host tells of use; the same told twice is as once.
pub async fn told(server: &Server, host: HostId, uses: &[AccountUse]) -> Result<(), Problem> {
    // In one order, so that two writers never wait for each other.
    let mut uses: Vec<&AccountUse> = uses.iter().collect();
    uses.sort_by_key(|told| told.account);
    for some in uses.chunks(TOGETHER) {
        let mut tx = server.store.write().await?;
        for told in some {
            one(server, &mut tx, host, told).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

async fn one(server: &Server, tx: &mut Tx, host: HostId, told: &AccountUse) -> Result<(), Problem> {
    let here =
        sql("UPDATE accounts SET version = version WHERE id = $1 AND host_id = $2 AND state <> 'erased'")
            .bind(told.account)
            .bind(host)
            .run(tx.on())
            .await?;
    if here == 0 {
        return Ok(());
    }
    let until = server.world.now_ms().saturating_add(AHEAD_MS);
    let sane = |start: u64, at: u64| i64::try_from(at).is_ok_and(|at| at <= until) && start <= at;
    let begins = |one: &Use| one.start == one.span.start(one.at);
    for one in told.uses.iter().filter(|one| sane(one.start, one.at) && begins(one)).take(MOST_USES) {
        keep(tx, told, one).await?;
    }
    for bite in told.bites.iter().filter(|bite| sane(bite.start, bite.at)).take(MOST_BITES) {
        note(tx, told, bite).await?;
    }
    warn::judge(server, tx, told.account).await
}

async fn keep(tx: &mut Tx, told: &AccountUse, one: &Use) -> Result<(), Problem> {
    sql("INSERT INTO account_uses (account_id, span, start_at, at, octets, files, memory, cpu_ms, processes)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (account_id, span, start_at) DO UPDATE SET at = excluded.at, octets = excluded.octets, files = excluded.files,
           memory = excluded.memory, cpu_ms = excluded.cpu_ms, processes = excluded.processes WHERE account_uses.at <= excluded.at")
    .bind(told.account)
    .bind(one.span)
    .bind(number(one.start))
    .bind(number(one.at))
    .bind(one.octets.map(number))
    .bind(one.files.map(number))
    .bind(one.memory.map(number))
    .bind(number(one.cpu_ms))
    .bind(one.processes.map(number))
    .run(tx.on())
    .await
    .map(drop)
}

async fn note(tx: &mut Tx, told: &AccountUse, bite: &Bite) -> Result<(), Problem> {
    sql("INSERT INTO limit_bites (account_id, what, unit, start_at, at, times) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (account_id, what, unit, start_at) DO UPDATE SET at = excluded.at, times = excluded.times
           WHERE limit_bites.at <= excluded.at")
    .bind(told.account)
    .bind(bite.what)
    .bind(&bite.by)
    .bind(number(bite.start))
    .bind(number(bite.at))
    .bind(bite.times)
    .run(tx.on())
    .await
    .map(drop)
}

fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
