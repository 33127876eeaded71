//! A batch of resources: sorted into accounts, each account's in order (accounts before sites, deletions the other way
//! round), several accounts side by side.

use super::{
    Hands,
    group::{self, Ended},
    guard::Guard,
    job::{Planned, Wish},
    trouble::Trouble,
};
use crate::{
    database::{There, Want, sql},
    fs,
    ledger::Ledger,
    record::Outcome,
};
use model::{
    Consent, Kind, ResourceKey, SiteName, Text, UnixName, text,
    wire::{KeyRequest, ReportState},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
    time::Instant,
};
use uuid::Uuid;

/// Accounts worked on at once.
const SIDE_BY_SIDE: usize = 4;

/// How one resource stands now.
#[derive(Clone, Debug)]
pub struct Done {
    pub at: ResourceKey,
    pub generation: u64,
    pub outcome: Outcome,
    pub retry: bool,
    /// What was changed on disk.
    pub changed: Vec<String>,
    /// The resource was as wanted before, and had to be put right.
    pub healed: bool,
    /// The request a certificate needs a chain for.
    pub request: Option<KeyRequest>,
}

/// Resources to be reconciled together.
pub struct Batch<'a> {
    pub hands: &'a Hands,
    pub ledger: &'a Mutex<Ledger>,
    pub keys: BTreeSet<ResourceKey>,
    /// Whether the sites of the accounts among them come along; not needed when everything is looked at anyway.
    pub with_sites: bool,
    /// Databases that should stand as they were left, looked at together.
    pub looked: Mutex<BTreeMap<Uuid, There>>,
}

