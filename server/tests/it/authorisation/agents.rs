//! Agents: each speaks for the host of its certificate and for no other, whatever it says; and the two doors, people's and agents', take
//! nothing that belongs at the other.

use super::{
    cast::{Cast, Part},
    client,
    things::{Things, body},
};
use crate::{
    agent::{Identity, Ledger, Port, item},
    api::Client,
    bench::Bench,
    hub::{add, enrolled, until},
};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use model::{
    HostId, Resource, StaffRole,
    wire::{Answer, FromAgent, FromPanel, Query, ReportState},
};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use server::{
    api, host, hub,
    listen::{ClientAddress, PeerCertificate},
    site,
    store::sql,
    token::{self, NewToken},
};

/// All that is stored of a host and its resources.
async fn stored(bench: &Bench, host: HostId) -> Vec<String> {
    let mut said = sql("SELECT kind, key, generation, state, text_en, drift, applied_generation FROM resources WHERE host_id = $1 ORDER BY generation")
        .bind(host)
        .all(bench.server.store.on(), |row| {
            Ok(format!(
                "{} {} {} {} {:?} {:?} {:?}",
                row.get::<String>("kind")?,
                row.get::<String>("key")?,
                row.get::<i64>("generation")?,
                row.get::<String>("state")?,
                row.get::<Option<String>>("text_en")?,
                row.get::<Option<String>>("drift")?,
                row.get::<Option<i64>>("applied_generation")?,
            ))
        })
        .await
        .unwrap();
    said.push(
        sql("SELECT epoch, generation, acked_generation, frozen_at FROM hosts WHERE id = $1")
            .bind(host)
            .one(bench.server.store.on(), |row| {
                Ok(format!(
                    "{} {} {} {:?}",
                    row.get::<i64>("epoch")?,
                    row.get::<i64>("generation")?,
                    row.get::<i64>("acked_generation")?,
                    row.get::<Option<i64>>("frozen_at")?
                ))
            })
            .await
            .unwrap(),
    );
    said
}

pub async fn no_agent_touches_what_is_another_hosts(bench: Bench) {
    let port = Port::open(&bench.server).await;
    let home = bench.household("asso").await;
    let (mine, (other, command)) = (enrolled(&bench, &port).await, add(&bench, "web2").await);
    let theirs = port.enrol(&command).await.unwrap();
    site::create(&bench.server, &home.owner, home.account, "asso.example").await.unwrap();
    let mut agent = port.connect(&mine, Ledger::default()).await;
    let resources: Vec<Resource> = agent.take().await;
    assert_eq!(resources.len(), 2);
    until("acknowledged", async || {
        host::show(&bench.server, &bench.admin, bench.host).await.unwrap().acked_generation > 0
    })
    .await;
    let before = stored(&bench, bench.host).await;

    // It is given nothing of the other's, though it claims to stand where the other stands.
    let mut stranger = port.connect(&theirs, Ledger::default()).await;
    assert_eq!(stranger.take().await, []);
    // It reports the other's resources as applied, failed, drifted away, in this generation and in later ones.
    for state in [ReportState::Applied, ReportState::Failed, ReportState::Held] {
        for ahead in [0, 7] {
            let told = resources.iter().map(|resource| {
                let mut told = item(resource, state);
                told.generation += ahead;
                told
            });
            stranger.say(&FromAgent::Report { items: told.collect() }).await;
        }
    }
    // It says it has what the other was sent.
    stranger.say(&FromAgent::Ack { generation: 1_000 }).await;
    // It answers what the other was asked.
    let asked = bench.server.hub.ask(bench.host, Query::Ledger { after: None, limit: 10 });
    let forged = Answer::Ledger { resources: vec![], more: false };
    let answers = async {
        let FromPanel::Query { id, .. } = agent.hear().await else { panic!("no question") };
        stranger.say(&FromAgent::Answer { id, answer: forged.clone() }).await;
        stranger.hears_nothing().await;
        let answer = Answer::Ledger { resources: resources.clone(), more: false };
        agent.say(&FromAgent::Answer { id, answer }).await;
    };
    let (answer, ()) = tokio::join!(asked, answers);
    assert_eq!(answer.unwrap(), Answer::Ledger { resources: resources.clone(), more: false });
    // What it said was heard, and changed nothing of the other's; nor did it make resources of its own.
    stranger.hears_nothing().await;
    assert_eq!(stored(&bench, bench.host).await, before);
    assert_eq!(stored(&bench, other).await.len(), 1);
    // It comes again, claiming the other's place in history: that is its own trouble, not the other's.
    drop(stranger);
    let place = Ledger { position: agent.ledger.position, ..Ledger::default() };
    let _again = port.connect(&theirs, place).await;
    until("it is frozen", async || {
        host::show(&bench.server, &bench.admin, other).await.unwrap().frozen.is_some()
    })
    .await;
    assert_eq!(stored(&bench, bench.host).await, before);
    let said = host::show(&bench.server, &bench.admin, bench.host).await.unwrap();
    assert!(said.connected && said.frozen.is_none());
}

