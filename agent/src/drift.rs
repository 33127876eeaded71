//! Eyes on the generated folders (law 9): what changes there is looked at within a moment, healed when a link, a folder
//! or a file is missing or wrong, and reported when somebody edited a file.

use crate::{cell::place::Pool, ground, ledger::Ledger, paths::Paths, worker::Errand};
use model::{Body, Kind, ResourceKey, SiteName};
use nix::{
    errno::Errno,
    poll::{PollFd, PollFlags, PollTimeout, poll},
    sys::inotify::{AddWatchFlags, InitFlags, Inotify, InotifyEvent, WatchDescriptor},
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    os::fd::AsFd,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, mpsc::Sender},
};
use uuid::Uuid;

/// Events that come together are looked at together.
const SETTLE_MS: u16 = 300;

pub struct Eyes {
    inotify: Inotify,
    paths: Paths,
    ledger: Arc<Mutex<Ledger>>,
    worker: Sender<Errand>,
    folders: HashMap<WatchDescriptor, PathBuf>,
}

fn events() -> AddWatchFlags {
    AddWatchFlags::IN_CREATE
        | AddWatchFlags::IN_DELETE
        | AddWatchFlags::IN_CLOSE_WRITE
        | AddWatchFlags::IN_MOVED_FROM
        | AddWatchFlags::IN_MOVED_TO
        | AddWatchFlags::IN_DELETE_SELF
        | AddWatchFlags::IN_ONLYDIR
        | AddWatchFlags::IN_DONT_FOLLOW
}

impl Eyes {
    /// Watches names, NSS records and every cell. Without inotify (no watches left) the periodic look remains.
    pub fn open(paths: &Paths, ledger: Arc<Mutex<Ledger>>, worker: Sender<Errand>) -> nix::Result<Eyes> {
        let inotify = Inotify::init(InitFlags::IN_CLOEXEC | InitFlags::IN_NONBLOCK)?;
        let mut eyes = Eyes { inotify, paths: paths.clone(), ledger, worker, folders: HashMap::new() };
        eyes.watch_all();
        Ok(eyes)
    }

    /// Watching what is watched already changes nothing.
    fn watch_all(&mut self) {
        for folder in [
            self.paths.names(),
            self.paths.userdb(),
            self.paths.cells(),
            self.paths.certificates(),
            self.paths.thumbprints(),
            self.paths.redirects(),
            self.paths.jobs(),
            self.paths.ssh_keys(),
            self.paths.senders(),
            self.paths.apps(),
        ] {
            self.watch(&folder);
        }
        self.watch_cells();
    }

    fn watch(&mut self, folder: &Path) {
        match self.inotify.add_watch(folder, events()) {
            Ok(watch) => {
                self.folders.insert(watch, folder.to_owned());
            }
            Err(Errno::ENOENT | Errno::ENOTDIR) => {}
            Err(errno) => {
                tracing::warn!(folder = %folder.display(), %errno, "not watched; looked at every ten minutes")
            }
        }
    }

    fn watch_cells(&mut self) {
        let Ok(entries) = std::fs::read_dir(self.paths.cells()) else { return };
        for entry in entries.flatten() {
            self.watch(&entry.path());
            self.watch(&entry.path().join("sites"));
            self.watch(&entry.path().join("php"));
        }
    }

    /// Watches until the worker is gone.
    pub fn run(mut self) {
        loop {
            let mut changed = BTreeSet::new();
            let mut everything = false;
            // First without a limit, then until a moment has passed without news.
            let mut wait = PollTimeout::NONE;
            loop {
                let mut fds = [PollFd::new(self.inotify.as_fd(), PollFlags::POLLIN)];
                match poll(&mut fds, wait) {
                    Ok(0) => break,
                    Ok(_) | Err(Errno::EINTR) => {}
                    Err(errno) => {
                        tracing::error!(%errno, "watching ended; the periodic look remains");
                        return;
                    }
                }
                match self.inotify.read_events() {
                    Ok(events) => events.into_iter().for_each(|event| {
                        everything |= self.event(&event, &mut changed);
                    }),
                    Err(Errno::EAGAIN | Errno::EINTR) => {}
                    Err(errno) => {
                        tracing::error!(%errno, "watching ended; the periodic look remains");
                        return;
                    }
                }
                wait = PollTimeout::from(SETTLE_MS);
            }
            if everything {
                // Together with the worker, who may be doing the same.
                let _ = ground::lay(&self.paths);
                self.watch_all();
            }
            let errand = if everything { Errand::All } else { Errand::Drifted(self.resources(&changed)) };
            let idle = matches!(&errand, Errand::Drifted(keys) if keys.is_empty());
            if !idle && self.worker.send(errand).is_err() {
                return;
            }
        }
    }

