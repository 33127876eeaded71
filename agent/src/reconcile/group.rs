//! Does the steps of jobs that belong to one account and change together: phase by phase, so that Apache is asked once and
//! an awake cell is reloaded once, yet each resource succeeds or is set aside alone.

use super::{
    Hands, check,
    job::{Job, Wish},
    plan::in_phase,
    product::FOLDER_MODE,
    step::{Phase, Step},
    trouble::Trouble,
};
use crate::{
    app,
    database::{self, Login, There as Users, sql},
    fault::Point,
    fs::{self, There},
    limits::quota::Most,
    paths::Paths,
    record::{Outcome, Pin, Record},
    tenant,
};
use model::{Consent, DatabaseName, DatabaseUserName, ResourceKey, TenantUid, UnixName, wire::ReportState};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::PathBuf,
};

/// How a job ended.
pub struct Ended {
    pub at: ResourceKey,
    pub wish: Wish,
    pub outcome: Outcome,
    /// Whether trying again later makes sense.
    pub retry: bool,
    /// What the steps changed, for the log and for people.
    pub changed: Vec<String>,
}

struct Running {
    job: Box<Job>,
    /// The record as it stands on disk.
    record: Record,
    undo: Vec<Undo>,
    failed: Option<Trouble>,
    activated: bool,
}

/// How one step is taken back.
enum Undo {
    Quota(TenantUid, Most),
    Put(PathBuf, There),
    Link(PathBuf, There),
    Folder(PathBuf),
    Users(DatabaseName, BTreeMap<DatabaseUserName, Login>, Vec<DatabaseUserName>),
}

/// Runs jobs of one account to their ends. `checked` hears of each resource that its checker accepted.
pub fn run(hands: &Hands, jobs: Vec<Box<Job>>, checked: &dyn Fn(&Wish)) -> Vec<Ended> {
    let mut all: Vec<Running> = jobs
        .into_iter()
        .map(|job| Running {
            record: job.wish.record.clone(),
            job,
            undo: Vec::new(),
            failed: None,
            activated: false,
        })
        .collect();
    for phase in Phase::ALL {
        if phase == Phase::Check {
            check_all(hands, &mut all);
            for running in
                all.iter().filter(|running| running.failed.is_none() && !running.job.steps.is_empty())
            {
                checked(&running.job.wish);
            }
            continue;
        }
        let mut reloaded = HashMap::new();
        for running in all.iter_mut().filter(|running| running.failed.is_none()) {
            let steps: Vec<(usize, Step)> =
                in_phase(&running.job.steps, phase).map(|(n, step)| (n, step.clone())).collect();
            for (number, step) in steps {
                if let Err(trouble) = running.one(hands, number, &step, &mut reloaded) {
                    running.fail(hands, trouble);
                    break;
                }
            }
        }
    }
    all.into_iter().map(|running| running.end(hands)).collect()
}

fn check_all(hands: &Hands, all: &mut [Running]) {
    for running in all.iter_mut().filter(|running| running.failed.is_none()) {
        let job = &running.job;
        let Some(number) = job.steps.iter().position(|step| *step == Step::CheckPhp) else { continue };
        let asked = point(hands, job, number, false)
            .and_then(|()| check::php(hands, job))
            .and_then(|()| point(hands, job, number, true));
        if let Err(trouble) = asked {
            running.fail(hands, trouble);
        }
    }
    for after in [false, true] {
        for running in all.iter_mut().filter(|running| running.failed.is_none()) {
            let number = running.job.steps.iter().position(|step| *step == Step::CheckApache);
            if let Some(number) = number
                && let Err(trouble) = point(hands, &running.job, number, after)
            {
                running.fail(hands, trouble);
            }
        }
        if after {
            return;
        }
        let asking = |running: &Running| running.failed.is_none() && check::asks_apache(&running.job);
        let jobs: Vec<&Job> =
            all.iter().filter(|running| asking(running)).map(|running| &*running.job).collect();
        if jobs.is_empty() {
            continue;
        }
        let mut answers = check::apache(hands, &jobs).into_iter();
        for running in all.iter_mut().filter(|running| asking(running)) {
            if let Some(Err(trouble)) = answers.next() {
                running.fail(hands, trouble);
            }
        }
    }
}

fn point(hands: &Hands, job: &Job, number: usize, after: bool) -> Result<(), Trouble> {
    let step = job.steps.get(number).map_or("", Step::name);
    let point = Point { operation: &job.operation, number, step, after };
    hands.faults.at(point).map_err(|source| Trouble::io(step, source))
}

impl Running {
    /// One step between its two fail-points.
    fn one(
        &mut self,
        hands: &Hands,
        number: usize,
        step: &Step,
        reloaded: &mut HashMap<String, bool>,
    ) -> Result<(), Trouble> {
        point(hands, &self.job, number, false)?;
        self.perform(hands, step, reloaded)?;
        point(hands, &self.job, number, true)
    }

