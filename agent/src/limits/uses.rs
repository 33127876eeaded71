//! Samples what accounts take, keeps the most of it hour by hour and day by day, and tells the panel when it asks. What sleeps is not
//! looked at but for its space.

use super::{
    quota::{Most, Quotas},
    sample::{self, Counters, Taken},
    slice,
};
use crate::{fs, ledger::Ledger, paths::Paths, space::Space};
use model::{Account, AccountId, AccountUse, Bite, Culprit, Limits, Scarce, Span, Use};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    fs::DirBuilder,
    io,
    os::unix::fs::DirBuilderExt,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Between two looks at what is awake.
const EVERY: Duration = Duration::from_secs(30);
/// At each so many of them the space of all is looked at, and what is new is written down.
const ROUNDS: u64 = 10;
/// What is kept here: a panel that was away for a week misses no day, and no hour of the last three days.
const MOST: [(Span, usize); 2] = [(Span::Hour, 72), (Span::Day, 8)];
const MOST_BITES: usize = 100;
/// Accounts in one answer.
const PAGE: usize = 300;
/// So near to its quota an account has met it: what it wants next may be larger than what is left.
const NEARLY: u64 = 256 * 1024;

/// What is known of one account.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    uses: Vec<Use>,
    bites: Vec<Bite>,
    counters: Counters,
    #[serde(skip)]
    dirty: bool,
}

pub struct Uses {
    paths: Paths,
    slices: PathBuf,
    quotas: Arc<dyn Quotas>,
    space: Arc<Space>,
    kept: Mutex<HashMap<AccountId, Kept>>,
}

/// One sample of one account.
#[derive(Clone, Debug, Default)]
struct Sample {
    at: u64,
    /// Octets and files.
    held: Option<(u64, u64)>,
    /// What its uid may hold, where the disk says no.
    most: Most,
    taken: Option<Taken>,
}

impl Uses {
    pub fn new(paths: &Paths, quotas: Arc<dyn Quotas>, space: Arc<Space>) -> Uses {
        Uses { paths: paths.clone(), slices: sample::folder(), quotas, space, kept: Mutex::default() }
    }

    /// Samples from now on.
    pub async fn keep(self: Arc<Self>, ledger: Arc<Mutex<Ledger>>) {
        let mut clock = tokio::time::interval(EVERY);
        clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        for round in 0_u64.. {
            clock.tick().await;
            let (uses, ledger) = (self.clone(), ledger.clone());
            let all = round.is_multiple_of(ROUNDS);
            let _ = tokio::task::spawn_blocking(move || {
                uses.round(&crate::space::accounts(&ledger), all, crate::space::now());
            })
            .await;
        }
    }

    fn round(&self, accounts: &[Account], all: bool, at: u64) {
        for account in accounts {
            self.one(account, all, at);
        }
        if all {
            self.forget(accounts);
        }
    }

    fn one(&self, account: &Account, all: bool, at: u64) {
        if !all && !self.slices.join(slice::name(&account.name)).is_dir() {
            return;
        }
        let mut kept = self.of(account);
        let (taken, counters) = sample::look(&self.slices, &account.name, &kept.counters).unzip();
        let quota = self.quotas.look(account.uid).ok().flatten();
        let sample = Sample {
            at,
            held: quota.map(|held| (held.octets, held.files)).or_else(|| self.space.last(&account.name)),
            most: quota.map(|held| held.most).unwrap_or_default(),
            taken,
        };
        if let Some(counters) = counters {
            if let Some(limits) = &account.limits {
                self.hold(account, limits);
            }
            kept.counters = counters;
        }
        kept.take(&sample);
        if all && std::mem::take(&mut kept.dirty) {
            // Less than five minutes of it are lost with a crash.
            if let Err(error) = self.write(account, &kept) {
                tracing::warn!(%error, account = %account.name, "what it took could not be written down");
            }
        }
        self.lock().insert(account.id, kept);
    }

    /// Between the end of one slice and the start of the next a unit may start without limits: they are set when that is seen.
    fn hold(&self, account: &Account, limits: &Limits) {
        let folder = self.slices.join(slice::name(&account.name));
        // Where the kernel counts no memory there is nothing to compare.
        let Ok(held) = std::fs::read_to_string(folder.join("memory.max")) else { return };
        let wanted = limits.memory().to_string();
        if held.trim() != wanted
            && let Err(error) = slice::ensure(&account.name, limits)
        {
            tracing::warn!(%error, account = %account.name, "its limits could not be set");
        }
    }

