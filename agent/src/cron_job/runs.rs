//! The agent's side of runs: each is told to the panel as it stands, and again when that may have been lost.

use super::place;
use crate::paths::Paths;
use model::CronRun;
use std::{
    collections::BTreeMap,
    fs, io,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};
use tokio::sync::Notify;

/// How often the scheduler's folder is looked at.
const LOOK: Duration = Duration::from_secs(1);

pub struct Runs {
    folder: PathBuf,
    inner: Mutex<Inner>,
    /// Something is to be said.
    pub news: Notify,
}

#[derive(Default)]
struct Inner {
    session: u64,
    seen: Option<SystemTime>,
    /// By file name: which version, and over which connection it was told.
    told: BTreeMap<String, (Option<SystemTime>, Option<u64>)>,
}

impl Runs {
    pub fn of(paths: &Paths) -> Runs {
        Runs { folder: paths.runs(), inner: Mutex::default(), news: Notify::new() }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks for what the scheduler has written, from now on.
    pub async fn watch(&self) {
        let mut clock = tokio::time::interval(LOOK);
        loop {
            clock.tick().await;
            match self.look() {
                Ok(true) => self.news.notify_one(),
                Ok(false) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => tracing::warn!(%error, "the runs of cron jobs cannot be read"),
            }
        }
    }

    /// Whether there is something new.
    fn look(&self) -> io::Result<bool> {
        let changed = fs::metadata(&self.folder)?.modified()?;
        let mut inner = self.inner();
        if inner.seen == Some(changed) {
            return Ok(false);
        }
        let mut told = BTreeMap::new();
        let mut news = false;
        for file in fs::read_dir(&self.folder)?.flatten() {
            let Some(name) = file.file_name().to_str().map(str::to_owned) else { continue };
            if place::parse_run_name(&name).is_none() {
                continue;
            }
            let stamp = file.metadata().and_then(|meta| meta.modified()).ok();
            let session = inner.told.get(&name).filter(|known| known.0 == stamp).and_then(|known| known.1);
            news |= session.is_none();
            told.insert(name, (stamp, session));
        }
        inner.told = told;
        // Two writes within one tick of the disk's clock look alike: what is fresh is read once more.
        let fresh = changed.elapsed().is_ok_and(|age| age < Duration::from_secs(2));
        inner.seen = Some(changed).filter(|_| !fresh);
        Ok(news)
    }

    /// A new connection: what went over the last one may have been lost on the way.
    pub fn connected(&self) {
        let mut inner = self.inner();
        let last = inner.session;
        inner.session += 1;
        for (_, session) in inner.told.values_mut().filter(|(_, session)| *session == Some(last)) {
            *session = None;
        }
        drop(inner);
        self.news.notify_one();
    }

    /// One run that is to be said now; it counts as said over this connection.
    pub fn take(&self) -> Option<CronRun> {
        let mut inner = self.inner();
        let session = inner.session;
        loop {
            let (name, said) = inner.told.iter_mut().find(|(_, (_, session))| session.is_none())?;
            said.1 = Some(session);
            // One that went meanwhile is told of no more.
            if let Ok(run) = place::read_run(&self.folder.join(name)) {
                return Some(run);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cron_job::place::Places;
    use model::{CronJobId, RunEnd};

    #[test]
    fn each_run_is_told_as_it_stands_and_again_after_a_cut() {
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::below(dir.path());
        fs::create_dir_all(paths.runs()).unwrap();
        let places = Places { runs: paths.runs(), ..Places::default() };
        let (runs, job) = (Runs::of(&paths), CronJobId::new(7, &[7; 10]));
        let run = |started, end| CronRun {
            job,
            started,
            ended: None,
            end,
            asked: false,
            skipped: 0,
            output: "a\nb".into(),
            cut: false,
        };
        places.write_run(&run(1, RunEnd::Running)).unwrap();
        fs::write(paths.runs().join("other"), "x").unwrap();
        fs::write(places.run(job, 2), "not a run").unwrap();
        let all = || {
            runs.look().unwrap();
            std::iter::from_fn(|| runs.take()).collect::<Vec<_>>()
        };
        assert_eq!(all(), [run(1, RunEnd::Running)]);
        assert_eq!(all(), []);
        places.write_run(&run(1, RunEnd::SUCCESS)).unwrap();
        assert_eq!(all(), [run(1, RunEnd::SUCCESS)]);
        runs.connected();
        assert_eq!(all(), [run(1, RunEnd::SUCCESS)]);
        runs.connected();
        runs.connected();
        assert_eq!(all(), [run(1, RunEnd::SUCCESS)], "once, however often the wire was cut");
        assert_eq!(all(), []);
    }
}
