//! How much is on a host. Counting tens of thousands of rows costs more than all the rest of a home page, which asks for it again and again
//! while nothing changes: what was counted is kept until something is written.

use super::{Counts, HostView};
use crate::{Server, store::sql};
use model::{HostId, Problem};
use sqlx::AnyConnection;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

#[derive(Clone, Copy)]
struct Tally {
    accounts: u32,
    resources: Counts,
}

/// What was counted, and after how many writes.
#[derive(Default)]
pub struct Memory(Mutex<(u64, HashMap<HostId, Tally>)>);

/// Puts the figures into what was read on `on`, a snapshot begun after `written` was asked for.
pub(super) async fn fill(
    server: &Server,
    on: &mut AnyConnection,
    written: Option<u64>,
    hosts: &mut [HostView],
) -> Result<(), Problem> {
    for host in hosts {
        if let Some(tally) = written.and_then(|written| server.tallies.get(written, host.id)) {
            (host.accounts, host.resources) = (tally.accounts, tally.resources);
            continue;
        }
        fill_now(on, host).await?;
        if let Some(written) = written {
            let tally = Tally { accounts: host.accounts, resources: host.resources };
            server.tallies.keep(written, host.id, tally);
        }
    }
    Ok(())
}

/// The same, counted now.
pub(super) async fn fill_now(on: &mut AnyConnection, host: &mut HostView) -> Result<(), Problem> {
    let tally = count(on, host.id).await?;
    (host.accounts, host.resources) = (tally.accounts, tally.resources);
    Ok(())
}

async fn count(on: &mut AnyConnection, host: HostId) -> Result<Tally, Problem> {
    let mut resources = Counts::default();
    sql("SELECT state, COUNT(*) AS many FROM resources WHERE host_id = $1 GROUP BY state")
        .bind(host)
        .all(&mut *on, |row| {
            let (state, many): (String, u32) = (row.get("state")?, row.get("many")?);
            match state.as_str() {
                "applied" | "verified" => resources.applied += many,
                "failed" | "refused" => resources.failed += many,
                "held" => resources.held += many,
                _ => resources.pending += many,
            }
            Ok(())
        })
        .await?;
    let accounts = sql("SELECT COUNT(*) FROM accounts WHERE host_id = $1 AND state <> 'erased'")
        .bind(host)
        .one(on, |row| row.first())
        .await?;
    Ok(Tally { accounts, resources })
}

impl Memory {
    fn get(&self, written: u64, host: HostId) -> Option<Tally> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (kept.0 == written).then(|| kept.1.get(&host).copied()).flatten()
    }

    fn keep(&self, written: u64, host: HostId, tally: Tally) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever began before the last write knows less than whoever began after it.
        if kept.0 > written {
            return;
        }
        if kept.0 < written {
            *kept = (written, HashMap::new());
        }
        kept.1.insert(host, tally);
    }
}
