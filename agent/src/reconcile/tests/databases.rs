//! Databases in a MariaDB of a few lines: what is made, healed, taken away, and what is never dropped.

use crate::testing::{World, account, database, wanted};
use model::{Body, Database, DatabaseId, DatabaseRights, DatabaseState, Resource, wire::ReportState};

fn asso() -> Resource {
    wanted(&Body::Account(account("asso", 1)), 0)
}

fn wiki() -> Database {
    database("asso", 1, 4, "asso_wiki")
}

fn want(database: &Database) -> Resource {
    wanted(&Body::Database(database.clone()), 0)
}

fn in_state(state: DatabaseState) -> Resource {
    want(&Database { state, ..wiki() })
}

/// Another database of the same name, made after the first was erased.
fn again() -> Database {
    Database { id: DatabaseId::new(999, &[9; 10]), users: vec![], ..wiki() }
}

fn ended(world: &World) -> Vec<String> {
    std::mem::take(&mut world.mariadb.held.lock().unwrap().ended)
}

fn has(world: &World, name: &str) -> bool {
    world.mariadb.held.lock().unwrap().databases.contains(name)
}

#[test]
fn what_changes_ends_what_is_open_and_nothing_else() {
    let mut world = World::new();
    let done = world.apply(vec![asso(), want(&wiki())]);
    assert!(done.iter().all(|done| done.outcome.state == ReportState::Applied), "{done:#?}");
    assert!(ended(&world).is_empty(), "new users have nothing open");
    {
        let held = world.mariadb.held.lock().unwrap();
        let grants: Vec<_> = held.users["asso_reader"].grants.iter().collect();
        assert_eq!(grants, [(&"asso\\_wiki".to_owned(), &"SELECT, SHOW VIEW".to_owned())]);
        assert!(!held.users["asso_app"].locked);
    }
    let mut rotated = wiki();
    rotated.users[0].password = Some(format!("*{}", "0B".repeat(20)).parse().unwrap());
    world.apply(vec![want(&rotated)]);
    assert_eq!(ended(&world), ["asso_app"]);
    // Of a neighbour in the account who came, nobody's connection notices.
    rotated.connections = 5;
    world.apply(vec![want(&rotated)]);
    assert_eq!(world.mariadb.held.lock().unwrap().users["asso_app"].connections, "5");
    assert!(ended(&world).is_empty());
    let mut fewer = rotated.clone();
    fewer.users[0].rights = DatabaseRights::Write;
    fewer.users.pop();
    world.apply(vec![want(&fewer)]);
    let mut whose = ended(&world);
    whose.sort();
    assert_eq!(whose, ["asso_app", "asso_reader"]);
    assert!(!world.mariadb.held.lock().unwrap().users.contains_key("asso_reader"));
    world.apply(vec![want(&Database { state: DatabaseState::Suspended, ..fewer.clone() })]);
    assert_eq!(ended(&world), ["asso_app"]);
    assert!(world.mariadb.held.lock().unwrap().users["asso_app"].locked && has(&world, "asso_wiki"));
}

#[test]
fn what_is_altered_by_hand_is_healed_and_said() {
    let mut world = World::new();
    world.apply(vec![asso(), want(&wiki())]);
    let before = world.mariadb.snapshot();
    {
        let mut held = world.mariadb.held.lock().unwrap();
        held.databases.clear();
        held.users.remove("asso_app");
        let reader = held.users.get_mut("asso_reader").unwrap();
        reader.grants.insert("%".to_owned(), "SELECT".to_owned());
    }
    let done = world.all();
    assert!(done.iter().any(|done| done.at.kind == model::Kind::Database && done.healed), "{done:#?}");
    assert_eq!(world.mariadb.snapshot(), before);
    assert!(world.all().iter().all(|done| done.changed.is_empty()));
}

#[test]
fn a_server_that_is_away_is_waited_for() {
    let mut world = World::new();
    *world.mariadb.away.lock().unwrap() = true;
    let done = world.apply(vec![asso(), want(&wiki())]);
    let failed = done.iter().find(|done| done.at.kind == model::Kind::Database).unwrap();
    assert!(failed.outcome.state == ReportState::Failed && failed.retry, "{failed:#?}");
    *world.mariadb.away.lock().unwrap() = false;
    assert!(world.all().iter().all(|done| done.outcome.state == ReportState::Applied));
}

#[test]
fn only_an_erased_one_is_dropped_and_only_once() {
    let mut world = World::new();
    world.apply(vec![asso(), want(&wiki())]);
    // Gone without being erased: nobody gets in, and the data stays.
    world.apply(vec![Resource { body: None, ..want(&wiki()) }]);
    assert!(has(&world, "asso_wiki") && world.mariadb.held.lock().unwrap().users.is_empty());
    world.apply(vec![want(&wiki())]);
    world.apply(vec![in_state(DatabaseState::Erased)]);
    assert!(!has(&world, "asso_wiki") && world.mariadb.held.lock().unwrap().users.is_empty());
    // Its name is used again: what was erased once takes nothing along.
    world.apply(vec![want(&again())]);
    world.all();
    assert!(has(&world, "asso_wiki"));
    // Not even where the agent has lost its notes.
    for at in world.hands.records.keys().unwrap() {
        world.hands.records.remove(at).unwrap();
    }
    world.all();
    assert!(has(&world, "asso_wiki"));
}

#[test]
fn a_name_comes_back_empty() {
    let mut world = World::new();
    world.apply(vec![asso(), want(&wiki())]);
    // Both at once, as after a night without a panel: the old one goes first.
    world.mariadb.held.lock().unwrap().ended.clear();
    let keys = world.want(vec![want(&again()), in_state(DatabaseState::Erased)]);
    let done = world.reconcile(keys);
    assert!(done.iter().all(|done| done.outcome.state != ReportState::Failed), "{done:#?}");
    assert!(has(&world, "asso_wiki"));
    // Held back, it keeps its name to itself.
    let mut world = World::new();
    world.apply(vec![asso(), want(&wiki())]);
    let done = world.apply(vec![want(&again())]);
    assert_eq!((done[0].outcome.state, done[0].retry), (ReportState::Failed, true), "{done:#?}");
}

#[test]
fn a_user_that_moves_is_the_other_databases() {
    let mut world = World::new();
    let other = Database { name: "asso_blog".parse().unwrap(), ..again() };
    world.apply(vec![asso(), want(&wiki()), want(&other)]);
    let (mut from, mut to) = (wiki(), other);
    to.users.push(from.users.remove(0));
    world.apply(vec![want(&to), want(&from)]);
    let held = world.mariadb.held.lock().unwrap();
    let patterns: Vec<_> = held.users["asso_app"].grants.keys().collect();
    assert_eq!(patterns, ["asso\\_blog"]);
}

#[test]
fn many_that_stand_as_they_were_left_are_looked_at_in_one_question() {
    let mut world = World::new();
    let named = |n: u8| Database { users: vec![], ..database("asso", 1, n, &format!("asso_{n}")) };
    world.apply(vec![asso(), want(&wiki()), want(&named(5)), want(&named(6))]);
    world.mariadb.held.lock().unwrap().databases.remove("asso_6");
    *world.mariadb.asked.lock().unwrap() = 0;
    let done = world.all();
    // The third is made again, and looked at once more.
    assert_eq!(
        (done.iter().filter(|done| done.healed).count(), *world.mariadb.asked.lock().unwrap()),
        (1, 3)
    );
    assert!(has(&world, "asso_6"));
}
