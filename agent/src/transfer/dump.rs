//! Sessions for dumps: one at a time of an account, while the database's visitor is let in.

use super::{Helper, Sessions};
use crate::{
    database::{Engine, dump::unit, visitor},
    exec,
    ledger::Ledger,
};
use model::{Account, AccountId, Body, Database, DatabaseName, DatabaseState, Kind, ResourceKey, Text};
use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::{task::spawn_blocking, time::interval};

/// How often a MariaDB that does not answer yet is asked who was left in.
const AGAIN: Duration = Duration::from_secs(10);

/// The database, while it serves and is the account's.
pub(super) fn serving(ledger: &Ledger, account: AccountId, name: &DatabaseName) -> Option<Database> {
    ledger.claimants(Kind::Database, name.as_str()).iter().find_map(|key| {
        let at = ResourceKey { kind: Kind::Database, key: *key };
        match ledger.get(at)?.want() {
            Ok(Some(Body::Database(database)))
                if database.account_id == account
                    && database.name == *name
                    && database.state == DatabaseState::Serving =>
            {
                Some(database)
            }
            _ => None,
        }
    })
}

pub(super) fn program(of: &Account, database: &DatabaseName) -> io::Result<Helper> {
    let turn = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let mut child =
        unit::start(&unit::name(&of.name, turn), &of.name, database).converse().map_err(io::Error::other)?;
    let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(io::ErrorKind::BrokenPipe.into());
    };
    Ok(Helper { input: Box::new(input), output: Box::new(output), child: Some(child) })
}

/// An account's place for a dump; free when dropped.
pub(super) struct Turn {
    sessions: Sessions,
    account: AccountId,
}

impl Turn {
    pub fn take(sessions: &Sessions, account: AccountId, database: &DatabaseName) -> Option<Turn> {
        let mut dumps = sessions.dumps.lock().unwrap_or_else(PoisonError::into_inner);
        if dumps.contains_key(&account) {
            return None;
        }
        dumps.insert(account, database.clone());
        Some(Turn { sessions: sessions.clone(), account })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.sessions.dumps.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.account);
    }
}

pub(super) fn busy() -> Text {
    Text::new(
        "Un export ou un import de ce compte est déjà en cours\u{a0}: attendez qu’il finisse.",
        "An export or an import of this account is under way already: wait until it ends.",
    )
}

pub(super) fn not_serving() -> Text {
    Text::new(
        "Cette base n’est pas en service sur cet hôte pour l’instant\u{a0}: réessayez dans un moment.",
        "This database is not in service on this host now: try again in a moment.",
    )
}

/// Lets the visitor in for as long as the session takes.
pub(super) async fn visited(
    engine: Arc<dyn Engine>,
    (of, database): (Account, DatabaseName),
    session: impl Future<Output = io::Result<()>>,
) -> io::Result<()> {
    let (mariadb, name) = (engine.clone(), database.clone());
    let let_in = spawn_blocking(move || visitor::admit(&*mariadb, &of.name, &name)).await;
    let served = match let_in {
        Ok(Ok(())) => session.await,
        Ok(Err(trouble)) => Err(io::Error::other(trouble.text().en)),
        Err(error) => Err(io::Error::other(error)),
    };
    // Also where letting in was cut off half-way.
    let locked = spawn_blocking(move || visitor::lock(&*engine, &database)).await;
    if let Ok(Err(trouble)) = locked {
        tracing::warn!(trouble = %trouble.text().en, "the visitor of a database could not be locked out");
    }
    served
}

/// Locks whom an agent that died left in; tries until MariaDB answers.
pub async fn lock_visitors(sessions: Sessions, engine: Arc<dyn Engine>) {
    let mut clock = interval(AGAIN);
    while exec::installed("/usr/sbin/mariadbd") {
        clock.tick().await;
        let (sessions, engine) = (sessions.clone(), engine.clone());
        let locked = spawn_blocking(move || lock_left(&sessions.dumps, &*engine)).await;
        if matches!(locked, Ok(Ok(()))) {
            return;
        }
    }
}

pub(super) type Dumps = Arc<Mutex<std::collections::HashMap<AccountId, DatabaseName>>>;

pub(super) fn lock_left(
    dumps: &Dumps,
    engine: &dyn Engine,
) -> Result<(), crate::reconcile::trouble::Trouble> {
    for database in visitor::open(engine)? {
        let dumps = dumps.lock().unwrap_or_else(PoisonError::into_inner);
        // A session that began meanwhile has its own end.
        if !dumps.values().any(|open| *open == database) {
            visitor::lock(engine, &database)?;
        }
    }
    Ok(())
}