    fn perform(
        &mut self,
        hands: &Hands,
        step: &Step,
        reloaded: &mut HashMap<String, bool>,
    ) -> Result<(), Trouble> {
        let io = |source: std::io::Error| Trouble::io(format!("{} {}", step.name(), step.about()), source);
        let paths = &hands.paths;
        match step {
            Step::Intend => self.intend(hands).map_err(io),
            Step::MakeFolder(path) => fs::folder(path, FOLDER_MODE).map_err(io),
            Step::MakeHome(home) => tenant::make_home(paths, &home.account, home.uid).map_err(io),
            Step::MakeSiteFolder(folder) => {
                tenant::make_site(paths, &folder.account, folder.uid, &folder.name).map_err(io)
            }
            Step::Write(product) => {
                let old = self.job.seen.file(&product.path).clone();
                self.undo.push(Undo::Put(product.path.clone(), old));
                fs::write_for(paths.readers(&product.path), &product.path, &product.bytes).map_err(io)
            }
            Step::Remove(path) | Step::Retire(path) => {
                self.undo.push(Undo::Put(path.clone(), self.job.seen.file(path).clone()));
                fs::remove(path).map_err(io)
            }
            Step::Unlink(name) => {
                self.undo.push(Undo::Link(paths.name(name), self.job.seen.link(name).clone()));
                fs::remove(&paths.name(name)).map_err(io)
            }
            Step::Link(name, target) => {
                self.undo.push(Undo::Link(paths.name(name), self.job.seen.link(name).clone()));
                fs::link(&paths.name(name), &target.path()).map_err(io)
            }
            Step::Reload { account, php } => {
                // Once for all that change together; one that asks for PHP too comes first or goes again.
                if reloaded.get(account.as_str()).is_some_and(|with_php| *with_php || !php) {
                    self.activated = true;
                    return Ok(());
                }
                if let Some(known) = &self.job.wish.account {
                    check::edits(hands, account, known.uid)?;
                }
                self.activated = true;
                hands.daemons.reload(account, *php)?;
                reloaded.insert(account.to_string(), *php);
                Ok(())
            }
            Step::SetQuota(uid, most) => {
                if let Some(before) = self.job.seen.quota {
                    self.undo.push(Undo::Quota(*uid, before));
                }
                hands.quotas.set(*uid, *most).map_err(io)
            }
            Step::SetLimits(account, limits) => hands.daemons.set_limits(account, limits),
            Step::StartApp(app) => app::steps::start(hands, app),
            Step::Stop(account) => hands.daemons.stop(account),
            Step::EraseHome(home) => tenant::erase_home(paths, &home.account, home.uid)
                .and_then(|()| forget_counts(paths, &home.account))
                .map_err(io),
            Step::MakeDatabase(name) => hands.mariadb.run(&sql::create(name)).map(drop),
            Step::DropDatabase(name) => hands.mariadb.run(&sql::drop(name)).map(drop),
            Step::SetUsers { database, set, drop: gone } => {
                let there = self.job.seen.database.clone().unwrap_or_default();
                let (back, dropped) = database::steps::before(set, gone, &there);
                self.undo.push(Undo::Users(database.clone(), back, dropped));
                hands.mariadb.run(&sql::set(database, set, gone, &there)).map(drop)
            }
            Step::EndConnections(users) => hands.mariadb.run(&sql::end(users)).map(drop),
            Step::RemoveFolder(path) => {
                self.undo.push(Undo::Folder(path.clone()));
                fs::remove_folder(path).map_err(io)
            }
            Step::Verify => self.verify(hands),
            Step::Settle => self.settle(hands).map_err(io),
            Step::CheckPhp | Step::CheckApache => Ok(()),
        }
    }

    /// Notes what is about to be ours, so that a crash leaves nothing unknown behind.
    fn intend(&mut self, hands: &Hands) -> std::io::Result<()> {
        let body = self.job.wish.resource.body.clone().unwrap_or_default();
        if !self.record.begun.contains(&body) {
            self.record.begun.push(body);
        }
        for product in &self.job.want.files {
            self.record.ours.entry(product.path.clone()).or_default().insert(fs::hash(&product.bytes));
        }
        hands.records.write(self.job.at, &self.record)
    }

    fn verify(&mut self, hands: &Hands) -> Result<(), Trouble> {
        let folders: BTreeSet<PathBuf> = self
            .job
            .want
            .files
            .iter()
            .filter_map(|product| product.path.parent().map(PathBuf::from))
            .chain((!self.job.want.links.is_empty()).then(|| hands.paths.names()))
            .collect();
        for folder in folders {
            fs::flush_folder(&folder).map_err(|error| Trouble::io(folder.display().to_string(), error))?;
        }
        let again = Wish { record: self.record.clone(), ..self.job.wish.clone() }.plan(hands);
        let left = match again {
            super::job::Planned::Job(job) => job.steps.iter().find(|step| step.changes()).cloned(),
            super::job::Planned::Trouble(_, trouble) => return Err(trouble),
            super::job::Planned::Refused(_, text) => return Err(Trouble::Refused(text)),
            super::job::Planned::Edited(_, drift) => return Err(Trouble::NotAsWanted(drift.path)),
        };
        match left {
            None => Ok(()),
            Some(step) => Err(Trouble::NotAsWanted(format!("{} {}", step.name(), step.about()))),
        }
    }

