//! A database that an application gets when it is put into a site. Its user has no password: who is the account on its host gets in.

use super::{
    derive,
    rules::{insert_user, must_have_room, must_not_hoard},
    store,
};
use crate::{
    Server,
    account::AccountView,
    resource::Want,
    search,
    store::{Tx, sql},
};
use model::{DatabaseId, DatabaseName, DatabaseRights, DatabaseUserName, Problem, ProblemKind};

/// What was made.
pub(crate) struct Made {
    pub id: DatabaseId,
    pub name: DatabaseName,
    pub user: DatabaseUserName,
    /// Of all the account's databases.
    pub wants: Vec<Want>,
}

/// Names are tried one after the other: `asso_wordpress`, `asso_wordpress2`, …
const MOST_TRIES: u32 = 100;

/// In the transaction that makes the application; the caller has locked the account, knows that its host has MariaDB, and records the change.
pub(crate) async fn for_app(
    tx: &mut Tx,
    server: &Server,
    of: &AccountView,
    base: &str,
) -> Result<Made, Problem> {
    let there = |problem: Problem| problem.on("application");
    must_have_room(tx, of).await.map_err(there)?;
    must_not_hoard(tx, of).await.map_err(there)?;
    let (id, now): (DatabaseId, i64) = (server.world.id(), server.world.now_ms());
    for turn in 1..=MOST_TRIES {
        let part = if turn == 1 { base.to_owned() } else { format!("{base}{turn}") };
        let (name, user) = (DatabaseName::of(&of.name, &part)?, DatabaseUserName::of(&of.name, &part)?);
        let taken = sql("SELECT COUNT(*) FROM database_users WHERE name = $1")
            .bind(&user)
            .one(tx.on(), |row| row.first::<i64>())
            .await?;
        if taken > 0 {
            continue;
        }
        if !store::insert(tx, id, of, &name, now).await? {
            continue;
        }
        insert_user(tx, (server.world.id(), id), &user, (None, DatabaseRights::All), now).await?;
        search::put(tx, search::Kind::Database, id, &[&name]).await?;
        return Ok(Made { id, name, user, wants: derive::wants_of(tx, of).await? });
    }
    let text = model::Text::new(
        "Ce compte a déjà trop de bases de ce nom\u{a0}: supprimez-en.",
        "This account has too many databases of this name already: delete some.",
    );
    Err(Problem::new(ProblemKind::Conflict, "database_name_taken", text).on("application"))
}
