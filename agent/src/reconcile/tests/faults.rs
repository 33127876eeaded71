//! Every step of every operation may fail or be killed before and after, and may be run twice.

use crate::{
    fault::{Faults, Point},
    testing::{World, account, certificate, chain, cron_job, database, limits, site, wanted},
};
use model::{
    AccountState, Body, Database, DatabaseRights, DatabaseState, Limits, PhpKey, Resource, wire::ReportState,
};
use std::{
    collections::BTreeSet,
    io,
    sync::{Arc, Mutex},
};

/// Fails or panics at one fail-point, once; remembers all it met.
#[derive(Default)]
struct OneFault {
    wish: Mutex<Option<(String, usize, bool, bool)>>,
    met: Mutex<BTreeSet<(String, usize, String)>>,
}

impl Faults for OneFault {
    fn at(&self, point: Point<'_>) -> io::Result<()> {
        self.met.lock().unwrap().insert((point.operation.into(), point.number, point.step.into()));
        let mut wish = self.wish.lock().unwrap();
        if let Some((operation, number, after, dies)) = wish.clone()
            && operation == point.operation
            && number == point.number
            && after == point.after
        {
            *wish = None;
            drop(wish);
            if dies {
                std::panic::panic_any("killed");
            }
            return Err(io::Error::from_raw_os_error(nix::libc::ENOSPC));
        }
        Ok(())
    }
}

fn asso() -> Resource {
    wanted(&Body::Account(account("asso", 1)), 0)
}

fn asso_in(state: AccountState) -> Resource {
    let mut account = account("asso", 1);
    account.state = state;
    wanted(&Body::Account(account), 0)
}

fn vhost(names: &[&str]) -> Resource {
    let mut site = site("asso", 1, 2, names);
    site.folder = "a.example".parse().unwrap();
    // Over HTTP its last name leads to HTTPS.
    site.https.redirect = site.names[1..].to_vec();
    // Its PHP is of a version of its own, another one after the change.
    let version = if names[0] == "c.example" { "8.2" } else { "8.4" };
    site.settings.php.version = Some(version.parse().unwrap());
    site.settings.php.settings.set(PhpKey::MemoryLimit, "64M").unwrap();
    wanted(&Body::Site(site), 0)
}

/// The certificate of a.example: the number of the key wanted, and of the one its chain is for.
fn certified(key: u32, chained: Option<u32>) -> Resource {
    let mut certificate = certificate("asso", 1, 3, "a.example");
    certificate.key = key;
    certificate.chain = chained.map(|number| chain(number, "a.example"));
    wanted(&Body::Certificate(certificate), 0)
}

fn wiki(state: DatabaseState) -> Resource {
    let database = Database { state, ..database("asso", 1, 4, "asso_wiki") };
    wanted(&Body::Database(database), 0)
}

/// The same with other rights and another user in place of the second.
fn other_users() -> Resource {
    let mut database = database("asso", 1, 4, "asso_wiki");
    database.users[0].rights = DatabaseRights::Write;
    database.users[1].name = "asso_other".parse().unwrap();
    wanted(&Body::Database(database), 0)
}

fn job(line: &str) -> Resource {
    wanted(&Body::CronJob(cron_job("asso", 1, 5, line)), 0)
}

fn gone(resource: Resource) -> Resource {
    Resource { body: None, ..resource }
}

/// Operations, each with what comes before it.
fn operations() -> Vec<(&'static str, Vec<Resource>, Resource)> {
    let mut workers = account("asso", 1);
    workers.php_workers = 9;
    workers.limits = Some(Limits { disk_mb: 200, ..limits() });
    let workers = wanted(&Body::Account(workers), 0);
    vec![
        ("account.create", vec![], asso()),
        ("account.change", vec![asso()], workers),
        ("account.suspend", vec![asso()], asso_in(AccountState::Suspended)),
        ("account.erase", vec![asso()], asso_in(AccountState::Erased)),
        ("account.remove", vec![asso()], gone(asso())),
        ("site.create", vec![asso()], vhost(&["a.example", "b.example"])),
        ("site.change", vec![asso(), vhost(&["a.example", "b.example"])], vhost(&["c.example", "a.example"])),
        ("site.remove", vec![asso(), vhost(&["a.example", "b.example"])], gone(vhost(&["a.example"]))),
        ("database.create", vec![asso()], wiki(DatabaseState::Serving)),
        ("database.change", vec![asso(), wiki(DatabaseState::Serving)], other_users()),
        ("database.suspend", vec![asso(), wiki(DatabaseState::Serving)], wiki(DatabaseState::Suspended)),
        ("database.erase", vec![asso(), wiki(DatabaseState::Serving)], wiki(DatabaseState::Erased)),
        ("database.remove", vec![asso(), wiki(DatabaseState::Serving)], gone(wiki(DatabaseState::Serving))),
        ("certificate.create", vec![asso()], certified(1, None)),
        ("certificate.change", vec![asso(), certified(1, None)], certified(1, Some(1))),
        ("certificate.remove", vec![asso(), certified(1, None)], gone(certified(1, None))),
        ("cron_job.create", vec![asso()], job("true")),
        ("cron_job.change", vec![asso(), job("true")], job("false")),
        ("cron_job.remove", vec![asso(), job("true")], gone(job("true"))),
    ]
}

