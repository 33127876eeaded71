//! What the kernel counts of an account's slice (cgroup-v2.rst), and what is new since the last look.

use super::slice;
use model::{Culprit, Scarce, UnixName};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// Throttled for less than this between two looks is no news: every burst is, a little.
const LONG_THROTTLED_US: u64 = 2_000_000;

/// The counters of one slice; they begin anew with each slice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Which slice it was.
    inode: u64,
    cpu_us: u64,
    throttled_us: u64,
    memory_peak: u64,
    processes_peak: u64,
    kills: u64,
    refused_forks: u64,
    units: BTreeMap<String, Unit>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Unit {
    cpu_us: u64,
    kills: u64,
    processes: u64,
}

/// What an account took since the last look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    pub memory: Option<u64>,
    pub cpu_us: u64,
    pub processes: Option<u64>,
    /// What held it back, whom, and how often.
    pub bites: Vec<(Scarce, Culprit, u64)>,
}

/// Where the slices lie.
pub fn folder() -> PathBuf {
    "/sys/fs/cgroup/alveole.slice".into()
}

/// Looks at an account's slice; `None`: nothing of it runs.
pub fn look(slices: &Path, account: &UnixName, last: &Counters) -> Option<(Taken, Counters)> {
    let slice = slices.join(slice::name(account));
    let inode = fs::metadata(&slice).ok()?.ino();
    let fresh = Counters::default();
    let last = if last.inode == inode { last } else { &fresh };
    let now = count(&slice, inode);
    let memory = peak(number(&slice, "memory.current"), now.memory_peak, last.memory_peak);
    let processes = peak(number(&slice, "pids.current"), now.processes_peak, last.processes_peak);
    let cpu_us = now.cpu_us.saturating_sub(last.cpu_us);
    let taken = Taken { memory, cpu_us, processes, bites: bites(account, last, &now) };
    Some((taken, now))
}

/// What is held now, or the most of before where that came after the last look.
fn peak(current: Option<u64>, peak: u64, before: u64) -> Option<u64> {
    current.map(|current| if peak > before { peak.max(current) } else { current })
}

fn bites(account: &UnixName, last: &Counters, now: &Counters) -> Vec<(Scarce, Culprit, u64)> {
    let before = |name: &String| last.units.get(name).cloned().unwrap_or_default();
    let mut bites = Vec::new();
    let mut kills = now.kills.saturating_sub(last.kills);
    for (name, unit) in &now.units {
        let own = unit.kills.saturating_sub(before(name).kills);
        if own > 0 {
            bites.push((Scarce::Memory, culprit(name, account), own));
            kills = kills.saturating_sub(own);
        }
    }
    // Whose unit ended with it.
    if kills > 0 {
        bites.push((Scarce::Memory, Culprit::Account, kills));
    }
    // Who has the most is most likely who asked for more.
    let most = |of: &dyn Fn(&String, &Unit) -> u64| {
        let most = now.units.iter().max_by_key(|(name, unit)| of(name, unit));
        most.map_or(Culprit::Account, |(name, _)| culprit(name, account))
    };
    let forks = now.refused_forks.saturating_sub(last.refused_forks);
    if forks > 0 {
        bites.push((Scarce::Processes, most(&|_, unit| unit.processes), forks));
    }
    if now.throttled_us.saturating_sub(last.throttled_us) >= LONG_THROTTLED_US {
        bites.push((Scarce::Cpu, most(&|name, unit| unit.cpu_us.saturating_sub(before(name).cpu_us)), 1));
    }
    bites
}

/// A unit's name, in words of ours.
fn culprit(unit: &str, account: &UnixName) -> Culprit {
    if unit == slice::unit("cell", account) {
        return Culprit::Cell;
    }
    if unit == slice::unit("php", account) {
        return Culprit::Php;
    }
    let job = slice::id_of("alveole-cron", unit, account).and_then(|id| id.parse().ok()).map(Culprit::Job);
    let app = || slice::id_of("alveole-app", unit, account).and_then(|id| id.parse().ok()).map(Culprit::App);
    job.or_else(app).unwrap_or(Culprit::Account)
}

