//! The scheduler: reads what is wanted, starts what is due, notes what became of it. It is nobody on the host; the starter starts.

use super::{
    end::End,
    entry::{Due, Entry, Going, Read, Stamp},
    place::{self, Places},
    run::{self, Begin},
    starter::{self, What, Wish},
};
use crate::{cell::log, fs::write_lightly};
use jiff::tz::TimeZone;
use model::{AccountState, CronJobId, CronRun, RunEnd, UnixName};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    fs, io,
    os::unix::fs::MetadataExt,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::sync::{Semaphore, oneshot};

/// Runs starting at once; those going at once, on the host and of one account. What is beyond waits.
const STARTING: usize = 8;
const GOING: usize = 256;
const GOING_OF_ONE: usize = 10;
/// Octets of all kept runs of one job.
const KEPT: u64 = 256 * 1024;
/// How often it is noted that the scheduler lives.
const ALIVE_MS: u64 = 60_000;
/// A unit that systemd does not know so long after its start was lost.
const LOST_MS: u64 = 60_000;

pub struct Scheduler {
    places: Arc<Places>,
    jobs: BTreeMap<CronJobId, Entry>,
    /// The kept runs of each job, oldest first, with their octets.
    runs: HashMap<CronJobId, VecDeque<(u64, u64)>>,
    starts: Arc<Semaphore>,
    /// The folder of jobs when it was last read.
    seen: Option<SystemTime>,
    last: u64,
    alive: u64,
}

impl Scheduler {
    /// Takes up what was going when the scheduler before this one ended, and notes what was missed since.
    pub fn open(places: Places, now: u64) -> io::Result<Scheduler> {
        let mut scheduler = Scheduler {
            places: Arc::new(places),
            jobs: BTreeMap::new(),
            runs: HashMap::new(),
            starts: Arc::new(Semaphore::new(STARTING)),
            seen: None,
            last: now,
            alive: 0,
        };
        let before = fs::metadata(scheduler.places.state.join("alive")).and_then(|meta| meta.modified());
        scheduler.read_jobs(now)?;
        let unended = scheduler.read_runs()?;
        if let Ok(before) = before {
            scheduler.go_on_from(millis(before));
        }
        for run in unended {
            scheduler.take_up(run, now);
        }
        Ok(scheduler)
    }

    /// One look at everything; once a second.
    pub async fn tick(&mut self, now: u64) {
        if now + ALIVE_MS < self.last {
            // The clock was put back.
            self.jobs.values_mut().for_each(|entry| entry.move_on(now));
        }
        self.last = now;
        if let Err(error) = self.read_jobs(now) {
            log::error(format!("reading the jobs: {error}"));
        }
        self.end_runs(now).await;
        self.start_due(now);
        if now >= self.alive + ALIVE_MS {
            self.alive = now;
            if let Err(error) = write_lightly(&self.places.state.join("alive"), b"", place::MODE) {
                log::error(format!("noting that the scheduler lives: {error}"));
            }
        }
    }

    /// The jobs, if the agent has written since.
    fn read_jobs(&mut self, now: u64) -> io::Result<()> {
        let changed = fs::metadata(&self.places.jobs)?.modified()?;
        if self.seen == Some(changed) {
            return Ok(());
        }
        let mut there = BTreeSet::new();
        for file in fs::read_dir(&self.places.jobs)?.flatten() {
            let id = file.file_name().to_str().and_then(place::parse_job_name);
            if let (Some(id), Ok(meta)) = (id, file.metadata()) {
                there.insert(id);
                self.read_job(id, (meta.modified().ok(), meta.ino(), meta.len()), now);
            }
        }
        let gone: Vec<CronJobId> = self.jobs.keys().filter(|id| !there.contains(id)).copied().collect();
        for id in gone {
            self.forget(id);
        }
        // Two writes within one tick of the disk's clock look alike: what is fresh is read once more.
        let fresh = now.saturating_sub(millis(changed)) < 2_000;
        self.seen = Some(changed).filter(|_| !fresh);
        Ok(())
    }

    fn read_job(&mut self, id: CronJobId, stamp: Stamp, now: u64) {
        if self.jobs.get(&id).is_some_and(|entry| entry.stamp == stamp) {
            return;
        }
        let read = self.places.read_job(id).and_then(|job| {
            let zone = TimeZone::get(job.zone.as_str()).map_err(io::Error::other)?;
            Ok((job, zone))
        });
        match (read, self.jobs.get_mut(&id)) {
            (Ok((job, zone)), Some(entry)) => entry.update(job, zone, stamp, now),
            (Ok((job, zone)), None) => {
                let fulfilled =
                    fs::read_to_string(self.fulfilled(id)).ok().and_then(|text| text.trim().parse().ok());
                self.jobs.insert(id, Entry::new(job, zone, stamp, fulfilled.unwrap_or(0), now));
            }
            (Err(error), _) => log::error(format!("job {id}: {error}")),
        }
    }

