//! An application on a host below a temporary folder: what the agent does, and what is done as the tenant.

use super::{
    install::{Failed, install},
    steps::{Stand, look},
    unit,
};
use crate::{
    fault::{Faults, Point},
    reconcile::{Done, table},
    testing::{World, account, app, database, site, wanted},
};
use model::{App, Body, ResourceKey, wire::ReportState};
use std::{
    fs, io,
    path::Path,
    sync::{Arc, Mutex},
};

/// How the resource stands after a look.
fn stands(world: &mut World, at: ResourceKey) -> Done {
    world.reconcile([at]).pop().unwrap()
}

/// How often an installation was started.
fn starts(world: &World) -> usize {
    world.daemons.asked.lock().unwrap().iter().filter(|asked| asked.starts_with("start ")).count()
}

fn ground(world: &mut World) {
    let mut blog = database("asso", 1, 1, "asso_blog");
    blog.users[0].password = None;
    world.apply(vec![
        wanted(&Body::Account(account("asso", 1)), 1),
        wanted(&Body::Site(site("asso", 1, 1, &["asso.example"])), 2),
        wanted(&Body::Database(blog), 3),
    ]);
}

#[test]
fn it_is_started_once_heard_of_and_then_left_alone() {
    let mut world = World::new();
    let app = app("asso", 1, 1);
    let resource = wanted(&Body::App(app.clone()), 4);
    // Before its site and its database nothing is begun.
    let early = world.apply(vec![wanted(&Body::Account(account("asso", 1)), 1), resource.clone()]);
    assert_eq!(early.last().unwrap().outcome.state, ReportState::Failed);
    assert_eq!(starts(&world), 0);
    ground(&mut world);
    let begun = stands(&mut world, resource.at());
    assert_eq!((begun.outcome.state, begun.retry), (ReportState::Checked, true));
    assert_eq!(world.daemons.asked.lock().unwrap().last().unwrap(), "start WordPress asso");
    assert!(world.paths.app(app.id, "json").exists());
    // While its unit is loaded it goes on.
    fs::create_dir_all(world.paths.transient_units()).unwrap();
    let loaded = world.paths.transient_units().join(unit::name(&app.account, app.id));
    fs::write(&loaded, "").unwrap();
    assert_eq!(stands(&mut world, resource.at()).outcome.state, ReportState::Checked);
    // It failed: told once, and begun again at the next look.
    fs::remove_file(&loaded).unwrap();
    fs::write(world.paths.app(app.id, "out"), "PHP Warning: x\nalveole-app: not-empty \n").unwrap();
    fs::write(world.paths.app(app.id, "end"), "exit-code\n").unwrap();
    let failed = stands(&mut world, resource.at());
    assert_eq!((failed.outcome.state, failed.retry), (ReportState::Failed, true));
    assert!(failed.outcome.text.unwrap().en.contains("/home/asso/sites/asso.example/public is not empty"));
    assert_eq!(stands(&mut world, resource.at()).outcome.state, ReportState::Checked);
    assert_eq!(starts(&world), 2);
    fs::write(world.paths.app(app.id, "end"), "success\n").unwrap();
    let done = stands(&mut world, resource.at());
    assert_eq!((done.outcome.state, done.retry), (ReportState::Applied, false));
    // After a reboot of the host nothing of it is in /run, and nothing is begun again.
    fs::remove_file(world.paths.app(app.id, "end")).unwrap();
    assert_eq!(stands(&mut world, resource.at()).outcome.state, ReportState::Applied);
    assert_eq!(starts(&world), 2);
}

/// The agent dies at one point, once.
#[derive(Default)]
struct Dies(Mutex<Option<(&'static str, usize, bool)>>);

impl Faults for Dies {
    fn at(&self, point: Point<'_>) -> io::Result<()> {
        let mut wish = self.0.lock().unwrap();
        if wish.is_some_and(|wish| wish == (point.operation, point.number, point.after)) {
            *wish = None;
            drop(wish);
            std::panic::panic_any("killed");
        }
        Ok(())
    }
}

#[test]
fn an_agent_killed_at_any_step_begins_and_finishes_it_all_the_same() {
    let table = table::table().unwrap();
    let rows = table.iter().filter(|row| row.operation.starts_with("app."));
    let points = rows.flat_map(|row| (0..row.steps.len()).map(|number| (row.operation, number)));
    let points: Vec<_> =
        points.flat_map(|(row, number)| [(row, number, false), (row, number, true)]).collect();
    assert_eq!(points.len(), 10, "intend and start; intend, verify and settle");
    for point in points {
        let faults = Arc::new(Dies::default());
        let mut world = World::with(faults.clone());
        ground(&mut world);
        let app = app("asso", 1, 1);
        let at = world.want(vec![wanted(&Body::App(app.clone()), 0)])[0];
        *faults.0.lock().unwrap() = Some(point);
        let mut look =
            || std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| stands(&mut world, at))).ok();
        let begun = look();
        assert_eq!(begun.is_none(), point.0 == "app.create", "{point:?}");
        assert_eq!(begun.or_else(&mut look).unwrap().outcome.state, ReportState::Checked, "{point:?}");
        let end = Path::new("run/alveole/apps").join(format!("{}.end", app.id.simple()));
        fs::write(world.dir.path().join(end), "success\n").unwrap();
        let mut look =
            || std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| stands(&mut world, at))).ok();
        let done = look().or_else(&mut look).unwrap();
        assert_eq!(done.outcome.state, ReportState::Applied, "{point:?}");
        assert!(faults.0.lock().unwrap().is_none(), "{point:?}");
        let starts = starts(&world);
        assert!((1..=2).contains(&starts), "{point:?}: {starts}");
    }
}

