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
/// What all users of an account may hold together, in times of what one may: so much of the host's connections, and no more, is ever one account's.
const TOGETHER: u32 = 4;

/// Connections at once that the plan gives a user.
fn plan(of: &AccountView) -> u32 {
    of.plan.php_workers.saturating_add(BESIDE).min(Database::MOST_CONNECTIONS.into())
}

/// Connections at once of all users of an account; and so, since each has one at least, how many users it may have: no fewer than databases.
pub(super) fn together(of: &AccountView) -> u32 {
    plan(of).saturating_mul(TOGETHER).min(Database::MOST_CONNECTIONS.into()).max(of.plan.databases_max)
}

/// Each user's own: what the plan gives, halved as often as it takes for all to keep to what they have together. By halves, so that a user
/// more rarely changes what the others have.
fn each(of: &AccountView, users: usize) -> u16 {
    let (users, together) = (u32::try_from(users).unwrap_or(u32::MAX), together(of));
    let mut each = plan(of);
    while each > 1 && each.saturating_mul(users) > together {
        each /= 2;
    }
    u16::try_from(each).unwrap_or(Database::MOST_CONNECTIONS)
}

pub(super) fn erased(of: &AccountView, database: &DatabaseRow) -> Want {
    body(of, database, (DatabaseState::Erased, 1))
}

fn body(of: &AccountView, database: &DatabaseRow, (state, connections): (DatabaseState, u16)) -> Want {
    let body = Database {
        id: database.id,
        account_id: of.id,
        account: of.name.clone(),
        engine: database.engine,
        name: database.name.clone(),
        state,
        connections,
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

/// All databases of an account that the caller has locked, as it and they stand: a user more or less changes what each other has.
pub(crate) async fn wants_of(tx: &mut Tx, of: &AccountView) -> Result<Vec<Want>, Problem> {
    let rows = store::rows(tx, of.id).await?;
    let users = rows.iter().filter(|row| row.deleted_at.is_none()).map(|row| row.users.len()).sum();
    let each = each(of, users);
    let want = |row: &DatabaseRow| {
        let serving = of.state == Standing::Active && row.deleted_at.is_none();
        let state = if serving { DatabaseState::Serving } else { DatabaseState::Suspended };
        body(of, row, (state, each))
    };
    Ok(rows.iter().map(want).collect())
}
