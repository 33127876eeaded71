//! Two panel processes on one PostgreSQL serve one agent.

use crate::{
    agent::{Ledger, Port},
    bench::Bench,
    hub::{enrolled, state_of, until},
    postgres::Postgres,
};
use model::wire::{Query, ReportState};
use server::{host, site};
use std::time::Instant;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_serve_one_agent() {
    let postgres = Postgres::start().await;
    let bench = Bench::new(Some(&postgres)).await;
    let (one, two) = (&bench.server, bench.another().await);
    assert_eq!(one.ca.fingerprint(), two.ca.fingerprint());
    let home = bench.household("asso").await;
    let (first, second) = (Port::open(one).await, Port::open(&two).await);
    let identity = enrolled(&bench, &first).await;
    let mut agent = first.connect(&identity, Ledger::default()).await;
    let account = agent.take().await.remove(0);
    // Committed by the one, sent by the other.
    let mut waits = Vec::new();
    for n in 0..20 {
        if n > 0 {
            let sites = site::list(&two, &home.owner, home.account, &Default::default()).await.unwrap();
            site::delete(&two, &home.owner, sites.items[0].id, None).await.unwrap();
            agent.take().await;
        }
        let committing = Instant::now();
        site::create(&two, &home.owner, home.account, &format!("s{n}.asso.example")).await.unwrap();
        agent.take().await;
        waits.push(committing.elapsed());
    }
    waits.sort();
    println!("act in one process to frame from the other: median {:?}", waits[waits.len() / 2]);
    // The agent moves to the other process: the first lets go, and only the second can ask it.
    let mut moved = second.connect(&identity, agent.ledger.clone()).await;
    assert!(agent.refusal().await.contains("taken over"));
    let view = host::show(one, &bench.admin, bench.host).await.unwrap();
    assert!(view.connected);
    until("the first has let go", async || {
        one.hub
            .ask(bench.host, Query::Ledger { after: None, limit: 1 })
            .await
            .is_err_and(|p| p.code == "host_away")
    })
    .await;
    let committed = site::create(one, &home.owner, home.account, "un.asso.example").await.unwrap();
    let site = moved.take().await.remove(0);
    moved.report(&account, ReportState::Applied).await;
    moved.report(&site, ReportState::Checked).await;
    until("both see it", async || {
        state_of(one, &account).await == "verified" && state_of(&two, &site).await == "checked"
    })
    .await;
    assert_eq!(
        site::show(one, &home.owner, committed.item.id).await.unwrap().state,
        model::ChangeState::Checked
    );
    // Revoked in one process, out of the other.
    host::revoke(one, &bench.admin, bench.host, None).await.unwrap();
    assert!(moved.refusal().await.contains("revoked"));
}
