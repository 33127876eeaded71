//! A MariaDB of a few lines for the tests: it knows the statements we write, and nothing else.

use super::Engine;
use crate::reconcile::trouble::Trouble;
use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    fmt::Write,
    sync::Mutex,
};

/// A user: its hash, lock and connections as they were written, and its grants (pattern, words).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    pub plugin: String,
    pub hash: String,
    pub locked: bool,
    pub connections: String,
    pub grants: BTreeMap<String, String>,
}

#[derive(Debug, Default)]
pub struct Held {
    pub databases: BTreeSet<String>,
    pub users: BTreeMap<String, User>,
    /// Whose connections were ended.
    pub ended: Vec<String>,
}

#[derive(Default)]
pub struct FakeMariaDb {
    pub held: Mutex<Held>,
    pub away: Mutex<bool>,
    /// How often it was asked.
    pub asked: Mutex<usize>,
}

/// What stands between two marks.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let rest = text.split_once(from).unwrap_or_else(|| panic!("{from} in {text}")).1;
    rest.split_once(to).unwrap_or_else(|| panic!("{to} in {text}")).0
}

fn columns(words: &str) -> String {
    let given: Vec<&str> = words.split(", ").collect();
    let all = super::sql::privileges();
    all.map(|word| if given.contains(&word) { 'Y' } else { 'N' }).collect()
}

impl Held {
    fn run(&mut self, line: &str, out: &mut String) {
        let asked = |line: &str| -> Vec<String> {
            let list = line.rsplit_once("IN (").unwrap_or_else(|| panic!("{line}")).1;
            list.split(['\'', ',', ')', ';']).filter(|name| !name.is_empty()).map(str::to_owned).collect()
        };
        let words: Vec<&str> = line.split_whitespace().take(3).collect();
        match words[..] {
            ["CREATE", "DATABASE", ..] => drop(self.databases.insert(between(line, "`", "`").to_owned())),
            ["DROP", "DATABASE", ..] => drop(self.databases.remove(between(line, "`", "`"))),
            ["CREATE", "OR", "REPLACE"] => {
                let user = between(line, "USER '", "'").to_owned();
                self.users.insert(user, User::default());
                self.alter(line);
            }
            ["CREATE", "USER", "IF"] => {
                let user = between(line, "EXISTS '", "'").to_owned();
                if let Entry::Vacant(place) = self.users.entry(user) {
                    place.insert(User::default());
                    self.alter(&line.replace("IF NOT EXISTS ", ""));
                }
            }
            ["ALTER", "USER", "IF"] => {
                if let Some(user) = self.users.get_mut(between(line, "EXISTS '", "'")) {
                    user.locked = true;
                }
            }
            ["ALTER", "USER", ..] => self.alter(line),
            ["DROP", "USER", ..] => drop(self.users.remove(between(line, "EXISTS '", "'"))),
            ["REVOKE", ..] => self.users.get_mut(between(line, "FROM '", "'")).unwrap().grants.clear(),
            ["GRANT", ..] => {
                let (pattern, rights) = (between(line, "`", "`"), between(line, "GRANT ", " ON"));
                let user = self.users.get_mut(between(line, "TO '", "'")).unwrap();
                user.grants.insert(pattern.to_owned(), rights.to_owned());
            }
            ["KILL", ..] => self.ended.push(between(line, "USER '", "'").to_owned()),
            ["SELECT", "'database',", ..] => {
                for name in asked(line).into_iter().filter(|name| self.databases.contains(name)) {
                    let _ = writeln!(out, "database\t{name}");
                }
            }
            ["SELECT", "'user',", ..] => {
                for name in asked(line) {
                    let Some(User { plugin, hash, locked, connections, .. }) = self.users.get(&name) else {
                        continue;
                    };
                    let locked = u8::from(*locked);
                    let _ = writeln!(out, "user\t{name}\t{plugin}\t{hash}\t0\t{locked}\t{connections}\t0");
                }
            }
            ["SELECT", "'grant',", ..] => {
                for name in asked(line) {
                    for (pattern, words) in self.users.get(&name).into_iter().flat_map(|user| &user.grants) {
                        let pattern: String = pattern.bytes().map(|byte| format!("{byte:02X}")).collect();
                        let _ = writeln!(out, "grant\t{name}\t{pattern}\t{}", columns(words));
                    }
                }
            }
            ["SELECT", "DISTINCT", "'other',"] => {}
            // Visitors that are open.
            ["SELECT", "User", "FROM"] => {
                for (name, _) in self.users.iter().filter(|(name, user)| name.contains("_-") && !user.locked)
                {
                    let _ = writeln!(out, "{name}");
                }
            }
            _ => panic!("unknown statement: {line}"),
        }
    }

    fn alter(&mut self, line: &str) {
        let user = self.users.get_mut(between(line, "USER '", "'")).unwrap();
        user.plugin = between(line, "VIA ", " ").to_owned();
        user.hash = between(line, "USING '", "'").to_owned();
        user.connections = between(line, "MAX_USER_CONNECTIONS ", " ").to_owned();
        user.locked = line.ends_with("ACCOUNT LOCK;");
    }
}

impl Engine for FakeMariaDb {
    fn run(&self, sql: &str) -> Result<String, Trouble> {
        *self.asked.lock().unwrap() += 1;
        if *self.away.lock().unwrap() {
            return Err(Trouble::io("MariaDB", std::io::Error::other("away")));
        }
        let (mut held, mut out) = (self.held.lock().unwrap(), String::new());
        for line in sql.lines().filter(|line| !line.is_empty()) {
            held.run(line, &mut out);
        }
        Ok(out)
    }
}

impl FakeMariaDb {
    /// Everything it holds, as text; a database as a folder.
    pub fn snapshot(&self) -> String {
        let held = self.held.lock().unwrap();
        let databases = held.databases.iter().map(|name| format!("mariadb/{name}/ \n"));
        databases
            .chain(held.users.iter().map(|(name, user)| format!("mariadb user {name} {user:?}\n")))
            .collect()
    }
}
