//! A session against a small panel, over real TLS; the work on files is done by a thread.

use super::{Helper, MOST_OF_ONE, Sessions, dump, open, trash};
use crate::{
    database::fake::FakeMariaDb,
    files,
    ledger::Changes,
    testing::{World, account, account_id, database, wanted},
    wire::tests::{panel::Panel, running},
};
use futures_util::{SinkExt, StreamExt};
use model::{
    Account, AccountState, Body, Database, DatabaseName, DatabaseState,
    files::{FileAsk, FileSaid},
    transfer::SessionKey,
    wire::Answer,
};
use std::{io, sync::Arc};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::server::TlsStream;
use tokio_tungstenite::{WebSocketStream, tungstenite::Message};

const KEY: &str = "0123456789abcdefghijABCDEFGHIJ-_x";

fn key() -> SessionKey {
    KEY.parse().unwrap()
}

/// `alveole-files` in this very process.
fn thread(home: std::path::PathBuf) -> Sessions {
    Sessions::with(Arc::new(move |of: &Account, _: Option<&model::DatabaseName>| {
        assert_eq!(of.name.as_str(), "asso");
        let (near, far) = std::os::unix::net::UnixStream::pair()?;
        let home = files::Home::open(&home)?;
        std::thread::spawn(move || files::serve(&home, &mut far.try_clone()?, &mut &far));
        near.set_nonblocking(true)?;
        let (output, input) = tokio::net::UnixStream::from_std(near)?.into_split();
        io::Result::Ok(Helper { input: Box::new(input), output: Box::new(output), child: None })
    }))
}

/// The panel's end of a session.
async fn taken(panel: &Panel) -> WebSocketStream<TlsStream<TcpStream>> {
    let stream = panel.accept().await.unwrap();
    assert!(stream.get_ref().1.peer_certificates().is_some());
    #[allow(clippy::result_large_err)] // The handshake's own type.
    let look = |request: &tokio_tungstenite::tungstenite::handshake::server::Request, answer| {
        assert_eq!(request.uri().path(), "/session");
        assert_eq!(request.headers()["alveole-session"], KEY);
        Ok(answer)
    };
    tokio_tungstenite::accept_hdr_async(stream, look).await.unwrap()
}

fn set(shared: &crate::wire::session::Shared, panel: &Panel, from: u64, state: AccountState) {
    let body = Account { state, ..account("asso", 1) };
    let resources = vec![wanted(&Body::Account(body), from + 1)];
    let changes = Changes { panel: panel.id, epoch: 1, from, to: from + 1, resources, more: false };
    shared.ledger.lock().unwrap().take(changes).unwrap();
}

