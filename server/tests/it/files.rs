//! Files over sessions: the agent is one of a few lines that dials what it is asked for and answers as its script says.

use crate::{
    agent::{Agent, Identity, Port, Socket},
    api::{Answered, Client},
    bench::{Bench, Household, unpaid},
    hub::{connected, until},
};
use axum::http::{StatusCode, header};
use futures_util::{SinkExt, StreamExt};
use model::{
    archive::{Archived, LeftWhy},
    files::{FileAsk, FileEntry, FileKind, FileMode, FileSaid, Over},
    wire::{Answer, FromAgent, FromPanel, Query},
};
use serde_json::{Value, json};
use server::{
    account, change, files, grant,
    grant::{NewGrant, On},
    paging::Listing,
    session,
};
use std::sync::{Arc, Mutex};
use tokio_tungstenite::tungstenite::Message;

/// What the host was asked, and what it was sent.
type Heard = Arc<Mutex<Vec<String>>>;

fn entry(name: &str, size: u64) -> FileEntry {
    FileEntry {
        name: name.parse().unwrap(),
        kind: FileKind::File,
        size,
        modified_at: 5,
        mode: FileMode::of(0o640),
        stamp: "s1".into(),
        target: None,
    }
}

/// Serves one session as the host's process would.
async fn serve(mut socket: Socket, heard: Heard) {
    let say = |said: &FileSaid| Message::Text(serde_json::to_string(said).unwrap().into());
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(json) = message else { continue };
        heard.lock().unwrap().push(json.as_str().to_owned());
        if json.contains("/mute") {
            return;
        }
        let said = match serde_json::from_str(&json).unwrap() {
            FileAsk::List { .. } => {
                FileSaid::Listed { entries: vec![entry("é%0A", 3)], total: 1, more: false }
            }
            FileAsk::Read { path } => {
                let octets = if path.to_string().ends_with("endless") { u64::MAX } else { 3 };
                socket.send(say(&FileSaid::File { entry: entry("a.txt", octets) })).await.unwrap();
                socket.send(Message::Binary("abc".into())).await.unwrap();
                if octets == 3 {
                    socket.send(Message::Binary("".into())).await.unwrap();
                }
                continue;
            }
            FileAsk::SoFar { .. } => FileSaid::SoFar { octets: 3 },
            FileAsk::Write { .. } | FileAsk::Resume { .. } => {
                socket.send(say(&FileSaid::Ready)).await.unwrap();
                let mut all = Vec::new();
                while let Some(Ok(Message::Binary(octets))) = socket.next().await {
                    if octets.is_empty() {
                        break;
                    }
                    all.extend_from_slice(&octets);
                }
                heard.lock().unwrap().push(String::from_utf8(all).unwrap());
                FileSaid::Done { path: None }
            }
            FileAsk::PackOut { .. } => {
                socket.send(say(&FileSaid::Ready)).await.unwrap();
                socket.send(Message::Binary("an archive".into())).await.unwrap();
                socket.send(Message::Binary("".into())).await.unwrap();
                continue;
            }
            FileAsk::Unpack { into, .. } if into.to_string().ends_with("bomb") => {
                FileSaid::Refused { why: model::files::FileRefusal::Bomb }
            }
            FileAsk::Pack { .. } | FileAsk::Unpack { .. } => {
                socket.send(say(&FileSaid::Working { entries: 1, octets: 5 })).await.unwrap();
                let mut told = Archived { entries: 2, octets: 9, ..Archived::default() };
                told.leave(b"link", LeftWhy::Link);
                FileSaid::Archived { told }
            }
            FileAsk::MakeFolder { .. } => FileSaid::Refused { why: model::files::FileRefusal::Exists },
            _ => FileSaid::Done { path: None },
        };
        if json.contains("/slow") {
            until("it may go on", async || heard.lock().unwrap().iter().any(|said| said == "go")).await;
        }
        socket.send(say(&said)).await.unwrap();
    }
}

