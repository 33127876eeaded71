//! A backup brings a panel back, and its agents know it again.

use crate::{
    agent::{Agent, Ledger, Port},
    bench::Bench,
    hub::{enrolled, until},
    world::FakeWorld,
};
use model::wire::{Answer, FromAgent, FromPanel, Query};
use server::{
    Config, Server, account, backup, file, host, site,
    store::{Engine, sql},
};
use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::Cursor,
    sync::Arc,
};

/// An empty place to restore to: SQLite, whatever the bench runs on.
fn elsewhere(folder: &std::path::Path) -> Config {
    let state = folder.join("restored").display().to_string();
    Config::parse(&format!("origin = \"https://panel.coop.example:8443\"\nstate_dir = \"{state}\"")).unwrap()
}

pub async fn agents_know_a_restored_panel(bench: Bench) {
    let folder = tempfile::tempdir().unwrap();
    let home = bench.household("asso").await;
    let port = Port::open(&bench.server).await;
    let identity = enrolled(&bench, &port).await;
    site::create(&bench.server, &home.owner, home.account, "un.asso.example").await.unwrap();
    let mut agent = port.connect(&identity, Ledger::default()).await;
    assert_eq!(agent.take().await.len(), 2);
    let path = folder.path().join("panel.alveole");
    let written = backup::write(&bench.server, &path, File::create_new(&path).unwrap()).await.unwrap();
    assert!(written.rows > 10);
    assert_eq!(fs::metadata(&path).unwrap().len(), written.octets);
    let then = agent.ledger.clone();
    // What the copy does not know.
    site::create(&bench.server, &home.owner, home.account, "deux.asso.example").await.unwrap();
    agent.take().await;
    let now = agent.ledger.clone();
    drop(agent);

    let config = elsewhere(folder.path());
    let world = Arc::new(FakeWorld::new());
    let rows = backup::restore(&config, &*world, File::open(&path).unwrap()).await.unwrap();
    assert_eq!(rows, written.rows);
    let restored = Server::open(config.clone(), world.clone()).await.unwrap();
    assert_eq!(restored.store.panel(), bench.server.store.panel());
    assert_eq!(restored.ca.fingerprint(), bench.server.ca.fingerprint());
    assert!(account::show(&restored, &home.owner, home.account).await.is_ok());
    // The file made from the restored panel is the same but for its head and the next uid.
    let again = folder.path().join("again.alveole");
    backup::write(&restored, &again, File::create_new(&again).unwrap()).await.unwrap();
    let rows_of = |path: &std::path::Path| {
        let text = fs::read_to_string(path).unwrap();
        let rows = text.lines().filter(|line| {
            line.starts_with("{\"row\"") && !line.contains("\"hosts\"") && !line.contains("next_uid")
        });
        rows.map(str::to_owned).collect::<BTreeSet<_>>()
    };
    assert_eq!(rows_of(&path), rows_of(&again));

    // An agent that stands where the copy stands goes on as if nothing had been.
    let port = Port::open(&restored).await;
    let mut agent = port.connect(&identity, then).await;
    agent.hears_nothing().await;
    assert!(host::show(&restored, &bench.admin, bench.host).await.unwrap().frozen.is_none());
    drop(agent);
    // One that is ahead is frozen, even when the panel has meanwhile reached the same number.
    site::create(&restored, &home.owner, home.account, "trois.asso.example").await.unwrap();
    // And its accounts' uids are known to be taken.
    let mut tx = restored.store.write().await.unwrap();
    sql("UPDATE panel SET next_uid = 200001").run(tx.on()).await.unwrap();
    tx.commit().await.unwrap();
    let mut agent = port.connect(&identity, now.clone()).await;
    show_ledger(&mut agent).await;
    let frozen = async || host::show(&restored, &bench.admin, bench.host).await.unwrap().frozen;
    until("the ledger is read", async || frozen().await.is_some_and(|frozen| frozen.ledger_at.is_some()))
        .await;
    let next =
        sql("SELECT next_uid FROM panel").one(restored.store.on(), |row| row.first::<u32>()).await.unwrap();
    assert_eq!(next, 200_002);
    // What lies far beyond what the panel gave is not believed, nor in steps: one host could use up all uids.
    for (uid, next) in [(209_999_u32, 210_000_u32), (219_999, 210_000), (200_001, 210_000)] {
        drop(agent);
        let mut shown = now.clone();
        let of_account = shown.resources.iter_mut().find(|((kind, _), _)| *kind == model::Kind::Account);
        of_account.unwrap().1.body.as_mut().unwrap()["uid"] = uid.into();
        world.pass(1_000);
        let since = restored.world.now_ms();
        agent = port.connect(&identity, shown).await;
        show_ledger(&mut agent).await;
        let again = async || frozen().await.is_some_and(|frozen| frozen.ledger_at >= Some(since));
        until("the ledger is read again", again).await;
        let given = sql("SELECT next_uid FROM panel").one(restored.store.on(), |row| row.first::<u32>());
        assert_eq!(given.await.unwrap(), next);
    }
    let difference = host::difference(&restored, &bench.admin, bench.host).await.unwrap();
    let labels: Vec<&str> = difference.iter().map(|difference| difference.label.as_str()).collect();
    assert_eq!(labels, ["deux.asso.example", "trois.asso.example"]);
    host::adopt(&restored, &bench.admin, bench.host, None).await.unwrap();
    let all = agent.take().await;
    assert_eq!(all.iter().filter(|resource| resource.body.is_some()).count(), 3);
    assert_eq!(agent.ledger.position.unwrap().epoch, 2);
}

