//! The panel asks hosts from outside: a small web server stands for nginx, waker and cells.

use crate::{
    agent::{Agent, Ledger, Port},
    bench::{Bench, Household},
    hub::{enrolled, until},
};
use model::{AccountId, ChangeId, ChangeState, Resource, wire::ReportState};
use server::{Outside, Server, account, certificate::Issuer, change, host, site, verify::Manner};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// What a name answers on the host.
#[derive(Clone, Copy)]
pub enum Answer {
    ProofOf(AccountId),
    Status(u16),
}

/// Names and what they answer; any other is 404.
type Names = Arc<Mutex<HashMap<String, Answer>>>;

/// A host's web server at one of its addresses.
async fn web(at: SocketAddr) -> (SocketAddr, Names) {
    let listener = TcpListener::bind(at).await.unwrap();
    let address = listener.local_addr().unwrap();
    let names = Names::default();
    let served = names.clone();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let served = served.clone();
            tokio::spawn(async move {
                let mut question = vec![0; 4096];
                let length = stream.read(&mut question).await.unwrap();
                let question = String::from_utf8_lossy(&question[..length]).to_lowercase();
                let nonce = question.split(['/', ' ']).find(|part| part.len() == 32).unwrap_or_default();
                let name =
                    question.split("host: ").nth(1).and_then(|rest| rest.split("\r\n").next()).unwrap();
                let answer = served.lock().unwrap().get(name).copied().unwrap_or(Answer::Status(404));
                let (status, body) = match answer {
                    Answer::ProofOf(account) => {
                        let digest = Sha256::digest(format!("{nonce}:{account}:{name}"));
                        let proof: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
                        (200, format!("{{\"proof\":\"{proof}\"}}"))
                    }
                    Answer::Status(status) => (status, String::new()),
                };
                let answer = format!(
                    "HTTP/1.1 {status} x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    (address, names)
}

/// The bench's panel opened anew, so that it asks our web server, with an agent connected.
pub struct Stage {
    pub bench: Bench,
    pub home: Household,
    names: Names,
    /// Where the panel asks hosts.
    port: u16,
    /// Where it asks for certificates; nobody is there yet.
    pub tls_port: u16,
    pub agent: Agent,
    _port: Port,
}

impl Stage {
    async fn new(bench: Bench) -> Stage {
        Stage::with(bench, None).await
    }

    /// The same, with something that gets certificates signed.
    pub async fn with(mut bench: Bench, issuer: Option<Issuer>) -> Stage {
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let tls_port = free.local_addr().unwrap().port();
        drop(free);
        let (address, names) = web("127.0.0.1:0".parse().unwrap()).await;
        let manner = Manner {
            port: address.port(),
            tls_port,
            waits_ms: &[5, 5, 20],
            later: Duration::from_millis(30),
            later_tries: 1_000,
        };
        let outside = Outside { manner, issuer };
        bench.server = Server::open_with(bench.config.clone(), bench.world.clone(), outside).await.unwrap();
        let here = host::Update { ipv4: Some("127.0.0.1".into()), ipv6: Some(String::new()), name: None };
        host::update(&bench.server, &bench.admin, bench.host, None, here).await.unwrap();
        let home = bench.household("asso").await;
        let port = Port::open(&bench.server).await;
        let identity = enrolled(&bench, &port).await;
        let mut agent = port.connect(&identity, Ledger::default()).await;
        agent.take().await;
        Stage { bench, home, names, port: address.port(), tls_port, agent, _port: port }
    }

    pub fn serve(&self, name: &str, answer: Answer) {
        self.names.lock().unwrap().insert(name.into(), answer);
    }

    /// The agent takes the next frame and has applied it.
    pub async fn applied(&mut self) -> Vec<Resource> {
        let resources = self.agent.take().await;
        for resource in &resources {
            self.agent.report(resource, ReportState::Checked).await;
            self.agent.report(resource, ReportState::Applied).await;
        }
        resources
    }

    pub async fn becomes(&self, change: ChangeId, state: ChangeState, says: &str) {
        let Bench { server, admin, .. } = &self.bench;
        until(&format!("{state:?}: {says}"), async || {
            let shown = change::show(server, admin, change).await.unwrap();
            let text = shown.text.map(|text| text.en.into_owned()).unwrap_or_default();
            shown.state == state && if says.is_empty() { text.is_empty() } else { text.contains(says) }
        })
        .await;
    }
}

pub async fn a_site_is_verified_by_every_name(bench: Bench) {
    let mut stage = Stage::new(bench).await;
    let account = stage.home.account;
    stage.serve("un.asso.example", Answer::ProofOf(account));
    let made =
        site::create(&stage.bench.server, &stage.home.owner, account, "un.asso.example").await.unwrap();
    stage.applied().await;
    stage.becomes(made.change.unwrap(), ChangeState::Verified, "").await;
    // A second name the host does not know yet, then answers for another account, then is there.
    let names = ["un.asso.example".to_owned(), "www.un.asso.example".to_owned()];
    let named =
        site::set_names(&stage.bench.server, &stage.home.owner, made.item.id, None, &names).await.unwrap();
    let change = named.change.unwrap();
    stage.applied().await;
    stage.becomes(change, ChangeState::Applied, "www.un.asso.example is unknown there (404)").await;
    stage.serve("www.un.asso.example", Answer::ProofOf(AccountId::new(1, &[1; 10])));
    stage.becomes(change, ChangeState::Applied, "by another account").await;
    stage.serve("www.un.asso.example", Answer::Status(503));
    stage.becomes(change, ChangeState::Applied, "does not start (503)").await;
    stage.serve("www.un.asso.example", Answer::Status(301));
    stage.becomes(change, ChangeState::Applied, "unexpected answer (301)").await;
    stage.serve("www.un.asso.example", Answer::ProofOf(account));
    stage.becomes(change, ChangeState::Verified, "").await;
}

pub async fn what_is_gone_is_verified_too(bench: Bench) {
    let mut stage = Stage::new(bench).await;
    let account = stage.home.account;
    stage.serve("un.asso.example", Answer::ProofOf(account));
    let made =
        site::create(&stage.bench.server, &stage.home.owner, account, "un.asso.example").await.unwrap();
    stage.applied().await;
    stage.becomes(made.change.unwrap(), ChangeState::Verified, "").await;
    let suspended = account::suspend(
        &stage.bench.server,
        &stage.bench.admin,
        account,
        None,
        crate::bench::unpaid("Impayé"),
    )
    .await
    .unwrap();
    assert_eq!(stage.applied().await.len(), 2);
    let change = suspended.change.unwrap();
    stage.becomes(change, ChangeState::Applied, "still answers").await;
    stage.serve("un.asso.example", Answer::Status(503));
    stage.becomes(change, ChangeState::Verified, "").await;
    stage.serve("un.asso.example", Answer::ProofOf(account));
    let resumed = account::resume(&stage.bench.server, &stage.bench.admin, account, None).await.unwrap();
    stage.applied().await;
    stage.becomes(resumed.change.unwrap(), ChangeState::Verified, "").await;
    let deleted = site::delete(&stage.bench.server, &stage.home.owner, made.item.id, None).await.unwrap();
    stage.applied().await;
    stage.becomes(deleted.change.unwrap(), ChangeState::Applied, "still answers").await;
    stage.serve("un.asso.example", Answer::Status(404));
    stage.becomes(deleted.change.unwrap(), ChangeState::Verified, "").await;
}

pub async fn what_a_killed_panel_left_applied_is_verified_by_the_next(bench: Bench) {
    let mut stage = Stage::new(bench).await;
    let account = stage.home.account;
    let made =
        site::create(&stage.bench.server, &stage.home.owner, account, "un.asso.example").await.unwrap();
    let change = made.change.unwrap();
    stage.applied().await;
    stage.becomes(change, ChangeState::Applied, "404").await;
    stage.serve("un.asso.example", Answer::ProofOf(account));
    // Whoever gets the host's connection next goes on, whether the first one still tries or not.
    let identity = enrolled(&stage.bench, &stage._port).await;
    stage.agent = stage._port.connect(&identity, stage.agent.ledger.clone()).await;
    stage.becomes(change, ChangeState::Verified, "").await;
}

pub async fn a_name_taken_off_a_site_must_be_gone(bench: Bench) {
    let mut stage = Stage::new(bench).await;
    let account = stage.home.account;
    for name in ["un.asso.example", "www.un.asso.example"] {
        stage.serve(name, Answer::ProofOf(account));
    }
    let made =
        site::create(&stage.bench.server, &stage.home.owner, account, "un.asso.example").await.unwrap();
    stage.applied().await;
    let both = ["un.asso.example".to_owned(), "www.un.asso.example".to_owned()];
    site::set_names(&stage.bench.server, &stage.home.owner, made.item.id, None, &both).await.unwrap();
    stage.applied().await;
    let one = site::set_names(&stage.bench.server, &stage.home.owner, made.item.id, None, &both[..1])
        .await
        .unwrap();
    stage.applied().await;
    stage.becomes(one.change.unwrap(), ChangeState::Applied, "www.un.asso.example still answers").await;
    stage.serve("www.un.asso.example", Answer::Status(404));
    stage.becomes(one.change.unwrap(), ChangeState::Verified, "").await;
}

pub async fn a_site_is_verified_at_every_address(bench: Bench) {
    let mut stage = Stage::new(bench).await;
    let account = stage.home.account;
    let (_, over_ipv6) = web(SocketAddr::new("::1".parse().unwrap(), stage.port)).await;
    let both = host::Update { ipv4: None, ipv6: Some("::1".into()), name: None };
    host::update(&stage.bench.server, &stage.bench.admin, stage.bench.host, None, both).await.unwrap();
    stage.serve("un.asso.example", Answer::ProofOf(account));
    let made =
        site::create(&stage.bench.server, &stage.home.owner, account, "un.asso.example").await.unwrap();
    stage.applied().await;
    stage.becomes(made.change.unwrap(), ChangeState::Applied, "is unknown there (404)").await;
    over_ipv6.lock().unwrap().insert("un.asso.example".into(), Answer::ProofOf(account));
    stage.becomes(made.change.unwrap(), ChangeState::Verified, "").await;
}

pub async fn what_is_held_meanwhile_stays_held(bench: Bench) {
    let mut stage = Stage::new(bench).await;
    let account = stage.home.account;
    let made =
        site::create(&stage.bench.server, &stage.home.owner, account, "un.asso.example").await.unwrap();
    let change = made.change.unwrap();
    let resources = stage.applied().await;
    stage.becomes(change, ChangeState::Applied, "unknown there (404)").await;
    stage.agent.report(&resources[0], ReportState::Held).await;
    stage.becomes(change, ChangeState::Held, "").await;
    // Many more tries from outside later, with an answer that would have been right.
    stage.serve("un.asso.example", Answer::ProofOf(account));
    let other =
        site::create(&stage.bench.server, &stage.home.owner, account, "deux.asso.example").await.unwrap();
    stage.serve("deux.asso.example", Answer::ProofOf(account));
    stage.applied().await;
    stage.becomes(other.change.unwrap(), ChangeState::Verified, "").await;
    stage.becomes(change, ChangeState::Held, "").await;
}
