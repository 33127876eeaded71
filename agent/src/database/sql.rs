//! Statements and what is read back. Names and hashes are of alphabets that need no escaping (`model`), and are quoted all the same.

use super::{Key, Login, There, Want};
use model::{DatabaseName, DatabaseRights, DatabaseUserName, PasswordHash, UnixName};
use std::{collections::BTreeMap, fmt::Write};

/// The rights a database can give: the column of mysql.db, the word of GRANT, and from which of ours on it is given.
/// GRANT OPTION and the history of rows are nobody's.
const PRIVILEGES: [(&str, &str, Option<DatabaseRights>); 20] = {
    use DatabaseRights::{All, Read, Write};
    [
        ("Select_priv", "SELECT", Some(Read)),
        ("Show_view_priv", "SHOW VIEW", Some(Read)),
        ("Insert_priv", "INSERT", Some(Write)),
        ("Update_priv", "UPDATE", Some(Write)),
        ("Delete_priv", "DELETE", Some(Write)),
        ("Execute_priv", "EXECUTE", Some(Write)),
        ("Lock_tables_priv", "LOCK TABLES", Some(Write)),
        ("Create_tmp_table_priv", "CREATE TEMPORARY TABLES", Some(Write)),
        ("Create_priv", "CREATE", Some(All)),
        ("Drop_priv", "DROP", Some(All)),
        ("Alter_priv", "ALTER", Some(All)),
        ("Index_priv", "INDEX", Some(All)),
        ("References_priv", "REFERENCES", Some(All)),
        ("Create_view_priv", "CREATE VIEW", Some(All)),
        ("Create_routine_priv", "CREATE ROUTINE", Some(All)),
        ("Alter_routine_priv", "ALTER ROUTINE", Some(All)),
        ("Trigger_priv", "TRIGGER", Some(All)),
        ("Event_priv", "EVENT", Some(All)),
        ("Grant_priv", "", None),
        ("Delete_history_priv", "", None),
    ]
};

/// The words of GRANT, in the order of the columns a look asks for.
#[cfg(test)]
pub(super) fn privileges() -> impl Iterator<Item = &'static str> {
    PRIVILEGES.iter().map(|(_, word, _)| *word)
}

fn gives(rights: DatabaseRights, from: Option<DatabaseRights>) -> bool {
    from.is_some_and(|least| rights >= least)
}

/// As the columns of mysql.db hold these rights.
fn columns(rights: DatabaseRights) -> String {
    PRIVILEGES.iter().map(|(.., from)| if gives(rights, *from) { 'Y' } else { 'N' }).collect()
}

/// Looks at one database and its users.
pub fn look(want: &Want) -> String {
    look_at(&[want])
}

/// Looks at several at once.
pub fn look_at(wants: &[&Want]) -> String {
    let list = |names: Vec<&str>| -> String {
        names.into_iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(",")
    };
    let databases = list(wants.iter().map(|want| want.name.as_str()).collect());
    let users = list(wants.iter().flat_map(|want| want.asks_for().map(|name| name.as_str())).collect());
    let mut sql = format!(
        "SELECT 'database', SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME IN ({databases});\n"
    );
    if users.is_empty() {
        return sql;
    }
    let columns: Vec<&str> = PRIVILEGES.iter().map(|(column, ..)| *column).collect();
    let of = format!("WHERE Host='localhost' AND User IN ({users})");
    let value = |path: &str| format!("COALESCE(JSON_VALUE(Priv,'$.{path}'),'')");
    let _ = writeln!(
        sql,
        "SELECT 'user', User, {}, {}, {}, {}, {}, JSON_EXISTS(Priv,'$.auth_or') OR JSON_EXISTS(Priv,'$.default_role') OR {}='0' FROM mysql.global_priv {of};",
        value("plugin"),
        value("authentication_string"),
        value("access"),
        value("account_locked"),
        value("max_user_connections"),
        value("password_last_changed"),
    );
    let _ = writeln!(sql, "SELECT 'grant', User, HEX(Db), CONCAT({}) FROM mysql.db {of};", columns.join(","));
    for table in ["tables_priv", "columns_priv", "procs_priv", "roles_mapping", "proxies_priv"] {
        let _ = writeln!(sql, "SELECT DISTINCT 'other', User FROM mysql.{table} {of};");
    }
    sql
}

/// What a look gave, of all that was asked for.
#[derive(Debug, Default)]
pub struct Seen {
    databases: Vec<String>,
    users: BTreeMap<String, Option<Raw>>,
}

/// A user as the rows say.
#[derive(Debug)]
struct Raw {
    key: Key,
    locked: bool,
    connections: u16,
    /// On which pattern, and the columns.
    grants: Vec<(String, String)>,
}