fn peer(identity: &Identity) -> PeerCertificate {
    PeerCertificate(CertificateDer::from_pem_slice(identity.certificate.as_bytes()).unwrap())
}

pub async fn agents_and_people_have_nothing_at_each_others_doors(bench: Bench) {
    let port = Port::open(&bench.server).await;
    let identity = enrolled(&bench, &port).await;
    let cast = Cast::new(&bench).await;
    let things = Things::of(&bench, &cast, "ruche").await;
    let part = Part::Staff(StaffRole::Admin);
    let (nobody, admin) = (Client::nobody(&bench), client(&bench, &cast, part).await);
    let new = NewToken { name: "t".into(), ..Default::default() };
    let bearer = token::create(&bench.server, cast.actor(part), new).await.unwrap().1;
    let bearer = format!("Bearer {}", bearer.reveal());
    let agents = hub::router(bench.server.clone());
    let here = ClientAddress([192, 0, 2, 1].into());
    for route in api::table().filter(|route| route.who != api::Who::Anyone) {
        let (line, method) = (format!("{:?} {}", route.verb, route.path), route.verb.method().to_string());
        let body = body(route, &bench, "ruche");
        // At people's door an agent's certificate is nobody's.
        let mut request = nobody.request(&method, &things.path(route), body.as_ref());
        request.extensions_mut().insert(peer(&identity));
        let answered = nobody.send(request).await;
        assert_eq!(
            (answered.status, &answered.body["code"]),
            (StatusCode::UNAUTHORIZED, &"sign_in".into()),
            "{line}"
        );
        // At the agents' door there is none of people's routes, neither for a certificate nor for an admin.
        let mut request = admin.request(&method, &things.path(route), body.as_ref());
        request.extensions_mut().insert(peer(&identity));
        request.extensions_mut().insert(here);
        let response = tower::ServiceExt::oneshot(agents.clone(), request).await.unwrap();
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{line}");
    }
    // And an admin's session or token, without a certificate, opens none of the agents' routes.
    for (name, value) in [(header::COOKIE, admin.cookie.as_str()), (header::AUTHORIZATION, bearer.as_str())] {
        for (method, path) in [("GET", "/agent"), ("POST", "/renew"), ("POST", "/enroll")] {
            let request = Request::builder()
                .method(method)
                .uri(path)
                .header(name.clone(), value)
                .header(header::CONTENT_TYPE, "application/json")
                .extension(here)
                .body(Body::from(r#"{"token":"x","csr":"x"}"#))
                .unwrap();
            let status = tower::ServiceExt::oneshot(agents.clone(), request).await.unwrap().status();
            assert!(matches!(status.as_u16(), 400 | 401 | 403 | 422), "{method} {path}: {status}");
        }
    }
    // The same over the wire: TLS lets people in to be told so.
    let get = |path: &str, head: &str| {
        format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{head}Connection: close\r\n\r\n")
    };
    let cookie = format!("Cookie: {}\r\n", admin.cookie);
    let token = format!("Authorization: {bearer}\r\n");
    // What a header says of a certificate is nothing (CVE-2026-56020): only TLS knows.
    let host = bench.host;
    let forged = format!(
        "SSL-Client-Verify: SUCCESS\r\nX-SSL-Client-S-DN: alveole:host:{host}\r\nX-Forwarded-Client-Cert: URI=alveole:host:{host}\r\n"
    );
    for head in [&cookie, &token, &forged] {
        assert_eq!(port.ask(None, &get("/agent", head)).await.unwrap().0, 401);
        assert_eq!(port.ask(None, &get("/api/v1/me", head)).await.unwrap().0, 404);
        assert_eq!(port.ask(Some(&identity), &get("/api/v1/hosts", head)).await.unwrap().0, 404);
    }
}
