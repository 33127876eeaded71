//! The scheduler with a starter of the test's own: what is due is started once, what happens is noted.

use super::*;
use crate::{
    cron_job::{entry::spread, unit},
    testing::cron_job,
};
use model::CronJob;
use nix::{sys::stat::Mode, unistd::mkfifo};
use std::{
    io::{BufRead, BufReader, Write},
    os::unix::net::UnixListener,
    path::Path,
    sync::Mutex,
};

const HOUR: u64 = 3_600_000;
const NOW: u64 = 500_000 * HOUR + 7;

struct Host {
    places: Places,
    /// What the starter was asked, and what it answers a start with.
    asked: Arc<Mutex<Vec<String>>>,
    answer: Arc<Mutex<&'static str>>,
    /// What a run writes in its first moment.
    writes: Arc<Mutex<Vec<u8>>>,
    _dir: tempfile::TempDir,
}

impl Host {
    fn new() -> Host {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        for folder in ["jobs", "runs", "state", "pipes", "ends", "units", "cells/asso"] {
            fs::create_dir_all(at(folder)).unwrap();
        }
        let cells =
            crate::cell::place::Places { cells: at("cells"), starter: at("starter"), ..Default::default() };
        let places = Places {
            jobs: at("jobs"),
            runs: at("runs"),
            state: at("state"),
            pipes: at("pipes"),
            ends: at("ends"),
            units: at("units"),
            cells,
        };
        let host = Host {
            asked: Arc::default(),
            answer: Arc::new(Mutex::new("ok\n")),
            writes: Arc::default(),
            places,
            _dir: dir,
        };
        host.account("active");
        host.serve();
        host
    }

    fn account(&self, state: &str) {
        let cell = format!(
            r#"{{"account":"asso","account_id":"01890a5d-ac96-774b-bcce-b302099a8057","uid":200001,"state":"{state}"}}"#
        );
        fs::write(self.places.cells.cells.join("asso/cell.json"), cell).unwrap();
    }

    /// The starter: makes pipes, and units of which there is no more than the file.
    fn serve(&self) {
        let listener = UnixListener::bind(&self.places.cells.starter).unwrap();
        let (asked, answer, writes, places) =
            (self.asked.clone(), self.answer.clone(), self.writes.clone(), self.places.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut line = String::new();
                BufReader::new(&stream).read_line(&mut line).unwrap();
                let words: Vec<&str> = line.trim_end().split(' ').collect();
                let id: CronJobId = words[2].parse().unwrap();
                let mut said = "ok\n";
                match words[0] {
                    "pipe" => drop(mkfifo(&places.pipe(id), Mode::S_IRWXU)),
                    "run" => {
                        said = *answer.lock().unwrap();
                        if said == "ok\n" {
                            fs::write(places.units.join(unit::name(&"asso".parse().unwrap(), id)), "")
                                .unwrap();
                            // The reader has it open already.
                            let mut pipe = fs::OpenOptions::new().write(true).open(places.pipe(id)).unwrap();
                            pipe.write_all(&writes.lock().unwrap()).unwrap();
                            // Held open, as the run itself does.
                            std::mem::forget(pipe);
                        }
                    }
                    _ => {}
                }
                if words[0] != "done" {
                    asked.lock().unwrap().push(words[0].to_owned());
                }
                stream.write_all(said.as_bytes()).unwrap();
            }
        });
    }

    fn want(&self, job: &CronJob) {
        fs::write(self.places.job(job.id), serde_json::to_vec(job).unwrap()).unwrap();
    }

    fn asked(&self) -> String {
        self.asked.lock().unwrap().join(" ")
    }

    /// systemd says how it ended, and forgets the unit.
    fn ends(&self, id: CronJobId, end: RunEnd) {
        let started = self.runs(id).last().unwrap().started;
        End { started, at: started + 9, end }.write(&self.places, id).unwrap();
        fs::remove_file(self.places.units.join(unit::name(&"asso".parse().unwrap(), id))).unwrap();
    }

    fn runs(&self, id: CronJobId) -> Vec<CronRun> {
        let mut names: Vec<_> = fs::read_dir(&self.places.runs)
            .unwrap()
            .map(|file| file.unwrap().path())
            .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(&id.simple()))
            .collect();
        names.sort();
        names.iter().map(|path| place::read_run(path).unwrap()).collect()
    }

    fn last(&self, id: CronJobId) -> CronRun {
        self.runs(id).pop().unwrap()
    }
}

