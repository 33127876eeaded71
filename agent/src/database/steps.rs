//! What a database is in MariaDB. Pure: a body and what is there in, steps out.

use crate::reconcile::{product::Places, step::Step};
use model::{
    Database, DatabaseName, DatabaseRights, DatabaseState, DatabaseUserName, PasswordHash, UnixName,
};
use std::collections::BTreeMap;

/// What opens the database for a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    Password(PasswordHash),
    /// Being this account on the host, as the kernel tells MariaDB over its socket.
    Being(UnixName),
}

/// How a user stands, or shall stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    pub key: Key,
    /// On this database alone.
    pub rights: DatabaseRights,
    pub locked: bool,
    pub connections: u16,
}

impl Login {
    /// Whether what is open by how it stood until now may not go on. More or fewer connections end none.
    fn opens_otherwise(&self, there: Option<&Option<Login>>) -> bool {
        match there {
            None => false,
            Some(None) => true,
            Some(Some(there)) => Login { connections: self.connections, ..there.clone() } != *self,
        }
    }
}

/// What is wanted of the data itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    Kept,
    /// Whatever is there stays.
    LeftAlone,
    Dropped,
}

/// Everything a database shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Want {
    pub name: DatabaseName,
    pub presence: Presence,
    pub users: BTreeMap<DatabaseUserName, Login>,
    /// Of earlier bodies, and nobody else's: they shall be gone.
    pub gone: Vec<DatabaseUserName>,
}

/// What is there of a database and of the users one asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct There {
    pub database: bool,
    /// `None`: it is there, yet as we never make any (other rights, another way to sign in).
    pub users: BTreeMap<DatabaseUserName, Option<Login>>,
}

impl Want {
    pub fn of(database: &Database, gone: Vec<DatabaseUserName>) -> Want {
        let erased = database.state == DatabaseState::Erased;
        let logins = database.users.iter().map(|user| {
            let login = Login {
                key: match &user.password {
                    Some(password) => Key::Password(password.clone()),
                    None => Key::Being(database.account.clone()),
                },
                rights: user.rights,
                locked: database.state != DatabaseState::Serving,
                connections: database.connections,
            };
            (user.name.clone(), login)
        });
        let users: BTreeMap<_, _> = if erased { BTreeMap::new() } else { logins.collect() };
        let presence = if erased { Presence::Dropped } else { Presence::Kept };
        let gone = gone.into_iter().filter(|name| !users.contains_key(name)).collect();
        Want { name: database.name.clone(), presence, users, gone }
    }

    /// Every user a look must look at.
    pub fn asks_for(&self) -> impl Iterator<Item = &DatabaseUserName> {
        self.users.keys().chain(&self.gone)
    }
}

/// What of an earlier body is to go when it is not wanted any more: its users, never its data.
pub fn places(database: &Database) -> Places {
    Places { users: database.users.iter().map(|user| user.name.clone()).collect(), ..Places::default() }
}

/// The steps between the two. `interrupted`: an earlier run may have changed users and not ended their connections.
pub fn steps(want: &Want, there: &There, interrupted: bool) -> Vec<Step> {
    let mut steps = Vec::new();
    if want.presence == Presence::Kept && !there.database {
        steps.push(Step::MakeDatabase(want.name.clone()));
    }
    let wrong = |name: &DatabaseUserName, login: &Login| there.users.get(name) != Some(&Some(login.clone()));
    let set: BTreeMap<_, _> = want
        .users
        .iter()
        .filter(|(name, login)| wrong(name, login))
        .map(|(name, login)| (name.clone(), login.clone()))
        .collect();
    let drop: Vec<_> = want.gone.iter().filter(|name| there.users.contains_key(name)).cloned().collect();
    // Rights are looked up when a connection begins: what is open goes on with the old ones.
    let end: Vec<_> = match interrupted {
        true => want.asks_for().cloned().collect(),
        false => {
            let otherwise = set.iter().filter(|(name, login)| login.opens_otherwise(there.users.get(*name)));
            let dropped = drop.iter().filter(|name| there.users.contains_key(name));
            otherwise.map(|(name, _)| name).chain(dropped).cloned().collect()
        }
    };
    if !set.is_empty() || !drop.is_empty() {
        steps.push(Step::SetUsers { database: want.name.clone(), set, drop });
    }
    if !end.is_empty() {
        steps.push(Step::EndConnections(end));
    }
    if want.presence == Presence::Dropped && there.database {
        steps.push(Step::DropDatabase(want.name.clone()));
    }
    steps
}

/// What takes a `SetUsers` back.
pub fn before(
    set: &BTreeMap<DatabaseUserName, Login>,
    dropped: &[DatabaseUserName],
    there: &There,
) -> (BTreeMap<DatabaseUserName, Login>, Vec<DatabaseUserName>) {
    let (mut back, mut gone) = (BTreeMap::new(), Vec::new());
    for name in set.keys().chain(dropped) {
        match there.users.get(name) {
            Some(Some(login)) => drop(back.insert(name.clone(), login.clone())),
            // As it was by somebody's hand is not brought back.
            Some(None) => {}
            None => gone.push(name.clone()),
        }
    }
    (back, gone)
}
