//! The hub: every connected agent, what it is sent and what it reports.
//!
//! One task per connection. It is woken by `wake`, reads what the host lacks and sends it; it records what the agent says. Who holds a
//! host's connection stands in `hosts.connected_to`: the newest wins, over all panel processes, and the older one sees so and ends.

mod connection;
mod door;
mod frames;
mod freeze;
mod greet;
mod ledger;
mod position;
mod push;
mod report;
mod store;

pub(crate) use door::admitted;
pub use door::router;
pub use report::{News, Told, record};
pub(crate) use store::clean as clean_lines;

use crate::{
    Server,
    store::{Engine, sql},
};
use model::{
    HostId, Problem, ProblemKind, Text,
    wire::{Answer, Query},
};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::timeout,
};

/// How long an agent may think about a query.
const PATIENCE: Duration = Duration::from_secs(10);

/// This process's connections; cheap to clone.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    /// This process, in `hosts.connected_to`.
    process: String,
    next: AtomicU64,
    open: Mutex<HashMap<HostId, (u64, mpsc::Sender<Ask>)>>,
    live: watch::Sender<usize>,
    stop: watch::Sender<bool>,
}

/// Before the first agent comes: with SQLite no other process can hold a connection, so what a killed one left in the store goes.
pub async fn begin(server: &Server) -> Result<(), Problem> {
    if server.store.engine() == Engine::Sqlite {
        sql("UPDATE hosts SET connected_at = NULL, connected_to = NULL WHERE connected_to IS NOT NULL")
            .run(server.store.on())
            .await?;
    }
    Ok(())
}

/// A question on its way to an agent.
struct Ask {
    query: Query,
    answer: oneshot::Sender<Answer>,
}

impl Hub {
    /// `process`: unlike any other panel process's, before or now.
    pub fn new(process: String) -> Hub {
        Hub(Arc::new(Inner {
            process,
            next: AtomicU64::new(1),
            open: Mutex::default(),
            live: watch::Sender::new(0),
            stop: watch::Sender::new(false),
        }))
    }

    /// Asks the agent of a host that is connected to this process.
    pub async fn ask(&self, host: HostId, query: Query) -> Result<Answer, Problem> {
        let asks = self.open().get(&host).map(|(_, asks)| asks.clone()).ok_or_else(away)?;
        let (answer, answered) = oneshot::channel();
        let told = async {
            asks.send(Ask { query, answer }).await.map_err(|_| away())?;
            answered.await.map_err(|_| away())
        };
        timeout(PATIENCE, told).await.map_err(|_| away())?
    }

    /// Ends every connection and waits until the store says so.
    pub async fn stop(&self) {
        self.0.stop.send_replace(true);
        let _ = self.0.live.subscribe().wait_for(|live| *live == 0).await;
    }

    fn open(&self) -> MutexGuard<'_, HashMap<HostId, (u64, mpsc::Sender<Ask>)>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters a connection; it leaves when the place is dropped.
    fn enter(&self, host: HostId, asks: mpsc::Sender<Ask>) -> Place {
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        self.open().insert(host, (number, asks));
        self.0.live.send_modify(|live| *live += 1);
        Place { hub: self.clone(), host, number }
    }
}

/// Until the panel stops; the guard that `wait_for` gives must not live on.
async fn stopped(stop: &mut tokio::sync::watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// A connection's place in the hub.
struct Place {
    hub: Hub,
    host: HostId,
    number: u64,
}

impl Place {
    /// This connection as `hosts.connected_to` names it.
    fn mark(&self) -> String {
        format!("{}:{}", self.hub.0.process, self.number)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.hub.open();
        if open.get(&self.host).is_some_and(|(number, _)| *number == self.number) {
            open.remove(&self.host);
        }
        drop(open);
        self.hub.0.live.send_modify(|live| *live -= 1);
    }
}

fn away() -> Problem {
    Problem::new(
        ProblemKind::Unavailable,
        "host_away",
        Text::new(
            "L’hôte ne répond pas pour l’instant\u{a0}: réessayez quand son agent sera connecté.",
            "The host does not answer now: try again when its agent is connected.",
        ),
    )
}
