//! Who gets a certificate, and whom it lets in.

use super::add;
use crate::{
    agent::{Identity, Port},
    bench::Bench,
};
use futures_util::future::join_all;
use model::HostId;
use server::{
    host::{self, HostState},
    store::sql,
};
use tokio::io::AsyncWriteExt;

pub async fn a_token_works_once_in_time_and_for_one(bench: Bench) {
    let port = Port::open(&bench.server).await;
    let (id, command) = add(&bench, "web2").await;
    assert!(command.starts_with("alveole-agent enroll --panel https://panel.coop.example:7443 --token "));
    assert_eq!(host::show(&bench.server, &bench.admin, id).await.unwrap().state, HostState::Waiting);
    // Raced: exactly one of eight.
    let tries = join_all((0..8).map(|_| port.enrol(&command))).await;
    assert_eq!(tries.iter().filter(|tried| tried.is_ok()).count(), 1);
    for refused in tries.into_iter().filter_map(Result::err) {
        assert_eq!(refused.0, 403);
        assert!(refused.1.contains("token_refused"));
    }
    assert_eq!(host::show(&bench.server, &bench.admin, id).await.unwrap().state, HostState::Active);
    // Reused.
    assert_eq!(port.enrol(&command).await.map(drop).unwrap_err().0, 403);
    // Expired.
    let again = host::new_token(&bench.server, &bench.admin, id).await.unwrap().item.command;
    bench.world.pass(31 * 60_000);
    assert_eq!(port.enrol(again.reveal()).await.map(drop).unwrap_err().0, 403);
    // Replaced by a newer one.
    let first = host::new_token(&bench.server, &bench.admin, id).await.unwrap().item.command;
    let second = host::new_token(&bench.server, &bench.admin, id).await.unwrap().item.command;
    assert_eq!(port.enrol(first.reveal()).await.map(drop).unwrap_err().0, 403);
    assert!(port.enrol(second.reveal()).await.is_ok());
    // Another host's id, another authority, rubbish.
    let token = command.rsplit(' ').next().unwrap();
    let other = HostId::new(5, &[5; 10]).simple();
    for wrong in [
        format!("{other}{}", &token[32..]),
        format!("{}{}{}", &token[..33], "0".repeat(64), &token[97..]),
        "rubbish".to_owned(),
        String::new(),
    ] {
        let (status, _) = port.enrol(&wrong).await.map(drop).unwrap_err();
        assert!(matches!(status, 403 | 422), "{status}");
    }
    // The secret itself is stored nowhere.
    let secret = token.rsplit('.').next().unwrap();
    let stored: Vec<String> =
        sql("SELECT id FROM enrolments").all(bench.server.store.on(), |row| row.first()).await.unwrap();
    assert!(stored.iter().all(|id| !id.contains(secret) && id.len() == 64));
}

pub async fn only_a_good_certificate_opens_the_door(bench: Bench) {
    let port = Port::open(&bench.server).await;
    let (one, command) = add(&bench, "web2").await;
    let (two, other_command) = add(&bench, "web3").await;
    let identity = port.enrol(&command).await.unwrap();
    let other = port.enrol(&other_command).await.unwrap();
    // None at all.
    assert_eq!(port.dial(None).await.map(drop).unwrap_err(), "401 Unauthorized");
    // Of an unknown authority, for the right host.
    let folder = tempfile::tempdir().unwrap();
    let stranger = server::ca::Ca::open(folder.path(), 1_790_000_000_000).unwrap();
    let key = rcgen::KeyPair::generate().unwrap();
    let csr = rcgen::CertificateParams::default().serialize_request(&key).unwrap().pem().unwrap();
    let forged = stranger.sign_agent(&csr, one, 1_790_000_000_000).unwrap();
    let forged = Identity { key, certificate: forged.pem, panel: identity.panel };
    assert!(port.dial(Some(&forged)).await.is_err());
    // Signed by us, yet never entered: as a stolen authority's key would make it.
    let key = rcgen::KeyPair::generate().unwrap();
    let csr = rcgen::CertificateParams::default().serialize_request(&key).unwrap().pem().unwrap();
    let unknown = bench.server.ca.sign_agent(&csr, one, 1_790_000_000_000).unwrap();
    let unknown = Identity { key, certificate: unknown.pem, panel: identity.panel };
    assert_eq!(port.dial(Some(&unknown)).await.map(drop).unwrap_err(), "403 Forbidden");
    // Host 1's certificate, entered for host 2: what it says itself must agree.
    let mut tx = bench.server.store.write().await.unwrap();
    sql("UPDATE host_certificates SET host_id = $1 WHERE host_id = $2")
        .bind(two)
        .bind(one)
        .run(tx.on())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(port.dial(Some(&identity)).await.map(drop).unwrap_err(), "403 Forbidden");
    // A good one, in plaintext, on other paths, and for the panel's own name.
    assert!(port.dial(Some(&other)).await.is_ok());
    let mut plain = tokio::net::TcpStream::connect(port.address).await.unwrap();
    plain.write_all(b"GET /agent HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _ = tokio::io::AsyncReadExt::read_to_end(&mut plain, &mut answer).await;
    assert!(!answer.starts_with(b"HTTP"));
    let (status, _) = port
        .ask(Some(&other), "GET /api/v1/hosts HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(status, 404);
}
