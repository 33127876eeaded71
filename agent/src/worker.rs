//! The thread that reconciles: what changed first, then what drifted, then a look at everything from time to time, and
//! what failed again after a while. The socket never waits for it.

use crate::{
    ground,
    ledger::Ledger,
    reconcile::{Batch, Done, Hands, guard::Guard},
    report::Reports,
    status::Status,
};
use model::{Kind, ResourceKey, wire::ReportState};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

/// How often everything is read again.
const LOOK_AGAIN: Duration = Duration::from_secs(600);
/// Resources in one go, least and most. A click waits for one go at most, so goes are kept short: what is as wanted is
/// looked at by the hundred, new accounts are made by the handful.
const AT_ONCE: (usize, usize) = (8, 256);
const SHORT: (Duration, Duration) = (Duration::from_millis(40), Duration::from_millis(120));
/// Deletions that come in numbers are gathered this long, so that all of them are counted together.
const GATHER: Duration = Duration::from_secs(1);
const NUMBERS: usize = 20;
const RETRY: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(300));

/// What the worker hears.
#[derive(Debug)]
pub enum Errand {
    /// The ledger changed.
    Changed(Vec<ResourceKey>),
    /// Something on disk changed.
    Drifted(Vec<ResourceKey>),
    /// Look at everything.
    All,
    Stop,
}

pub struct Worker {
    pub hands: Hands,
    pub ledger: Arc<Mutex<Ledger>>,
    pub reports: Arc<Reports>,
    pub status: Arc<Status>,
    guard: Guard,
    /// First come, first served.
    urgent: VecDeque<ResourceKey>,
    deletions: BTreeSet<ResourceKey>,
    deletions_at: Option<Instant>,
    later: BTreeSet<ResourceKey>,
    retries: BTreeMap<ResourceKey, (Instant, Duration)>,
    look_at: Instant,
    at_once: usize,
    /// When the look at everything that is under way began, and at how much.
    looking: Option<(Instant, usize)>,
}

impl Worker {
    pub fn new(
        hands: Hands,
        ledger: Arc<Mutex<Ledger>>,
        reports: Arc<Reports>,
        status: Arc<Status>,
    ) -> Worker {
        Worker {
            hands,
            ledger,
            reports,
            status,
            guard: Guard::default(),
            urgent: VecDeque::new(),
            deletions: BTreeSet::new(),
            deletions_at: None,
            later: BTreeSet::new(),
            retries: BTreeMap::new(),
            look_at: Instant::now(),
            at_once: AT_ONCE.0,
            looking: None,
        }
    }