async fn heard(socket: &mut WebSocketStream<TlsStream<TcpStream>>) -> Option<Message> {
    timeout(std::time::Duration::from_secs(60), socket.next()).await.expect("no word").and_then(Result::ok)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_is_dialled_serves_and_ends_with_the_account() {
    let panel = Panel::open("localhost").await;
    let (world, mut shared): (World, _) = running(&panel).await;
    let home = world.dir.path().join("its-home");
    std::fs::create_dir_all(home.join("sites/www")).unwrap();
    std::fs::create_dir_all(home.join("private")).unwrap();
    shared.sessions = thread(home);
    let (of, other) = (account_id(1), account_id(2));
    assert!(matches!(open(&shared, key(), other, None), Answer::Failed { .. }), "an account nobody told of");
    set(&shared, &panel, 0, AccountState::Active);
    assert_eq!(open(&shared, key(), of, None), Answer::Dialling);
    let mut socket = taken(&panel).await;
    let ask = |ask: &FileAsk| Message::Text(serde_json::to_string(ask).unwrap().into());
    let folder = FileAsk::MakeFolder { path: "sites/www/img".parse().unwrap() };
    socket.send(ask(&folder)).await.unwrap();
    let said = heard(&mut socket).await.unwrap().into_text().unwrap();
    assert_eq!(serde_json::from_str::<FileSaid>(&said).unwrap(), FileSaid::Done { path: None });
    // So many at once, and no more.
    let mut others = Vec::new();
    for _ in 1..MOST_OF_ONE {
        assert_eq!(open(&shared, key(), of, None), Answer::Dialling);
        others.push(taken(&panel).await);
    }
    assert!(matches!(open(&shared, key(), of, None), Answer::Failed { .. }));
    drop(others);
    // Suspended: the session ends, and none begins.
    set(&shared, &panel, 1, AccountState::Suspended);
    while let Some(message) = heard(&mut socket).await {
        assert!(!matches!(message, Message::Text(_) | Message::Binary(_)), "{message:?}");
    }
    assert!(matches!(open(&shared, key(), of, None), Answer::Failed { .. }));
}

#[tokio::test]
async fn the_host_empties_trashes_by_itself() {
    const DAY: i64 = 24 * 3600 * 1000;
    let home = tempfile::tempdir().unwrap();
    let place = |name: &str| home.path().join("private/.trash").join(name);
    for name in ["0000000086400-0", "0000172800000-0"] {
        std::fs::create_dir_all(place(name)).unwrap();
        std::fs::write(place(name).join("item"), "x").unwrap();
    }
    let sessions = thread(home.path().to_owned());
    trash::empty(&sessions, &account("asso", 1), 31 * DAY).await.unwrap();
    assert!(!place("0000000086400-0").exists() && place("0000172800000-0").exists());
    std::fs::remove_dir_all(home.path().join("private")).unwrap();
    trash::empty(&sessions, &account("asso", 1), 31 * DAY).await.unwrap_err();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dump_has_its_visitor_in_and_no_second_beside_it() {
    let panel = Panel::open("localhost").await;
    let (world, mut shared): (World, _) = running(&panel).await;
    let home = world.dir.path().join("its-home");
    std::fs::create_dir_all(home.join("sites")).unwrap();
    // What works on files stands in for what works on dumps: it talks.
    shared.sessions = thread(home);
    let mariadb = Arc::new(FakeMariaDb::default());
    shared.mariadb = mariadb.clone();
    let (of, name): (_, DatabaseName) = (account_id(1), "asso_wiki".parse().unwrap());
    let told = |from: u64, state: DatabaseState| {
        let wiki = Database { state, ..database("asso", 1, 1, "asso_wiki") };
        let resources = vec![
            wanted(&Body::Account(account("asso", 1)), from + 1),
            wanted(&Body::Database(wiki), from + 1),
        ];
        let changes = Changes { panel: panel.id, epoch: 1, from, to: from + 1, resources, more: false };
        shared.ledger.lock().unwrap().take(changes).unwrap();
    };
    told(0, DatabaseState::Serving);
    let visitor = || mariadb.held.lock().unwrap().users.get("asso_-wiki").cloned();
    let other: DatabaseName = "asso_shop".parse().unwrap();
    assert!(matches!(open(&shared, key(), of, Some(other)), Answer::Failed { .. }), "nobody told of it");
    let asked = || open(&shared, key(), of, Some(name.clone()));
    assert_eq!(asked(), Answer::Dialling);
    let mut socket = taken(&panel).await;
    let let_in = visitor().unwrap();
    assert!(!let_in.locked && let_in.plugin == "unix_socket" && let_in.hash == "asso", "{let_in:?}");
    assert_eq!(let_in.grants.keys().collect::<Vec<_>>(), ["asso\\_wiki"]);
    assert!(matches!(asked(), Answer::Failed { .. }), "a second");
    // An agent that starts locks out whom none of its own sessions has let in.
    dump::lock_left(&shared.sessions.dumps, &*mariadb).unwrap();
    assert!(!visitor().unwrap().locked);
    dump::lock_left(&super::Sessions::of_host().dumps, &*mariadb).unwrap();
    assert!(visitor().unwrap().locked);
    // The database goes: so does the session, and whoever is in.
    mariadb.held.lock().unwrap().users.get_mut("asso_-wiki").unwrap().locked = false;
    told(1, DatabaseState::Suspended);
    while heard(&mut socket).await.is_some() {}
    while !visitor().unwrap().locked || !shared.sessions.dumps.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(mariadb.held.lock().unwrap().ended.contains(&"asso_-wiki".to_owned()));
    assert!(matches!(asked(), Answer::Failed { .. }), "it is suspended");
}