#[test]
fn its_user_signs_in_by_being_the_account() {
    let mut world = World::new();
    ground(&mut world);
    let key = |world: &World| {
        let held = world.mariadb.held.lock().unwrap();
        let user = &held.users["asso_app"];
        (user.plugin.clone(), user.hash.clone())
    };
    assert_eq!(key(&world), ("unix_socket".to_owned(), "asso".to_owned()));
    // Somebody gave it another one's place: put right.
    world.mariadb.held.lock().unwrap().users.get_mut("asso_app").unwrap().hash = "root".into();
    assert!(world.all().iter().all(|done| done.outcome.state == ReportState::Applied));
    assert_eq!(key(&world), ("unix_socket".to_owned(), "asso".to_owned()));
}

#[test]
fn what_it_said_is_read_from_its_end_alone() {
    let world = World::new();
    let app = app("asso", 1, 1);
    fs::create_dir_all(world.paths.apps()).unwrap();
    fs::write(world.paths.app(app.id, "end"), "timeout\n").unwrap();
    let mut said = "x".repeat(100_000);
    said.push_str("\nalveole-app: failed MariaDB 1045: Access\u{7} denied\n");
    fs::write(world.paths.app(app.id, "out"), said).unwrap();
    let Stand::Failed(text) = look(&world.paths, &app).unwrap() else { panic!("it failed") };
    assert!(text.fr.contains("(MariaDB 1045: Access denied)"), "{text:?}");
}

/// A package of two files, and a home with an empty site.
fn folders(dir: &Path) {
    fs::create_dir_all(dir.join("host/usr/share/wordpress")).unwrap();
    fs::write(dir.join("host/usr/share/wordpress/index.php"), "<?php").unwrap();
    fs::create_dir_all(dir.join("home/sites/asso.example/public")).unwrap();
}

fn put(dir: &Path, app: &App, own: impl Fn(bool) -> Result<(), Failed>) -> Result<(), Failed> {
    install(app, &dir.join("host"), &dir.join("home"), &|_, made, again| {
        fs::write(made.join("wp-config.php"), "secret").unwrap();
        own(again)
    })
}

#[test]
fn a_site_shows_it_whole_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    folders(dir.path());
    let (app, public) = (app("asso", 1, 1), dir.path().join("home/sites/asso.example/public"));
    let failed = put(dir.path(), &app, |again| {
        assert!(!again && !public.join("index.php").exists());
        Err(Failed("failed", "cut off".into()))
    });
    assert!(failed.is_err() && fs::read_dir(&public).unwrap().next().is_none());
    put(dir.path(), &app, |again| {
        assert!(again);
        Ok(())
    })
    .unwrap();
    assert!(public.join("index.php").exists() && public.join("wp-config.php").exists());
    // Run again: nothing of it is done twice, whatever became of it.
    fs::write(public.join("index.php"), "mine").unwrap();
    put(dir.path(), &app, |_| panic!("installed already")).unwrap();
    assert_eq!(fs::read_to_string(public.join("index.php")).unwrap(), "mine");
}

#[test]
fn a_folder_that_holds_anything_stays_as_it_is() {
    for thing in ["index.html", ".htaccess", "link"] {
        let dir = tempfile::tempdir().unwrap();
        folders(dir.path());
        let public = dir.path().join("home/sites/asso.example/public");
        if thing == "link" {
            fs::remove_dir(&public).unwrap();
            std::os::unix::fs::symlink("/etc", &public).unwrap();
        } else {
            fs::write(public.join(thing), "mine").unwrap();
        }
        let refused = put(dir.path(), &app("asso", 1, 1), |_| panic!("begun")).unwrap_err();
        assert_eq!(refused.0, "not-empty", "{thing}");
    }
    // Even what came while it was being installed.
    let dir = tempfile::tempdir().unwrap();
    folders(dir.path());
    let index = dir.path().join("home/sites/asso.example/public/index.html");
    let late = put(dir.path(), &app("asso", 1, 1), |_| {
        fs::write(&index, "mine").unwrap();
        Ok(())
    });
    assert_eq!(late.unwrap_err().0, "not-empty");
    assert_eq!(fs::read_to_string(&index).unwrap(), "mine");
    // Once it is empty, the rest follows.
    fs::remove_file(&index).unwrap();
    put(dir.path(), &app("asso", 1, 1), |_| panic!("installed already")).unwrap();
    assert!(index.with_file_name("index.php").exists());
}

#[test]
fn the_panel_is_told_beforehand_what_is_in_the_way() {
    let mut world = World::new();
    ground(&mut world);
    let (account, folder) = ("asso".parse().unwrap(), "asso.example".parse().unwrap());
    let is_empty = |shown: &str| crate::tenant::is_empty(&world.paths, &account, &folder, shown).unwrap();
    let public = world.paths.document_root(&account, &folder);
    assert!(is_empty("public") && is_empty("not/there"));
    fs::write(public.join(".htaccess"), "").unwrap();
    assert!(!is_empty("public"));
    fs::create_dir(public.join("web")).unwrap();
    assert!(is_empty("public/web") && !is_empty("public/.htaccess"));
    // What a link leads to is nobody's to look into.
    std::os::unix::fs::symlink("/etc", public.join("link")).unwrap();
    assert!(!is_empty("public/link"));
}
