//! The resource `database`: one database of an account, with its users. Names and hashes are of alphabets that need no quoting in SQL.

use crate::{AccountId, DatabaseId, Problem, Text, UnixName, newtype::string_newtype, text};
use serde::{Deserialize, Serialize};

/// What keeps a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    Mariadb,
}

impl Engine {
    pub fn code(self) -> &'static str {
        match self {
            Engine::Mariadb => "mariadb",
        }
    }

    pub fn from_code(code: &str) -> Option<Engine> {
        [Engine::Mariadb].into_iter().find(|engine| engine.code() == code)
    }

    /// As people call it.
    pub fn name(self) -> &'static str {
        match self {
            Engine::Mariadb => "MariaDB",
        }
    }
}

/// What a host does with a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DatabaseState {
    Serving,
    /// Its users are locked out; all data stays. Its account is suspended, or it was deleted and can still come back.
    Suspended,
    /// Its data is dropped. The only state that ever drops anything.
    Erased,
}

/// What a user may do in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DatabaseRights {
    Read,
    /// Rows, not tables.
    Write,
    All,
}

impl DatabaseRights {
    pub const ALL: [DatabaseRights; 3] = [DatabaseRights::All, DatabaseRights::Write, DatabaseRights::Read];

    pub fn code(self) -> &'static str {
        match self {
            DatabaseRights::Read => "read",
            DatabaseRights::Write => "write",
            DatabaseRights::All => "all",
        }
    }

    pub fn from_code(code: &str) -> Option<DatabaseRights> {
        DatabaseRights::ALL.into_iter().find(|rights| rights.code() == code)
    }

    /// As typed in a form or sent to the API.
    pub fn parse(code: &str) -> Result<DatabaseRights, Problem> {
        DatabaseRights::from_code(code.trim()).ok_or_else(|| {
            let text = Text::new(
                "Choisissez des droits de la liste\u{a0}: all, write ou read.",
                "Choose rights from the list: all, write or read.",
            );
            Problem::invalid("rights", "rights_unknown", text)
        })
    }

    pub fn word(self) -> Text {
        match self {
            DatabaseRights::Read => Text::new("lecture seule", "read only"),
            DatabaseRights::Write => Text::new("lecture et écriture", "read and write"),
            DatabaseRights::All => Text::new("tous les droits", "all rights"),
        }
    }
}

/// Characters after the account's name and `_`, at most: with the longest account's name 64 in all, which is MariaDB's limit.
const LONGEST_PART: usize = 32;

/// Names the engine gives its own databases that would fit otherwise.
const RESERVED: [&str; 2] = ["information_schema", "performance_schema"];

fn parse(field: &'static str, typed: &str) -> Result<String, Problem> {
    let bad = |code, text| Err(Problem::invalid(field, code, text));
    let Some((Ok(_), part)) = typed.split_once('_').map(|(account, part)| (UnixName::parse(account), part))
    else {
        return bad(
            "database_prefix",
            Text::new(
                "Ce nom commence par celui du compte et un trait bas, par exemple asso_wiki.",
                "This name starts with the account's and an underscore, such as asso_wiki.",
            ),
        );
    };
    if !(1..=LONGEST_PART).contains(&part.len()) {
        return bad(
            "database_length",
            text!(
                "De 1 à {LONGEST_PART} caractères après le nom du compte.",
                "1 to {LONGEST_PART} characters after the account's name."
            ),
        );
    }
    if !part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') {
        return bad(
            "database_characters",
            Text::new(
                "Lettres minuscules sans accent, chiffres et traits bas seulement, par exemple wiki.",
                "Plain lower-case letters, digits and underscores only, such as wiki.",
            ),
        );
    }
    if RESERVED.contains(&typed) {
        return bad(
            "database_reserved",
            Text::new(
                "Ce nom est réservé au système\u{a0}: choisissez-en un autre.",
                "This name is reserved for the system: choose another.",
            ),
        );
    }
    Ok(typed.to_owned())
}

