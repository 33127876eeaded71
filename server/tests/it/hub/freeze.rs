//! A host whose history is not the panel's: nothing is sent to it until it is adopted.

use super::{change_state, connected, state_of, until};
use crate::{
    agent::{Ledger, foreign_change, item},
    bench::Bench,
};
use model::{
    ChangeState, Consent, Kind, PanelId,
    wire::{Answer, FromAgent, FromPanel, Position, Query, Refusal, ReportState},
};
use server::{
    change,
    host::{self, Side},
    site,
};

pub async fn a_host_that_knows_more_is_frozen_until_adopted(bench: Bench) {
    let (port, home, identity, mut agent) = connected(&bench).await;
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
    let adopted = host::adopt(server, admin, id, None).await.unwrap();
    let all = agent.take().await;
    let position = agent.ledger.position.unwrap();
    assert_eq!(position.epoch, 2);
    assert_eq!(all.len(), 3);
    let gone = all.iter().find(|resource| resource.key == lost.key).unwrap();
    assert_eq!((&gone.body, gone.change), (&None, adopted.change.unwrap()));
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
    let (_port, home, _, mut agent) = connected(&bench).await;
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
