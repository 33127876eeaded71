//! The ledger: the agent's own copy, on its own disk, of all resources of its host, and how far it reaches (law 6).
//!
//! `rules` decides whether a frame of changes may be taken, `store` keeps it; a batch is on the disk before it is acknowledged.

mod rules;
mod store;

use model::{
    Account, AccountId, Body, DatabaseState, DatabaseUserName, Kind, PanelId, Resource, ResourceKey,
    wire::{Position, Refusal},
};
use rules::Verdict;
use std::{
    collections::{BTreeMap, HashMap},
    io,
    path::Path,
    time::Duration,
};
use store::Store;
use uuid::Uuid;

/// A frame of changes, as the wire gave it.
#[derive(Clone, Debug)]
pub struct Changes {
    pub panel: PanelId,
    pub epoch: u64,
    pub from: u64,
    pub to: u64,
    pub resources: Vec<Resource>,
    pub more: bool,
}

/// What became of a frame.
#[derive(Debug, PartialEq, Eq)]
pub enum Taken {
    /// On the disk up to `generation`; these resources are to be reconciled.
    Written {
        generation: u64,
        touched: Vec<ResourceKey>,
    },
    /// A part of a new epoch's full state; nothing is written before the last part is there.
    Waiting,
    Refused(Refusal),
}

pub struct Ledger {
    store: Store,
    position: Option<Position>,
    resources: BTreeMap<ResourceKey, Resource>,
    /// Which sites, certificates and databases want a name; more than one only when the panel erred or a name moves.
    claims: HashMap<(Kind, String), Vec<Uuid>>,
    /// The parts of a new epoch's full state that have come so far.
    coming: Option<Changes>,
    /// The panel this host was enrolled with, if that is known.
    enrolled: Option<PanelId>,
}

impl Ledger {
    /// Reads everything. A ledger with an unreadable file says that it holds nothing of its panel, and gets it all again.
    pub fn open(folder: &Path) -> io::Result<Ledger> {
        let store = Store::open(folder)?;
        let loaded = store.load()?;
        let mut ledger = Ledger {
            store,
            position: loaded.position,
            resources: BTreeMap::new(),
            claims: HashMap::new(),
            coming: None,
            enrolled: None,
        };
        for resource in loaded.resources {
            ledger.remember(resource);
        }
        Ok(ledger)
    }

    pub fn position(&self) -> Option<Position> {
        self.position
    }

    /// Root enrolled this host with `panel`: it may take the place of the one before, by a higher epoch and a full state.
    pub fn follow(&mut self, panel: PanelId) {
        self.enrolled = Some(panel);
    }

    pub fn get(&self, at: ResourceKey) -> Option<&Resource> {
        self.resources.get(&at)
    }

    pub fn keys(&self) -> Vec<ResourceKey> {
        self.resources.keys().copied().collect()
    }

    /// Whether something is wanted gone.
    pub fn deletes(&self, at: ResourceKey) -> bool {
        let erased =
            |body: &serde_json::Value| body.get("state").and_then(|state| state.as_str()) == Some("erased");
        self.resources.get(&at).is_some_and(|resource| resource.body.as_ref().is_none_or(erased))
    }

    /// Resources that shall exist and would be missed: certificates are made anew.
    pub fn present(&self) -> usize {
        self.resources.keys().filter(|at| at.kind != Kind::Certificate && !self.deletes(**at)).count()
    }

    /// A page of the ledger, in order of kind and key.
    pub fn page(&self, after: Option<ResourceKey>, limit: usize) -> (Vec<Resource>, bool) {
        use std::ops::Bound::{Excluded, Unbounded};
        let mut rest = self.resources.range((after.map_or(Unbounded, Excluded), Unbounded));
        let page = rest.by_ref().take(limit).map(|(_, resource)| resource.clone()).collect();
        (page, rest.next().is_some())
    }

    /// The account a site belongs to, if the ledger holds it and it can be read.
    pub fn account(&self, id: AccountId) -> Option<Account> {
        let at = ResourceKey { kind: Kind::Account, key: id.uuid() };
        match self.resources.get(&at)?.want() {
            Ok(Some(Body::Account(account))) => Some(account),
            _ => None,
        }
    }

