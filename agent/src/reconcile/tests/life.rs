//! Accounts and sites come, change and go.

use crate::testing::{World, account, site, wanted};
use model::{AccountState, Body, Resource, SiteName, SiteState, wire::ReportState};
use std::path::PathBuf;

fn name(name: &str) -> SiteName {
    name.parse().unwrap()
}

fn link(world: &World, of: &str) -> Option<PathBuf> {
    std::fs::read_link(world.paths.name(&name(of))).ok()
}

fn asso() -> Resource {
    wanted(&Body::Account(account("asso", 1)), 0)
}

fn vhost(names: &[&str]) -> Resource {
    wanted(&Body::Site(site("asso", 1, 2, names)), 0)
}

#[test]
fn an_account_and_its_site_come_alive_and_equal_bytes_are_no_step() {
    let mut world = World::new();
    let done = world.apply(vec![vhost(&["asso.example", "www.asso.example"]), asso()]);
    assert!(done.iter().all(|done| done.outcome.state == ReportState::Applied), "{done:#?}");
    assert_eq!(done.len(), 2);
    assert_eq!(
        world.daemons.take(),
        ["check php", "check apache", "limit asso 256", "reload asso php", "check apache", "reload asso"]
    );
    assert_eq!(link(&world, "www.asso.example"), Some("/run/alveole/cells/asso.sock".into()));
    let account = account("asso", 1);
    let fragment = world.paths.fragment(&account.name, site("asso", 1, 2, &["asso.example"]).id);
    assert!(std::fs::read_to_string(fragment).unwrap().contains("ServerAlias \"www.asso.example\""));
    assert!(world.paths.document_root(&account.name, &name("asso.example")).is_dir());
    assert!(world.paths.userdb().join("200001.user").is_file());

    let before = world.snapshot();
    let again = world.all();
    assert_eq!(again.len(), 2);
    assert!(again.iter().all(|done| done.changed.is_empty() && !done.healed), "{again:#?}");
    assert_eq!(world.daemons.take(), [""; 0]);
    assert_eq!(world.snapshot(), before);
}

#[test]
fn names_come_and_go_and_the_folder_stays() {
    let mut world = World::new();
    world.apply(vec![asso(), vhost(&["a.example", "b.example"])]);
    let mut changed = site("asso", 1, 2, &["c.example", "a.example"]);
    changed.folder = name("a.example");
    world.apply(vec![wanted(&Body::Site(changed), 0)]);
    assert!(link(&world, "a.example").is_some() && link(&world, "c.example").is_some());
    assert_eq!(link(&world, "b.example"), None);
    let gone = Resource { body: None, ..vhost(&["x.example"]) };
    let done = world.apply(vec![gone]);
    assert_eq!(done[0].outcome.state, ReportState::Applied);
    assert_eq!(link(&world, "a.example"), None);
    let account = account("asso", 1);
    assert_eq!(std::fs::read_dir(world.paths.fragments(&account.name)).unwrap().count(), 0);
    assert!(
        world.paths.document_root(&account.name, &name("a.example")).is_dir(),
        "homes are not ours to empty"
    );
}

#[test]
fn a_suspended_account_keeps_everything_and_its_names_say_so() {
    let mut world = World::new();
    world.apply(vec![asso(), vhost(&["a.example"])]);
    let mut suspended = account("asso", 1);
    suspended.state = AccountState::Suspended;
    world.daemons.take();
    // The panel says it of the account alone: its sites follow.
    let done = world.apply(vec![wanted(&Body::Account(suspended), 0)]);
    assert_eq!(done.len(), 2);
    assert_eq!(link(&world, "a.example"), Some("../suspended".into()));
    assert_eq!(world.daemons.take(), ["stop asso"]);
    let cell = std::fs::read_to_string(world.paths.cell(&account("asso", 1).name).join("cell.json")).unwrap();
    assert!(cell.contains("\"suspended\""), "{cell}");
    world.apply(vec![asso()]);
    assert_eq!(link(&world, "a.example"), Some("/run/alveole/cells/asso.sock".into()));
    let mut one = site("asso", 1, 2, &["a.example"]);
    one.state = SiteState::Suspended;
    world.apply(vec![wanted(&Body::Site(one), 0)]);
    assert_eq!(link(&world, "a.example"), Some("../suspended".into()));
}

#[test]
fn only_an_erased_account_loses_its_home() {
    let mut world = World::new();
    world.apply(vec![asso(), vhost(&["a.example"])]);
    let home = world.paths.home(&account("asso", 1).name);
    std::fs::write(home.join("private/letter"), "kept").unwrap();
    // Removed: our files go, the home stays.
    let gone = |resource: Resource| Resource { body: None, ..resource };
    let done = world.apply(vec![gone(asso()), gone(vhost(&["a.example"]))]);
    assert!(done.iter().all(|done| done.outcome.state == ReportState::Applied), "{done:#?}");
    assert!(home.join("private/letter").exists());
    assert!(!world.paths.cell(&account("asso", 1).name).exists());
    assert_eq!(std::fs::read_dir(world.paths.userdb()).unwrap().count(), 0);
    assert_eq!(world.hands.records.keys().unwrap(), []);

    // Erased: the home goes too; sites the panel still names go with it.
    world.apply(vec![asso(), vhost(&["a.example"])]);
    std::fs::remove_file(home.join("private/letter")).unwrap();
    let mut erased = account("asso", 1);
    erased.state = AccountState::Erased;
    // What was counted of it goes, too.
    let (visits, space) = (world.paths.statistics_of(&erased.name), world.paths.space(&erased.name));
    std::fs::create_dir_all(&visits).unwrap();
    std::fs::create_dir_all(space.parent().unwrap()).unwrap();
    std::fs::write(visits.join("a.example.jsonl"), "{}").unwrap();
    std::fs::write(&space, "[]").unwrap();
    world.daemons.take();
    let done = world.apply(vec![wanted(&Body::Account(erased), 0)]);
    assert!(done.iter().all(|done| done.outcome.state == ReportState::Applied), "{done:#?}");
    assert!(!home.exists() && !visits.exists() && !space.exists());
    assert_eq!(link(&world, "a.example"), None);
    assert!(world.daemons.take().contains(&"stop asso".to_owned()));
    assert_eq!(std::fs::read_dir(world.paths.cells()).unwrap().count(), 0);
    let again = world.all();
    assert!(again.iter().all(|done| done.changed.is_empty() && done.outcome.state == ReportState::Applied));
}

