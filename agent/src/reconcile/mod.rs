//! From the ledger to the disk: work out the steps (pure) → render → check in staging → write beside, fsync, rename →
//! activate → verify; on failure the old bytes come back, and that resource alone is set aside (law 7).

pub mod check;
pub mod daemons;
pub mod group;
pub mod guard;
pub mod job;
mod nature;
pub mod plan;
pub mod product;
pub mod seen;
pub mod step;
pub mod table;
pub mod trouble;

use crate::{
    certificate::keys,
    database,
    fault::Faults,
    ledger::Ledger,
    limits::quota::Quotas,
    paths::Paths,
    record::{Outcome, Record, Records},
};
use daemons::Daemons;
use model::{Kind, Resource, ResourceKey, SiteName};
use std::sync::Arc;
use uuid::Uuid;

/// Everything the reconciler works with.
#[derive(Clone)]
pub struct Hands {
    pub paths: Paths,
    pub records: Records,
    pub daemons: Arc<dyn Daemons>,
    pub faults: Arc<dyn Faults>,
    pub keys: Arc<dyn keys::Maker>,
    pub mariadb: Arc<dyn database::Engine>,
    pub quotas: Arc<dyn Quotas>,
}

impl Hands {
    /// Who of several claimants has a name: the one that serves it already, else the one that came first.
    fn rank(&self, ledger: &Ledger, site: Uuid, name: &SiteName) -> (bool, u64, Uuid) {
        let at = ResourceKey { kind: Kind::Site, key: site };
        let generation = ledger.get(at).map_or(u64::MAX, |resource| resource.generation);
        let serves = self.records.read(at).ok().and_then(|record| record.done).is_some_and(|done| {
            let names = done.get("names").and_then(|names| names.as_array());
            names.is_some_and(|names| names.iter().any(|other| other.as_str() == Some(name.as_str())))
        });
        (!serves, generation, site)
    }

    /// Keeps an outcome beside what is on disk. That it cannot be kept (a full disk) changes nothing for the resource.
    fn note(&self, at: ResourceKey, record: &mut Record, resource: &Resource, outcome: &Outcome) {
        record.generation = resource.generation;
        record.outcome = Some(outcome.clone());
        if let Err(error) = self.records.write(at, record) {
            tracing::error!(key = %at.key, %error, "noting an outcome");
        }
    }
}

mod batch;
pub use batch::{Batch, Done, edited};

#[cfg(test)]
mod tests;