/// What the disk looks like before and after an operation that meets no fault, and the steps it takes.
fn quiet(before: &[Resource], act: &Resource) -> (String, String, BTreeSet<(String, usize, String)>) {
    let faults = Arc::new(OneFault::default());
    let mut world = World::with(faults.clone());
    world.apply(before.to_vec());
    let old = world.snapshot();
    faults.met.lock().unwrap().clear();
    world.apply(vec![act.clone()]);
    let met = faults.met.lock().unwrap().clone();
    (old, world.snapshot(), met)
}

#[test]
fn every_step_may_be_killed_or_fail_and_the_next_run_converges() {
    let mut cells = 0;
    for (operation, before, act) in operations() {
        let (_, new, met) = quiet(&before, &act);
        let steps: Vec<_> = met.iter().filter(|(met, ..)| met == operation).collect();
        assert!(steps.len() >= 4, "{operation}: {met:?}");
        for (_, number, step) in steps {
            for after in [false, true] {
                for dies in [false, true] {
                    let what = format!("{operation}/{number} ({step}) after={after} dies={dies}");
                    let faults = Arc::new(OneFault::default());
                    let mut world = World::with(faults.clone());
                    world.apply(before.clone());
                    let old = world.snapshot();
                    *faults.wish.lock().unwrap() = Some((operation.into(), *number, after, dies));
                    let keys = world.want(vec![act.clone()]);
                    let run = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                        world.reconcile(keys.clone())
                    }));
                    assert!(faults.wish.lock().unwrap().is_none(), "{what}: not reached");
                    assert_eq!(run.is_err(), dies, "{what}");
                    if let Ok(done) = run
                        && !operation.ends_with("erase")
                    {
                        let done = done.iter().rfind(|done| done.at == act.at()).unwrap();
                        assert_eq!(done.outcome.state, ReportState::Failed, "{what}");
                        assert!(
                            done.retry && done.outcome.text.as_ref().unwrap().fr.contains("plein"),
                            "{what}"
                        );
                        // Folders that were made may stay; files and links are as before.
                        let files = |snapshot: &str| -> Vec<String> {
                            let serving = |line: &&str| !line.contains("/ ");
                            snapshot.lines().filter(serving).map(str::to_owned).collect()
                        };
                        assert_eq!(files(&world.snapshot()), files(&old), "{what}");
                    }
                    // The agent starts again, looks at everything, and a second time.
                    for turn in ["first", "second"] {
                        let done = world.all();
                        assert!(
                            done.iter().all(|done| done.outcome.state == ReportState::Applied),
                            "{what}, {turn}: {done:#?}"
                        );
                        assert_eq!(world.snapshot(), new, "{what}, {turn}");
                        if turn == "second" {
                            assert!(done.iter().all(|done| done.changed.is_empty()), "{what}: {done:#?}");
                        }
                    }
                    cells += 1;
                }
            }
        }
    }
    assert!(cells > 250, "only {cells} cells");
}

/// The walk above takes its steps from the runs themselves; the table that others walk must be the same.
#[test]
fn the_table_of_operations_is_what_runs_do() {
    let table = crate::reconcile::table::table().unwrap();
    let names: BTreeSet<&str> = table.iter().map(|row| row.operation).collect();
    for (operation, before, act) in operations() {
        assert!(names.contains(operation), "{operation}");
        let (.., met) = quiet(&before, &act);
        let met: BTreeSet<String> =
            met.into_iter().filter(|(met, ..)| met == operation).map(|(.., step)| step).collect();
        let row = table.iter().find(|row| row.operation == operation).unwrap();
        let listed: BTreeSet<String> = row.steps.iter().map(|step| (*step).to_owned()).collect();
        assert_eq!(met, listed, "{operation}");
    }
    // An installation goes on without the agent: it is walked in app/tests.rs.
    assert_eq!(table.len(), operations().len() + 2);
}

#[test]
fn killed_midway_and_changed_again_leaves_nothing_behind() {
    let (_, new, _) = quiet(&[asso()], &vhost(&["a.example", "z.example"]));
    let (.., met) = quiet(&[asso()], &vhost(&["a.example", "b.example"]));
    for (operation, number, step) in met {
        let faults = Arc::new(OneFault::default());
        let mut world = World::with(faults.clone());
        world.apply(vec![asso()]);
        *faults.wish.lock().unwrap() = Some((operation.clone(), number, true, true));
        let keys = world.want(vec![vhost(&["a.example", "b.example"])]);
        let run = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| world.reconcile(keys)));
        assert!(run.is_err(), "{step}");
        // Before the agent is back, the site has changed again.
        let done = world.apply(vec![vhost(&["a.example", "z.example"])]);
        assert_eq!(done[0].outcome.state, ReportState::Applied, "{step}: {done:#?}");
        assert_eq!(world.snapshot(), new, "killed after {operation}/{number} {step}");
    }
}

#[test]
fn each_operation_twice_gives_the_same() {
    for (operation, before, act) in operations() {
        let (_, new, _) = quiet(&before, &act);
        let mut world = World::new();
        world.apply(before);
        world.apply(vec![act.clone()]);
        world.apply(vec![act]);
        assert_eq!(world.snapshot(), new, "{operation}");
    }
}
