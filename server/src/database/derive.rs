//! What a database is on its host: pure.

use super::store::{self, DatabaseRow};
use crate::{
    account::{AccountView, Standing},
    resource::Want,
    store::Tx,
};
use model::{Body, Database, DatabaseState, DatabaseUser, Problem};

/// Beside one connection for each PHP process: cron jobs, a dump, somebody who looks.
const BESIDE: u32 = 8;

/// Its resource, as it and its account stand.
pub(super) fn want(of: &AccountView, database: &DatabaseRow) -> Want {
    let serving = of.state == Standing::Active && database.deleted_at.is_none();
    body(of, database, if serving { DatabaseState::Serving } else { DatabaseState::Suspended })
}

pub(super) fn erased(of: &AccountView, database: &DatabaseRow) -> Want {
    body(of, database, DatabaseState::Erased)
}

fn body(of: &AccountView, database: &DatabaseRow, state: DatabaseState) -> Want {
    let connections = of.plan.php_workers.saturating_add(BESIDE).min(Database::MOST_CONNECTIONS.into());
    let body = Database {
        id: database.id,
        account_id: of.id,
        account: of.name.clone(),
        engine: database.engine,
        name: database.name.clone(),
        state,
        connections: u16::try_from(connections).unwrap_or(Database::MOST_CONNECTIONS),
        users: database
            .users
            .iter()
            .map(|user| DatabaseUser {
                name: user.name.clone(),
                password: user.password.clone(),
                rights: user.rights,
            })
            .collect(),
    };
    Want::put(database.host, of.id, Body::Database(body))
}

/// All databases of an account that the caller has locked, as it stands.
pub(crate) async fn wants_of(tx: &mut Tx, of: &AccountView) -> Result<Vec<Want>, Problem> {
    Ok(store::rows(tx, of.id).await?.iter().map(|row| want(of, row)).collect())
}