/// Poisoned or not: the ledger is whole after every call.
fn lock(ledger: &Mutex<Ledger>) -> std::sync::MutexGuard<'_, Ledger> {
    ledger.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Batch<'_> {
    /// Reconciles; `tell` hears of each resource at each stage, from several threads.
    pub fn run(mut self, guard: &mut Guard, now: Instant, tell: &(dyn Fn(Done) + Sync)) {
        if self.with_sites {
            self.add_sites_of_accounts();
        }
        let mut accounts: BTreeMap<Option<UnixName>, BTreeMap<u8, Vec<ResourceKey>>> = BTreeMap::new();
        let mut deletions = Vec::new();
        let mut databases = Vec::new();
        for at in self.keys.clone() {
            let Some(wish) = self.wish(at) else {
                self.unreadable(at, tell);
                continue;
            };
            if wish.would_delete() && wish.resource.consent != Some(Consent::Delete) {
                let waits = wish.record.waits_for_consent;
                if waits && wish.record.generation == wish.resource.generation {
                    tell(done(&wish, held_deletion()));
                    continue;
                }
                deletions.push(at);
            }
            let class = match (wish.resource.kind, wish.removes()) {
                (Kind::App, true) => 0,
                (Kind::CronJob, true) => 1,
                (Kind::Site, true) => 2,
                (Kind::Certificate, true) => 3,
                (Kind::Database, true) => 4,
                (Kind::Account, false) => 5,
                (Kind::Site, false) => 6,
                (Kind::Certificate, false) => 7,
                (Kind::Database, false) => 8,
                (Kind::CronJob, false) => 9,
                (Kind::App, false) => 10,
                (Kind::Account, true) => 11,
            };
            databases.extend(wish.as_left().map(|want| (at.key, want)));
            accounts.entry(wish.account_name()).or_default().entry(class).or_default().push(at);
        }
        self.look_at(&databases);
        let total = lock(self.ledger).present() + deletions.len();
        if !guard.allows(now, total, deletions.len()) {
            for at in &deletions {
                self.hold(*at, tell);
            }
            let held: BTreeSet<ResourceKey> = deletions.into_iter().collect();
            for classes in accounts.values_mut() {
                classes.values_mut().for_each(|keys| keys.retain(|at| !held.contains(at)));
            }
        }
        let queue = Mutex::new(accounts.into_values());
        let threads = SIDE_BY_SIDE.min(self.keys.len().div_ceil(8)).max(1);
        let next = || queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next();
        let work = || {
            while let Some(classes) = next() {
                classes.into_values().for_each(|keys| self.class(&keys, tell));
            }
        };
        if threads == 1 {
            return work();
        }
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(work);
            }
        });
    }

    fn looked(&self) -> std::sync::MutexGuard<'_, BTreeMap<Uuid, There>> {
        self.looked.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// One question for many; without an answer each asks for itself.
    fn look_at(&self, databases: &[(Uuid, Want)]) {
        let wants: Vec<&Want> = databases.iter().map(|(_, want)| want).collect();
        if wants.len() < 2 {
            return;
        }
        if let Ok(rows) = self.hands.mariadb.run(&sql::look_at(&wants)) {
            let seen = sql::read(&rows);
            *self.looked() = databases.iter().map(|(key, want)| (*key, seen.of(want))).collect();
        }
    }

    /// A site's links depend on its account's state.
    fn add_sites_of_accounts(&mut self) {
        let touched: BTreeSet<String> =
            self.keys.iter().filter(|at| at.kind == Kind::Account).map(|at| at.key.to_string()).collect();
        if touched.is_empty() {
            return;
        }
        let ledger = lock(self.ledger);
        let sites = ledger.sites_where(|account_id| touched.contains(account_id));
        drop(ledger);
        self.keys.extend(sites);
    }

    /// Reads all that one resource's plan needs but the disk itself.
    fn wish(&self, at: ResourceKey) -> Option<Wish> {
        let record = match self.hands.records.read(at) {
            Ok(record) => record,
            Err(error) => {
                tracing::error!(key = %at.key, %error, "reading a record");
                return None;
            }
        };
        let ledger = lock(self.ledger);
        let resource = ledger.get(at)?;
        let wish = Wish::read(self.hands, &ledger, resource, record);
        drop(ledger);
        Some(wish)
    }

    /// A wanted resource whose record cannot be read is told as failed, and tried again.
    fn unreadable(&self, at: ResourceKey, tell: &(dyn Fn(Done) + Sync)) {
        let Err(error) = self.hands.records.read(at) else { return };
        let Some(generation) = lock(self.ledger).get(at).map(|resource| resource.generation) else { return };
        let outcome = failed(Trouble::io("reading a record", error).text());
        let changed = Vec::new();
        tell(Done { at, generation, outcome, retry: true, changed, healed: false, request: None });
    }

    /// Resources of one account and one class, together.
    fn class(&self, keys: &[ResourceKey], tell: &(dyn Fn(Done) + Sync)) {
        let mut jobs = Vec::new();
        for at in keys {
            let Some(mut wish) = self.wish(*at) else { continue };
            wish.looked = self.looked().remove(&at.key);
            self.wait_for_account(&mut wish);
            self.wait_for_site(&mut wish);
            if let Err(trouble) = wish.prepare(self.hands) {
                self.note(wish, failed(trouble.text()), trouble.may_pass(), tell);
                continue;
            }
            match wish.plan(self.hands) {
                Planned::Job(job) => jobs.push(job),
                Planned::Edited(wish, drift) => {
                    let text = Some(edited(&drift.path));
                    self.note(
                        wish,
                        Outcome { state: ReportState::Held, text, drift: Some(drift) },
                        false,
                        tell,
                    );
                }
                Planned::Refused(wish, text) => {
                    self.note(wish, failed(text), true, tell);
                }
                Planned::Trouble(wish, trouble) => {
                    self.note(wish, failed(trouble.text()), trouble.may_pass(), tell);
                }
            }
        }
        let checked = |wish: &Wish| {
            tell(done(wish, Outcome { state: ReportState::Checked, text: None, drift: None }));
        };
        for ended in group::run(self.hands, jobs, &checked) {
            let Ended { at, wish, outcome, retry, changed } = ended;
            let body = wish.resource.body.as_ref();
            let healed = outcome.state == ReportState::Applied
                && !changed.is_empty()
                && wish.record.begun.is_empty()
                && body.is_some()
                && wish.record.done.as_ref() == body
                && wish.record.generation == wish.resource.generation;
            let request = wish.request(self.hands);
            tell(Done { at, generation: wish.resource.generation, outcome, retry, changed, healed, request });
        }
    }

    /// A certificate stays as long as its name is served: its site may wait for a person's consent to go.
    fn wait_for_site(&self, wish: &mut Wish) {
        if wish.resource.kind != Kind::Certificate || !wish.removes() {
            return;
        }
        let names = wish.old.files.iter().filter_map(|path| {
            path.strip_prefix(self.hands.paths.certificates()).ok()?.to_str()?.strip_suffix(".pem")
        });
        let served = names.filter_map(|name| SiteName::parse(name).ok()).find(|name| {
            fs::look(&self.hands.paths.name(name)).is_ok_and(|there| there != fs::There::Nothing)
        });
        if let Some(name) = served {
            wish.refused = Some(text!(
                "{name} est encore servi\u{a0}: son certificat partira avec lui.",
                "{name} is still served: its certificate goes with it."
            ));
        }
    }

    /// What is of an account that could not be put in place waits for it.
    fn wait_for_account(&self, wish: &mut Wish) {
        let (Kind::Site | Kind::CronJob | Kind::App, Some(_), None) =
            (wish.resource.kind, &wish.body, &wish.refused)
        else {
            return;
        };
        let Some(account) = &wish.account else { return };
        let at = ResourceKey { kind: Kind::Account, key: account.id.uuid() };
        if !self.hands.records.read(at).is_ok_and(|record| record.done.is_some()) {
            wish.refused = Some(text!(
                "Le compte {} n’est pas encore en place sur l’hôte\u{a0}: la suite viendra dès qu’il le sera.",
                "The account {} is not in place on the host yet: the rest follows as soon as it is.",
                account.name
            ));
        }
    }

    fn hold(&self, at: ResourceKey, tell: &(dyn Fn(Done) + Sync)) {
        let Some(mut wish) = self.wish(at) else { return };
        wish.record.waits_for_consent = true;
        self.note(wish, held_deletion(), false, tell);
    }

    fn note(&self, mut wish: Wish, outcome: Outcome, retry: bool, tell: &(dyn Fn(Done) + Sync)) {
        let at = wish.resource.at();
        let mut record = std::mem::take(&mut wish.record);
        if record.outcome.as_ref() != Some(&outcome) || record.generation != wish.resource.generation {
            // Pins are of one generation, and a new one asks again.
            let generation = wish.resource.generation;
            record.pinned.retain(|_, pin| pin.generation == generation);
            self.hands.note(at, &mut record, &wish.resource, &outcome);
        }
        tell(Done { retry, ..done(&wish, outcome) });
    }
}

fn done(wish: &Wish, outcome: Outcome) -> Done {
    Done {
        at: wish.resource.at(),
        generation: wish.resource.generation,
        outcome,
        retry: false,
        changed: Vec::new(),
        healed: false,
        request: None,
    }
}

fn failed(text: Text) -> Outcome {
    Outcome { state: ReportState::Failed, text: Some(text), drift: None }
}

fn held_deletion() -> Outcome {
    let text = Text::new(
        "Beaucoup de suppressions à la fois sur cet hôte\u{a0}: celle-ci attend qu’une personne de l’administration la confirme. Tout continue de fonctionner.",
        "Many deletions at once on this host: this one waits until an admin confirms it. Everything goes on working.",
    );
    Outcome { state: ReportState::Held, text: Some(text), drift: None }
}

/// Why a resource waits whose file somebody edited.
pub fn edited(path: &str) -> Text {
    text!(
        "Le fichier {path} a été modifié à la main sur l’hôte\u{a0}: la coopérative décide de rétablir la version d’Alvéole ou de garder cette modification. Les membres n’ont rien à faire.",
        "The file {path} was edited by hand on the host: the cooperative decides whether to put Alvéole’s version back or to keep that edit. Members need do nothing."
    )
}
