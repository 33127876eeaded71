//! Who may stay connected: an agent that speaks as it should, and one of each host.

use super::{connected, enrolled, until};
use crate::{
    agent::{Agent, Ledger, Port},
    bench::Bench,
};
use futures_util::SinkExt;
use model::wire::{FromAgent, FromPanel, Position};
use server::{host, site};
use tokio_tungstenite::tungstenite::Message;

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
    let mut ages = hello(1, now);
    if let FromAgent::Hello { position, .. } = &mut ages {
        *position = Some(Position {
            panel: bench.server.store.panel(),
            epoch: i64::MAX.unsigned_abs(),
            generation: 0,
            change: None,
        });
    }
    for (first, reason) in [
        (hello(99, now), "newer than the panel"),
        (hello(0, now), "too old"),
        (hello(1, now + day), "24 hours away"),
        (hello(1, now - day), "24 hours away"),
        (ages, "impossible history"),
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
    let (port, home, identity, mut old) = connected(&bench).await;
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