#[test]
fn what_the_checker_refuses_is_set_aside_alone() {
    let mut world = World::new();
    world.apply(vec![asso(), vhost(&["good.example"])]);
    let before = world.snapshot();
    *world.daemons.refuse.lock().unwrap() = Some("poison.example".into());
    let poison = wanted(&Body::Site(site("asso", 1, 3, &["poison.example"])), 0);
    let fine = wanted(&Body::Site(site("asso", 1, 4, &["fine.example"])), 0);
    let done = world.apply(vec![poison.clone(), fine]);
    let of = |done: &[super::super::Done], at| {
        done.iter().find(|done| done.at == at).map(|done| done.outcome.clone()).unwrap()
    };
    let outcome = of(&done, poison.at());
    assert_eq!(outcome.state, ReportState::Failed);
    assert!(outcome.text.unwrap().en.contains("refused: poison.example"));
    assert_eq!(link(&world, "poison.example"), None);
    assert!(link(&world, "fine.example").is_some());
    assert!(before.lines().filter(|line| line.contains("good")).all(|line| world.snapshot().contains(line)));
    // A change that is refused leaves the old state serving.
    let worse = vhost(&["good.example", "poison.example"]);
    assert_eq!(world.apply(vec![worse])[0].outcome.state, ReportState::Failed);
    assert!(link(&world, "good.example").is_some());
    // And the next good one mends it.
    let done = world.apply(vec![vhost(&["good.example", "more.example"])]);
    assert_eq!(done[0].outcome.state, ReportState::Applied);
    assert!(link(&world, "more.example").is_some());
}

#[test]
fn a_failed_reload_brings_the_old_bytes_back() {
    let mut world = World::new();
    world.apply(vec![asso(), vhost(&["a.example"])]);
    let before = world.snapshot();
    *world.daemons.reload_fails.lock().unwrap() = true;
    let done = world.apply(vec![vhost(&["a.example", "b.example"])]);
    assert_eq!(done[0].outcome.state, ReportState::Failed);
    assert!(done[0].retry);
    assert_eq!(world.snapshot(), before);
    *world.daemons.reload_fails.lock().unwrap() = false;
    assert!(world.all().iter().all(|done| done.outcome.state == ReportState::Applied));
    assert!(link(&world, "b.example").is_some());
}

#[test]
fn a_name_belongs_to_one_site_and_can_move() {
    let mut world = World::new();
    let other = wanted(&Body::Account(account("other", 9)), 0);
    world.apply(vec![asso(), other, vhost(&["a.example", "b.example"])]);
    let thief = |names: &[&str]| wanted(&Body::Site(site("other", 9, 8, names)), 0);
    let done = world.apply(vec![thief(&["o.example", "b.example"])]);
    assert_eq!(done[0].outcome.state, ReportState::Failed);
    assert!(done[0].outcome.text.as_ref().unwrap().en.contains("b.example"));
    assert_eq!(link(&world, "b.example"), Some("/run/alveole/cells/asso.sock".into()));
    assert_eq!(link(&world, "o.example"), None);
    // A move: the panel takes it from one and gives it to the other, in either order.
    let keys = world.want(vec![thief(&["o.example", "b.example"]), vhost(&["a.example"])]);
    for done in world.reconcile(keys) {
        assert!(matches!(done.outcome.state, ReportState::Applied | ReportState::Checked), "{done:#?}");
    }
    assert_eq!(link(&world, "b.example"), Some("/run/alveole/cells/other.sock".into()));
    world.apply(vec![Resource { body: None, ..vhost(&["a.example"]) }]);
    assert_eq!(link(&world, "b.example"), Some("/run/alveole/cells/other.sock".into()));
}

#[test]
fn what_cannot_be_read_or_has_no_account_is_set_aside_with_a_reason() {
    let mut world = World::new();
    let orphan = wanted(&Body::Site(site("asso", 1, 2, &["a.example"])), 0);
    let mut foreign = wanted(&Body::Site(site("asso", 1, 3, &["b.example"])), 0);
    foreign.body.as_mut().unwrap()["include"] = "/etc/passwd".into();
    let done = world.apply(vec![orphan, foreign]);
    assert!(done.iter().all(|done| done.outcome.state == ReportState::Failed));
    assert_eq!(std::fs::read_dir(world.paths.names()).unwrap().count(), 0);
    // The account comes: the site that waited follows by itself.
    let done = world.apply(vec![asso()]);
    assert_eq!(done.iter().filter(|done| done.outcome.state == ReportState::Applied).count(), 2, "{done:#?}");
    assert!(link(&world, "a.example").is_some());
}
