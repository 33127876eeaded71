//! A transaction that writes: what it wakes is told when it has committed, and only then.

use super::{Engine, query, sql};
use crate::wake::{Wake, Waker};
use model::{AccountId, HostId, Problem, UserId};
use sqlx::{Any, AnyConnection, Transaction};
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::OwnedSemaphorePermit;

/// Dropped without `commit`, it rolls back.
pub struct Tx {
    // Before the permit: the connection's rollback is queued before the next writer may begin.
    inner: Transaction<'static, Any>,
    engine: Engine,
    waker: Waker,
    wakes: BTreeSet<Wake>,
    written: Arc<AtomicU64>,
    _turn: Option<OwnedSemaphorePermit>,
}

impl Tx {
    pub(super) fn new(
        inner: Transaction<'static, Any>,
        engine: Engine,
        waker: Waker,
        written: Arc<AtomicU64>,
        turn: Option<OwnedSemaphorePermit>,
    ) -> Tx {
        Tx { inner, engine, waker, wakes: BTreeSet::new(), written, _turn: turn }
    }

    /// What queries run on: `sql("…").run(tx.on())`.
    pub fn on(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }

    pub fn engine(&self) -> Engine {
        self.engine
    }

    pub fn wake_host(&mut self, host: HostId) {
        self.wakes.insert(Wake::Host(host));
    }

    pub fn wake_account(&mut self, account: AccountId) {
        self.wakes.insert(Wake::Account(account));
    }

    pub fn wake_user(&mut self, user: UserId) {
        self.wakes.insert(Wake::User(user));
    }

    pub async fn commit(mut self) -> Result<(), Problem> {
        if let Some(notify) = self.engine.notify() {
            for wake in &self.wakes {
                sql(notify).bind(wake.to_string()).optional(&mut *self.inner, |_| Ok(())).await?;
            }
        }
        // In a task of its own: an asker who goes away at this very moment cannot leave a committed change unheard.
        let Tx { inner, engine, waker, wakes, written, _turn } = self;
        let committed = tokio::spawn(async move {
            inner.commit().await?;
            // Before anybody is told to look again.
            written.fetch_add(1, Ordering::AcqRel);
            if engine.notify().is_none() {
                wakes.into_iter().for_each(|wake| waker.send(wake));
            }
            drop(_turn);
            Ok::<(), sqlx::Error>(())
        });
        match committed.await {
            Ok(done) => done.map_err(|error| query::database_problem("COMMIT", error)),
            Err(error) => Err(query::internal("COMMIT", &error)),
        }
    }
}
