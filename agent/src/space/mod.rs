//! Counts hourly what each account holds on the disk, gently, and keeps a figure a day.

mod measure;

use crate::{fs, ledger::Ledger, limits::quota::Quotas, paths::Paths};
use measure::Bound;
use model::{Account, AccountState, Day, Kind, MOST_DAYS, ResourceKey, SpaceDay, TenantUid, UnixName};
use std::{
    collections::BTreeMap,
    fs::DirBuilder,
    io,
    os::unix::fs::DirBuilderExt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// How often one looks whose count is due, and after what time it is.
const LOOK: Duration = Duration::from_secs(600);
const DUE_MS: u64 = 3_600_000;
/// Accounts of the ledger looked at together.
const PAGE: usize = 500;

pub struct Space {
    paths: Paths,
    /// Where they are kept, nothing is walked through.
    quotas: Arc<dyn Quotas>,
    /// One walk at a time on a host.
    walking: Mutex<()>,
}

impl Space {
    pub fn of(paths: &Paths, quotas: Arc<dyn Quotas>) -> Space {
        Space { paths: paths.clone(), quotas, walking: Mutex::default() }
    }

    /// The newest count: octets and files.
    pub fn last(&self, account: &UnixName) -> Option<(u64, u64)> {
        self.days(account).last().map(|last| (last.octets, last.files))
    }

    /// Counts from now on.
    pub async fn keep(self: Arc<Self>, ledger: Arc<Mutex<Ledger>>) {
        let mut clock = tokio::time::interval(LOOK);
        loop {
            clock.tick().await;
            let (space, ledger) = (self.clone(), ledger.clone());
            let _ = tokio::task::spawn_blocking(move || space.round(&ledger)).await;
        }
    }

    fn round(&self, ledger: &Mutex<Ledger>) {
        for account in accounts(ledger) {
            let alone = self.walking.lock().unwrap_or_else(PoisonError::into_inner);
            if self.is_due(&account.name)
                && let Err(error) = self.count(&alone, (&account.name, account.uid), Bound::GENTLE)
            {
                tracing::warn!(%error, account = %account.name, "its files could not be counted");
            }
        }
    }

    fn is_due(&self, account: &UnixName) -> bool {
        self.days(account).last().is_none_or(|last| last.at + DUE_MS <= now())
    }

    /// What was counted, oldest first. An account that never was is counted now, as far as that is quick.
    pub fn ask(&self, account: &UnixName, uid: TenantUid) -> io::Result<Vec<SpaceDay>> {
        // Free to ask, so it is asked now.
        if let Ok(Some(held)) = self.quotas.look(uid) {
            self.note(account, (held.octets, held.files, false))?;
            return Ok(self.days(account));
        }
        // While another is walked through, there is nothing yet.
        if self.days(account).is_empty()
            && let Ok(alone) = self.walking.try_lock()
        {
            self.count(&alone, (account, uid), Bound::QUICK)?;
        }
        Ok(self.days(account))
    }

    fn days(&self, account: &UnixName) -> Vec<SpaceDay> {
        let read = std::fs::read(self.paths.space(account)).ok();
        read.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    fn count(
        &self,
        _alone: &MutexGuard<'_, ()>,
        (account, uid): (&UnixName, TenantUid),
        bound: Bound,
    ) -> io::Result<()> {
        if let Ok(Some(held)) = self.quotas.look(uid) {
            return self.note(account, (held.octets, held.files, false));
        }
        match measure::home(&self.paths, account, uid, bound)? {
            Some(counted) => self.note(account, counted),
            None => Ok(()),
        }
    }

    fn note(&self, account: &UnixName, (octets, files, cut): (u64, u64, bool)) -> io::Result<()> {
        let at = now();
        let day = Day::from_ms(i64::try_from(at).unwrap_or(0));
        let mut days: BTreeMap<Day, SpaceDay> =
            self.days(account).into_iter().map(|one| (one.day, one)).collect();
        days.insert(day, SpaceDay { day, at, octets, files, cut });
        while days.len() > MOST_DAYS {
            days.pop_first();
        }
        let path = self.paths.space(account);
        if let Some(folder) = path.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        fs::write(&path, &serde_json::to_vec(&days.values().collect::<Vec<_>>())?, 0o600)
    }
}

pub(crate) fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(0)
}

/// Those that have a home.
pub(crate) fn accounts(ledger: &Mutex<Ledger>) -> Vec<Account> {
    let mut found = vec![];
    let mut after: Option<ResourceKey> = None;
    loop {
        let (page, more) = ledger.lock().unwrap_or_else(PoisonError::into_inner).page(after, PAGE);
        let Some(last) = page.last().map(|resource| resource.at()) else { break };
        let of_accounts = page.into_iter().filter(|resource| resource.kind == Kind::Account);
        let bodies =
            of_accounts.filter_map(|resource| serde_json::from_value::<Account>(resource.body?).ok());
        found.extend(bodies.filter(|account| account.state != AccountState::Erased));
        // Accounts come first in the ledger's order.
        if !more || last.kind != Kind::Account {
            break;
        }
        after = Some(last);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::quota::fake::NoQuotas;
    use std::os::unix::fs::{chown, symlink};

    #[test]
    fn a_home_is_counted_without_leaving_it() {
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::below(dir.path());
        let (account, uid) = ("asso".parse().unwrap(), TenantUid::try_from(TenantUid::FIRST).unwrap());
        let home = dir.path().join("home/asso");
        std::fs::create_dir_all(home.join("sites/a/b")).unwrap();
        // (Without root nobody's ownership is looked at.)
        let _ = chown(&home, None, Some(uid.get()));
        std::fs::create_dir_all(paths.state()).unwrap();
        std::fs::create_dir(dir.path().join("elsewhere")).unwrap();
        std::fs::write(dir.path().join("elsewhere/large"), vec![1; 1 << 20]).unwrap();
        let space = Space::of(&paths, Arc::new(NoQuotas));
        std::fs::write(home.join("sites/a/b/file"), vec![1; 100_000]).unwrap();
        // A second name of a file takes no room; what a link leads to is not here.
        std::fs::hard_link(home.join("sites/a/b/file"), home.join("sites/again")).unwrap();
        symlink(dir.path().join("elsewhere"), home.join("sites/out")).unwrap();
        let days = space.ask(&account, uid).unwrap();
        assert_eq!((days.len(), days[0].files, days[0].cut), (1, 6, false), "{days:?}");
        assert!((100_000..200_000).contains(&days[0].octets), "{days:?}");
        assert!(!space.is_due(&account));
        std::fs::write(home.join("more"), vec![1; 1 << 20]).unwrap();
        assert_eq!(space.ask(&account, uid).unwrap(), days, "an hour is not over");
        space.count(&space.walking.lock().unwrap(), (&account, uid), Bound::GENTLE).unwrap();
        let again = space.ask(&account, uid).unwrap();
        assert!(again.len() == 1 && again[0].octets > 1 << 20, "{again:?}");
        let none: UnixName = "personne".parse().unwrap();
        assert_eq!(space.ask(&none, uid).unwrap(), []);
    }

    #[test]
    fn a_walk_has_an_end() {
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::below(dir.path());
        let (account, uid) = ("asso".parse().unwrap(), TenantUid::try_from(TenantUid::FIRST).unwrap());
        std::fs::create_dir_all(dir.path().join("home/asso")).unwrap();
        let _ = chown(dir.path().join("home/asso"), None, Some(uid.get()));
        for n in 0..20 {
            std::fs::write(dir.path().join(format!("home/asso/{n}")), "x").unwrap();
        }
        let bound = Bound { entries: 5, ..Bound::QUICK };
        let (_, files, cut) = measure::home(&paths, &account, uid, bound).unwrap().unwrap();
        assert!(cut && files == 5, "{files}");
    }
}