/// Reads what a look gave.
pub fn read(rows: &str) -> Seen {
    let mut seen = Seen::default();
    for row in rows.lines() {
        let cells: Vec<&str> = row.split('\t').collect();
        match cells[..] {
            ["database", name] => seen.databases.push(name.to_owned()),
            ["user", name, plugin, hash, access, locked, connections, odd] => {
                let plain = matches!(access, "" | "0") && odd == "0";
                let key = match plugin {
                    "mysql_native_password" => PasswordHash::parse(hash).ok().map(Key::Password),
                    "unix_socket" => UnixName::parse(hash).ok().map(Key::Being),
                    _ => None,
                };
                let raw = key.filter(|_| plain).map(|key| Raw {
                    key,
                    locked: matches!(locked, "1" | "true"),
                    connections: connections.parse().unwrap_or_default(),
                    grants: Vec::new(),
                });
                seen.users.insert(name.to_owned(), raw);
            }
            ["grant", name, pattern, columns] => {
                if let Some(Some(raw)) = seen.users.get_mut(name) {
                    raw.grants.push((pattern.to_owned(), columns.to_owned()));
                }
            }
            // Rights beside those on the whole database are none of ours.
            ["other", name] => {
                if let Some(user) = seen.users.get_mut(name) {
                    *user = None;
                }
            }
            _ => {}
        }
    }
    seen
}

impl Seen {
    /// What of it concerns this database.
    pub fn of(&self, want: &Want) -> There {
        let known = |name: &DatabaseUserName| {
            let raw = self.users.get(name.as_str())?;
            Some((name.clone(), raw.as_ref().and_then(|raw| raw.login(&want.name))))
        };
        There {
            database: self.databases.iter().any(|name| name == want.name.as_str()),
            users: want.asks_for().filter_map(known).collect(),
        }
    }
}

impl Raw {
    fn login(&self, database: &DatabaseName) -> Option<Login> {
        let [(pattern, columns)] = &self.grants[..] else { return None };
        let rights = DatabaseRights::ALL.into_iter().find(|rights| self::columns(*rights) == *columns)?;
        if *pattern != hex(&database.pattern()) {
            return None;
        }
        let Raw { key, locked, connections, .. } = self;
        Some(Login { key: key.clone(), rights, locked: *locked, connections: *connections })
    }
}

fn hex(text: &str) -> String {
    text.bytes().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02X}");
        hex
    })
}

pub fn create(name: &DatabaseName) -> String {
    format!("CREATE DATABASE IF NOT EXISTS `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;\n")
}

/// With the one who comes for its dumps (`visitor`).
pub fn drop(name: &DatabaseName) -> String {
    format!(
        "DROP DATABASE IF EXISTS `{name}`;\nDROP USER IF EXISTS '{}'@'localhost';\n",
        super::visitor::name(name)
    )
}

/// The words of GRANT for rights.
pub(super) fn words(rights: DatabaseRights) -> String {
    let words: Vec<&str> =
        PRIVILEGES.iter().filter(|(.., from)| gives(rights, *from)).map(|(_, word, _)| *word).collect();
    words.join(", ")
}

/// Makes users what they shall be, whatever they were.
pub fn set(
    database: &DatabaseName,
    set: &BTreeMap<DatabaseUserName, Login>,
    dropped: &[DatabaseUserName],
    there: &There,
) -> String {
    let mut sql = String::new();
    for (name, login) in set {
        let Login { key, rights, locked, connections } = login;
        let by = match key {
            Key::Password(hash) => format!("mysql_native_password USING '{hash}'"),
            Key::Being(account) => format!("unix_socket USING '{account}'"),
        };
        let lock = if *locked { "LOCK" } else { "UNLOCK" };
        // One of ours goes on; anything else is made anew.
        let known = there.users.get(name).and_then(Option::as_ref);
        let verb = if known.is_some() { "ALTER USER" } else { "CREATE OR REPLACE USER" };
        let _ = writeln!(
            sql,
            "{verb} '{name}'@'localhost' IDENTIFIED VIA {by} WITH MAX_USER_CONNECTIONS {connections} ACCOUNT {lock};"
        );
        if known.is_some_and(|known| known.rights == *rights) {
            continue;
        }
        if known.is_some() {
            let _ = writeln!(sql, "REVOKE ALL PRIVILEGES, GRANT OPTION FROM '{name}'@'localhost';");
        }
        let (words, pattern) = (words(*rights), database.pattern());
        let _ = writeln!(sql, "GRANT {words} ON `{pattern}`.* TO '{name}'@'localhost';");
    }
    for name in dropped {
        let _ = writeln!(sql, "DROP USER IF EXISTS '{name}'@'localhost';");
    }
    sql
}

/// Ends what these users have open.
pub fn end(users: &[DatabaseUserName]) -> String {
    users.iter().fold(String::new(), |mut sql, name| {
        let _ = writeln!(sql, "KILL HARD CONNECTION USER '{name}'@'localhost';");
        sql
    })
}
