//! The panel's side of the wire, against an agent that speaks it for real.

use crate::{
    agent::{Agent, Identity, Ledger, PATIENCE, Port, foreign_change, item},
    bench::Bench,
};
use futures_util::{SinkExt, future::join_all};
use model::{
    ChangeId, ChangeState, Consent, HostId, Kind, PanelId, Resource, Text,
    wire::{Answer, Drift, FromAgent, FromPanel, Position, Query, Refusal, ReportItem, ReportState},
};
use server::{
    Server, account, change,
    host::{self, HostState, NewHost, Side},
    site,
    store::sql,
};
use std::{future::Future, time::Instant};
use tokio::{io::AsyncWriteExt, time::timeout};
use tokio_tungstenite::tungstenite::Message;

/// Waits for a condition; the hub works beside us.
pub async fn until<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    };
    timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("never: {what}"));
}

/// Adds a host; gives its id and the command to paste.
async fn add(bench: &Bench, name: &str) -> (HostId, String) {
    let new = NewHost { name: name.into(), ipv4: "127.0.0.1".into(), ..NewHost::default() };
    let added = host::add(&bench.server, &bench.admin, new).await.unwrap().item;
    (added.host.id, added.command.reveal().to_owned())
}

/// Enrols the bench's own host, on which its accounts are.
pub async fn enrolled(bench: &Bench, port: &Port) -> Identity {
    let command = host::new_token(&bench.server, &bench.admin, bench.host).await.unwrap().item.command;
    port.enrol(command.reveal()).await.unwrap()
}

pub async fn state_of(server: &Server, resource: &Resource) -> String {
    sql("SELECT state FROM resources WHERE kind = $1 AND key = $2")
        .bind(resource.kind.code())
        .bind(resource.key)
        .one(server.store.on(), |row| row.get("state"))
        .await
        .unwrap()
}

async fn change_state(bench: &Bench, change: ChangeId) -> ChangeState {
    change::show(&bench.server, &bench.admin, change).await.unwrap().state
}

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

pub async fn a_host_gets_its_own_resources_and_no_others(bench: Bench) {
    let port = Port::open(&bench.server).await;
    let home = bench.household("asso").await;
    let identity = enrolled(&bench, &port).await;
    let (_, command) = add(&bench, "web2").await;
    let stranger = port.enrol(&command).await.unwrap();
    let mut stranger = port.connect(&stranger, Ledger::default()).await;
    assert_eq!(stranger.take().await, []);
    let mut agent = port.connect(&identity, Ledger::default()).await;
    let first = agent.take().await;
    assert_eq!(first.len(), 1);
    assert_eq!((first[0].kind, first[0].key), (Kind::Account, home.account.uuid()));
    let mut waits = Vec::new();
    for n in 0..20 {
        let name = format!("s{n}.asso.example");
        if n > 0 {
            let sites =
                site::list(&bench.server, &home.owner, home.account, &Default::default()).await.unwrap();
            site::delete(&bench.server, &home.owner, sites.items[0].id, None).await.unwrap();
            agent.take().await;
        }
        site::create(&bench.server, &home.owner, home.account, &name).await.unwrap();
        let committed = Instant::now();
        let frame = agent.take().await;
        waits.push(committed.elapsed());
        assert_eq!((frame.len(), frame[0].kind), (1, Kind::Site));
    }
    waits.sort();
    println!("commit to frame: median {:?}, worst {:?}", waits[waits.len() / 2], waits[waits.len() - 1]);
    stranger.hears_nothing().await;
    // Cut while a frame was on its way, then again from where the disk stands: the same frames, and no more.
    let mut behind = agent.ledger.clone();
    let missed: Vec<Resource> = {
        site::create(&bench.server, &home.owner, home.account, "more.asso.example").await.unwrap();
        agent.take().await
    };
    drop(agent);
    let mut agent = port.connect(&identity, behind.clone()).await;
    assert_eq!(agent.take().await, missed);
    agent.hears_nothing().await;
    // A ledger that was lost.
    behind.position = None;
    let mut agent = port.connect(&identity, behind).await;
    let all = agent.take().await;
    assert!(all.len() > 20 && all.windows(2).all(|pair| pair[0].generation < pair[1].generation));
}