    /// Notes that the disk is as wanted.
    fn settle(&mut self, hands: &Hands) -> std::io::Result<()> {
        if self.job.wish.resource.body.is_none() {
            return hands.records.remove(self.job.at);
        }
        self.record = settled(&self.job);
        hands.records.write(self.job.at, &self.record)
    }

    /// Takes everything back that was done, last first.
    fn fail(&mut self, hands: &Hands, trouble: Trouble) {
        tracing::warn!(operation = self.job.operation, key = %self.job.at.key, %trouble, "set aside");
        self.failed = Some(trouble);
        // What is being erased does not come back to life half erased.
        if self.job.operation.ends_with(".erase") {
            return;
        }
        let mut whole = true;
        for undo in self.undo.drain(..).rev() {
            if let Err(error) = undo.perform(hands) {
                tracing::error!(key = %self.job.at.key, %error, "taking back a step failed; tried again later");
                whole = false;
            }
        }
        if self.activated
            && let Some(account) = self.job.wish.account_name()
            && let Err(error) = hands.daemons.reload(&account, true)
        {
            tracing::error!(%account, %error, "reloading the old configuration");
        }
        if whole {
            self.record = self.job.wish.record.clone();
        }
    }

    fn end(mut self, hands: &Hands) -> Ended {
        let changed = self.job.steps.iter().filter(|step| step.changes());
        let changed = changed.map(|step| format!("{} {}", step.name(), step.about())).collect();
        let Job { at, wish, steps, .. } = &*self.job;
        let (at, wish) = (*at, wish.clone());
        let (outcome, retry) = match &self.failed {
            Some(trouble) => {
                let text = Some(trouble.text());
                (Outcome { state: ReportState::Failed, text, drift: None }, trouble.may_pass())
            }
            None => (self.job.outcome(), self.job.lacks.is_some() || self.job.goes_on),
        };
        if self.job.goes_on && self.failed.is_none() {
            return Ended { at, wish, outcome, retry, changed };
        }
        if self.failed.is_some() {
            hands.note(at, &mut self.record, &wish.resource, &outcome);
        } else if steps.is_empty() && wish.resource.body.is_some() {
            let settled = settled(&self.job);
            if settled != self.record {
                self.record = settled;
                hands.note(at, &mut self.record, &wish.resource, &outcome);
            }
        } else if steps.is_empty() && self.record != Record::default() {
            let _ = hands.records.remove(at);
        }
        Ended { at, wish, outcome, retry, changed }
    }
}

/// The record of a job whose products all stand on disk (or are kept as edited).
fn settled(job: &Job) -> Record {
    let mut record = Record {
        generation: job.wish.resource.generation,
        outcome: Some(job.outcome()),
        done: job.wish.resource.body.clone(),
        ..Record::default()
    };
    for product in &job.want.files {
        let hash = fs::hash(&product.bytes);
        let edited = match job.seen.file(&product.path) {
            There::File(there) => Some(there),
            _ => None,
        };
        let keep = edited.filter(|there| {
            **there != product.bytes
                && (job.wish.resource.consent == Some(Consent::Keep)
                    || job.wish.record.keeps(&product.path, there, record.generation))
                && !job.wish.record.wrote(&product.path, there)
        });
        if let Some(there) = keep {
            let pin = Pin { hash: fs::hash(there), generation: record.generation };
            record.pinned.insert(product.path.clone(), pin);
        }
        record.ours.insert(product.path.clone(), BTreeSet::from([hash]));
    }
    record
}

impl Undo {
    fn perform(&self, hands: &Hands) -> std::io::Result<()> {
        let paths: &Paths = &hands.paths;
        match self {
            // Whatever became of them meanwhile.
            Undo::Users(database, set, gone) => {
                let sql = sql::set(database, set, gone, &Users::default());
                hands.mariadb.run(&sql).map(drop).map_err(std::io::Error::other)
            }
            Undo::Quota(uid, before) => hands.quotas.set(*uid, *before),
            Undo::Put(path, There::File(bytes)) => fs::write_for(paths.readers(path), path, bytes),
            Undo::Put(path, There::Link(target)) | Undo::Link(path, There::Link(target)) => {
                fs::link(path, target)
            }
            Undo::Put(path, There::Nothing) | Undo::Link(path, _) => fs::remove(path),
            Undo::Folder(path) => fs::folder(path, FOLDER_MODE),
            Undo::Put(_, There::Folder | There::Other) => Ok(()),
        }
    }
}

/// What was counted of an account that is erased: visits to its sites, and the space it held.
fn forget_counts(paths: &Paths, account: &UnixName) -> std::io::Result<()> {
    let gone = |removed: std::io::Result<()>| match removed {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other,
    };
    gone(std::fs::remove_dir_all(paths.statistics_of(account)))?;
    gone(std::fs::remove_file(paths.uses(account)))?;
    gone(std::fs::remove_file(paths.space(account)))
}
