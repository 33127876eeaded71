//! The store: one database, SQLite or PostgreSQL, reached through sqlx's `Any` with one set of SQL.

mod columns;
mod dialect;
mod listen;
mod many;
mod query;
mod tx;

pub use columns::{Bind, Column};
pub use dialect::Engine;
pub(crate) use dialect::{among, begins};
pub(crate) use many::{insert, many};
pub(crate) use query::control_character;
pub use query::{Query, Row, internal, sql};
pub use tx::Tx;

use crate::wake::Waker;
use crate::world::World;
use model::{Panel, PanelId, Problem, TenantUid};
use sqlx::{Any, AnyPool, Executor, Transaction};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::Semaphore;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");

/// How long a writer waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Clone)]
pub struct Store {
    pool: AnyPool,
    engine: Engine,
    waker: Waker,
    panel: PanelId,
    /// SQLite has one writer at a time: writers queue here in order instead of polling its lock.
    turn: Option<Arc<Semaphore>>,
    written: Arc<AtomicU64>,
}

impl Store {
    /// Opens the database (a path, or `postgres://…`), brings its tables up to date, and gives a new one its identity.
    pub async fn open(database: &str, world: &dyn World) -> Result<Store, Problem> {
        sqlx::any::install_default_drivers();
        let engine = Engine::of(database);
        let settings = engine.settings();
        let pool = engine
            .pool()
            .after_connect(move |connection, _| {
                Box::pin(async move { connection.execute(settings).await.map(drop) })
            })
            .connect(&engine.url(database))
            .await
            .map_err(|error| query::database_problem("connect", error))?;
        MIGRATIONS.run(&pool).await.map_err(|error| internal("migration", &error))?;
        for statement in engine.word_index().iter().chain(engine.word_indexes()) {
            sql(statement).run(&pool).await?;
        }
        let panel = identity(&pool, world).await?;
        let turn = (engine == Engine::Sqlite).then(|| Arc::new(Semaphore::new(1)));
        let store = Store { pool, engine, waker: Waker::default(), panel, turn, written: Arc::default() };
        if engine == Engine::Postgres {
            listen::start(database.to_owned(), store.waker.clone()).await?;
        }
        Ok(store)
    }

    /// What single reads run on: `sql("…").all(store.on(), …)`.
    pub fn on(&self) -> &AnyPool {
        &self.pool
    }

    /// A transaction that reads several things as of one instant.
    pub async fn read(&self) -> Result<Transaction<'static, Any>, Problem> {
        let begun = self.pool.begin_with(self.engine.begin_read()).await;
        begun.map_err(|error| query::database_problem("BEGIN", error))
    }

    /// A transaction that writes.
    pub async fn write(&self) -> Result<Tx, Problem> {
        let turn = match &self.turn {
            // As patient as a connection's busy_timeout: one writer that hangs shall not hang the others with it.
            Some(turn) => match tokio::time::timeout(PATIENCE, turn.clone().acquire_owned()).await {
                Ok(turn) => Some(turn.map_err(|error| internal("writers' queue", &error))?),
                Err(_) => return Err(query::database_problem("BEGIN", sqlx::Error::PoolTimedOut)),
            },
            None => None,
        };
        let begun = self.pool.begin_with(self.engine.begin_write()).await;
        let inner = begun.map_err(|error| query::database_problem("BEGIN", error))?;
        Ok(Tx::new(inner, self.engine, self.waker.clone(), self.written.clone(), turn))
    }

    /// How many transactions have written so far: while it is the same, so is what they write. `None` with PostgreSQL, where other
    /// processes write as well. Ask before reading what is to be kept.
    pub fn written(&self) -> Option<u64> {
        (self.engine == Engine::Sqlite).then(|| self.written.load(Ordering::Acquire))
    }

    /// Upkeep, now and then.
    pub async fn tidy(&self) -> Result<(), Problem> {
        match self.engine.tidy() {
            Some(statement) => sql(statement).run(&self.pool).await.map(drop),
            None => Ok(()),
        }
    }

    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// This panel, as its agents know it.
    pub fn panel(&self) -> PanelId {
        self.panel
    }

    pub fn waker(&self) -> &Waker {
        &self.waker
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }
}

async fn identity(pool: &AnyPool, world: &dyn World) -> Result<PanelId, Problem> {
    sql("INSERT INTO panel (one, id, next_uid, created_at) VALUES (1, $1, $2, $3) ON CONFLICT (one) DO NOTHING")
        .bind(world.id::<Panel>())
        .bind(TenantUid::FIRST)
        .bind(world.now_ms())
        .run(pool)
        .await?;
    sql("SELECT id FROM panel WHERE one = 1").one(pool, |row| row.get("id")).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RealWorld;

    #[tokio::test]
    async fn every_connection_is_durable_and_keeps_references() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a panel?#%é.db");
        let store = Store::open(&format!("sqlite://{}", path.display()), &RealWorld).await.unwrap();
        assert!(path.exists());
        let mut held = Vec::new();
        for _ in 0..8 {
            let mut connection = store.on().acquire().await.unwrap();
            for (pragma, wanted) in
                [("PRAGMA journal_mode", "wal"), ("PRAGMA synchronous", "2"), ("PRAGMA foreign_keys", "1")]
            {
                let row = sqlx::query(pragma).fetch_one(&mut *connection).await.unwrap();
                let text = sqlx::Row::try_get::<String, _>(&row, 0);
                let said =
                    text.or_else(|_| sqlx::Row::try_get::<i64, _>(&row, 0).map(|n| n.to_string())).unwrap();
                assert_eq!(said, wanted, "{pragma}");
            }
            held.push(connection);
        }
        // The identity stays.
        let again = Store::open(&path.display().to_string(), &RealWorld).await.unwrap();
        assert_eq!(store.panel(), again.panel());
    }

    #[tokio::test]
    async fn what_is_dropped_is_not_written_and_the_next_writer_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("panel.db").display().to_string();
        let store = Store::open(&path, &RealWorld).await.unwrap();
        for _ in 0..20 {
            let mut tx = store.write().await.unwrap();
            sql("UPDATE panel SET next_uid = 1").run(tx.on()).await.unwrap();
        }
        // One that is held makes the next wait, not for ever.
        let held = store.write().await.unwrap();
        tokio::time::pause();
        assert_eq!(store.write().await.err().map(|problem| problem.code), Some("database_busy"));
        tokio::time::resume();
        drop(held);
        let mut tx = store.write().await.unwrap();
        let uid = sql("SELECT next_uid FROM panel").one(tx.on(), |row| row.first::<u32>()).await.unwrap();
        assert_eq!(uid, TenantUid::FIRST);
    }
}