    /// The sites whose account's id fits. A look at the text: parsing 5,000 bodies would be felt.
    pub fn sites_where(&self, fits: impl Fn(&str) -> bool) -> Vec<ResourceKey> {
        let account = |resource: &Resource| {
            resource.body.as_ref().and_then(|body| body.get("account_id")?.as_str()).is_some_and(&fits)
        };
        let sites = self.resources.values().filter(|resource| resource.kind == Kind::Site);
        sites.filter(|resource| account(resource)).map(Resource::at).collect()
    }

    /// The resources of this kind that want this name.
    pub fn claimants(&self, kind: Kind, name: &str) -> &[Uuid] {
        self.claims.get(&(kind, name.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// Takes a frame of changes: all of it onto the disk, or nothing.
    pub fn take(&mut self, frame: Changes) -> io::Result<Taken> {
        let coming = self.coming.take();
        let known = rules::Known {
            position: self.position.as_ref(),
            have: &|at| self.resources.get(&at),
            coming: coming.as_ref(),
            enrolled: self.enrolled,
        };
        let verdict = rules::judge(known, &frame);
        let frame = match verdict {
            Err(refusal) => return Ok(Taken::Refused(refusal)),
            Ok(Verdict::Known) => {
                let generation = self.position.map_or(0, |position| position.generation);
                return Ok(Taken::Written { generation, touched: Vec::new() });
            }
            Ok(Verdict::Append) => frame,
            Ok(Verdict::Replace) => {
                let whole = rules::join(coming, frame);
                if whole.more {
                    self.coming = Some(whole);
                    return Ok(Taken::Waiting);
                }
                rules::with_deletions(whole, self.resources.values())
            }
        };
        let position = Position {
            panel: frame.panel,
            epoch: frame.epoch,
            generation: frame.to,
            change: frame
                .resources
                .iter()
                .max_by_key(|resource| resource.generation)
                .map(|resource| resource.change)
                .or(self.position.and_then(|position| position.change)),
        };
        self.store.write(&frame.resources, &position)?;
        self.position = Some(position);
        let touched = frame.resources.iter().map(Resource::at).collect();
        for resource in frame.resources {
            self.remember(resource);
        }
        Ok(Taken::Written { generation: frame.to, touched })
    }

    /// The connection ended: the parts of a full state that had come will come again.
    pub fn drop_parts(&mut self) {
        self.coming = None;
    }

    /// Forgets what has been wanted gone for this long and left no record of ours: the host is rid of it, and the panel
    /// has been told. Before that the file is what tells it again after a crash.
    pub fn forget(&mut self, older: Duration, left: impl Fn(ResourceKey) -> bool) -> io::Result<usize> {
        let gone = self.resources.values().filter(|resource| resource.body.is_none()).map(Resource::at);
        let gone: Vec<ResourceKey> = gone.filter(|at| !left(*at) && self.store.age(*at) >= older).collect();
        for at in &gone {
            self.store.remove(*at)?;
            self.resources.remove(at);
        }
        Ok(gone.len())
    }

    fn remember(&mut self, resource: Resource) {
        let (at, wanted) = (resource.at(), names(&resource));
        if let Some(old) = self.resources.insert(at, resource) {
            for claim in names(&old).into_iter().map(|name| (at.kind, name)) {
                if let Some(claimants) = self.claims.get_mut(&claim) {
                    claimants.retain(|key| *key != at.key);
                    if claimants.is_empty() {
                        self.claims.remove(&claim);
                    }
                }
            }
        }
        for name in wanted {
            self.claims.entry((at.kind, name)).or_default().push(at.key);
        }
    }
}

/// How a database's users are told apart from databases, which may have the same names.
pub fn user_claim(name: &DatabaseUserName) -> String {
    format!("{name}@")
}

fn names(resource: &Resource) -> Vec<String> {
    match resource.want() {
        Ok(Some(Body::Site(site))) => site.names.into_iter().map(String::from).collect(),
        Ok(Some(Body::Certificate(certificate))) => vec![certificate.name.into()],
        Ok(Some(Body::Database(database))) => {
            let mut names = vec![String::from(database.name)];
            if database.state != DatabaseState::Erased {
                names.extend(database.users.iter().map(|user| user_claim(&user.name)));
            }
            names
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
