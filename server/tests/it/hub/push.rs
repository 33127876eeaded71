//! What an agent is sent: its own host's resources, each once, however many there are.

use super::{add, enrolled, state_of, until};
use crate::{
    agent::{Ledger, Port, item},
    bench::Bench,
};
use model::{
    Kind, Resource,
    wire::{FromAgent, ReportState},
};
use server::{change, site};
use std::time::Instant;

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
            https: model::Https::default(),
            settings: model::SiteSettings::default(),
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
