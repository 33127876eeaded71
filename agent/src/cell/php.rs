//! The PHP of an awake cell: one master of PHP-FPM for each version that the account's pools are of, started when the first
//! of them appears, told to read its pools again when they change, and ended when none is left; and beside them the programs of its sites
//! (agent/src/program). Already the tenant when it starts.

use crate::{
    cell::{
        log,
        place::{FPM_CONF, Places, Pool, fpm},
    },
    exec::Program,
    program::run::Programs,
};
use model::{PhpVersion, UnixName};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    future::pending,
    io,
    os::unix::fs::MetadataExt,
    process::ExitStatus,
    time::Duration,
};
use tokio::{
    signal::unix::{SignalKind, signal},
    task::JoinSet,
    time::{Instant, sleep_until, timeout},
};

/// A master that ended by itself is started again after this.
const AGAIN: Duration = Duration::from_secs(5);
/// The unit's own limit is longer.
const GRACE: Duration = Duration::from_secs(13);

/// Runs until told to end. `Err`: the version of the account itself ended, and so the cell does.
pub fn run(account: &UnixName, places: &Places) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let programs = Programs::new(account, places);
    let masters =
        Masters { account, places, running: BTreeMap::new(), ends: JoinSet::new(), read: vec![], programs };
    runtime.block_on(masters.live())
}

struct Masters<'a> {
    account: &'a UnixName,
    places: &'a Places,
    running: BTreeMap<PhpVersion, Pid>,
    ends: JoinSet<(PhpVersion, io::Result<ExitStatus>)>,
    /// The pools as they stood when they were last read.
    read: Vec<Stamp>,
    /// Not PHP, but as closed, and as long awake.
    programs: Programs,
}

/// Tells a pool's file from an earlier one.
type Stamp = (Pool, u64, i64, i64);

/// Which versions are wanted, and which of them is the account's own.
fn wanted(places: &Places, account: &UnixName) -> io::Result<(BTreeSet<PhpVersion>, Option<PhpVersion>)> {
    let pools = places.pools(account)?;
    let own = pools.iter().find(|pool| pool.site.is_none()).map(|pool| pool.version);
    Ok((pools.into_iter().map(|pool| pool.version).collect(), own))
}

impl Masters<'_> {
    async fn live(mut self) -> io::Result<()> {
        let mut quit = signal(SignalKind::quit())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut reload = signal(SignalKind::user_defined2())?;
        let mut again: Option<Instant> = None;
        self.fit(None)?;
        self.programs.fit();
        let why = loop {
            tokio::select! {
                _ = quit.recv() => break Ok(()),
                _ = terminate.recv() => break Ok(()),
                _ = reload.recv() => {
                    self.programs.fit();
                    if self.stamps() == self.read {
                        continue;
                    }
                    if let Err(error) = self.fit(Some(Signal::SIGUSR2)) {
                        log::error(format!("{}: {error}", self.account));
                    }
                }
                Some(Ok((version, ended))) = self.ends.join_next(), if !self.ends.is_empty() => {
                    self.running.remove(&version);
                    let how = ended.map_or_else(|error| error.to_string(), |status| status.to_string());
                    // One that was told to end is wanted no more.
                    let (wanted, own) = wanted(self.places, self.account).unwrap_or_default();
                    if own.is_none_or(|own| own == version) {
                        break Err(io::Error::other(format!("PHP {version} ended: {how}")));
                    }
                    if wanted.contains(&version) {
                        log::error(format!("{}: PHP {version} ended: {how}", self.account));
                        again = Some(Instant::now() + AGAIN);
                    }
                }
                () = due(again) => {
                    again = None;
                    self.fit(None)?;
                }
            }
        };
        for pid in self.running.values() {
            let _ = kill(*pid, Signal::SIGQUIT);
        }
        // Who lingers ends with the unit.
        let masters = async { while self.ends.join_next().await.is_some() {} };
        let _ = timeout(GRACE, async { tokio::join!(masters, self.programs.end()) }).await;
        why
    }

    fn stamps(&self) -> Vec<Stamp> {
        let folder = self.places.pools_folder(self.account);
        let stamp = |pool: Pool| {
            let file = std::fs::metadata(folder.join(pool.file())).ok()?;
            Some((pool, file.ino(), file.mtime(), file.mtime_nsec()))
        };
        self.places.pools(self.account).unwrap_or_default().into_iter().filter_map(stamp).collect()
    }

    /// Starts what is wanted and does not run, ends what runs and is not wanted, and has the others hear `news`.
    fn fit(&mut self, news: Option<Signal>) -> io::Result<()> {
        self.read = self.stamps();
        let (wanted, own) = wanted(self.places, self.account)?;
        for (version, pid) in &self.running {
            let heard = if wanted.contains(version) { news } else { Some(Signal::SIGQUIT) };
            // Not yet waited for, so the number is still its own.
            let _ = heard.map(|signal| kill(*pid, signal));
        }
        for version in wanted {
            if self.running.contains_key(&version) {
                continue;
            }
            match self.start(version) {
                Err(error) if own == Some(version) => return Err(error),
                // The sites that chose it answer 503; the others are served.
                Err(error) => log::error(format!("{}: PHP {version}: {error}", self.account)),
                Ok(()) => {}
            }
        }
        Ok(())
    }

    fn start(&mut self, version: PhpVersion) -> io::Result<()> {
        let program = Program::new(fpm(version))
            .arg("--nodaemonize")
            .arg("--prefix")
            .arg(self.places.pools_folder(self.account))
            .arg("--fpm-config")
            .arg(FPM_CONF)
            .env("ALVEOLE_PHP", version.to_string());
        let mut child = program.start_async().map_err(|error| io::Error::other(error.to_string()))?;
        let pid = child.id().and_then(|id| i32::try_from(id).ok()).ok_or(io::ErrorKind::NotFound)?;
        self.running.insert(version, Pid::from_raw(pid));
        self.ends.spawn(async move { (version, child.wait().await) });
        Ok(())
    }
}

async fn due(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => pending().await,
    }
}