pub async fn reports_become_states(bench: Bench) {
    let port = Port::open(&bench.server).await;
    let home = bench.household("asso").await;
    let identity = enrolled(&bench, &port).await;
    let mut agent = port.connect(&identity, Ledger::default()).await;
    let account = agent.take().await.remove(0);
    agent.report(&account, ReportState::Applied).await;
    until("the account is verified", async || state_of(&bench.server, &account).await == "verified").await;
    // First half, second half, then both again, and the first half once more.
    agent.report(&account, ReportState::Applied).await;
    agent.report(&account, ReportState::Checked).await;
    let made = site::create(&bench.server, &home.owner, home.account, "un.asso.example").await.unwrap();
    let change = made.change.unwrap();
    let site = agent.take().await.remove(0);
    agent.report(&site, ReportState::Checked).await;
    until("checked", async || change_state(&bench, change).await == ChangeState::Checked).await;
    assert_eq!(state_of(&bench.server, &account).await, "verified");
    // Failed, with a reason that is too long and holds what no page wants.
    let text = Text { fr: format!("pas\u{0}\u{1b}[31m {}", "x".repeat(5000)).into(), en: "no".into() };
    let failed = ReportItem { text: Some(text), ..item(&site, ReportState::Failed) };
    agent.say(&FromAgent::Report { items: vec![failed] }).await;
    until("failed", async || change_state(&bench, change).await == ChangeState::Failed).await;
    let shown = change::show(&bench.server, &home.owner, change).await.unwrap().text.unwrap();
    assert!(shown.fr.starts_with("pas[31m x") && shown.fr.chars().count() == 2000);
    // A newer wish; the older generation's report comes late, one from the future and one about nothing come too.
    let names = ["un.asso.example".to_owned(), "www.un.asso.example".to_owned()];
    let newer = site::set_names(&bench.server, &home.owner, made.item.id, None, &names)
        .await
        .unwrap()
        .change
        .unwrap();
    let renamed = agent.take().await.remove(0);
    let mut future = renamed.clone();
    future.generation += 5;
    let mut nothing = renamed.clone();
    nothing.key = foreign_change().uuid();
    for (resource, state) in
        [(&site, ReportState::Applied), (&future, ReportState::Applied), (&nothing, ReportState::Failed)]
    {
        agent.report(resource, state).await;
    }
    agent.report(&renamed, ReportState::Checked).await;
    until("the newer one is checked", async || change_state(&bench, newer).await == ChangeState::Checked)
        .await;
    assert_eq!(state_of(&bench.server, &renamed).await, "checked");
    assert_eq!(change_state(&bench, change).await, ChangeState::Failed);
    // Away: what is wanted waits.
    drop(agent);
    let id = bench.host;
    until("away", async || !host::show(&bench.server, &bench.admin, id).await.unwrap().connected).await;
    let waiting = site::create(&bench.server, &home.owner, home.account, "deux.asso.example").await.unwrap();
    assert_eq!(change_state(&bench, waiting.change.unwrap()).await, ChangeState::Waiting);
}

