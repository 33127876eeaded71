//! What an agent tells: states of changes, and files edited by hand.

use super::{change_state, connected, state_of, until};
use crate::{
    agent::{foreign_change, item},
    bench::Bench,
};
use model::{
    ChangeState, Consent, Text,
    wire::{Drift, FromAgent, ReportItem, ReportState},
};
use server::{account, change, host, site};

pub async fn reports_become_states(bench: Bench) {
    let (_port, home, _, mut agent) = connected(&bench).await;
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

pub async fn drift_waits_for_a_decision(bench: Bench) {
    let (_port, home, _, mut agent) = connected(&bench).await;
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
    account::suspend(server, admin, home.account, None, crate::bench::unpaid("Impayé")).await.unwrap();
    assert_eq!(agent.take().await[0].consent, None);
}