pub async fn a_uid_given_after_the_backup_is_not_given_again(bench: Bench) {
    let folder = tempfile::tempdir().unwrap();
    let home = bench.household("asso").await;
    let path = folder.path().join("panel.alveole");
    backup::write(&bench.server, &path, File::create_new(&path).unwrap()).await.unwrap();
    let new = |name: &str| account::NewAccount {
        member: home.member.to_string(),
        plan: bench.plan.to_string(),
        name: name.into(),
        ..Default::default()
    };
    let lost = account::create(&bench.server, &bench.admin, new("perdu")).await.unwrap().item.uid;
    let config = elsewhere(folder.path());
    let world = bench.world.clone();
    backup::restore(&config, &*world, File::open(&path).unwrap()).await.unwrap();
    let restored = Server::open(config, world).await.unwrap();
    let next = account::create(&restored, &bench.admin, new("autre")).await.unwrap().item.uid;
    assert_eq!(next.get(), lost.get() + 10_000);
    // No room for the leap: said, and nothing is made.
    let mut tx = bench.server.store.write().await.unwrap();
    sql("UPDATE panel SET next_uid = 495000").run(tx.on()).await.unwrap();
    tx.commit().await.unwrap();
    let path = folder.path().join("full.alveole");
    backup::write(&bench.server, &path, File::create_new(&path).unwrap()).await.unwrap();
    let other = tempfile::tempdir().unwrap();
    let refused = backup::restore(&elsewhere(other.path()), &*bench.world, File::open(&path).unwrap()).await;
    assert_eq!(refused.unwrap_err().code, "restore_uids");
}

async fn show_ledger(agent: &mut Agent) {
    let FromPanel::Query { id, query: Query::Ledger { .. } } = agent.hear().await else { panic!() };
    let resources = agent.ledger.resources.values().cloned().collect();
    agent.say(&FromAgent::Answer { id, answer: Answer::Ledger { resources, more: false } }).await;
}

pub async fn a_restoration_is_whole_and_overwrites_nothing(bench: Bench) {
    let folder = tempfile::tempdir().unwrap();
    bench.household("asso").await;
    let path = folder.path().join("panel.alveole");
    backup::write(&bench.server, &path, File::create_new(&path).unwrap()).await.unwrap();
    // Onto a panel.
    let onto = backup::restore(&bench.config, &*bench.world, File::open(&path).unwrap()).await;
    assert_eq!(onto.unwrap_err().code, "restore_not_empty");
    // Cut anywhere, or altered anywhere: nothing is made.
    let whole = fs::read(&path).unwrap();
    let config = elsewhere(folder.path());
    let mut damaged: Vec<Vec<u8>> = (0..40).map(|part| whole[..whole.len() * part / 40].to_vec()).collect();
    damaged.push(whole[..whole.len() - 2].to_vec());
    damaged
        .push(String::from_utf8(whole.clone()).unwrap().replace("asso@membre", "mort@membre").into_bytes());
    damaged.push([whole.clone(), whole.clone()].concat());
    for file in damaged {
        let refused = backup::restore(&config, &*bench.world, Cursor::new(file)).await;
        assert_eq!(refused.unwrap_err().code, "backup_damaged");
        assert!(!config.state_dir.exists());
    }
    backup::restore(&config, &*bench.world, Cursor::new(&whole)).await.unwrap();
    let names: BTreeSet<String> = fs::read_dir(&config.state_dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names, BTreeSet::from(["ca".to_owned(), "panel.db".to_owned()]));
    let twice = backup::restore(&config, &*bench.world, Cursor::new(&whole)).await;
    assert_eq!(twice.unwrap_err().code, "restore_not_empty");
    assert!(file::read_text(&config.ca_dir().join("ca.key")).is_ok());
}

pub async fn every_table_is_in_it_or_left_out_on_purpose(bench: Bench) {
    let query = match bench.server.store.engine() {
        Engine::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        Engine::Postgres => {
            "SELECT CAST(table_name AS TEXT) AS name FROM information_schema.tables WHERE table_schema = 'public'"
        }
    };
    let tables: Vec<String> =
        server::store::sql(query).all(bench.server.store.on(), |row| row.get("name")).await.unwrap();
    let tables: BTreeSet<&str> = tables
        .iter()
        .map(String::as_str)
        .filter(|name| *name != "_sqlx_migrations" && !name.starts_with(backup::INDEX))
        .collect();
    let known: BTreeSet<&str> = backup::TABLES.into_iter().chain(backup::LEFT_OUT).collect();
    assert_eq!(tables, known);
}