    /// What the panel has not been told, and whether there is more.
    pub fn since(
        &self,
        accounts: &[Account],
        since: u64,
        after: Option<AccountId>,
    ) -> (Vec<AccountUse>, bool) {
        let mut accounts: Vec<&Account> =
            accounts.iter().filter(|account| after.is_none_or(|after| account.id > after)).collect();
        accounts.sort_by_key(|account| account.id);
        let mut found = Vec::new();
        for account in accounts {
            let kept = self.of(account);
            let news = AccountUse {
                account: account.id,
                uses: kept.uses.iter().filter(|one| one.at > since).copied().collect(),
                bites: kept.bites.iter().filter(|one| one.at > since).copied().collect(),
            };
            self.lock().entry(account.id).or_insert(kept);
            if news.uses.is_empty() && news.bites.is_empty() {
                continue;
            }
            if found.len() == PAGE {
                return (found, true);
            }
            found.push(news);
        }
        (found, false)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AccountId, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of(&self, account: &Account) -> Kept {
        if let Some(kept) = self.lock().get(&account.id) {
            return kept.clone();
        }
        let read = std::fs::read(self.paths.uses(&account.name)).ok();
        read.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    fn write(&self, account: &Account, kept: &Kept) -> io::Result<()> {
        let path = self.paths.uses(&account.name);
        if let Some(folder) = path.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        fs::write_lightly(&path, &serde_json::to_vec(kept)?, 0o600)
    }

    /// Of accounts that are gone nothing is held in memory; their files went with them.
    fn forget(&self, accounts: &[Account]) {
        self.lock().retain(|id, _| accounts.iter().any(|account| account.id == *id));
    }
}

impl Kept {
    fn take(&mut self, sample: &Sample) {
        // What sleeps and holds what it held is no news within its day.
        let today = Span::Day.start(sample.at);
        let known = self.uses.iter().find(|one| one.span == Span::Day && one.start == today);
        let same = known.is_some_and(|known| known.octets.zip(known.files) == sample.held);
        if sample.taken.is_some() || !same {
            for span in Span::ALL {
                self.add(span, sample);
            }
            self.dirty = true;
        }
        for (what, by, times) in sample.taken.iter().flat_map(|taken| &taken.bites) {
            self.bite(*what, *by, sample.at, *times);
        }
        let (octets, files) = sample.held.unwrap_or_default();
        let Most { octets: most_octets, files: most_files } = sample.most;
        if most_octets > 0 && octets + NEARLY > most_octets {
            self.bite(Scarce::Space, Culprit::Account, sample.at, 1);
        }
        if most_files > 0 && files >= most_files {
            self.bite(Scarce::Files, Culprit::Account, sample.at, 1);
        }
    }

    fn add(&mut self, span: Span, sample: &Sample) {
        let start = span.start(sample.at);
        let place = self.uses.iter().position(|one| one.span == span && one.start == start);
        let place = place.unwrap_or_else(|| {
            let new = Use {
                span,
                start,
                at: sample.at,
                octets: None,
                files: None,
                memory: None,
                cpu_ms: 0,
                processes: None,
            };
            self.uses.push(new);
            self.uses.len() - 1
        });
        let one = &mut self.uses[place];
        one.at = sample.at;
        if let Some((octets, files)) = sample.held {
            (one.octets, one.files) = (Some(octets), Some(files));
        }
        if let Some(taken) = &sample.taken {
            one.memory = one.memory.max(taken.memory);
            one.processes = one.processes.max(taken.processes);
            one.cpu_ms += taken.cpu_us.div_ceil(1000);
        }
        for (span, most) in MOST {
            let of = |one: &&Use| one.span == span;
            if self.uses.iter().filter(of).count() > most
                && let Some(oldest) = self.uses.iter().position(|one| of(&one))
            {
                self.uses.remove(oldest);
            }
        }
    }

    fn bite(&mut self, what: Scarce, by: Culprit, at: u64, times: u64) {
        let start = Span::Hour.start(at);
        let times = u32::try_from(times).unwrap_or(u32::MAX);
        self.dirty = true;
        let same = |one: &&mut Bite| (one.what, one.by, one.start) == (what, by, start);
        if let Some(known) = self.bites.iter_mut().find(same) {
            known.at = at;
            known.times = known.times.saturating_add(times);
            return;
        }
        self.bites.push(Bite { what, by, start, at, times });
        if self.bites.len() > MOST_BITES {
            self.bites.remove(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        limits::quota::{Held, fake::FakeQuotas},
        testing::{account, limits},
    };

    const HOUR: u64 = 3_600_000;
    /// The beginning of a day.
    const NOW: u64 = 20_000 * 24 * HOUR;

    struct World {
        uses: Uses,
        quotas: Arc<FakeQuotas>,
        account: Account,
        _dir: tempfile::TempDir,
    }

    fn world() -> World {
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::below(dir.path());
        std::fs::create_dir_all(paths.state()).unwrap();
        let quotas = Arc::new(FakeQuotas::default());
        let mut uses = Uses::new(&paths, quotas.clone(), Arc::new(Space::of(&paths, quotas.clone())));
        uses.slices = dir.path().join("cgroup");
        World { uses, quotas, account: account("asso", 1), _dir: dir }
    }

    impl World {
        fn holds(&self, octets: u64, files: u64) {
            let held = Held { octets, files, most: Most::of(&limits()) };
            self.quotas.held.lock().unwrap().insert(self.account.uid, held);
        }

        fn runs(&self, file: &str, text: &str) {
            let folder = self.uses.slices.join("alveole-asso.slice");
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(file), text).unwrap();
        }

        fn news(&self, since: u64) -> Option<AccountUse> {
            self.uses.since(std::slice::from_ref(&self.account), since, None).0.pop()
        }
    }

    #[test]
    fn the_most_of_an_hour_and_of_a_day_is_kept() {
        let world = world();
        let accounts = std::slice::from_ref(&world.account);
        world.holds(1_000_000, 10);
        world.uses.round(accounts, true, NOW);
        let first = world.news(0).unwrap();
        assert_eq!(
            first.uses.iter().map(|one| (one.span, one.start)).collect::<Vec<_>>(),
            [(Span::Hour, NOW), (Span::Day, NOW)]
        );
        assert_eq!(
            (first.uses[1].octets, first.uses[1].memory, first.bites),
            (Some(1_000_000), None, vec![])
        );
        // Asleep, and as before: nothing is told.
        world.uses.round(accounts, true, NOW + 1000);
        assert_eq!(world.news(NOW), None);
        world.runs("memory.current", "50");
        world.runs("memory.peak", "90");
        world.runs("cpu.stat", "usage_usec 3000\n");
        world.uses.round(accounts, false, NOW + 2000);
        world.runs("cpu.stat", "usage_usec 5000\n");
        world.uses.round(accounts, false, NOW + HOUR);
        let uses = world.news(NOW).unwrap().uses;
        let said = |span, start| {
            let one = uses.iter().find(|one| (one.span, one.start) == (span, start)).unwrap();
            (one.memory, one.cpu_ms)
        };
        assert_eq!(said(Span::Hour, NOW), (Some(90), 3));
        assert_eq!(said(Span::Hour, NOW + HOUR), (Some(50), 2));
        assert_eq!(said(Span::Day, NOW), (Some(90), 5));
        // Another agent goes on where this one wrote down what it knew, and counts nothing twice.
        world.uses.round(accounts, true, NOW + HOUR + 1);
        world.uses.lock().clear();
        world.uses.round(accounts, false, NOW + HOUR + 2);
        let uses = world.news(NOW + HOUR + 1).unwrap().uses;
        assert_eq!(uses.iter().map(|one| one.cpu_ms).collect::<Vec<_>>(), [5, 2]);
    }

    #[test]
    fn a_limit_that_is_met_is_told_once_an_hour() {
        let world = world();
        let accounts = std::slice::from_ref(&world.account);
        world.holds(99_999_000, 5_000);
        for minute in 0..3 {
            world.uses.round(accounts, true, NOW + minute * 60_000);
        }
        let bites = world.news(0).unwrap().bites;
        let told: Vec<_> = bites.iter().map(|bite| (bite.what, bite.by, bite.start, bite.times)).collect();
        assert_eq!(
            told,
            [(Scarce::Space, Culprit::Account, NOW, 3), (Scarce::Files, Culprit::Account, NOW, 3)]
        );
        assert_eq!(bites[0].at, NOW + 120_000);
        world.uses.forget(&[]);
        assert!(world.uses.lock().is_empty());
    }

    #[test]
    fn what_is_kept_has_a_bound() {
        let mut kept = Kept::default();
        for hour in 0..1000 {
            let sample = Sample { at: NOW + hour * HOUR, held: Some((hour, 1)), ..Sample::default() };
            kept.take(&sample);
            kept.bite(Scarce::Cpu, Culprit::Php, sample.at, 1);
        }
        assert_eq!((kept.uses.len(), kept.bites.len()), (80, 100));
        let newest = kept.uses.iter().map(|one| one.start).max();
        assert_eq!(newest, Some(NOW + 999 * HOUR));
    }
}