/// Ticks until the starter was asked for so much.
async fn until(scheduler: &mut Scheduler, now: u64, holds: impl Fn() -> bool) {
    for _ in 0..2_000 {
        scheduler.tick(now).await;
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("never");
}

/// The next full hour, at the job's own moment.
fn due(job: &CronJob, hours: u64) -> u64 {
    NOW - NOW % HOUR + hours * HOUR + spread(job.id)
}

#[tokio::test]
async fn a_due_job_runs_once_and_its_result_is_noted() {
    let (host, job) = (Host::new(), cron_job("asso", 1, 1, "true"));
    host.want(&job);
    *host.writes.lock().unwrap() = b"bonjour\n".to_vec();
    let mut scheduler = Scheduler::open(host.places.clone(), NOW).unwrap();
    scheduler.tick(due(&job, 1) - 1).await;
    assert!(host.runs(job.id).is_empty());
    let time = due(&job, 1);
    until(&mut scheduler, time, || host.asked() == "pipe run").await;
    assert_eq!(host.last(job.id), begun(job.id, time, RunEnd::Running, false));
    // Its next two times come while it is still going.
    for hours in [2, 3] {
        scheduler.tick(due(&job, hours)).await;
    }
    host.ends(job.id, RunEnd::Exit { code: 3 });
    until(&mut scheduler, due(&job, 3) + 1, || host.last(job.id).end != RunEnd::Running).await;
    let run = host.last(job.id);
    assert_eq!(
        (run.end, run.skipped, run.output.as_str(), run.ended),
        (RunEnd::Exit { code: 3 }, 2, "bonjour\n", Some(time + 9))
    );
    assert_eq!((host.runs(job.id).len(), host.asked().as_str()), (1, "pipe run"));
}

#[tokio::test]
async fn asked_for_it_runs_at_once_and_once_even_if_we_start_again() {
    let (host, job) = (Host::new(), cron_job("asso", 1, 1, "true"));
    let job = CronJob { run_now: NOW - 5, paused: true, ..job };
    host.want(&job);
    let mut scheduler = Scheduler::open(host.places.clone(), NOW).unwrap();
    until(&mut scheduler, NOW, || host.asked() == "pipe run").await;
    drop(scheduler);
    // Another scheduler takes up what is going.
    let mut scheduler = Scheduler::open(host.places.clone(), NOW + 1).unwrap();
    scheduler.tick(NOW + 2).await;
    assert_eq!((host.last(job.id).end, host.last(job.id).asked), (RunEnd::Running, true));
    host.ends(job.id, RunEnd::SUCCESS);
    until(&mut scheduler, NOW + 3, || host.last(job.id).end == RunEnd::SUCCESS).await;
    scheduler.tick(NOW + 4).await;
    assert_eq!((host.runs(job.id).len(), host.asked().as_str()), (1, "pipe run"));
}

#[tokio::test]
async fn what_cannot_be_started_says_why() {
    let (host, job) = (Host::new(), CronJob { run_now: NOW, ..cron_job("asso", 1, 1, "true") });
    host.want(&job);
    *host.answer.lock().unwrap() = "failed no such thing\n";
    let mut scheduler = Scheduler::open(host.places.clone(), NOW).unwrap();
    until(&mut scheduler, NOW, || {
        !host.runs(job.id).is_empty() && host.last(job.id).end == RunEnd::NotStarted
    })
    .await;
    assert_eq!(host.last(job.id).output, "no such thing");
}

#[tokio::test]
async fn of_a_suspended_account_nothing_starts_and_what_runs_ends() {
    let (host, job) = (Host::new(), CronJob { run_now: NOW, ..cron_job("asso", 1, 1, "true") });
    host.want(&job);
    let mut scheduler = Scheduler::open(host.places.clone(), NOW).unwrap();
    until(&mut scheduler, NOW, || host.asked() == "pipe run").await;
    host.account("suspended");
    until(&mut scheduler, NOW + 1, || host.asked() == "pipe run end").await;
    host.ends(job.id, RunEnd::Signal { number: 15 });
    until(&mut scheduler, NOW + 2, || host.last(job.id).end == RunEnd::Stopped).await;
    scheduler.tick(due(&job, 1)).await;
    scheduler.tick(due(&job, 2)).await;
    assert_eq!((host.runs(job.id).len(), host.asked().as_str()), (1, "pipe run end"));
}

#[tokio::test]
async fn a_host_that_was_down_tells_what_it_missed_and_lost() {
    let (host, job) = (Host::new(), CronJob { run_now: NOW, ..cron_job("asso", 1, 1, "true") });
    host.want(&job);
    let mut scheduler = Scheduler::open(host.places.clone(), NOW).unwrap();
    until(&mut scheduler, NOW, || host.asked() == "pipe run").await;
    drop(scheduler);
    fs::remove_file(host.places.units.join(unit::name(&job.account, job.id))).unwrap();
    // As if it had been down for three hours of its clock.
    let alive = UNIX_EPOCH + Duration::from_millis(NOW);
    let touched = |path: &Path, at: SystemTime| {
        fs::File::options().write(true).open(path).unwrap().set_modified(at).unwrap()
    };
    touched(&host.places.state.join("alive"), alive);
    touched(&host.places.job(job.id), alive - Duration::from_secs(60));
    let back = NOW + 3 * HOUR;
    let mut scheduler = Scheduler::open(host.places.clone(), back).unwrap();
    scheduler.tick(back + 1).await;
    let ends: Vec<RunEnd> = host.runs(job.id).iter().map(|run| run.end).collect();
    assert_eq!(ends, [RunEnd::Lost, RunEnd::Missed]);
    assert_eq!(host.last(job.id).started, NOW - NOW % HOUR + HOUR);
    // Nothing is made up for.
    assert_eq!(host.asked(), "pipe run");
}

/// What was due within the minute of a restart is begun after it, once.
#[tokio::test]
async fn a_restart_loses_no_job_and_begins_none_twice() {
    let host = Host::new();
    let due = NOW - NOW % HOUR + HOUR;
    let jobs: Vec<CronJob> = (1..=2).map(|n| cron_job("asso", 1, n, "true")).collect();
    jobs.iter().for_each(|job| host.want(job));
    host.places.write_run(&begun(jobs[0].id, due + 5_000, RunEnd::SUCCESS, false)).unwrap();
    let said = UNIX_EPOCH + Duration::from_millis(due - 30_000);
    write_lightly(&host.places.state.join("alive"), b"", place::MODE).unwrap();
    for path in [host.places.state.join("alive"), host.places.job(jobs[0].id), host.places.job(jobs[1].id)] {
        fs::File::options().write(true).open(path).unwrap().set_modified(said).unwrap();
    }
    let mut scheduler = Scheduler::open(host.places.clone(), due + 10_000).unwrap();
    until(&mut scheduler, due + 31_000, || host.asked() == "pipe run").await;
    assert_eq!((host.runs(jobs[0].id).len(), host.runs(jobs[1].id).len()), (1, 1));
}

#[tokio::test]
async fn a_job_that_goes_takes_its_run_and_its_traces_along() {
    let (host, job) = (Host::new(), CronJob { run_now: NOW, ..cron_job("asso", 1, 1, "true") });
    host.want(&job);
    let mut scheduler = Scheduler::open(host.places.clone(), NOW).unwrap();
    until(&mut scheduler, NOW, || host.asked() == "pipe run").await;
    fs::remove_file(host.places.job(job.id)).unwrap();
    until(&mut scheduler, NOW + 1, || host.asked() == "pipe run end").await;
    assert!(host.runs(job.id).is_empty());
    assert!(!host.places.state.join(job.id.simple()).exists());
}

#[tokio::test]
async fn kept_runs_are_bounded_in_number_and_size() {
    let (host, job) = (Host::new(), cron_job("asso", 1, 1, "true"));
    host.want(&job);
    let mut scheduler = Scheduler::open(host.places.clone(), NOW).unwrap();
    let run = |n: u64, octets: usize| CronRun {
        output: "x".repeat(octets),
        ..begun(job.id, n, RunEnd::SUCCESS, false)
    };
    (1..=30).for_each(|n| scheduler.write(&run(n, 10)));
    assert_eq!(host.runs(job.id).len(), CronRun::KEPT);
    (31..=60).for_each(|n| scheduler.write(&run(n, 60 * 1024)));
    let kept = host.runs(job.id);
    assert_eq!((kept.len(), kept[3].started), (4, 60));
}

#[tokio::test]
async fn no_account_takes_all_the_room() {
    let host = Host::new();
    for n in 1..=15 {
        host.want(&CronJob { run_now: NOW, ..cron_job("asso", 1, n, "true") });
    }
    let mut scheduler = Scheduler::open(host.places.clone(), NOW).unwrap();
    scheduler.tick(NOW).await;
    let going = scheduler.jobs.values().filter(|entry| entry.going.is_some()).count();
    assert_eq!(going, GOING_OF_ONE);
}