    /// Works until told to stop, or until nobody is left to tell.
    pub fn run(mut self, errands: &Receiver<Errand>) {
        loop {
            let wait = self.wait(Instant::now());
            let mut errand = match errands.recv_timeout(wait) {
                Ok(errand) => Some(errand),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            while let Some(next) = errand {
                match next {
                    Errand::Stop => return,
                    Errand::Changed(keys) => self.changed(keys, Instant::now()),
                    Errand::Drifted(keys) => self.later.extend(keys),
                    Errand::All => self.look_at = Instant::now(),
                }
                errand = errands.try_recv().ok();
            }
            self.go(Instant::now());
        }
    }

    fn ledger(&self) -> std::sync::MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long nothing needs doing.
    fn wait(&self, now: Instant) -> Duration {
        if !self.urgent.is_empty() || !self.later.is_empty() {
            return Duration::ZERO;
        }
        let retry = self.retries.values().map(|(at, _)| *at).min();
        let next = [Some(self.look_at), self.deletions_at, retry].into_iter().flatten().min();
        next.map_or(LOOK_AGAIN, |next| next.saturating_duration_since(now))
    }

    fn changed(&mut self, keys: Vec<ResourceKey>, now: Instant) {
        self.reports.expect(&keys);
        let ledger = self.ledger();
        let (gone, kept): (BTreeSet<_>, BTreeSet<_>) = keys.into_iter().partition(|at| ledger.deletes(*at));
        drop(ledger);
        // The newest wish decides in which of both a resource waits.
        self.deletions.retain(|at| !kept.contains(at));
        self.urgent.retain(|at| !gone.contains(at));
        self.urgent.extend(kept);
        if !gone.is_empty() {
            self.deletions.extend(gone);
            let many = self.deletions.len() >= NUMBERS;
            self.deletions_at = Some(if many { now + GATHER } else { now });
        }
    }

    /// One go.
    fn go(&mut self, now: Instant) {
        if now >= self.look_at {
            self.look_at = now + LOOK_AGAIN;
            if let Err(error) = ground::lay(&self.hands.paths) {
                tracing::error!(%error, "the folders of this host cannot be made");
            }
            let keys = self.ledger().keys();
            self.looking = Some((now, keys.len()));
            self.later.extend(keys);
        }
        self.take_due(now);
        let first = self.at_once.min(self.urgent.len());
        let mut keys: BTreeSet<ResourceKey> = self.urgent.drain(..first).collect();
        if self.deletions_at.is_some_and(|at| now >= at) {
            self.deletions_at = None;
            keys.append(&mut self.deletions);
        }
        let with_sites = !keys.is_empty() || self.looking.is_none();
        if keys.is_empty() {
            keys = take(&mut self.later, self.at_once);
            // What waits to be counted with others is not done one by one.
            keys.retain(|at| !self.deletions.contains(at));
        }
        if !keys.is_empty() {
            self.batch(keys, with_sites, now);
            let took = now.elapsed();
            self.at_once = match took {
                _ if took < SHORT.0 => (self.at_once * 2).min(AT_ONCE.1),
                _ if took > SHORT.1 => (self.at_once / 2).max(AT_ONCE.0),
                _ => self.at_once,
            };
        }
        if self.later.is_empty()
            && let Some((began, resources)) = self.looking.take()
        {
            tracing::info!(resources, ms = began.elapsed().as_millis(), "looked at everything");
        }
    }

    /// Retries whose time has come; each gets its next time at once, so that one of which nothing is heard does not spin.
    fn take_due(&mut self, now: Instant) {
        for (key, (at, pause)) in &mut self.retries {
            if now >= *at {
                *at = now + *pause;
                self.later.insert(*key);
            }
        }
    }

    fn batch(&mut self, keys: BTreeSet<ResourceKey>, with_sites: bool, now: Instant) {
        let ends = Mutex::new(Vec::new());
        let reports = self.reports.clone();
        let looked = Mutex::default();
        let batch = Batch { hands: &self.hands, ledger: &self.ledger, keys, with_sites, looked };
        batch.run(&mut self.guard, now, &|done: Done| {
            reports.tell(&done);
            if done.outcome.state != ReportState::Checked || done.retry {
                ends.lock().unwrap_or_else(PoisonError::into_inner).push(done);
            }
        });
        for done in ends.into_inner().unwrap_or_else(PoisonError::into_inner) {
            self.ended(&done);
        }
        self.status.stirred();
    }

    fn ended(&mut self, done: &Done) {
        if done.healed {
            tracing::warn!(kind = done.at.kind.code(), key = %done.at.key, changed = ?done.changed, "put right");
        } else if !done.changed.is_empty() {
            tracing::info!(
                kind = done.at.kind.code(), key = %done.at.key, generation = done.generation,
                state = ?done.outcome.state, steps = done.changed.len(), "reconciled"
            );
        }
        if done.retry {
            let pause = self.retries.get(&done.at).map_or(RETRY.0, |(_, pause)| (*pause * 2).min(RETRY.1));
            self.retries.insert(done.at, (Instant::now() + pause, pause));
        } else {
            self.retries.remove(&done.at);
        }
        if done.at.kind == Kind::Account && done.outcome.state == ReportState::Applied {
            // Sites that waited for it need not wait for their turn.
            let soon = Instant::now();
            let sites = self.ledger().sites_where(|id| id == done.at.key.to_string());
            for site in sites {
                if let Some((at, _)) = self.retries.get_mut(&site) {
                    *at = soon;
                }
            }
        }
    }
}

fn take(from: &mut BTreeSet<ResourceKey>, most: usize) -> BTreeSet<ResourceKey> {
    let mut taken = BTreeSet::new();
    while taken.len() < most
        && let Some(key) = from.pop_first()
    {
        taken.insert(key);
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{World, account, wanted};
    use model::Body;

    #[test]
    fn a_retry_of_which_nothing_is_heard_does_not_spin() {
        let World { hands, ledger, dir: _dir, .. } = World::new();
        let reports = Arc::new(Reports::default());
        let status = Arc::new(Status::default());
        let mut worker = Worker::new(hands, Arc::new(ledger), reports, status);
        let now = Instant::now();
        worker.look_at = now + LOOK_AGAIN;
        // Not in the ledger: its batch tells nothing.
        let key = wanted(&Body::Account(account("asso", 1)), 1).at();
        worker.retries.insert(key, (now, RETRY.0));
        worker.go(now);
        assert_eq!(worker.wait(now), RETRY.0);
    }
}
