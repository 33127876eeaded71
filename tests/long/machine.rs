//! What only a host with a kernel of its own can show: a reboot with the panel off, and one cell gone wild beside a neighbour.

use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tests::lab;
use tests::own::Own;
use tests::panel::Ports;
use tests::play::{Scene, Site};
use tests::stage::Extra;
use tests::wait::until;
use tests::watch::End;

/// Its processor is emulated: what takes a second elsewhere may take ten.
const PATIENCE: Duration = Duration::from_secs(300);
/// Requests in one measurement: of a hundred and more, the 99th percentile is one that was seen.
const ASKED: usize = 200;
const RUNS: usize = 5;

fn machine(name: &str) -> Own {
    Own::up(name, 1, Ports::free().unwrap(), Extra { machines: true, ..Extra::default() }).unwrap()
}

#[test]
fn after_a_reboot_with_the_panel_off_sites_are_still_right() {
    let own = machine("reboot");
    let tenant = own.tenant("boot").unwrap();
    let site = tenant.site("boot.example").unwrap();
    site.put("index.php", "<?php echo 'alive ', posix_getuid();").unwrap();
    let before = own.answers("boot.example", "/", 200).unwrap().body;
    own.stop_panel().unwrap();
    let began = Instant::now();
    lab::life("reboot", &own.stage.lab, &own.host.name).unwrap();
    let after = until("the site answers again", PATIENCE, || {
        let reply = own.visit("boot.example", "/")?;
        if reply.status == 200 { Ok(reply.body) } else { Err(reply.status.to_string()) }
    });
    assert_eq!(after.unwrap(), before);
    println!("figure: reboot to answer with the panel off: {:.1} s", began.elapsed().as_secs_f64());
}

/// One way a cell can be wild: what is asked of its site, how many at a time.
struct Storm {
    name: &'static str,
    path: &'static str,
    at_once: usize,
}

const STORMS: [Storm; 4] = [
    Storm { name: "a fork bomb", path: "/forks.php", at_once: 1 },
    Storm { name: "a hog of memory", path: "/memory.php", at_once: 4 },
    Storm { name: "a disk that is filled", path: "/disk.php", at_once: 1 },
    // Four times what one site may have open.
    Storm { name: "1,024 connections", path: "/slow.php", at_once: 1024 },
];

#[test]
fn a_cell_gone_wild_does_not_slow_its_neighbour() {
    let own = machine("wild");
    let wild = own.tenant("wild").unwrap();
    let storm = wild.site("wild.example").unwrap();
    let calm = own.tenant("calm").unwrap();
    let near = calm.site("calm.example").unwrap();
    near.put("index.php", "<?php echo 'calm';").unwrap();
    storm.put("forks.php", "<?php exec('f() { f | f & }; f; sleep 20');").unwrap();
    storm
        .put(
            "memory.php",
            "<?php ini_set('memory_limit', '-1'); $a = []; while (true) { $a[] = str_repeat('x', 1 << 20); }",
        )
        .unwrap();
    storm
        .put(
            "disk.php",
            "<?php exec('dd if=/dev/zero of=/home/wild/tmp/fill bs=64k; rm /home/wild/tmp/fill');",
        )
        .unwrap();
    storm.put("slow.php", "<?php sleep(3); echo 'slow';").unwrap();
    own.answers("calm.example", "/", 200).unwrap();
    for kind in STORMS {
        let mut ratios: Vec<f64> = (0..RUNS)
            .map(|_| {
                let quiet = percentile(&near);
                let loud = raging(&own, &storm, &kind, || percentile(&near));
                loud.as_secs_f64() / quiet.as_secs_f64()
            })
            .collect();
        ratios.sort_by(f64::total_cmp);
        println!(
            "figure: {}: the neighbour's p99 is {:.2} of its own in calm (median of {RUNS}: {ratios:.2?})",
            kind.name,
            ratios[RUNS / 2]
        );
        assert!(ratios[RUNS / 2] < 2.0, "{}: {ratios:?}", kind.name);
    }
}

/// The 99th percentile of the time the neighbour's page takes. Every answer must be right.
fn percentile(site: &Site<'_>) -> Duration {
    let mut took: Vec<Duration> = (0..ASKED)
        .map(|_| {
            let began = Instant::now();
            let reply = site.get("/").unwrap();
            assert_eq!((reply.status, reply.body.as_str()), (200, "calm"));
            began.elapsed()
        })
        .collect();
    took.sort();
    took[ASKED * 99 / 100]
}

/// Does `look` while the storm rages, and waits until it has passed.
fn raging<T>(own: &Own, site: &Site<'_>, kind: &Storm, look: impl FnOnce() -> T) -> T {
    let over = AtomicBool::new(false);
    let seen = std::thread::scope(|scope| {
        for _ in 0..kind.at_once.min(64) {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    // How it ends is not the point: 200, 500, 502, 503 or nothing at all.
                    ask(own, site, kind.path, kind.at_once.div_ceil(64));
                }
            });
        }
        let end = End(&over);
        let seen = look();
        drop(end);
        seen
    });
    // What is left of it would blow into the next measurement in calm.
    own.shell("systemctl stop alveole-cell@wild alveole-php@wild; true").unwrap();
    seen
}

/// Several requests at once, each on a connection of its own, until the first has been answered or ten seconds are over.
fn ask(scene: &Scene, site: &Site<'_>, path: &str, at_once: usize) {
    use std::io::{Read, Write};
    let mut open: Vec<TcpStream> =
        (0..at_once).filter_map(|_| TcpStream::connect((scene.host.address.as_str(), 80)).ok()).collect();
    for stream in &mut open {
        let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
        let _ = write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", site.name);
    }
    if let Some(first) = open.first_mut() {
        let _ = first.read(&mut [0; 512]);
    }
}
