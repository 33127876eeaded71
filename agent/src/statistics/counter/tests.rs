//! Counting as the log grows, across rotations, restarts and days.

use super::*;
use flate2::{Compression, write::GzEncoder};
use std::{fs, io::Write, os::unix::fs::symlink};

/// 2026-11-27 00:00 UTC.
const DAY: u64 = 1_795_737_600_000;

/// Beyond all that is asked here.
const NOW: i64 = DAY as i64 + 10 * DAY_MS;

struct Scene {
    _dir: tempfile::TempDir,
    paths: Paths,
}

struct Ask<'a> {
    name: &'a str,
    at: u64,
    path: &'a str,
    status: u16,
    address: &'a str,
    agent: &'a str,
    referrer: &'a str,
}

const PERSON: &str = "Mozilla/5.0 Firefox/140.0";

impl Ask<'_> {
    fn line(&self) -> String {
        let Ask { name, at, path, status, address, agent, referrer } = self;
        format!(
            "{{\"name\":\"{name}\",\"time\":{}.{:03},\"address\":\"{address}\",\"method\":\"GET\",\"path\":\"{path}\",\"status\":\"{status}\",\"octets\":10,\"seconds\":0.004,\"referrer\":\"{referrer}\",\"agent\":\"{agent}\"}}\n",
            at / 1000,
            at % 1000
        )
    }
}

fn page(at: u64) -> Ask<'static> {
    Ask { name: "a.example", at, path: "/", status: 200, address: "192.0.2.1", agent: PERSON, referrer: "" }
}

impl Scene {
    fn new() -> Scene {
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::below(dir.path());
        fs::create_dir_all(paths.access_log().parent().unwrap()).unwrap();
        fs::create_dir_all(paths.names()).unwrap();
        fs::create_dir_all(paths.state()).unwrap();
        for (name, account) in [("a.example", "asso"), ("www.a.example", "asso"), ("b.example", "voisine")] {
            symlink(format!("/run/alveole/cells/{account}.sock"), paths.names().join(name)).unwrap();
        }
        Scene { _dir: dir, paths }
    }