    /// Notes what an event is about; true when too many came and all must be looked at.
    fn event(&mut self, event: &InotifyEvent, changed: &mut BTreeSet<PathBuf>) -> bool {
        if event.mask.contains(AddWatchFlags::IN_Q_OVERFLOW) {
            return true;
        }
        if event.mask.contains(AddWatchFlags::IN_IGNORED) {
            self.folders.remove(&event.wd);
            return false;
        }
        let Some(folder) = self.folders.get(&event.wd).cloned() else { return false };
        let Some(name) = &event.name else {
            // The folder itself is gone: after a look at everything it is there again, to be watched again.
            return event.mask.contains(AddWatchFlags::IN_DELETE_SELF);
        };
        let path = folder.join(name);
        if event.mask.contains(AddWatchFlags::IN_ISDIR) && event.mask.contains(AddWatchFlags::IN_CREATE) {
            self.watch(&path);
            self.watch(&path.join("sites"));
            self.watch(&path.join("php"));
        }
        // What is being written beside its place begins with a dot.
        if !name.as_encoded_bytes().starts_with(b".") {
            changed.insert(path);
        }
        false
    }

    /// The resources whose products lie at these paths.
    fn resources(&self, changed: &BTreeSet<PathBuf>) -> Vec<ResourceKey> {
        let ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        let mut accounts = None;
        let mut found = BTreeSet::new();
        for path in changed {
            if let Ok(name) = path.strip_prefix(self.paths.names()) {
                found.extend(claimants(&ledger, Kind::Site, name.to_str()));
            } else if let Ok(name) = path.strip_prefix(self.paths.certificates()) {
                let name = name.to_str().and_then(|name| name.strip_suffix(".pem"));
                found.extend(claimants(&ledger, Kind::Certificate, name));
            } else if let Ok(name) = path.strip_prefix(self.paths.thumbprints()) {
                found.extend(claimants(&ledger, Kind::Certificate, name.to_str()));
            } else if let Ok(name) = path.strip_prefix(self.paths.redirects()) {
                let name = name.to_str().and_then(|name| name.strip_suffix(".https"));
                found.extend(claimants(&ledger, Kind::Site, name));
            } else if let Ok(name) = path.strip_prefix(self.paths.jobs()) {
                let job = name.to_str().and_then(crate::cron_job::place::parse_job_name);
                found.extend(job.map(|job| ResourceKey { kind: Kind::CronJob, key: job.uuid() }));
            } else if let Ok(name) = path.strip_prefix(self.paths.apps()) {
                let app = name.to_str().and_then(|name| name.strip_suffix(".end"));
                // That it is gone again is our own doing.
                let key = app.and_then(|app| Uuid::try_parse(app).ok()).filter(|_| path.exists());
                found.extend(key.map(|key| ResourceKey { kind: Kind::App, key }));
            } else if let Ok(below) = path.strip_prefix(self.paths.cells()) {
                let parts: Vec<&str> = below.iter().filter_map(|part| part.to_str()).collect();
                if let [_, "sites", file] = parts[..]
                    && let Some(key) = file.strip_suffix(".conf").and_then(|key| Uuid::try_parse(key).ok())
                {
                    found.insert(ResourceKey { kind: Kind::Site, key });
                } else if let [_, "php", file] = parts[..]
                    && let Some(site) = Pool::from_file(file).and_then(|pool| pool.site)
                {
                    found.insert(ResourceKey { kind: Kind::Site, key: site.uuid() });
                } else if let Some(account) = parts.first() {
                    let accounts = accounts.get_or_insert_with(|| names_of(&ledger));
                    found.extend(accounts.get(*account));
                }
            } else if let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) {
                let accounts = accounts.get_or_insert_with(|| names_of(&ledger));
                found.extend(accounts.get(stem));
            }
        }
        found.into_iter().filter(|at| ledger.get(*at).is_some()).collect()
    }
}

/// What of this kind wants a name.
fn claimants(ledger: &Ledger, kind: Kind, name: Option<&str>) -> Vec<ResourceKey> {
    let name = name.and_then(|name| SiteName::parse(name).ok());
    let keys = name.as_ref().map_or(&[][..], |name| ledger.claimants(kind, name.as_str()));
    keys.iter().map(|key| ResourceKey { kind, key: *key }).collect()
}

/// Accounts by their names and by their numbers.
fn names_of(ledger: &Ledger) -> BTreeMap<String, ResourceKey> {
    let mut names = BTreeMap::new();
    for at in ledger.keys().into_iter().filter(|at| at.kind == Kind::Account) {
        if let Some(Ok(Some(Body::Account(account)))) = ledger.get(at).map(|resource| resource.want()) {
            names.insert(account.uid.get().to_string(), at);
            names.insert(account.name.to_string(), at);
        }
    }
    names
}

#[cfg(test)]
mod tests;