/// The agent dials every session it is asked for, from now on; `secrets` are those it used.
fn dials(port: Arc<Port>, identity: Arc<Identity>, mut agent: Agent) -> (Heard, Heard) {
    let (heard, secrets) = (Heard::default(), Heard::default());
    let both = (heard.clone(), secrets.clone());
    tokio::spawn(async move {
        while let Some(frame) = agent.hear_or_end().await {
            let FromPanel::Query { id, query: Query::OpenSession { session, .. } } = frame else { continue };
            agent.say(&FromAgent::Answer { id, answer: Answer::Dialling }).await;
            secrets.lock().unwrap().push(session.as_str().to_owned());
            let socket = port.session(Some(&identity), session.as_str()).await.unwrap();
            tokio::spawn(serve(socket, heard.clone()));
        }
    });
    both
}

struct Stage {
    home: Household,
    client: Client,
    heard: Heard,
    secrets: Heard,
    port: Arc<Port>,
    identity: Arc<Identity>,
}

async fn stage(bench: &Bench) -> Stage {
    let (port, home, identity, agent) = connected(bench).await;
    let (port, identity) = (Arc::new(port), Arc::new(identity));
    let (heard, secrets) = dials(port.clone(), identity.clone(), agent);
    let client = Client::of(bench, home.owner.user).await;
    Stage { home, client, heard, secrets, port, identity }
}

impl Stage {
    fn path(&self, rest: &str) -> String {
        format!("/accounts/{}/files{rest}", self.home.account)
    }

    async fn ask(&self, verb: &str, rest: &str, body: Option<Value>) -> Answered {
        self.client.ask(verb, &self.path(rest), body).await
    }
}

