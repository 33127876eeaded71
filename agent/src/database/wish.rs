//! What the ledger wants of a database, beside other databases that have, had or shall have its name.

use super::{Presence, Want};
use crate::{
    ledger::Ledger,
    reconcile::{
        Hands,
        job::{Wish, bodies, is_erased},
    },
    record::Record,
};
use model::{Body, Database, DatabaseState, Kind, ResourceKey, text};

impl Wish {
    /// A name is one database's at a time: what is to be dropped goes before another of its name comes, and never takes that one along.
    pub(crate) fn database(&mut self, hands: &Hands, ledger: &Ledger, database: &Database) {
        let keys = ledger.claimants(Kind::Database, database.name.as_str());
        let rivals = keys.iter().filter(|key| **key != self.resource.key);
        let mut rivals = rivals.map(|key| ResourceKey { kind: Kind::Database, key: *key });
        if database.state == DatabaseState::Erased {
            let never_made = self.record == Record::default();
            self.settled = is_erased(self.record.done.as_ref()) && self.record.begun.is_empty()
                || never_made && rivals.any(|at| !ledger.deletes(at));
            return;
        }
        let holds = |at| {
            let record = hands.records.read(at).unwrap_or_default();
            record.bodies().next().is_some() && !is_erased(record.done.as_ref())
        };
        if rivals.any(holds) {
            self.refused = Some(text!(
                "Une base {} plus ancienne n’est pas encore effacée de cet hôte\u{a0}: celle-ci suivra dès qu’elle le sera.",
                "An earlier database {} is not erased from this host yet: this one follows as soon as it is.",
                database.name
            ));
        }
    }

    /// What is wanted of a database that nothing has asked to change since it was left as wanted.
    pub(crate) fn as_left(&self) -> Option<Want> {
        let left = self.record.begun.is_empty() && self.record.done == self.resource.body;
        let looks =
            left && self.body.is_some() && self.refused.is_none() && self.resource.kind == Kind::Database;
        looks.then(|| self.database_wanted()).flatten()
    }

    /// What MariaDB shall hold; of a database that is gone without being erased, the data stays and nobody gets in.
    pub(crate) fn database_wanted(&self) -> Option<Want> {
        if self.settled {
            return None;
        }
        match &self.body {
            Some(Body::Database(database)) => {
                let mut gone = self.old.users.clone();
                if database.state == DatabaseState::Erased {
                    gone.extend(database.users.iter().map(|user| user.name.clone()));
                }
                gone.sort();
                gone.dedup();
                Some(Want::of(database, gone))
            }
            _ => {
                let old = bodies(Kind::Database, &self.record).into_iter().find_map(|old| match old {
                    Body::Database(database) => Some(database),
                    _ => None,
                })?;
                Some(Want {
                    name: old.name,
                    presence: Presence::LeftAlone,
                    users: Default::default(),
                    gone: self.old.users.clone(),
                })
            }
        }
    }
}
