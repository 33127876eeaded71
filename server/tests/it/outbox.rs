//! What accounts send by mail: caps, what is held and decided, and what people see.

use crate::{
    bench::{Bench, Household},
    mails::{keeping, kept},
};
use model::{Duty, HeldMail, ProblemKind};
use serde_json::{Value, json};
use server::{account, change, mail, outbox, plan, plan::PlanInput, store::sql};

/// What the host was last told of the account.
async fn told(bench: &Bench, home: &Household) -> Value {
    let key = home.account.to_string();
    let found =
        bench.resources().await.into_iter().find(|(kind, known, ..)| kind == "account" && *known == key);
    found.unwrap().3.unwrap()
}

async fn knows(bench: &Bench, outbox: bool) {
    let mut tx = bench.server.store.write().await.unwrap();
    let facts =
        json!({ "debian": "13.1", "kernel": "6.12", "php": ["8.4"], "outbox": outbox, "mail_server": true });
    sql("UPDATE hosts SET facts = $1").bind(facts.to_string()).run(tx.on()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn caps(bench: &Bench, hour: u32, day: u32) {
    let now = plan::show(&bench.server, &bench.admin, bench.plan).await.unwrap();
    let input = PlanInput {
        name: now.name,
        sites_max: now.sites_max,
        names_max: now.names_max,
        php_workers: now.php_workers,
        disk_mb: now.disk_mb,
        memory_mb: now.memory_mb,
        mails_hour: Some(hour),
        mails_day: Some(day),
        ..PlanInput::default()
    };
    plan::update(&bench.server, &bench.admin, bench.plan, None, input).await.unwrap();
}

pub async fn caps_and_decisions_reach_a_host_that_has_an_outbox(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let usual = account::show(server, &home.owner, home.account).await.unwrap().plan;
    assert_eq!((usual.mails_hour, usual.mails_day), (200, 1000));
    // An agent that does not know caps could not read an account that has some.
    caps(&bench, 20, 90).await;
    assert_eq!(told(&bench, &home).await.get("mail"), None);
    knows(&bench, true).await;
    caps(&bench, 30, 90).await;
    assert_eq!(told(&bench, &home).await["mail"], json!({ "hour": 30, "day": 90 }));
    let first = outbox::release(server, &bench.admin, home.account, None).await.unwrap();
    let release = told(&bench, &home).await["mail"]["release"].as_i64().unwrap();
    assert!(release > 0 && release <= server.world.now_ms());
    // Each decision is one more, also within one millisecond.
    outbox::release(server, &bench.admin, home.account, None).await.unwrap();
    assert!(told(&bench, &home).await["mail"]["release"].as_i64().unwrap() > release);
    outbox::discard(server, &bench.admin, home.account, None).await.unwrap();
    assert!(told(&bench, &home).await["mail"]["discard"].as_i64().unwrap() >= release);
    let found = change::show(server, &home.owner, first.change.unwrap()).await.unwrap();
    assert_eq!((found.verb.as_str(), found.before.unwrap()["held"].clone()), ("outbox.release", json!(0)));
    // Members see it, and decide nothing.
    let refused = outbox::release(server, &home.owner, home.account, None).await.unwrap_err();
    assert_eq!(refused.kind, ProblemKind::Denied);
    let other = bench.household("beta").await;
    let stranger = outbox::read(server, &other.owner, home.account).await.unwrap_err();
    assert_eq!(stranger.kind, ProblemKind::NotFound);
    let away = outbox::read(server, &home.owner, home.account).await.unwrap();
    assert!(away.text.is_some() && away.hour_max == 30 && away.mail_server == Some(true));
    // All as usual again: nothing is said of it but what was decided.
    account::suspend(server, &bench.admin, home.account, None, crate::bench::unpaid("x")).await.unwrap();
    assert_eq!(told(&bench, &home).await["mail"]["hour"], json!(30));
}

pub async fn what_is_held_is_told_once(bench: Bench) {
    let home = bench.household("alpha").await;
    let (server, folder) = keeping(&bench).await;
    let held = |account, mails| HeldMail { account, mails, since: 1_000 };
    outbox::told(&server, bench.host, &[held(home.account, 1)]).await.unwrap();
    outbox::told(&server, bench.host, &[held(home.account, 7)]).await.unwrap();
    let list = outbox::held(&server, &bench.admin).await.unwrap();
    assert_eq!((list.len(), list[0].mails, list[0].since), (1, 7, 1_000));
    mail::send_due(&server).await.unwrap();
    let mails = kept(&folder);
    assert_eq!(mails.iter().filter(|mail| mail.contains("retenu")).count(), 1, "{mails:?}");
    assert!(mails[0].contains(&format!("/accounts/{}/outbox", home.account)), "{mails:?}");
    // Who is no staff does not know of it.
    let stranger = outbox::held(&server, &home.owner).await.unwrap_err();
    assert_eq!(stranger.kind, home.owner.must(Duty::SeeMembers).unwrap_err().kind);
    // Another host says nothing of this account.
    let elsewhere = crate::bench::host(&server, "web9").await;
    outbox::told(&server, elsewhere, &[]).await.unwrap();
    outbox::told(&server, elsewhere, &[held(home.account, 99)]).await.unwrap();
    assert_eq!(outbox::held(&server, &bench.admin).await.unwrap()[0].mails, 7);
    // Gone from its host: gone here; and the next flood is told anew.
    outbox::told(&server, bench.host, &[]).await.unwrap();
    assert!(outbox::held(&server, &bench.admin).await.unwrap().is_empty());
    outbox::told(&server, bench.host, &[held(home.account, 2)]).await.unwrap();
    mail::send_due(&server).await.unwrap();
    assert_eq!(kept(&folder).iter().filter(|mail| mail.contains("retenu")).count(), 2);
}