pub async fn an_agent_that_misbehaves_is_sent_away(bench: Bench) {
    let port = Port::open(&bench.server).await;
    bench.household("asso").await;
    let identity = enrolled(&bench, &port).await;
    let now = u64::try_from(bench.server.world.now_ms()).unwrap();
    let hello = |protocol: u16, now_ms: u64| FromAgent::Hello {
        protocol,
        agent_version: "x".repeat(10_000),
        position: None,
        facts: Default::default(),
        now_ms,
    };
    let day = 86_400_000;
    for (first, reason) in [
        (hello(99, now), "newer than the panel"),
        (hello(0, now), "too old"),
        (hello(1, now + day), "24 hours away"),
        (hello(1, now - day), "24 hours away"),
    ] {
        let mut agent =
            Agent { socket: port.dial(Some(&identity)).await.unwrap(), ledger: Ledger::default() };
        agent.say(&first).await;
        let said = agent.refusal().await;
        assert!(said.contains(reason), "{said}");
    }
    // Five minutes are no matter.
    let mut agent = Agent { socket: port.dial(Some(&identity)).await.unwrap(), ledger: Ledger::default() };
    agent.say(&hello(1, now + 300_000)).await;
    assert!(matches!(agent.hear().await, FromPanel::Welcome { .. }));
    let view = host::show(&bench.server, &bench.admin, bench.host).await.unwrap();
    assert!((290_000..310_000).contains(&view.clock_offset_ms.unwrap()));
    assert_eq!(view.agent_version.unwrap().len(), 64);
    // Frames that are none.
    for rubbish in ["{", "{\"frame\":\"run\"}", "null", "{\"frame\":\"ack\",\"generation\":-1}"] {
        let mut agent = port.connect(&identity, Ledger::default()).await;
        agent.take().await;
        agent.socket.send(Message::Text(rubbish.into())).await.unwrap();
        assert!(agent.refusal().await.contains("Unreadable"));
    }
    let mut agent = port.connect(&identity, Ledger::default()).await;
    agent.socket.send(Message::Text("x".repeat(5 * 1024 * 1024).into())).await.ok();
    while agent.hear_or_end().await.is_some() {}
    // The wire cut in the middle of a frame: the socket's bytes end, and the host is away.
    let mut agent = port.connect(&identity, Ledger::default()).await;
    agent.take().await;
    let (stream, _) = agent.socket.get_mut().get_mut();
    tokio::io::AsyncWriteExt::shutdown(stream).await.unwrap();
    drop(agent);
    let id = bench.host;
    until("away", async || !host::show(&bench.server, &bench.admin, id).await.unwrap().connected).await;
}

pub async fn one_connection_per_host_the_newest(bench: Bench) {
    let port = Port::open(&bench.server).await;
    let home = bench.household("asso").await;
    let identity = enrolled(&bench, &port).await;
    let mut old = port.connect(&identity, Ledger::default()).await;
    old.take().await;
    let mut new = port.connect(&identity, old.ledger.clone()).await;
    assert!(old.refusal().await.contains("taken over"));
    site::create(&bench.server, &home.owner, home.account, "un.asso.example").await.unwrap();
    assert_eq!(new.take().await.len(), 1);
    assert!(host::show(&bench.server, &bench.admin, bench.host).await.unwrap().connected);
    // Enrolled again: the old certificate is out, and so is who holds it.
    let again = enrolled(&bench, &port).await;
    assert!(new.refusal().await.contains("revoked"));
    assert_eq!(port.dial(Some(&identity)).await.map(drop).unwrap_err(), "403 Forbidden");
    let mut agent = port.connect(&again, new.ledger.clone()).await;
    agent.hears_nothing().await;
    // Revoked: at once, and for good.
    host::revoke(&bench.server, &bench.admin, bench.host, None).await.unwrap();
    assert!(agent.refusal().await.contains("revoked"));
    assert_eq!(port.dial(Some(&again)).await.map(drop).unwrap_err(), "403 Forbidden");
    let retired = host::retire(&bench.server, &bench.admin, bench.host, None).await;
    assert_eq!(retired.map(drop).unwrap_err().code, "host_has_accounts");
}