    fn fulfilled(&self, id: CronJobId) -> std::path::PathBuf {
        self.places.state.join(id.simple())
    }

    /// A job that is no longer wanted ends, and so do its traces.
    fn forget(&mut self, id: CronJobId) {
        let Some(mut entry) = self.jobs.remove(&id) else { return };
        let end = entry.going.take().map(|_| What::End);
        self.ask_all(end.into_iter().chain([What::Done]).collect(), &entry.job.account, id);
        for (started, _) in self.runs.remove(&id).unwrap_or_default() {
            let _ = fs::remove_file(self.places.run(id, started));
        }
        let _ = fs::remove_file(self.fulfilled(id));
    }

    /// What is kept of earlier runs; gives those that have not ended as far as is known.
    fn read_runs(&mut self) -> io::Result<Vec<CronRun>> {
        let mut unended = Vec::new();
        for file in fs::read_dir(&self.places.runs)?.flatten() {
            let Some((id, started)) = file.file_name().to_str().and_then(place::parse_run_name) else {
                continue;
            };
            if !self.jobs.contains_key(&id) {
                let _ = fs::remove_file(file.path());
                continue;
            }
            let octets = file.metadata().map_or(0, |meta| meta.len());
            self.runs.entry(id).or_default().push_back((started, octets));
            match place::read_run(&file.path()) {
                Ok(run) if run.end == RunEnd::Running => unended.push(run),
                Ok(_) => {}
                Err(error) => log::error(format!("{}: {error}", file.path().display())),
            }
        }
        for kept in self.runs.values_mut() {
            kept.make_contiguous().sort_unstable();
        }
        Ok(unended)
    }

    /// What came due since the scheduler before us last said that it lives, and was neither begun nor written since: still to be begun, or
    /// missed if that is too long ago.
    fn go_on_from(&mut self, before: u64) {
        for (id, entry) in &mut self.jobs {
            let written = entry.stamp.0.map_or(0, millis);
            let begun = self.runs.get(id).and_then(|kept| kept.back()).map_or(0, |(started, _)| *started);
            entry.move_on(before.max(written).max(begun));
        }
    }

    fn take_up(&mut self, run: CronRun, now: u64) {
        let (id, started) = (run.job, run.started);
        let Some(entry) = self.jobs.get_mut(&id) else { return };
        let over = End::read(&self.places, id).is_some_and(|end| end.started == started);
        if over || self.places.is_loaded(&entry.job.account, id) {
            let (over, heard) = oneshot::channel();
            let following =
                run::follow(self.places.clone(), self.starts.clone(), entry.job.clone(), Begin::Known, heard);
            let reader = tokio::spawn(following);
            let CronRun { asked, skipped, .. } = run;
            entry.going = Some(Going { started, asked, skipped, stopped: false, over: Some(over), reader });
        } else {
            self.write(&CronRun { ended: Some(now), end: RunEnd::Lost, ..run });
        }
    }

    async fn end_runs(&mut self, now: u64) {
        let ids: Vec<CronJobId> =
            self.jobs.iter().filter(|(_, entry)| entry.going.is_some()).map(|(id, _)| *id).collect();
        for id in ids {
            let Some(entry) = self.jobs.get_mut(&id) else { continue };
            let (account, Some(going)) = (entry.job.account.clone(), entry.going.as_mut()) else { continue };
            let started = going.started;
            let loaded = self.places.is_loaded(&account, id);
            let end = match End::read(&self.places, id).filter(|end| end.started == started) {
                // Told before systemd is done with it; until then no other run can start.
                Some(_) if loaded => None,
                Some(end) => Some((end.end, end.at)),
                // It could not be started.
                None if going.reader.is_finished() && !loaded => Some((RunEnd::NotStarted, now)),
                None if !loaded
                    && now.saturating_sub(started) > LOST_MS
                    && self.starts.available_permits() > 0 =>
                {
                    Some((RunEnd::Lost, now))
                }
                None => None,
            };
            match end {
                Some((end, at)) => self.finish(id, end, at).await,
                None if !going.stopped && !is_active(&self.places, &account) => {
                    going.stopped = true;
                    self.ask(What::End, &account, id);
                }
                None => {}
            }
        }
    }

    async fn finish(&mut self, id: CronJobId, end: RunEnd, at: u64) {
        let Some(entry) = self.jobs.get_mut(&id) else { return };
        let Some(mut going) = entry.going.take() else { return };
        // By us, or by the agent that suspends the account.
        let stopped = going.stopped || !is_active(&self.places, &entry.job.account);
        drop(going.over.take());
        let account = entry.job.account.clone();
        let read = going.reader.await;
        self.ask(What::Done, &account, id);
        let Read { tail, failed } = read.unwrap_or(Read { tail: Default::default(), failed: None });
        let (mut output, cut) = tail.text();
        let end = match (&failed, end) {
            // However it died of that.
            (_, RunEnd::Exit { .. } | RunEnd::Signal { .. } | RunEnd::NotStarted) if stopped => {
                RunEnd::Stopped
            }
            (Some(_), _) => RunEnd::NotStarted,
            (None, end) => end,
        };
        if let Some(why) = failed {
            log::error(format!("job {id} could not be started: {why}"));
            output = why;
        }
        let Going { started, asked, skipped, .. } = going;
        let run = begun(id, started, end, asked);
        self.write(&CronRun { ended: Some(at.max(started)), skipped, output, cut, ..run });
    }