    fn write(&self, asks: &[Ask<'_>]) {
        let mut file =
            fs::OpenOptions::new().create(true).append(true).open(self.paths.access_log()).unwrap();
        for ask in asks {
            file.write_all(ask.line().as_bytes()).unwrap();
        }
    }

    fn rotate(&self, to: &str, zipped: bool) {
        let log = self.paths.access_log();
        let bytes = fs::read(&log).unwrap();
        fs::write(&log, "").unwrap();
        if zipped {
            let mut gz = GzEncoder::new(vec![], Compression::fast());
            gz.write_all(&bytes).unwrap();
            fs::write(log.with_file_name(format!("access.log-{to}.gz")), gz.finish().unwrap()).unwrap();
        } else {
            fs::write(log.with_file_name(format!("access.log-{to}")), bytes).unwrap();
        }
    }
}

fn told(counter: &Counter, names: &[&str]) -> Statistics {
    let names: Vec<SiteName> = names.iter().map(|name| name.parse().unwrap()).collect();
    let (from, until) = (Day::from_ms(DAY as i64 - 400 * DAY_MS), Day::from_ms(DAY as i64 + 10 * DAY_MS));
    counter.statistics(&"asso".parse().unwrap(), &names, (from, until), NOW).unwrap()
}

#[test]
fn what_people_saw_is_counted_and_what_robots_and_we_ask_is_not_a_visit() {
    let scene = Scene::new();
    let counter = Counter::of(&scene.paths);
    scene.write(&[
        Ask { referrer: "https://search.example/q?x", ..page(DAY) },
        Ask { path: "/style.css", ..page(DAY + 10) },
        Ask { path: "/about?token=secret", ..page(DAY + 1000) },
        Ask { path: "/gone", status: 404, ..page(DAY + 2000) },
        Ask { address: "192.0.2.2", ..page(DAY + 3000) },
        Ask { agent: "Googlebot/2.1", ..page(DAY + 4000) },
        Ask { path: "/.well-known/alveole/verify/00", ..page(DAY + 4500) },
        // The same person after lunch.
        page(DAY + 3_600_000),
        Ask { name: "www.a.example", status: 500, ..page(DAY + 3_600_001) },
        Ask { name: "b.example", ..page(DAY + 3_600_002) },
        Ask { name: "made-up.example", ..page(DAY + 3_600_003) },
    ]);
    let all = told(&counter, &["a.example", "www.a.example"]);
    let day = &all.days[0];
    assert_eq!((all.days.len(), day.hits, day.pages, day.visits, day.robots), (1, 8, 4, 3, 1));
    assert_eq!((day.octets, day.statuses), (80, [0, 6, 0, 1, 1]));
    assert_eq!(all.pages, [("/".to_owned(), 3), ("/about".to_owned(), 1)]);
    assert_eq!(all.referrers, [("search.example".to_owned(), 1)]);
    // A neighbour's name is not this account's, whoever asks for it.
    assert_eq!(told(&counter, &["b.example", "made-up.example"]), Statistics::default());
}

#[test]
fn nothing_is_counted_twice_or_lost_over_rotation_restart_and_days() {
    let scene = Scene::new();
    let counter = Counter::of(&scene.paths);
    scene.write(&[page(DAY), page(DAY + 1)]);
    counter.catch_up(None, NOW).unwrap();
    scene.write(&[page(DAY + 2)]);
    scene.rotate("20261128", false);
    scene.write(&[page(DAY + 86_400_000 + 120_000)]);
    let hits =
        |counter: &Counter| told(counter, &["a.example"]).days.iter().map(|day| day.hits).collect::<Vec<_>>();
    assert_eq!(hits(&counter), [3, 1]);
    // The first day is over, and on the disk; a new agent goes on where the last wrote.
    let counter = Counter::of(&scene.paths);
    assert_eq!(hits(&counter), [3, 1]);
    scene.write(&[page(DAY + 86_400_000 + 130_000)]);
    scene.rotate("20261129", true);
    scene.write(&[page(DAY + 2 * 86_400_000 + 120_000)]);
    assert_eq!(hits(&counter), [3, 2, 1]);
    let counter = Counter::of(&scene.paths);
    assert_eq!(hits(&counter), [3, 2, 1]);
    // Written twice by a fall, a day counts once.
    let file = scene.paths.counts(&"asso".parse().unwrap(), &"a.example".parse().unwrap());
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.repeat(2)).unwrap();
    assert_eq!(hits(&counter), [3, 2, 1]);
    assert!(!text.contains("192.0.2"), "{text}");
}

#[test]
fn a_line_from_the_future_ends_no_day() {
    let scene = Scene::new();
    let counter = Counter::of(&scene.paths);
    let now = DAY as i64 + 3_600_000;
    scene.write(&[page(DAY), page(DAY + 400 * 86_400_000), page(DAY + 1000)]);
    counter.catch_up(None, now).unwrap();
    scene.write(&[page(DAY + 2000)]);
    counter.catch_up(None, now).unwrap();
    assert_eq!(told(&counter, &["a.example"]).days[0].hits, 3);
}

#[test]
fn a_year_of_days_stays_small() {
    let scene = Scene::new();
    let key = ("asso".parse().unwrap(), "a.example".parse().unwrap());
    for day in 0..500_i64 {
        let mut count = Count::new(Day::from_ms(DAY as i64 + day * DAY_MS));
        for n in 0..10 {
            count.pages.add(format!("/{}/{n}", "x".repeat(140)), 1, 10);
        }
        count.of_day.hits = 1;
        store::append(&scene.paths, &key, &count).unwrap();
    }
    let size = fs::metadata(scene.paths.counts(&key.0, &key.1)).unwrap().len();
    assert!(size < 400 * 1024, "{size}");
    let days = store::read(&scene.paths, &key.0, &key.1).unwrap();
    assert!(days.len() >= MOST_DAYS_KEPT, "{}", days.len());
}

const MOST_DAYS_KEPT: usize = 366;