pub async fn a_host_that_knows_more_is_frozen_until_adopted(bench: Bench) {
    let port = Port::open(&bench.server).await;
    let home = bench.household("asso").await;
    let identity = enrolled(&bench, &port).await;
    let mut agent = port.connect(&identity, Ledger::default()).await;
    let account = agent.take().await.remove(0);
    agent.report(&account, ReportState::Applied).await;
    until("verified", async || state_of(&bench.server, &account).await == "verified").await;
    // The panel forgets: the host comes back with a site and a generation it never heard of.
    let mut ledger = agent.ledger.clone();
    let mut lost = account.clone();
    lost.kind = Kind::Site;
    lost.key = foreign_change().uuid();
    lost.body = Some(serde_json::json!({ "names": ["perdu.example"] }));
    lost.generation += 1;
    ledger.resources.insert((lost.kind, lost.key), lost.clone());
    let position = ledger.position.unwrap();
    let generation = position.generation + 1;
    ledger.position = Some(Position { generation, change: Some(foreign_change()), ..position });
    drop(agent);
    let mut agent = port.connect(&identity, ledger).await;
    // What it is asked is its ledger; nothing is sent.
    let FromPanel::Query { id, query: Query::Ledger { after: None, limit } } = agent.hear().await else {
        panic!()
    };
    assert!(limit >= 100);
    let resources = agent.ledger.resources.values().cloned().collect();
    agent.say(&FromAgent::Answer { id, answer: Answer::Ledger { resources, more: false } }).await;
    let (server, admin, id) = (&bench.server, &bench.admin, bench.host);
    until("the difference is known", async || !host::difference(server, admin, id).await.unwrap().is_empty())
        .await;
    let difference = host::difference(server, admin, id).await.unwrap();
    assert_eq!(difference.len(), 1);
    assert_eq!((difference[0].side, difference[0].label.as_str()), (Side::HostOnly, "perdu.example"));
    let view = host::show(server, admin, id).await.unwrap();
    assert!(view.frozen.unwrap().text.en.contains("restored"));
    // Changes wait; so does what the frozen host reports.
    let made = site::create(server, &home.owner, home.account, "un.asso.example").await.unwrap();
    agent.report(&account, ReportState::Failed).await;
    agent.hears_nothing().await;
    assert_eq!(change_state(&bench, made.change.unwrap()).await, ChangeState::Waiting);
    assert_eq!(state_of(server, &account).await, "verified");
    assert_eq!(host::adopt(server, &home.owner, id, None).await.map(drop).unwrap_err().code, "not_found");
    let resolved = host::adopt(server, admin, id, None).await.unwrap();
    let all = agent.take().await;
    let position = agent.ledger.position.unwrap();
    assert_eq!(position.epoch, 2);
    assert_eq!(all.len(), 3);
    let gone = all.iter().find(|resource| resource.key == lost.key).unwrap();
    assert_eq!((&gone.body, gone.change), (&None, resolved.change.unwrap()));
    assert!(host::show(server, admin, id).await.unwrap().frozen.is_none());
    // Its end is a deletion like another: held, then meant.
    agent.say(&FromAgent::Report { items: vec![item(gone, ReportState::Held)] }).await;
    until("held", async || state_of(server, gone).await == "held").await;
    assert_eq!(host::consent_to_deletions(server, admin, id).await.unwrap().item, 1);
    let again = agent.take().await.remove(0);
    assert_eq!((again.key, again.consent, &again.body), (lost.key, Some(Consent::Delete), &None));
    // Later it is as any other host.
    let ledger = agent.ledger.clone();
    drop(agent);
    let mut agent = port.connect(&identity, ledger.clone()).await;
    agent.hears_nothing().await;
    // A host of another panel.
    let position = Position { panel: PanelId::new(1, &[1; 10]), ..ledger.position.unwrap() };
    let mut agent = port.connect(&identity, Ledger { position: Some(position), ..ledger }).await;
    assert!(matches!(agent.hear().await, FromPanel::Query { .. }));
    until("frozen again", async || host::show(server, admin, id).await.unwrap().frozen.is_some()).await;
}

