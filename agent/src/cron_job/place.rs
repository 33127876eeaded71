//! Where the scheduler finds jobs and keeps runs. All but the two folders of its own belong to root.

use crate::{
    cell::place,
    fs::{read_bounded, write_lightly},
};
use model::{CronJob, CronJobId, CronRun, UnixName};
use std::{
    io,
    path::{Path, PathBuf},
};

/// The folders; tests have their own.
#[derive(Clone, Debug)]
pub struct Places {
    /// What is wanted, one file a job; the agent's products.
    pub jobs: PathBuf,
    /// What became of it, one file a run; the scheduler's own.
    pub runs: PathBuf,
    /// What the scheduler must not forget.
    pub state: PathBuf,
    /// A pipe a job, through which its output comes; made by the starter.
    pub pipes: PathBuf,
    /// How each job's last run ended, as systemd says it; written by root.
    pub ends: PathBuf,
    /// Of every transient unit that is loaded there is a file here.
    pub units: PathBuf,
    pub cells: place::Places,
}

impl Default for Places {
    fn default() -> Places {
        Places {
            jobs: "/var/lib/alveole/cron/jobs".into(),
            runs: "/var/lib/alveole/cron/runs".into(),
            state: "/var/lib/alveole/cron/state".into(),
            pipes: "/run/alveole/cron/pipes".into(),
            ends: "/run/alveole/cron/ends".into(),
            units: "/run/systemd/transient".into(),
            cells: place::Places::default(),
        }
    }
}

impl Places {
    pub fn job(&self, id: CronJobId) -> PathBuf {
        self.jobs.join(format!("{}.json", id.simple()))
    }

    pub fn pipe(&self, id: CronJobId) -> PathBuf {
        self.pipes.join(id.simple())
    }

    pub fn end(&self, id: CronJobId) -> PathBuf {
        self.ends.join(id.simple())
    }

    pub fn run(&self, id: CronJobId, started: u64) -> PathBuf {
        self.runs.join(run_name(id, started))
    }

    /// The job's unit, while systemd knows it.
    pub fn is_loaded(&self, account: &UnixName, id: CronJobId) -> bool {
        self.units.join(super::unit::name(account, id)).exists()
    }

    /// What is wanted of a job. Its file is named after it.
    pub fn read_job(&self, id: CronJobId) -> io::Result<CronJob> {
        let job: CronJob = serde_json::from_slice(&read_bounded(&self.job(id), LONGEST_JOB)?)?;
        if job.id == id { Ok(job) } else { Err(io::Error::other("the file is named after another job")) }
    }

    pub fn write_run(&self, run: &CronRun) -> io::Result<u64> {
        let bytes = serde_json::to_vec(run)?;
        write_lightly(&self.run(run.job, run.started), &bytes, MODE)?;
        Ok(u64::try_from(bytes.len()).unwrap_or(u64::MAX))
    }
}

/// What the scheduler writes is for itself, and for the agent, which is root.
pub const MODE: u32 = 0o640;
/// A command of 4 KiB may be six times as long in JSON.
const LONGEST_JOB: u64 = 64 * 1024;
/// So may 64 KiB of output.
const LONGEST_RUN: u64 = 512 * 1024;

pub fn run_name(id: CronJobId, started: u64) -> String {
    format!("{}.{started}.json", id.simple())
}

/// The job and the moment a run's file is named after.
pub fn parse_run_name(name: &str) -> Option<(CronJobId, u64)> {
    let (id, started) = name.strip_suffix(".json")?.split_once('.')?;
    let parsed = (id.parse().ok()?, started.parse().ok()?);
    (run_name(parsed.0, parsed.1) == name).then_some(parsed)
}

/// The job a job's file is named after.
pub fn parse_job_name(name: &str) -> Option<CronJobId> {
    let id: CronJobId = name.strip_suffix(".json")?.parse().ok()?;
    (format!("{}.json", id.simple()) == name).then_some(id)
}

pub fn read_run(path: &Path) -> io::Result<CronRun> {
    let run: CronRun = serde_json::from_slice(&read_bounded(path, LONGEST_RUN)?)?;
    let named = path.file_name().and_then(|name| parse_run_name(name.to_str()?));
    if named == Some((run.job, run.started)) {
        Ok(run)
    } else {
        Err(io::Error::other("named after another run"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_after_what_is_in_them() {
        let id = CronJobId::new(7, &[7; 10]);
        assert_eq!(parse_run_name(&run_name(id, 12)), Some((id, 12)));
        assert_eq!(parse_job_name(&format!("{}.json", id.simple())), Some(id));
        for bad in [
            format!("{id}.12.json"),
            format!("{}.012.json", id.simple()),
            format!("{}.-1.json", id.simple()),
            ".json".into(),
        ] {
            assert_eq!(parse_run_name(&bad), None, "{bad}");
        }
        assert_eq!(parse_job_name(&format!("{id}.json")), None);
    }
}