/// As typed: with the account's name before it, or without.
fn of(account: &UnixName, typed: &str) -> String {
    let typed = typed.trim();
    let prefix = format!("{account}_");
    if typed.starts_with(&prefix) { typed.to_owned() } else { prefix + typed }
}

fn belongs(name: &str, account: &UnixName) -> bool {
    name.strip_prefix(account.as_str()).is_some_and(|rest| rest.starts_with('_'))
}

/// A database's name: `ACCOUNT_something`, at most 64 characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DatabaseName(String);

string_newtype!(DatabaseName);

impl DatabaseName {
    pub fn parse(typed: &str) -> Result<DatabaseName, Problem> {
        parse("name", typed).map(DatabaseName)
    }

    pub fn of(account: &UnixName, typed: &str) -> Result<DatabaseName, Problem> {
        DatabaseName::parse(&of(account, typed))
    }

    /// As a pattern of MariaDB's GRANT, where `_` would stand for any character.
    pub fn pattern(&self) -> String {
        self.0.replace('_', "\\_")
    }
}

/// The name of a database's user, made likewise.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DatabaseUserName(String);

string_newtype!(DatabaseUserName);

impl DatabaseUserName {
    pub fn parse(typed: &str) -> Result<DatabaseUserName, Problem> {
        parse("user", typed).map(DatabaseUserName)
    }

    pub fn of(account: &UnixName, typed: &str) -> Result<DatabaseUserName, Problem> {
        DatabaseUserName::parse(&of(account, typed))
    }
}

/// What MariaDB keeps of a password (mysql_native_password): `*` and SHA1(SHA1(password)) in upper-case hexadecimal.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PasswordHash(String);

string_newtype!(PasswordHash);

impl PasswordHash {
    pub fn parse(text: &str) -> Result<PasswordHash, Problem> {
        let hex = |byte: u8| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte);
        match text.strip_prefix('*') {
            Some(digits) if digits.len() == 40 && digits.bytes().all(hex) => {
                Ok(PasswordHash(text.to_owned()))
            }
            _ => Err(Problem::invalid(
                "password",
                "password_hash",
                Text::new(
                    "Ce n’est pas l’empreinte d’un mot de passe de MariaDB.",
                    "This is not the hash of a password of MariaDB's.",
                ),
            )),
        }
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// One user of a database; of no other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseUser {
    pub name: DatabaseUserName,
    /// `None`: who is the account on its host gets in without one, and nobody else ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<PasswordHash>,
    pub rights: DatabaseRights,
}

/// The body of a resource of kind `database`; its key is `id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawDatabase", deny_unknown_fields)]
pub struct Database {
    pub id: DatabaseId,
    pub account_id: AccountId,
    pub account: UnixName,
    pub engine: Engine,
    pub name: DatabaseName,
    pub state: DatabaseState,
    /// Connections at once of each of its users.
    pub connections: u16,
    /// At most 10, none twice.
    pub users: Vec<DatabaseUser>,
}

impl Database {
    pub const MOST_USERS: usize = 10;
    pub const MOST_CONNECTIONS: u16 = 200;
}

/// `Database` before its users have been counted and its names compared.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDatabase {
    id: DatabaseId,
    account_id: AccountId,
    account: UnixName,
    engine: Engine,
    name: DatabaseName,
    state: DatabaseState,
    connections: u16,
    users: Vec<DatabaseUser>,
}

