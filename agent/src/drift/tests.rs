//! Eyes and worker together, below a temporary folder: what a person breaks is whole again within a moment.

use super::Eyes;
use crate::{
    report::Reports,
    status::Status,
    testing::{World, account, site, wanted},
    worker::{Errand, Worker},
};
use model::{Body, ResourceKey, wire::ReportState};
use std::{
    sync::{Arc, Mutex, mpsc},
    time::{Duration, Instant},
};

/// Waits for a condition.
fn until(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(20), "never: {what}");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

#[test]
fn what_is_broken_by_hand_is_seen_healed_or_held() {
    let mut world = World::new();
    let vhost = wanted(&Body::Site(site("asso", 1, 2, &["a.example"])), 0);
    world.apply(vec![wanted(&Body::Account(account("asso", 1)), 0), vhost.clone()]);
    let (paths, at) = (world.paths.clone(), vhost.at());
    let before = world.snapshot();
    let ledger = Arc::new(Mutex::new(crate::ledger::Ledger::open(&paths.ledger()).unwrap()));
    let reports = Arc::new(Reports::default());
    let status = Arc::new(Status::new(String::new(), None));
    let (errands, to_do) = mpsc::channel();
    let eyes = Eyes::open(&paths, ledger.clone(), errands.clone()).unwrap();
    std::thread::spawn(move || eyes.run());
    let worker = Worker::new(world.hands.clone(), ledger, reports.clone(), status);
    let working = std::thread::spawn(move || worker.run(&to_do));
    let stands = |at: ResourceKey, state: ReportState| {
        reports.standing().iter().any(|item| item.key == at.key && item.state == state)
    };
    until("the first look", || stands(at, ReportState::Applied));

    std::fs::remove_file(paths.names().join("a.example")).unwrap();
    until("the link is back", || paths.names().join("a.example").is_symlink());
    until("it is told", || reports.standing().iter().any(|item| item.key == at.key && item.drift.is_some()));
    std::fs::remove_file(paths.userdb().join("200001.group")).unwrap();
    until("the group is back", || paths.userdb().join("200001.group").exists());
    // Something may be put back while it is taken away.
    until("the folder is taken away", || std::fs::remove_dir_all(paths.names()).is_ok());
    until("all names are back", || paths.names().join("a.example").is_symlink());
    std::fs::remove_file(paths.names().join("a.example")).unwrap();
    until("and watched again", || paths.names().join("a.example").is_symlink());
    until("all is as before", || world.snapshot() == before);

    let site = site("asso", 1, 2, &["a.example"]);
    let fragment = paths.fragment(&site.account, site.id);
    let ours = std::fs::read(&fragment).unwrap();
    std::fs::write(&fragment, "# by hand\n").unwrap();
    until("the edit is held", || stands(at, ReportState::Held));
    assert_eq!(std::fs::read(&fragment).unwrap(), b"# by hand\n");
    std::fs::write(&fragment, ours).unwrap();
    until("undone by hand", || stands(at, ReportState::Applied));
    errands.send(Errand::Stop).unwrap();
    working.join().unwrap();
}
