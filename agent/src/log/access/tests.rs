//! The access log looked through: newest first, page by page, across what was rotated and compressed.

use super::{super::visit::tests::line, *};
use flate2::{Compression, write::GzEncoder};
use model::LogText;
use std::{fs, io::Write, path::PathBuf};
use tempfile::TempDir;

/// When the first of all lines was written.
const START: u64 = 1_795_000_000_000;

struct Scene {
    dir: TempDir,
}

impl Scene {
    fn new() -> Scene {
        Scene { dir: tempfile::tempdir().unwrap() }
    }

    fn log(&self) -> PathBuf {
        self.dir.path().join("access.log")
    }

    fn put(&self, end: &str, text: &str) {
        fs::write(self.dir.path().join(format!("access.log{end}")), text).unwrap();
    }

    fn zip(&self, end: &str, text: &str) {
        let mut gz = GzEncoder::new(vec![], Compression::fast());
        gz.write_all(text.as_bytes()).unwrap();
        fs::write(self.dir.path().join(format!("access.log{end}.gz")), gz.finish().unwrap()).unwrap();
    }

    fn ask(&self, ask: &LogAsk) -> LogPage<Visit> {
        search(&self.log(), &Wanted { names: &names(0), short: false, ask }).unwrap()
    }
}

fn names(since: u64) -> Vec<NameSince> {
    ["a.example", "www.a.example"].map(|name| NameSince { name: name.parse().unwrap(), since }).into()
}

/// Lines of the day `day`, one a second: every third is a neighbour's.
fn day(day: u64, count: u64) -> String {
    let name = |n: u64| ["a.example", "www.a.example", "b.example"][(n % 3) as usize];
    (0..count)
        .map(|n| line(name(n), START + day * 86_400_000 + n * 1000, &format!("/{day}/{n}"), 200))
        .collect()
}

fn paths(page: &LogPage<Visit>) -> Vec<&str> {
    page.lines.iter().map(|visit| visit.path.as_str()).collect()
}

#[test]
fn pages_lead_through_all_that_was_rotated_and_show_no_neighbour() {
    let scene = Scene::new();
    scene.zip("-20261125", &day(0, 9));
    scene.zip("-20261126", &day(1, 9));
    scene.put("-20261127", &day(2, 9));
    scene.put("", &day(3, 9));
    let mut seen: Vec<String> = vec![];
    let mut ask = LogAsk::newest(4);
    loop {
        let page = scene.ask(&ask);
        assert!(
            page.lines.len() <= 4
                && !page.cut
                && page.lines.iter().all(|visit| visit.name.as_str() != "b.example")
        );
        seen.extend(page.lines.iter().map(|visit| visit.path.clone()));
        match page.older {
            Some(place) => ask.before = Some(place),
            None => break,
        }
    }
    let wanted: Vec<String> = (0..4)
        .rev()
        .flat_map(|day| (0..9).rev().filter(|n| n % 3 != 2).map(move |n| format!("/{day}/{n}")))
        .collect();
    assert_eq!(seen, wanted);
}

#[test]
fn a_place_outlives_rotation_and_compression() {
    let scene = Scene::new();
    scene.put("", &day(0, 9));
    let page = scene.ask(&LogAsk::newest(3));
    assert_eq!(paths(&page), ["/0/7", "/0/6", "/0/4"]);
    let older = LogAsk { before: page.older, ..LogAsk::newest(2) };
    fs::rename(scene.log(), scene.dir.path().join("access.log-20261126")).unwrap();
    scene.put("", &day(1, 3));
    assert_eq!(paths(&scene.ask(&older)), ["/0/3", "/0/1"]);
    fs::remove_file(scene.dir.path().join("access.log-20261126")).unwrap();
    scene.zip("-20261126", &day(0, 9));
    assert_eq!(paths(&scene.ask(&older)), ["/0/3", "/0/1"]);
}

#[test]
fn what_comes_next_is_told_once_across_a_rotation() {
    let scene = Scene::new();
    scene.put("", &day(0, 3));
    let mut place = scene.ask(&LogAsk::newest(10)).newest;
    let mut next = || {
        let page = scene.ask(&LogAsk { after: place, ..LogAsk::newest(10) });
        place = page.newest;
        page.lines.into_iter().map(|visit| visit.path).collect::<Vec<_>>()
    };
    assert_eq!(next(), Vec::<String>::new());
    // Half a line is none yet.
    let whole = day(0, 5);
    scene.put("", &whole[..whole.len() - 5]);
    assert_eq!(next(), ["/0/3"]);
    fs::write(scene.dir.path().join("access.log-20261126"), &whole).unwrap();
    scene.put("", "");
    assert_eq!(next(), ["/0/4"]);
    scene.put("", &day(1, 2));
    assert_eq!(next(), ["/1/1", "/1/0"]);
    assert_eq!(next(), Vec::<String>::new());
}

#[test]
fn what_is_asked_for_narrows_and_what_was_another_s_is_not_told() {
    let scene = Scene::new();
    scene.put("-20261127", &day(0, 9));
    let odd = line("a.example", START + 86_400_000, "/Été", 404)
        + &line("a.example", START + 86_401_000, "/b", 500);
    scene.put("", &odd);
    let ask = |text: Option<&str>, status, from, until| LogAsk {
        text: text.map(|text| LogText::parse(text).unwrap()),
        status,
        from,
        until,
        ..LogAsk::newest(10)
    };
    let all = u64::MAX;
    assert_eq!(paths(&scene.ask(&ask(Some("été"), None, 0, all))), ["/Été"]);
    assert_eq!(paths(&scene.ask(&ask(None, Some(5), 0, all))), ["/b"]);
    assert_eq!(paths(&scene.ask(&ask(None, None, START + 6000, START + 8000))), ["/0/7", "/0/6"]);
    assert_eq!(paths(&scene.ask(&ask(Some("192.0.2.77"), None, START + 86_000_000, all))), ["/b", "/Été"]);
    // The name was another account's until then.
    let whole = LogAsk::newest(10);
    let wanted = Wanted { names: &names(START + 7000), short: true, ask: &whole };
    let page = search(&scene.log(), &wanted).unwrap();
    assert_eq!(paths(&page), ["/b", "/Été", "/0/7"]);
    // Whole addresses cannot be guessed where networks are shown.
    assert!(page.lines.iter().all(|visit| visit.address == "192.0.2.0/24"));
    let guess = ask(Some("192.0.2.77"), None, 0, all);
    assert_eq!(
        search(&scene.log(), &Wanted { names: &names(0), short: true, ask: &guess }).unwrap().lines,
        []
    );
}

#[test]
fn an_answer_is_bounded_and_a_log_that_is_not_there_is_empty() {
    let scene = Scene::new();
    let long = "x".repeat(2000);
    let lines: String = (0..400).map(|n| line("a.example", START + n, &format!("/{long}"), 200)).collect();
    scene.put("", &lines);
    let page = scene.ask(&LogAsk::newest(500));
    let octets = serde_json::to_vec(&page).unwrap().len();
    assert!(octets < 256 * 1024 && !page.cut && page.older.is_some(), "{octets}");
    let none = Scene::new();
    assert_eq!(none.ask(&LogAsk::newest(5)), LogPage::empty());
}
