//! The end for good: deleted databases whose time is over, and all of an account that is erased.

use super::{
    derive,
    rules::act,
    store::{self, DatabaseRow},
};
use crate::{
    Actor, Server,
    account::{self, AccountView},
    change::{self, Subject},
    resource::{self, Want},
    search,
    store::{Tx, sql},
};
use model::{AccountId, DatabaseId, Problem, ProblemKind};
use serde_json::json;

/// The hourly job: databases whose `erase_at` has come. Gives how many.
pub async fn purge(server: &Server) -> Result<usize, Problem> {
    let (now, actor) = (server.world.now_ms(), Actor::panel());
    // Those of deleted accounts go with their accounts.
    let due: Vec<(DatabaseId, AccountId)> =
        sql("SELECT d.id, d.account_id FROM databases d JOIN accounts a ON a.id = d.account_id
             WHERE d.erase_at <= $1 AND a.state IN ('active', 'suspended') ORDER BY d.id LIMIT 1000")
        .bind(now)
        .all(server.store.on(), |row| Ok((row.get("id")?, row.get("account_id")?)))
        .await?;
    let mut erased = 0;
    for (id, account) in due {
        let mut tx = server.store.write().await?;
        let of = match account::lock(&mut tx, server, &actor, account).await {
            Ok(of) => of,
            Err(problem) if problem.kind == ProblemKind::NotFound => continue,
            Err(problem) => return Err(problem),
        };
        // Somebody may have brought it back since the list was made, or another process have erased it.
        let before = match store::load(tx.on(), &actor, id, now).await {
            Ok(before) => before,
            Err(problem) if problem.kind == ProblemKind::NotFound => continue,
            Err(problem) => return Err(problem),
        };
        if before.erase_at.is_none_or(|at| at > now) {
            continue;
        }
        let row = store::row(&mut tx, id).await?;
        let mut act = act("database.erase", &of, Subject::new("database", id, &row.name));
        act.before = Some(json!({ "name": row.name }));
        let change = change::record(&mut tx, &*server.world, &actor, act).await?;
        resource::write(&mut tx, change, now, vec![derive::erased(&of, &row)]).await?;
        forget(&mut tx, &row).await?;
        tx.commit().await?;
        erased += 1;
    }
    Ok(erased)
}

/// What the host is to erase of an account that is erased; nothing of it is left here.
pub(crate) async fn erase_all(tx: &mut Tx, of: &AccountView) -> Result<Vec<Want>, Problem> {
    let rows = store::rows(tx, of.id).await?;
    for row in &rows {
        forget(tx, row).await?;
    }
    Ok(rows.iter().map(|row| derive::erased(of, row)).collect())
}

async fn forget(tx: &mut Tx, row: &DatabaseRow) -> Result<(), Problem> {
    search::forget(tx, search::Kind::Database, row.id).await?;
    for statement in
        ["DELETE FROM database_users WHERE database_id = $1", "DELETE FROM databases WHERE id = $1"]
    {
        sql(statement).bind(row.id).run(tx.on()).await?;
    }
    Ok(())
}
