//! What the panel does by itself, hour by hour and between. Every job may run in several panel processes at once, be cut off, and run again.

use crate::{
    Server, account, census, certificate, change, database, limits, mail, member, once, search, session,
    site, store::sql, wake::Wake,
};
use model::Problem;
use std::{convert::Infallible, time::Duration};
use tokio::{
    sync::watch,
    time::{Interval, MissedTickBehavior, interval},
};

const EVERY: Duration = Duration::from_secs(3600);
/// History is chained while it is fresh.
const CHAIN_EVERY: Duration = Duration::from_secs(10);
/// Roles and tokens that run out end their event streams soon after.
const EXPIRE_EVERY: Duration = Duration::from_secs(2);

/// Runs until `stop` turns true, whatever is being done: after a restoration a round takes minutes, and who stops the panel waits for none.
pub async fn run(server: Server, mut stop: watch::Receiver<bool>) {
    // Side by side: what must be soon does not wait for what is long.
    let work = async {
        tokio::join!(expire(&server), chain(&server), count(&server), uses(&server), keep_up(&server))
    };
    tokio::select! {
        _ = work => {}
        () = async { drop(stop.wait_for(|stop| *stop).await) } => {}
    }
}

/// Ticks at once, then after each `period`; a round that lasted longer is followed by a whole one.
fn clock(period: Duration) -> Interval {
    let mut clock = interval(period);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    clock
}

async fn expire(server: &Server) -> Infallible {
    let (mut clock, mut looked_at) = (clock(EXPIRE_EVERY), server.world.now_ms());
    loop {
        clock.tick().await;
        match wake_expired(server, looked_at).await {
            Ok(until) => looked_at = until,
            Err(problem) => {
                tracing::warn!(%problem, "what ran out could not be looked for; the next round tries again")
            }
        }
    }
}

async fn chain(server: &Server) -> Infallible {
    let mut clock = clock(CHAIN_EVERY);
    loop {
        clock.tick().await;
        if let Err(problem) = change::extend(server).await {
            tracing::warn!(%problem, "history could not be chained; the next round tries again");
        }
        if let Err(problem) = change::index(server).await {
            tracing::warn!(%problem, "history could not be indexed; the next round tries again");
        }
    }
}

async fn count(server: &Server) -> Infallible {
    let mut clock = clock(census::EVERY);
    loop {
        clock.tick().await;
        if let Err(problem) = census::take(server).await {
            tracing::warn!(%problem, "what there is could not be counted; the next round tries again");
        }
    }
}

async fn uses(server: &Server) -> Infallible {
    let mut clock = clock(limits::EVERY);
    loop {
        clock.tick().await;
        if let Err(problem) = limits::collect(server).await {
            tracing::warn!(%problem, "what accounts take could not be kept; the next round tries again");
        }
    }
}

async fn keep_up(server: &Server) -> Infallible {
    let mut clock = clock(EVERY);
    loop {
        clock.tick().await;
        hour(server).await;
    }
}

async fn hour(server: &Server) {
    match account::purge(server).await {
        Ok(0) => {}
        Ok(erased) => tracing::info!(erased, "accounts whose time after deletion was over were erased"),
        Err(problem) => {
            tracing::error!(%problem, "deleted accounts could not be erased; the next hour tries again")
        }
    }
    match database::purge(server).await {
        Ok(0) => {}
        Ok(erased) => tracing::info!(erased, "databases whose time after deletion was over were erased"),
        Err(problem) => {
            tracing::error!(%problem, "deleted databases could not be erased; the next hour tries again")
        }
    }
    if let Err(problem) = member::purge(server).await {
        tracing::error!(%problem, "deleted members could not be removed; the next hour tries again");
    }
    // The job for certificates does so all the time, where there is an authority.
    if let Err(problem) = site::secure(server).await {
        tracing::warn!(%problem, "visitors could not be sent to HTTPS as certificates are; the next hour tries again");
    }
    if let Err(problem) = change::mail_head(server).await {
        tracing::warn!(%problem, "the head of history could not be mailed; the next hour tries again");
    }
    if let Err(problem) = member::invite_hourly(server).await {
        tracing::warn!(%problem, "imported owners could not be invited; the next hour tries again");
    }
    match search::backfill(server).await {
        Ok(0) => {}
        Ok(given) => tracing::info!(given, "things without words in the search were given theirs"),
        Err(problem) => {
            tracing::warn!(%problem, "the search could not be made whole; the next hour tries again")
        }
    }
    if let Err(problem) = sweep(server).await {
        tracing::warn!(%problem, "what has expired could not be swept; the next hour tries again");
    }
}

/// Wakes the streams of users whose roles or tokens ran out since; gives the time up to which it looked.
pub async fn wake_expired(server: &Server, since: i64) -> Result<i64, Problem> {
    let now = server.world.now_ms();
    let users = sql("SELECT user_id FROM grants WHERE expires_at > $1 AND expires_at <= $2
         UNION SELECT user_id FROM tokens WHERE expires_at > $1 AND expires_at <= $2")
    .bind(since)
    .bind(now)
    .all(server.store.on(), |row| row.get("user_id"))
    .await?;
    for user in users {
        server.store.waker().send(Wake::User(user));
    }
    Ok(now)
}

/// Forgets what has expired and serves nobody any more.
pub async fn sweep(server: &Server) -> Result<(), Problem> {
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    for (statement, before) in [
        ("DELETE FROM sessions WHERE created_at <= $1", now - session::LONGEST_MS),
        ("DELETE FROM halfway WHERE created_at <= $1", now - session::HALFWAY_MS),
        ("DELETE FROM links WHERE expires_at <= $1", now - session::LONGEST_MS),
        ("DELETE FROM attempts WHERE at <= $1", now - session::LONGEST_MS),
        ("DELETE FROM idempotency WHERE at <= $1", now - once::MEMORY_MS),
        ("DELETE FROM member_imports WHERE created_at <= $1", now - member::IMPORT_MS),
        ("DELETE FROM certificate_orders WHERE at <= $1", now - certificate::COUNTED_MS),
        ("DELETE FROM account_uses WHERE span = 'hour' AND start_at <= $1", now - limits::HOURS_MS),
        ("DELETE FROM account_uses WHERE span = 'day' AND start_at <= $1", now - limits::DAYS_MS),
        ("DELETE FROM limit_bites WHERE start_at <= $1", now - limits::BITES_MS),
        ("DELETE FROM mails WHERE at <= $1 AND state <> 'queued'", now - mail::MEMORY_MS),
    ] {
        sql(statement).bind(before).run(tx.on()).await?;
    }
    tx.commit().await?;
    server.store.tidy().await
}
