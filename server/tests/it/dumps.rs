//! Exports and imports of databases: the agent is one of a few lines that dials what it is asked for and answers as its script says.

use crate::{
    agent::{Identity, Ledger, Port, Socket},
    api::Client,
    bench::{Bench, Household},
    hub::{enrolled, until},
};
use axum::{
    body::Body,
    http::{StatusCode, header},
};
use futures_util::{SinkExt, StreamExt, stream};
use model::{
    dump::{DumpAsk, DumpRefusal, DumpSaid},
    wire::{Answer, FromAgent, FromPanel, Query},
};
use serde_json::{Value, json};
use server::{
    change,
    database::{self, DatabaseView, NewDatabase},
    paging::Listing,
};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio_tungstenite::tungstenite::Message;

/// Serves one session as the host's process would; what begins with `!` it refuses at once, `?` it never answers.
async fn serve(mut socket: Socket, cut: bool) {
    let say = |said: &DumpSaid| Message::Text(serde_json::to_string(said).unwrap().into());
    let Some(Ok(Message::Text(json))) = socket.next().await else { return };
    socket.send(say(&DumpSaid::Working { octets: 0 })).await.unwrap();
    socket.send(say(&DumpSaid::Ready)).await.unwrap();
    if serde_json::from_str::<DumpAsk>(&json).unwrap() == DumpAsk::Export {
        socket.send(Message::Binary("abc".into())).await.unwrap();
        if !cut {
            socket.send(say(&DumpSaid::Working { octets: 3 })).await.unwrap();
            socket.send(Message::Binary("def".into())).await.unwrap();
            socket.send(say(&DumpSaid::Done { octets: 9 })).await.unwrap();
        }
        return;
    }
    while let Some(Ok(Message::Binary(octets))) = socket.next().await {
        let said = match octets.first() {
            None => DumpSaid::Done { octets: 9 },
            Some(b'!') => {
                let why = DumpRefusal::Line { line: 3, said: "near 'x' (1064)".into() };
                DumpSaid::Refused { why }
            }
            Some(b'?') => return,
            Some(_) => continue,
        };
        let _ = socket.send(say(&said)).await;
    }
}

struct Stage {
    home: Household,
    client: Client,
    database: DatabaseView,
    asked: Arc<AtomicUsize>,
    _kept: (Arc<Port>, Arc<Identity>),
}

/// The second session that is asked for is cut off half-way, if it is an export.
async fn stage(bench: &Bench) -> Stage {
    let port = Arc::new(Port::open(&bench.server).await);
    let home = bench.household("asso").await;
    let new = NewDatabase { name: "wiki".into(), user: None };
    let database = database::create(&bench.server, &home.owner, home.account, new).await.unwrap().done.item;
    let identity = Arc::new(enrolled(bench, &port).await);
    let mut agent = port.connect(&identity, Ledger::default()).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let (near, own, count) = (port.clone(), identity.clone(), asked.clone());
    let name = database.name.clone();
    tokio::spawn(async move {
        while let Some(frame) = agent.hear_or_end().await {
            let FromPanel::Query { id, query: Query::OpenDump { session, database, .. } } = frame else {
                continue;
            };
            assert_eq!(database, name);
            let turn = count.fetch_add(1, Ordering::SeqCst);
            agent.say(&FromAgent::Answer { id, answer: Answer::Dialling }).await;
            let socket = near.session(Some(&own), session.as_str()).await.unwrap();
            tokio::spawn(serve(socket, turn == 1));
        }
    });
    let client = Client::of(bench, home.owner.user).await;
    Stage { home, client, database, asked, _kept: (port, identity) }
}

impl Stage {
    fn path(&self) -> String {
        format!("/databases/{}/dump", self.database.id)
    }

    async fn newest(&self, bench: &Bench) -> (String, Value) {
        let listing = Listing::default();
        let all = change::list(&bench.server, &self.home.owner, self.home.account, &listing).await.unwrap();
        let newest = all.items.into_iter().next().unwrap();
        (newest.verb, newest.after.unwrap_or_default())
    }
}

pub async fn what_goes_out_or_in_stands_in_history_with_its_size(bench: Bench) {
    let stage = stage(&bench).await;
    let get = || stage.client.request("GET", &stage.path(), None);
    let send = |request| tower::ServiceExt::oneshot(stage.client.router.clone(), request);
    let response = send(get()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/gzip");
    let disposition = "attachment; filename=\"asso_wiki.sql.gz\"";
    assert_eq!(response.headers()[header::CONTENT_DISPOSITION], disposition);
    assert_eq!(axum::body::to_bytes(response.into_body(), 99).await.unwrap(), "abcdef");
    let whole = json!({ "octets": 6, "outcome": "whole" });
    assert_eq!(stage.newest(&bench).await, ("database.export".into(), whole));
    // Cut off: seen to be, and kept.
    let response = send(get()).await.unwrap();
    axum::body::to_bytes(response.into_body(), 99).await.unwrap_err();
    let cut = json!({ "octets": 3, "outcome": "cut" });
    assert_eq!(stage.newest(&bench).await, ("database.export".into(), cut));
    let put = async |body: Body| {
        let mut request = stage.client.request("PUT", &stage.path(), None);
        *request.body_mut() = body;
        stage.client.send(request).await
    };
    let done = put("SELECT 1;".into()).await;
    assert_eq!(done.status, StatusCode::NO_CONTENT, "{:?}", done.body);
    let whole = json!({ "octets": 9, "outcome": "whole" });
    assert_eq!(stage.newest(&bench).await, ("database.import".into(), whole));
    // Refused while more is coming: the rest is not waited for, and the line is told.
    let begins = stream::iter([Ok::<_, String>("!SELECT x".to_owned())]);
    let more = begins.chain(stream::repeat_with(|| Ok("x".repeat(1_000))));
    let refused = put(Body::from_stream(more)).await;
    assert_eq!((refused.status, &refused.body["code"]), (StatusCode::CONFLICT, &json!("dump_line")));
    assert!(refused.body["detail"].as_str().unwrap().contains("near 'x' (1064)"), "{:?}", refused.body);
    let (verb, after) = stage.newest(&bench).await;
    assert_eq!((verb.as_str(), &after["outcome"]), ("database.import", &json!("refused")));
    assert!(after["text"]["fr"].as_str().unwrap().contains("ligne 3"), "{after}");
    // Not all of it comes; the host never says.
    let half = stream::iter([Ok("SELECT"), Err("gone".to_owned())]);
    assert_eq!(put(Body::from_stream(half)).await.body["code"], "upload_cut_off");
    assert_eq!(stage.newest(&bench).await.1["outcome"], "cut");
    assert_eq!(put("?".into()).await.body["code"], "host_away");
    assert_eq!(stage.newest(&bench).await.1["outcome"], "unknown");
    until("no session is left open", async || bench.server.transfers.count() == 0).await;
}

pub async fn only_who_may_change_databases_has_their_dumps(bench: Bench) {
    let stage = stage(&bench).await;
    let other = bench.household("beta").await;
    let stranger = Client::of(&bench, other.owner.user).await;
    for verb in ["GET", "PUT"] {
        assert_eq!(stranger.ask(verb, &stage.path(), None).await.status, StatusCode::NOT_FOUND, "{verb}");
    }
    database::delete(&bench.server, &stage.home.owner, stage.database.id, None).await.unwrap();
    let refused = stage.client.ask("GET", &stage.path(), None).await;
    assert_eq!(refused.body["code"], "database_deleted");
    assert_eq!(stage.asked.load(Ordering::SeqCst), 0, "no host was asked");
}