    fn start_due(&mut self, now: u64) {
        let mut going = 0;
        let mut of_one: HashMap<UnixName, usize> = HashMap::new();
        for entry in self.jobs.values().filter(|entry| entry.going.is_some()) {
            going += 1;
            *of_one.entry(entry.job.account.clone()).or_default() += 1;
        }
        let mut notes = Vec::new();
        for (id, entry) in &mut self.jobs {
            let due = entry.due(now);
            if due == Due::Nothing {
                continue;
            }
            if let Due::Missed(time) = due {
                entry.move_on(now);
                notes.push(CronRun { ended: Some(time), ..begun(*id, time, RunEnd::Missed, false) });
                continue;
            }
            if let Some(running) = &mut entry.going {
                running.skipped = running.skipped.saturating_add(1);
                entry.move_on(now);
                continue;
            }
            let active = is_active(&self.places, &entry.job.account);
            let mine = of_one.entry(entry.job.account.clone()).or_default();
            if active && (going >= GOING || *mine >= GOING_OF_ONE) {
                continue;
            }
            if due == Due::Asked {
                // Noted first: a wish is one run, whatever happens to us.
                entry.fulfilled = entry.job.run_now;
                let wish = entry.fulfilled.to_string();
                let noted = write_lightly(&self.places.state.join(id.simple()), wish.as_bytes(), place::MODE);
                if let Err(error) = noted {
                    log::error(format!("job {id}: noting a wish: {error}"));
                }
            } else {
                entry.move_on(now);
            }
            // Of a suspended account nothing runs, and nothing is told.
            if !active {
                continue;
            }
            going += 1;
            *mine += 1;
            let asked = due == Due::Asked;
            notes.push(begun(*id, now, RunEnd::Running, asked));
            let (over, heard) = oneshot::channel();
            let job = entry.job.clone();
            let following =
                run::follow(self.places.clone(), self.starts.clone(), job, Begin::New(now), heard);
            let reader = tokio::spawn(following);
            entry.going =
                Some(Going { started: now, asked, skipped: 0, stopped: false, over: Some(over), reader });
        }
        notes.iter().for_each(|run| self.write(run));
    }

    /// Puts a run where the agent finds it, and takes the oldest away.
    fn write(&mut self, run: &CronRun) {
        let octets = match self.places.write_run(run) {
            Ok(octets) => octets,
            Err(error) => return log::error(format!("job {}: noting a run: {error}", run.job)),
        };
        let kept = self.runs.entry(run.job).or_default();
        kept.retain(|(started, _)| *started != run.started);
        kept.push_back((run.started, octets));
        let mut all: u64 = kept.iter().map(|(_, octets)| octets).sum();
        while kept.len() > 1 && (kept.len() > CronRun::KEPT || all > KEPT) {
            let Some((started, octets)) = kept.pop_front() else { return };
            all -= octets;
            let _ = fs::remove_file(self.places.run(run.job, started));
        }
    }

    fn ask(&self, verb: What, account: &UnixName, id: CronJobId) {
        self.ask_all(vec![verb], account, id);
    }

    /// One after the other, while we go on.
    fn ask_all(&self, verbs: Vec<What>, account: &UnixName, id: CronJobId) {
        let wishes: Vec<Wish> = verbs.into_iter().map(|verb| Wish::new(verb, account, id)).collect();
        let socket = self.places.cells.starter.clone();
        tokio::spawn(async move {
            for wish in wishes {
                if let Err(error) = starter::ask(&socket, &wish).await {
                    log::error(format!("{}: {error}", wish.line().trim_end()));
                }
            }
        });
    }
}

fn is_active(places: &Places, account: &UnixName) -> bool {
    places.cells.cell(account).is_ok_and(|cell| cell.state == AccountState::Active)
}

fn begun(job: CronJobId, started: u64, end: RunEnd, asked: bool) -> CronRun {
    CronRun { job, started, ended: None, end, asked, skipped: 0, output: String::new(), cut: false }
}

fn millis(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Looks every second, by the host's clock, until told to end. Runs go on without us.
pub async fn run(places: Places, end: impl Future<Output = ()>) -> io::Result<()> {
    let now = || millis(SystemTime::now());
    let mut scheduler = Scheduler::open(places, now())?;
    let mut second = tokio::time::interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    tokio::pin!(end);
    loop {
        tokio::select! {
            _ = second.tick() => scheduler.tick(now()).await,
            () = &mut end => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