impl TryFrom<RawDatabase> for Database {
    type Error = Problem;
    fn try_from(raw: RawDatabase) -> Result<Self, Problem> {
        let RawDatabase { id, account_id, account, engine, name, state, connections, users } = raw;
        let mut names: Vec<&DatabaseUserName> = users.iter().map(|user| &user.name).collect();
        names.sort();
        names.dedup();
        if names.len() != users.len() || users.len() > Database::MOST_USERS {
            return Err(Problem::invalid(
                "users",
                "database_users",
                Text::new(
                    "Une base de données a 10 utilisateurs au plus, chacun une fois.",
                    "A database has 10 users at most, each once.",
                ),
            ));
        }
        let theirs = belongs(name.as_str(), &account)
            && users.iter().all(|user| belongs(user.name.as_str(), &account));
        if !theirs || !(1..=Database::MOST_CONNECTIONS).contains(&connections) {
            return Err(Problem::invalid(
                "name",
                "database_prefix",
                text!(
                    "Les noms commencent par {account}_, et chacun a de 1 à 200 connexions.",
                    "Names start with {account}_, and each has 1 to 200 connections."
                ),
            ));
        }
        Ok(Database { id, account_id, account, engine, name, state, connections, users })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_have_the_account_before_them_and_are_none_of_the_engine_s() {
        let asso: UnixName = "asso".parse().unwrap();
        assert_eq!(DatabaseName::of(&asso, "wiki").unwrap().as_str(), "asso_wiki");
        assert_eq!(DatabaseName::of(&asso, " asso_wiki ").unwrap().as_str(), "asso_wiki");
        assert_eq!(DatabaseName::parse("les-amis_wiki_2").unwrap().pattern(), "les-amis\\_wiki\\_2");
        let longest = format!("{}_{}", "a".repeat(UnixName::LONGEST), "b".repeat(LONGEST_PART));
        assert_eq!(DatabaseName::parse(&longest).unwrap().as_str().len(), 64);
        for bad in [
            "",
            "_",
            "wiki",
            "asso_",
            "asso_Wiki",
            "asso_wi-ki",
            "asso_wi`ki",
            "asso_wi'ki",
            "asso_wi\\ki",
            "asso_wi%ki",
            "asso_wi\nki",
            "asso_é",
            "mysql_x",
            "information_schema",
            "performance_schema",
            "Asso_x",
            "asso_x y",
            &format!("{longest}b"),
        ] {
            assert!(DatabaseName::parse(bad).is_err(), "{bad:?}");
            assert!(DatabaseUserName::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn hashes_are_forty_digits_and_never_show_themselves() {
        let hash = format!("*{}", "0A".repeat(20));
        let parsed = PasswordHash::parse(&hash).unwrap();
        assert_eq!(format!("{parsed:?}"), "PasswordHash(…)");
        for bad in ["", "*", &hash[1..], &hash[..40], &hash.to_lowercase(), &format!("{hash}0"), "*'"] {
            assert!(PasswordHash::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn bodies_are_of_one_account_with_few_users() {
        let user = |name: &str| serde_json::json!({ "name": name, "password": format!("*{}", "0A".repeat(20)), "rights": "all" });
        let body = |account: &str, name: &str, users: Vec<serde_json::Value>, connections: u16| {
            serde_json::from_value::<Database>(serde_json::json!({
                "id": DatabaseId::new(1, &[1; 10]), "account_id": AccountId::new(1, &[1; 10]), "account": account,
                "engine": "mariadb", "name": name, "state": "serving", "connections": connections, "users": users,
            }))
        };
        assert!(body("asso", "asso_wiki", vec![user("asso_wiki")], 9).is_ok());
        assert!(body("ass", "asso_wiki", vec![], 9).is_err());
        assert!(body("asso", "asso_wiki", vec![user("other_wiki")], 9).is_err());
        assert!(body("asso", "asso_wiki", vec![user("asso_a"), user("asso_a")], 9).is_err());
        assert!(body("asso", "asso_wiki", (0..11).map(|n| user(&format!("asso_{n}"))).collect(), 9).is_err());
        assert!(
            body("asso", "asso_wiki", vec![], 0).is_err() && body("asso", "asso_wiki", vec![], 201).is_err()
        );
    }

    proptest! {
        #[test]
        fn accepted_names_need_no_quoting(typed in "\\PC{0,40}|asso_\\PC{0,40}") {
            if let Ok(name) = DatabaseName::parse(&typed) {
                prop_assert!(name.as_str().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_'));
            }
        }
    }
}