pub async fn refusals_of_the_agent_are_answered(bench: Bench) {
    let port = Port::open(&bench.server).await;
    let home = bench.household("asso").await;
    let identity = enrolled(&bench, &port).await;
    let mut agent = port.connect(&identity, Ledger::default()).await;
    agent.take().await;
    let before = agent.ledger.position;
    site::create(&bench.server, &home.owner, home.account, "un.asso.example").await.unwrap();
    let missed = agent.take().await;
    // It lost the last write: from where it stands, once more.
    agent.ledger.position = before;
    agent.say(&FromAgent::Refused { reason: Refusal::Gap, position: before }).await;
    assert_eq!(agent.take().await, missed);
    // Same generation, other content: an alarm.
    agent.say(&FromAgent::Refused { reason: Refusal::OtherContent, position: agent.ledger.position }).await;
    let (server, admin, id) = (&bench.server, &bench.admin, bench.host);
    until("frozen", async || host::show(server, admin, id).await.unwrap().frozen.is_some()).await;
    let alarms = change::list_of_host(server, admin, id, &Default::default()).await.unwrap();
    assert!(alarms.items.iter().any(|change| change.verb == "host.freeze"));
}

pub async fn drift_waits_for_a_decision(bench: Bench) {
    let port = Port::open(&bench.server).await;
    let home = bench.household("asso").await;
    let identity = enrolled(&bench, &port).await;
    let mut agent = port.connect(&identity, Ledger::default()).await;
    let account = agent.take().await.remove(0);
    let drift = Drift { path: "/var/lib/alveole/cells/asso/apache.conf".into(), diff: "-a\n+b\n".into() };
    let held = ReportItem { drift: Some(drift.clone()), ..item(&account, ReportState::Held) };
    let (server, admin, id) = (&bench.server, &bench.admin, bench.host);
    for consent in [Consent::Keep, Consent::PutBack] {
        let generation = agent.ledger.position.unwrap().generation;
        agent.say(&FromAgent::Report { items: vec![ReportItem { generation, ..held.clone() }] }).await;
        until("held", async || state_of(server, &account).await == "held").await;
        let shown =
            host::resources(server, admin, id, Some(ChangeState::Held), &Default::default()).await.unwrap();
        assert_eq!(shown.items[0].drift.as_ref(), Some(&drift));
        assert_eq!(shown.items[0].label, "asso");
        let (kind, key) = (account.kind, account.key);
        let denied = host::consent(server, &home.owner, id, kind, key, consent).await;
        assert_eq!(denied.map(drop).unwrap_err().code, "not_found");
        let wrong = host::consent(server, admin, id, kind, key, Consent::Delete).await;
        assert_eq!(wrong.map(drop).unwrap_err().code, "nothing_held");
        host::consent(server, admin, id, kind, key, consent).await.unwrap();
        let again = agent.take().await.remove(0);
        assert_eq!((again.consent, &again.body), (Some(consent), &account.body));
        assert!(again.generation > generation);
        let shown = host::resources(server, admin, id, None, &Default::default()).await.unwrap();
        assert_eq!(shown.items[0].pinned, consent == Consent::Keep);
    }
    // The next change asks again: consent does not outlive its generation.
    account::suspend(server, admin, home.account, None, None).await.unwrap();
    assert_eq!(agent.take().await[0].consent, None);
}

