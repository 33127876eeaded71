//! An agent's certificate is renewed with itself, and the old one ends when the new one is first used.

use crate::{
    agent::{Ledger, Port},
    bench::Bench,
    hub::enrolled,
};
use server::{change, host, paging::Listing};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const DAY_MS: i64 = 86_400_000;

pub async fn a_certificate_is_renewed_with_itself(bench: Bench) {
    let port = Port::open(&bench.server).await;
    let old = enrolled(&bench, &port).await;
    let mut agent = port.connect(&old, Ledger::default()).await;
    agent.take().await;
    let until = host::show(&bench.server, &bench.admin, bench.host).await.unwrap().certificate_until.unwrap();
    bench.world.pass(300 * DAY_MS);
    let new = port.renew(Some(&old), old.panel).await.unwrap();
    let renewed = host::show(&bench.server, &bench.admin, bench.host).await.unwrap();
    assert_eq!(renewed.certificate_until.unwrap() - until, 300 * DAY_MS);
    // Who asks on and on is sent away; the old one still holds, for the host may not have the new one.
    let (status, body) = port.renew(Some(&old), old.panel).await.map(drop).unwrap_err();
    assert_eq!((status, body.contains("renewal_too_soon")), (409, true), "{body}");
    agent.hears_nothing().await;
    let mut again = port.connect(&new, agent.ledger.clone()).await;
    again.hears_nothing().await;
    assert_eq!(port.dial(Some(&old)).await.map(drop).unwrap_err(), "403 Forbidden");
    let (status, _) = port.renew(Some(&old), old.panel).await.map(drop).unwrap_err();
    assert_eq!(status, 403);
    let acts =
        change::list_of_host(&bench.server, &bench.admin, bench.host, &Listing::default()).await.unwrap();
    assert!(acts.items.iter().any(|act| act.verb == "host.renew"), "an admin sees it");
}

pub async fn nobody_else_renews(bench: Bench) {
    let port = Port::open(&bench.server).await;
    let identity = enrolled(&bench, &port).await;
    let (status, body) = port.renew(None, identity.panel).await.map(drop).unwrap_err();
    assert_eq!((status, body.contains("certificate_refused")), (403, true), "{body}");
    host::revoke(&bench.server, &bench.admin, bench.host, None).await.unwrap();
    bench.world.pass(DAY_MS);
    assert_eq!(port.renew(Some(&identity), identity.panel).await.map(drop).unwrap_err().0, 403);
}

pub async fn who_is_shut_out_while_asking_gets_nothing(bench: Bench) {
    let port = Port::open(&bench.server).await;
    let stolen = enrolled(&bench, &port).await;
    bench.world.pass(DAY_MS);
    let key = rcgen::KeyPair::generate().unwrap();
    let csr = rcgen::CertificateParams::default().serialize_request(&key).unwrap().pem().unwrap();
    let body = serde_json::json!({ "csr": csr }).to_string();
    let head = format!(
        "POST /renew HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let mut stream = port.tls(Some(&stolen)).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
    let rightful = enrolled(&bench, &port).await;
    bench.world.pass(DAY_MS);
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    assert!(port.dial(Some(&rightful)).await.is_ok());
}
