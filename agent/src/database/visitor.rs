//! Who comes into a database for its dumps: a user of each database beside those its people made, locked but while a session is open.
//!
//! It signs in by being the account (`unix_socket`), has all rights in that database and none elsewhere, and stays, locked, when the session
//! ends: views, triggers and routines that an import made are defined by it, and would stop working without it. Its name is none that anybody
//! can give (`ACCOUNT_-part`), and of one account: the names of accounts hold no `_`.

use super::{client::Engine, sql::words};
use crate::reconcile::trouble::Trouble;
use model::{DatabaseName, DatabaseRights, UnixName};

/// Connections at once: a client's own.
const CONNECTIONS: u16 = 2;

pub fn name(database: &DatabaseName) -> String {
    let (account, part) = database.as_str().split_once('_').unwrap_or_default();
    format!("{account}_-{part}")
}

/// The database that a user of such a name comes into.
fn database(user: &str) -> Option<DatabaseName> {
    let (account, part) = user.split_once("_-")?;
    DatabaseName::parse(&format!("{account}_{part}")).ok().filter(|database| name(database) == user)
}

pub fn admit(engine: &dyn Engine, account: &UnixName, database: &DatabaseName) -> Result<(), Trouble> {
    let (user, pattern, words) = (name(database), database.pattern(), words(DatabaseRights::All));
    let of = format!(
        "'{user}'@'localhost' IDENTIFIED VIA unix_socket USING '{account}' WITH MAX_USER_CONNECTIONS {CONNECTIONS} ACCOUNT"
    );
    // With routines that others defined, or a dump could not hold them.
    let sql = format!(
        "CREATE USER IF NOT EXISTS {of} LOCK;
GRANT {words}, SHOW CREATE ROUTINE ON `{pattern}`.* TO '{user}'@'localhost';
ALTER USER {of} UNLOCK;\n"
    );
    engine.run(&sql).map(drop)
}

/// Nobody comes in any more, and whoever is in is put out.
pub fn lock(engine: &dyn Engine, database: &DatabaseName) -> Result<(), Trouble> {
    let user = name(database);
    let sql = format!(
        "ALTER USER IF EXISTS '{user}'@'localhost' ACCOUNT LOCK;\nKILL HARD CONNECTION USER '{user}'@'localhost';\n"
    );
    engine.run(&sql).map(drop)
}

/// Those an agent that died left open.
pub fn open(engine: &dyn Engine) -> Result<Vec<DatabaseName>, Trouble> {
    let rows = engine.run(
        "SELECT User FROM mysql.global_priv WHERE Host='localhost' AND LOCATE('_-', User) > 0 AND JSON_VALUE(Priv,'$.plugin')='unix_socket' AND COALESCE(JSON_VALUE(Priv,'$.account_locked'),'') NOT IN ('1','true');\n",
    )?;
    Ok(rows.lines().filter_map(database).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_name_is_one_database_s_and_nobody_else_s() {
        for known in ["asso_wiki", "les-amis_a_b", "a_-b"] {
            let Ok(of) = DatabaseName::parse(known) else { continue };
            assert_eq!(database(&name(&of)), Some(of.clone()));
            assert!(model::DatabaseUserName::parse(&name(&of)).is_err());
        }
        for other in ["asso_wiki", "mysql.sys", "a_-b-c", "_-x", "asso_-"] {
            assert_eq!(database(other), None, "{other}");
        }
    }
}