pub async fn hosts_are_admins_only_and_their_acts_are_recorded(bench: Bench) {
    let home = bench.household("asso").await;
    let (server, admin) = (&bench.server, &bench.admin);
    let denied = host::list(server, &home.owner, &Default::default()).await.map(drop);
    assert_eq!(denied.unwrap_err().code, "not_found");
    let (id, _) = add(&bench, "web2").await;
    for (name, ipv4, code) in [
        ("web2", "192.0.2.9", "host_name_taken"),
        ("Web 2", "192.0.2.9", "host_name"),
        ("web9", "", "host_address"),
    ] {
        let new = NewHost { name: name.into(), ipv4: ipv4.into(), ..NewHost::default() };
        assert_eq!(host::add(server, admin, new).await.map(drop).unwrap_err().code, code);
    }
    let renamed =
        host::Update { name: Some("ruche2".into()), ipv6: Some("2001:DB8::2".into()), ..Default::default() };
    let view = host::update(server, admin, id, Some(1), renamed.clone()).await.unwrap().item;
    assert_eq!((view.name.as_str(), view.ipv6.as_deref()), ("ruche2", Some("2001:db8::2")));
    assert_eq!(
        host::update(server, admin, id, Some(1), renamed).await.map(drop).unwrap_err().code,
        "changed_meanwhile"
    );
    assert_eq!(host::drain(server, admin, id, None).await.map(drop).unwrap_err().code, "host_state");
    let drained = host::drain(server, admin, bench.host, None).await.unwrap();
    assert_eq!(drained.item.state, HostState::Draining);
    assert_eq!(host::activate(server, admin, bench.host, None).await.unwrap().item.state, HostState::Active);
    assert_eq!(host::retire(server, admin, id, None).await.unwrap().item.state, HostState::Retired);
    assert_eq!(host::new_token(server, admin, id).await.map(drop).unwrap_err().code, "host_retired");
    let names: Vec<String> = host::list(server, admin, &Default::default())
        .await
        .unwrap()
        .items
        .iter()
        .map(|host| host.name.to_string())
        .collect();
    assert_eq!(names, ["web1", "ruche2"]);
    let verbs: Vec<String> = change::list_of_host(server, admin, id, &Default::default())
        .await
        .unwrap()
        .items
        .into_iter()
        .map(|change| change.verb)
        .collect();
    assert_eq!(verbs, ["host.retire", "host.rename", "host.create"]);
}

pub async fn five_thousand_resources_come_and_are_reported(bench: Bench) {
    const MANY: usize = 5_000;
    let port = Port::open(&bench.server).await;
    let home = bench.household("asso").await;
    let identity = enrolled(&bench, &port).await;
    let (server, host) = (&bench.server, bench.host);
    let wants = (0..MANY).map(|n| {
        let name: model::SiteName = format!("s{n}.asso.example").parse().unwrap();
        let site = model::Site {
            id: server.world.id(),
            account_id: home.account,
            account: "asso".parse().unwrap(),
            state: model::SiteState::Serving,
            folder: name.clone(),
            names: vec![name],
        };
        server::resource::Want::put(host, home.account, model::Body::Site(site))
    });
    let mut tx = server.store.write().await.unwrap();
    let act = change::Act::new("site.create", change::Subject::new("account", home.account, "asso"));
    let change = change::record(&mut tx, &*server.world, &bench.admin, act).await.unwrap();
    server::resource::write(&mut tx, change, server.world.now_ms(), wants.collect()).await.unwrap();
    tx.commit().await.unwrap();
    let begun = Instant::now();
    let mut agent = port.connect(&identity, Ledger::default()).await;
    let all = agent.take().await;
    let came = begun.elapsed();
    assert_eq!(all.len(), MANY + 1);
    let begun = Instant::now();
    for part in all.chunks(500) {
        let items = part.iter().map(|resource| item(resource, ReportState::Checked)).collect();
        agent.say(&FromAgent::Report { items }).await;
    }
    // A change made meanwhile does not wait until all of it is written.
    let meanwhile = Instant::now();
    site::create(server, &home.owner, home.account, "meanwhile.asso.example").await.unwrap();
    let waited = meanwhile.elapsed();
    let last = all.last().unwrap();
    until("all is reported", async || state_of(server, last).await == "checked").await;
    println!(
        "{MANY} resources: sent in {came:?}, reports written in {:?}, a change meanwhile {waited:?}",
        begun.elapsed()
    );
}
