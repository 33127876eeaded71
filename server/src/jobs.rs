//! What the panel does by itself, hour by hour. Every job may run in several panel processes at once, be cut off, and run again.

use crate::{Server, account, change, mail, member, once, session, store::sql};
use model::Problem;
use std::time::Duration;
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};

const EVERY: Duration = Duration::from_secs(3600);
/// History is chained while it is fresh.
const CHAIN_EVERY: Duration = Duration::from_secs(10);

/// Runs until `stop` turns true; the first round comes at once.
pub async fn run(server: Server, mut stop: watch::Receiver<bool>) {
    let (mut clock, mut chain_clock) = (interval(EVERY), interval(CHAIN_EVERY));
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    chain_clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = clock.tick() => {}
            _ = chain_clock.tick() => {
                if let Err(problem) = change::extend(&server).await {
                    tracing::warn!(%problem, "history could not be chained; the next round tries again");
                }
                continue;
            }
            () = async { drop(stop.wait_for(|stop| *stop).await) } => return,
        }
        match account::purge(&server).await {
            Ok(0) => {}
            Ok(erased) => tracing::info!(erased, "accounts whose time after deletion was over were erased"),
            Err(problem) => {
                tracing::error!(%problem, "deleted accounts could not be erased; the next hour tries again")
            }
        }
        if let Err(problem) = member::invite_hourly(&server).await {
            tracing::warn!(%problem, "imported owners could not be invited; the next hour tries again");
        }
        if let Err(problem) = sweep(&server).await {
            tracing::warn!(%problem, "what has expired could not be swept; the next hour tries again");
        }
    }
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
        ("DELETE FROM mails WHERE at <= $1 AND state <> 'queued'", now - mail::MEMORY_MS),
    ] {
        sql(statement).bind(before).run(tx.on()).await?;
    }
    tx.commit().await?;
    server.store.tidy().await
}