pub async fn a_session_serves_whoever_may_and_is_dialled_by_its_host_alone(bench: Bench) {
    let stage = stage(&bench).await;
    let listed = stage.ask("GET", "?path=sites/www", None).await;
    assert_eq!(listed.status, StatusCode::OK, "{:?}", listed.body);
    let file = &listed.body["items"][0];
    assert_eq!((&file["path"], &file["mode"]), (&json!("sites/www/é%0A"), &json!("640")));
    // Contents, as a file to keep.
    let request = stage.client.request("GET", &stage.path("/contents?path=sites/www/a.txt"), None);
    let response = tower::ServiceExt::oneshot(stage.client.router.clone(), request).await.unwrap();
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/octet-stream");
    assert_eq!(response.headers()[header::CONTENT_DISPOSITION], "attachment; filename*=UTF-8''a.txt");
    assert_eq!(response.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert_eq!(axum::body::to_bytes(response.into_body(), 99).await.unwrap(), "abc");
    until("no session is left open", async || bench.server.transfers.count() == 0).await;
    // A secret is good once, for its own host, and never without a certificate.
    let used = stage.secrets.lock().unwrap()[0].clone();
    assert!(stage.port.session(Some(&stage.identity), &used).await.unwrap_err().starts_with("404"));
    let made_up = "A".repeat(43);
    assert!(stage.port.session(Some(&stage.identity), &made_up).await.unwrap_err().starts_with("404"));
    assert!(stage.port.session(None, &made_up).await.unwrap_err().starts_with("401"));
    // What is no path, no order, no place in the list.
    for (query, code) in [
        ("?path=../etc", "home_path"),
        ("?sort=owner", "bad_sort"),
        ("?cursor=-1", "bad_cursor"),
        ("?path=a%2500", "home_path"),
    ] {
        let refused = stage.ask("GET", query, None).await;
        assert_eq!(refused.body["code"], code, "{query}");
    }
}

pub async fn what_is_changed_is_kept_in_history(bench: Bench) {
    let stage = stage(&bench).await;
    let history = async || {
        let listing = Listing::default();
        change::list(&bench.server, &stage.home.owner, stage.home.account, &listing).await.unwrap().items
    };
    let before = history().await.len();
    stage.ask("GET", "", None).await;
    assert_eq!(history().await.len(), before, "looking leaves no change");
    let mut request =
        stage.client.request("PUT", &stage.path("/contents?path=sites/www/b.txt&over=replace"), None);
    *request.body_mut() = "x".repeat(200_000).into();
    let put = stage.client.send(request).await;
    assert_eq!(put.status, StatusCode::NO_CONTENT, "{:?}", put.body);
    let asked = stage.heard.lock().unwrap().clone();
    let write = FileAsk::Write { path: "sites/www/b.txt".parse().unwrap(), over: Over::Replace };
    assert!(asked.contains(&serde_json::to_string(&write).unwrap()), "{asked:?}");
    assert!(asked.contains(&"x".repeat(200_000)));
    let moved = stage.ask("POST", "/move", Some(json!({ "from": "sites/a", "to": "sites/b" }))).await;
    assert_eq!(moved.status, StatusCode::NO_CONTENT);
    let deleted = stage.ask("POST", "/delete", Some(json!({ "path": "sites/c" }))).await;
    assert_eq!(deleted.header("alveole-change"), history().await[0].id.to_string());
    // What the host refuses has not been done.
    let refused = stage.ask("POST", "/folders", Some(json!({ "path": "sites/d" }))).await;
    assert_eq!((refused.status, &refused.body["code"]), (StatusCode::CONFLICT, &json!("file_exists")));
    let kept: Vec<_> =
        history().await.into_iter().take(3).map(|change| (change.verb, change.subject.label)).collect();
    let kept: Vec<_> = kept.iter().map(|(verb, label)| (verb.as_str(), label.as_str())).collect();
    assert_eq!(
        kept,
        [("file.delete", "sites/c"), ("file.move", "sites/a"), ("file.upload", "sites/www/b.txt")]
    );
    assert_eq!(history().await.len(), before + 3);
}

pub async fn who_hangs_up_keeps_nothing_out_of_history(bench: Bench) {
    let stage = stage(&bench).await;
    let history = async || {
        let listing = Listing::default();
        change::list(&bench.server, &stage.home.owner, stage.home.account, &listing).await.unwrap().items
    };
    let moving = Some(json!({ "from": "sites/a", "to": "sites/slow" }));
    let mut putting = stage.client.request("PUT", &stage.path("/contents?path=sites/slow.txt"), None);
    *putting.body_mut() = "sent whole".into();
    let requests = [stage.client.request("POST", &stage.path("/move"), moving.as_ref()), putting];
    for (request, said) in requests.into_iter().zip(["\"to\":\"sites/slow\"", "sent whole"]) {
        let asker = tokio::spawn(tower::ServiceExt::oneshot(stage.client.router.clone(), request));
        let heard = async || stage.heard.lock().unwrap().iter().any(|heard| heard.contains(said));
        until("the host was asked", heard).await;
        asker.abort();
        asker.await.unwrap_err();
    }
    stage.heard.lock().unwrap().push("go".into());
    let kept = async |verb: &str| history().await.into_iter().find(|change| change.verb == verb);
    for verb in ["file.move", "file.upload"] {
        until("it is kept", async || kept(verb).await.is_some()).await;
        assert!(!kept(verb).await.unwrap().after.unwrap().to_string().contains("outcome"), "{verb}");
    }
    // The host is asked and never says: nobody knows, and that is kept.
    let asked = json!({ "path": "sites/mute", "mode": "640" });
    let cut = stage.ask("POST", "/mode", Some(asked)).await;
    assert_eq!(cut.body["code"], "host_away");
    assert_eq!(kept("file.mode").await.unwrap().after.unwrap()["outcome"], "unknown");
    until("no session is left open", async || bench.server.transfers.count() == 0).await;
}

/// A download goes on and on; then its user signs out, is an owner no more, or the account is suspended.
pub async fn a_session_ends_with_the_right_to_it(bench: Bench) {
    let stage = stage(&bench).await;
    let (server, home) = (&bench.server, &stage.home);
    let on = On::Account(home.account);
    let new = NewGrant { email: "reste@membre.example".into(), role: "owner".into(), ..Default::default() };
    grant::create(server, &bench.admin, On::Member(home.member), new).await.unwrap();
    for how in ["sign_out", "revoke", "suspend"] {
        let user = if how == "suspend" { bench.admin.user } else { home.owner.user };
        let client = Client::of(&bench, user).await;
        let request = client.request("GET", &stage.path("/contents?path=sites/endless"), None);
        let response = tower::ServiceExt::oneshot(client.router.clone(), request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{how}");
        let mut contents = response.into_body().into_data_stream();
        assert_eq!(contents.next().await.unwrap().unwrap(), "abc");
        match how {
            "sign_out" => {
                let secret = client.cookie.split_once('=').unwrap().1;
                let me = session::by_secret(server, secret).await.unwrap().unwrap();
                session::sign_out(server, &me).await.unwrap();
            }
            "revoke" => {
                let held = grant::list(server, &bench.admin, on).await.unwrap();
                let held = held.into_iter().find(|held| held.email == home.owner.who).unwrap();
                grant::revoke(server, &bench.admin, on, held.id).await.unwrap();
            }
            _ => {
                account::suspend(server, &bench.admin, home.account, None, unpaid("x")).await.unwrap();
            }
        }
        let cut = tokio::time::timeout(std::time::Duration::from_secs(5), contents.next()).await;
        cut.unwrap_or_else(|_| panic!("{how}: it goes on")).unwrap().unwrap_err();
        drop(contents);
        until("its place is free", async || server.transfers.count() == 0).await;
    }
}

/// Nobody reads the one, nobody sends the other: neither holds its place once the right to it has ended.
pub async fn what_stands_still_ends_with_the_right_to_it(bench: Bench) {
    let stage = stage(&bench).await;
    let (client, transfers) = (&stage.client, &bench.server.transfers);
    let request = client.request("GET", &stage.path("/contents?path=sites/endless"), None);
    let unread = tower::ServiceExt::oneshot(client.router.clone(), request).await.unwrap();
    let mut request = client.request("PUT", &stage.path("/contents?path=sites/still"), None);
    *request.body_mut() =
        axum::body::Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, String>>());
    let unsent = tokio::spawn(tower::ServiceExt::oneshot(client.router.clone(), request));
    until("both are open", async || transfers.count() == 2).await;
    account::suspend(&bench.server, &bench.admin, stage.home.account, None, unpaid("x")).await.unwrap();
    until("both places are free", async || transfers.count() == 0).await;
    assert_eq!(unsent.await.unwrap().unwrap().status(), StatusCode::CONFLICT);
    axum::body::to_bytes(unread.into_body(), 99).await.unwrap_err();
}

pub async fn who_may_not_is_told_before_any_host_is_asked(bench: Bench) {
    let stage = stage(&bench).await;
    let other = bench.household("beta").await;
    let stranger = Client::of(&bench, other.owner.user).await;
    for (verb, rest) in [("GET", "?path=../x"), ("GET", "/contents?path=sites/a"), ("GET", "/trash")] {
        let refused = stranger.ask(verb, &stage.path(rest), None).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{rest}");
    }
    assert!(stage.secrets.lock().unwrap().is_empty());
    // Suspended: its files rest.
    account::suspend(&bench.server, &bench.admin, stage.home.account, None, unpaid("x")).await.unwrap();
    let refused = stage.ask("GET", "", None).await;
    assert_eq!((refused.status, &refused.body["code"]), (StatusCode::CONFLICT, &json!("account_suspended")));
    assert!(stage.secrets.lock().unwrap().is_empty());
}

/// Made, unpacked, refused, gone on with after whoever asked stopped waiting, and sent while it is made.
pub async fn archives_go_on_and_say_what_became_of_them(bench: Bench) {
    let stage = stage(&bench).await;
    let (server, owner, account) = (&bench.server, &stage.home.owner, stage.home.account);
    let paths = json!({ "paths": ["sites/a", "sites/b"], "to": "private/all.zip" });
    let made = stage.ask("POST", "/pack", Some(paths)).await;
    assert_eq!((made.status, &made.body["state"]), (StatusCode::OK, &json!("done")), "{:?}", made.body);
    assert_eq!(made.body["left_out"], json!([{ "name": "link", "why": "link" }]));
    let newest = change::list(server, owner, account, &Listing::default()).await.unwrap().items.remove(0);
    assert_eq!(made.header("alveole-change"), newest.id.to_string());
    assert_eq!((newest.verb.as_str(), newest.subject.label.as_str()), ("file.pack", "private/all.zip"));
    let told = newest.after.unwrap();
    assert_eq!((&told["count"], &told["entries"], &told["left_out"]), (&json!(2), &json!(2), &json!(1)));
    // What the host refuses has not been done, and is told to who looks later.
    let refused =
        stage.ask("POST", "/unpack", Some(json!({ "path": "private/x", "into": "private/bomb" }))).await;
    assert_eq!((refused.status, &refused.body["code"]), (StatusCode::CONFLICT, &json!("archive_bomb")));
    let wrong = stage.ask("POST", "/pack", Some(json!({ "paths": [], "to": "private/x.zip" }))).await;
    assert_eq!(wrong.body["code"], "nothing_chosen");
    // It takes longer than anybody waits.
    let unpack =
        files::Work::Unpack { archive: "private/x".parse().unwrap(), into: "private/slow".parse().unwrap() };
    let secret = stage.client.cookie.split_once('=').unwrap().1;
    let me = session::by_secret(server, secret).await.unwrap().unwrap();
    let begun = files::work(server, &me, account, unpack, std::time::Duration::ZERO).await.unwrap();
    assert_eq!((begun.item.state, begun.change), (files::WorkState::Working, None));
    let works = async || stage.ask("GET", "/works", None).await.body;
    assert_eq!(works().await[0]["state"], "working");
    stage.heard.lock().unwrap().push("go".into());
    until("it is done", async || works().await[0]["state"] == "done").await;
    let states: Vec<_> = works().await.as_array().unwrap().iter().map(|work| work["state"].clone()).collect();
    assert_eq!(states, ["done", "refused", "done"]);
    assert!(works().await[1]["text"]["fr"].as_str().unwrap().contains("250"));
    let request =
        stage.client.request("GET", &stage.path("/packed?paths=sites/a%0Asites/b&kind=tar.gz"), None);
    let response = tower::ServiceExt::oneshot(stage.client.router.clone(), request).await.unwrap();
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/gzip");
    assert_eq!(response.headers()[header::CONTENT_DISPOSITION], "attachment; filename*=UTF-8''sites.tar.gz");
    assert_eq!(axum::body::to_bytes(response.into_body(), 99).await.unwrap(), "an archive");
    let other = bench.household("beta").await;
    let stranger = Client::of(&bench, other.owner.user).await;
    let body = json!({ "paths": ["sites/x"], "to": "../x" });
    for (verb, rest) in [("GET", "/works"), ("GET", "/packed?paths=../x"), ("POST", "/pack")] {
        let refused = stranger.ask(verb, &stage.path(rest), (verb == "POST").then(|| body.clone())).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{verb} {rest}");
    }
}

/// Whoever sends asks how much has arrived, and sends the rest; it is one upload in history, once it is whole.
pub async fn a_cut_upload_is_asked_for_and_goes_on(bench: Bench) {
    let stage = stage(&bench).await;
    let asked = stage.ask("GET", "/upload?path=sites/big&size=9&mark=77", None).await;
    assert_eq!((asked.status, &asked.body["octets"]), (StatusCode::OK, &json!(3)));
    let mut request = stage.client.request(
        "PUT",
        &stage.path("/contents?path=sites/big&size=9&mark=77&offset=3&over=replace"),
        None,
    );
    *request.body_mut() = "twoend".into();
    let put = stage.client.send(request).await;
    assert_eq!(put.status, StatusCode::NO_CONTENT, "{:?}", put.body);
    let heard = stage.heard.lock().unwrap().clone();
    let ask = |json: &str| serde_json::from_str::<FileAsk>(json).unwrap();
    let (FileAsk::SoFar { mark }, FileAsk::Resume { mark: same, from, size, over, .. }) =
        (ask(&heard[0]), ask(&heard[1]))
    else {
        panic!("{heard:?}")
    };
    assert_eq!((&mark, from, size, over), (&same, 3, 9, Over::Replace));
    assert_eq!(heard[2], "twoend");
    let listing = Listing::default();
    let newest = change::list(&bench.server, &stage.home.owner, stage.home.account, &listing).await.unwrap();
    assert_eq!(put.header("alveole-change"), newest.items[0].id.to_string());
    // Another person, or another file of that size, is another upload.
    stage.ask("GET", "/upload?path=sites/big&size=9&mark=78", None).await;
    let admin = Client::of(&bench, bench.admin.user).await;
    admin.ask("GET", &stage.path("/upload?path=sites/big&size=9&mark=77"), None).await;
    let heard = stage.heard.lock().unwrap().clone();
    let marks: Vec<_> = heard[3..].iter().map(|json| ask(json)).collect();
    assert!(
        marks.iter().all(|said| matches!(said, FileAsk::SoFar { mark: other } if *other != mark)),
        "{marks:?}"
    );
    let other = bench.household("beta").await;
    let stranger = Client::of(&bench, other.owner.user).await;
    assert_eq!(stranger.ask("GET", &stage.path("/upload?size=1"), None).await.status, StatusCode::NOT_FOUND);
}