fn count(slice: &Path, inode: u64) -> Counters {
    let mut units = BTreeMap::new();
    for entry in fs::read_dir(slice).into_iter().flatten().flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        if !name.ends_with(".service") {
            continue;
        }
        let folder = entry.path();
        let unit = Unit {
            cpu_us: field(&folder, "cpu.stat", "usage_usec"),
            kills: field(&folder, "memory.events", "oom_kill"),
            processes: number(&folder, "pids.current").unwrap_or(0),
        };
        units.insert(name, unit);
    }
    Counters {
        inode,
        cpu_us: field(slice, "cpu.stat", "usage_usec"),
        throttled_us: field(slice, "cpu.stat", "throttled_usec"),
        memory_peak: number(slice, "memory.peak").unwrap_or(0),
        processes_peak: number(slice, "pids.peak").unwrap_or(0),
        kills: field(slice, "memory.events", "oom_kill"),
        refused_forks: field(slice, "pids.events", "max"),
        units,
    }
}

/// The one number of a file; `max` is none.
pub fn number(folder: &Path, file: &str) -> Option<u64> {
    fs::read_to_string(folder.join(file)).ok()?.trim().parse().ok()
}

/// One of the lines `name number`.
fn field(folder: &Path, file: &str, name: &str) -> u64 {
    let text = fs::read_to_string(folder.join(file)).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::CronJobId;

    struct Kernel(tempfile::TempDir);

    impl Kernel {
        fn say(&self, unit: &str, files: &[(&str, &str)]) {
            let folder = self.0.path().join(r"alveole-les\x2damis.slice").join(unit);
            fs::create_dir_all(&folder).unwrap();
            for (file, text) in files {
                fs::write(folder.join(file), text).unwrap();
            }
        }
    }

    #[test]
    fn what_is_new_is_told_and_whom_it_met() {
        let (kernel, account): (_, UnixName) =
            (Kernel(tempfile::tempdir().unwrap()), "les-amis".parse().unwrap());
        let look = |last: &Counters| super::look(kernel.0.path(), &account, last);
        assert_eq!(look(&Counters::default()), None);
        let (cell, php) = (r"alveole-cell@les\x2damis.service", r"alveole-php@les\x2damis.service");
        kernel.say(
            "",
            &[
                ("cpu.stat", "usage_usec 5000\nthrottled_usec 100\n"),
                ("memory.current", "100\n"),
                ("memory.peak", "300\n"),
                ("memory.events", "max 3\noom_kill 0\n"),
                ("pids.current", "7\n"),
                ("pids.peak", "9\n"),
                ("pids.events", "max 0\n"),
            ],
        );
        kernel.say(cell, &[("pids.current", "4\n"), ("cpu.stat", "usage_usec 4000\n")]);
        kernel.say(php, &[("pids.current", "3\n"), ("memory.events", "oom_kill 0\n")]);
        let (taken, first) = look(&Counters::default()).unwrap();
        let quiet = Taken { memory: Some(300), cpu_us: 5000, processes: Some(9), bites: vec![] };
        assert_eq!(taken, quiet);
        // The peaks are of before.
        let (taken, _) = look(&first).unwrap();
        assert_eq!(taken, Taken { memory: Some(100), cpu_us: 0, processes: Some(7), bites: vec![] });
        let job = CronJobId::new(7, &[7; 10]);
        let cron = format!("alveole-cron-les-amis-{}.service", job.simple());
        kernel.say(
            "",
            &[
                ("cpu.stat", "usage_usec 9000000\nthrottled_usec 3000000\n"),
                ("memory.events", "oom_kill 3\n"),
                ("pids.events", "max 12\n"),
            ],
        );
        kernel.say(php, &[("memory.events", "oom_kill 2\n")]);
        kernel.say(&cron, &[("pids.current", "90\n"), ("cpu.stat", "usage_usec 8000000\n")]);
        let (taken, second) = look(&first).unwrap();
        assert_eq!(
            taken.bites,
            [
                (Scarce::Memory, Culprit::Php, 2),
                (Scarce::Memory, Culprit::Account, 1),
                (Scarce::Processes, Culprit::Job(job), 12),
                (Scarce::Cpu, Culprit::Job(job), 1),
            ]
        );
        assert_eq!(look(&second).unwrap().0.bites, []);
        // It slept and woke: another slice, whose counters begin at nought.
        fs::rename(kernel.0.path().join(r"alveole-les\x2damis.slice"), kernel.0.path().join("before"))
            .unwrap();
        kernel.say("", &[("cpu.stat", "usage_usec 70\n"), ("memory.events", "oom_kill 1\n")]);
        let (taken, _) = look(&second).unwrap();
        // A kernel without controllers counts the time and nothing else.
        let bites = vec![(Scarce::Memory, Culprit::Account, 1)];
        assert_eq!(taken, Taken { memory: None, cpu_us: 70, processes: None, bites });
    }
}
