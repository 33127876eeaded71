//! Limits as hosts are told of them, what hosts tell of use, and who is warned.

use crate::{
    api::Client,
    bench::{Bench, Household},
    hub::connected,
    mails::{keeping, kept},
};
use axum::http::StatusCode;
use model::{
    AccountId, AccountUse, Bite, CronJobId, Culprit, ProblemKind, Scarce, Span, Use,
    wire::{Answer, FromAgent, FromPanel, Query},
};
use serde_json::{Value, json};
use server::{
    World, account,
    limits::{self, told},
    plan::{self, PlanInput},
    store::sql,
};

async fn knows(bench: &Bench, limits: u8) {
    let facts = json!({ "debian": "13.1", "kernel": "6.12", "php": ["8.4"], "limits": limits,
        "home": { "kind": "ext4", "mount": "/home", "quotas": true } });
    let mut tx = bench.server.store.write().await.unwrap();
    let set = sql("UPDATE hosts SET facts = $2 WHERE id = $1").bind(bench.host).bind(facts.to_string());
    set.run(tx.on()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn on_host(bench: &Bench, home: &Household) -> Value {
    let key = home.account.to_string();
    let mut found =
        bench.resources().await.into_iter().filter(|(kind, of, ..)| kind == "account" && *of == key);
    found.next().unwrap().3.unwrap()["limits"].clone()
}

pub async fn a_host_is_told_of_limits_once_its_agent_knows_them(bench: Bench) {
    let server = &bench.server;
    let (alpha, _) = (bench.household("alpha").await, bench.household("beta").await);
    // An older agent would refuse the whole account for them.
    assert_eq!(on_host(&bench, &alpha).await, json!(null));
    knows(&bench, 1).await;
    limits::collect(server).await.unwrap();
    let limits = json!({ "disk_mb": 1024, "files": 1_000_000, "memory_mb": 256, "cpu_percent": 200, "processes": 400 });
    assert_eq!(on_host(&bench, &alpha).await, limits);
    limits::collect(server).await.unwrap();
    let given = bench.count("SELECT COUNT(*) FROM changes WHERE verb = 'account.limits'").await;
    assert_eq!(given, 2, "each account once");
    // A plan that changes changes what its accounts are held to.
    let input = PlanInput {
        name: "Ruche".into(),
        sites_max: 9,
        names_max: 9,
        php_workers: 4,
        disk_mb: 2048,
        memory_mb: 256,
        cpu_percent: Some(50),
        ..PlanInput::default()
    };
    plan::update(server, &bench.admin, bench.plan, None, input.clone()).await.unwrap();
    let now = on_host(&bench, &alpha).await;
    assert_eq!(
        (&now["disk_mb"], &now["cpu_percent"], &now["files"]),
        (&json!(2048), &json!(50), &json!(1_000_000))
    );
    for (input, field) in [
        (PlanInput { files_max: Some(999), ..input.clone() }, "files_max"),
        (PlanInput { cpu_percent: Some(4), ..input.clone() }, "cpu_percent"),
        (PlanInput { processes_max: Some(99), ..input.clone() }, "processes_max"),
    ] {
        let refused = plan::update(server, &bench.admin, bench.plan, None, input).await.unwrap_err();
        assert_eq!((refused.code, refused.field), ("out_of_range", Some(field)));
    }
}

fn used(account: AccountId, at: u64, octets: u64) -> AccountUse {
    let of = |span: Span| Use {
        span,
        start: span.start(at),
        at,
        octets: Some(octets),
        files: Some(7),
        memory: Some(1 << 20),
        cpu_ms: 1500,
        processes: Some(12),
    };
    AccountUse { account, uses: Span::ALL.map(of).to_vec(), bites: vec![] }
}

pub async fn what_hosts_tell_of_use_is_kept_and_shown(bench: Bench) {
    let (_port, home, _identity, mut agent) = connected(&bench).await;
    agent.take().await;
    let other = bench.household("autre").await;
    agent.take().await;
    knows(&bench, 1).await;
    let now = u64::try_from(bench.world.now_ms()).unwrap();
    let job = CronJobId::new(7, &[7; 10]);
    let mut mine = used(home.account, now, 12_000_000);
    let bite =
        Bite { what: Scarce::Memory, by: Culprit::Job(job), start: Span::Hour.start(now), at: now, times: 2 };
    mine.bites = vec![bite];
    // Of an account it does not have it tells nothing, nor of a day that is far ahead.
    let foreign = used(AccountId::new(9, &[9; 10]), now, 1);
    let ahead = used(other.account, now + 3 * 86_400_000, 1);
    let server = bench.server.clone();
    let collected = tokio::spawn(async move { limits::collect(&server).await });
    let mut asked = Vec::new();
    for more in [true, false] {
        let (id, query) = loop {
            match agent.hear().await {
                FromPanel::Query { id, query } => break (id, query),
                FromPanel::Changes { .. } => {}
                heard => panic!("{heard:?}"),
            }
        };
        asked.push(query);
        let uses = if more { vec![mine.clone()] } else { vec![foreign.clone(), ahead.clone()] };
        agent.say(&FromAgent::Answer { id, answer: Answer::Uses { uses, more } }).await;
    }
    collected.await.unwrap().unwrap();
    assert_eq!(asked[0], Query::Uses { since: 0, after: None });
    assert_eq!(asked[1], Query::Uses { since: 0, after: Some(home.account) });
    let found = limits::read(&bench.server, &home.owner, home.account).await.unwrap();
    assert_eq!((found.hours.len(), found.days.len(), found.quotas), (1, 1, true));
    assert_eq!((found.days[0].octets, found.days[0].processes), (Some(12_000_000), Some(12)));
    assert_eq!((found.bites[0].what, found.bites[0].job, found.bites[0].times), ("memory", Some(job), 2));
    // Told again, as after an answer that was lost; an older word changes nothing.
    told(&bench.server, bench.host, &[mine, used(home.account, now - 1, 5)]).await.unwrap();
    assert_eq!(limits::read(&bench.server, &home.owner, home.account).await.unwrap(), found);
    let account = account::show(&bench.server, &home.owner, home.account).await.unwrap();
    let usage = account::usage_of(&bench.server, &account).await.unwrap();
    let files = usage.into_iter().find(|limit| limit.what == account::Limited::Files).unwrap();
    assert_eq!((files.used, files.most), (Some(7), 1_000_000));
    let theirs = limits::read(&bench.server, &other.owner, other.account).await.unwrap();
    assert_eq!(theirs.days, []);
    let stranger = limits::read(&bench.server, &other.owner, home.account).await.unwrap_err();
    assert_eq!(stranger.kind, ProblemKind::NotFound);
    let client = Client::of(&bench, home.owner.user).await;
    let answered = client.ask("GET", &format!("/accounts/{}/use-over-time", home.account), None).await;
    assert_eq!((answered.status, &answered.body["days"][0]["cpu_ms"]), (StatusCode::OK, &json!(1500)));
    // What is old goes.
    bench.world.pass(500 * 86_400_000);
    server::jobs::sweep(&bench.server).await.unwrap();
    assert_eq!(bench.count("SELECT COUNT(*) FROM account_uses").await, 0);
    assert_eq!(bench.count("SELECT COUNT(*) FROM limit_bites").await, 0);
}

pub async fn people_are_warned_before_a_limit_and_when_it_is_reached(bench: Bench) {
    let (server, folder) = keeping(&bench).await;
    let home = bench.household("asso").await;
    let now = u64::try_from(bench.world.now_ms()).unwrap();
    let mut told_of = 0;
    let mut holds = async |octets: u64| {
        told_of += 1;
        told(&server, bench.host, &[used(home.account, now + told_of, octets)]).await.unwrap();
        server::mail::send_due(&server).await.unwrap();
        kept(&folder).into_iter().filter(|mail| mail.contains("limite de son offre")).collect::<Vec<_>>()
    };
    // Of 1024 MB.
    assert_eq!(holds(800_000_000).await.len(), 0);
    let mails = holds(820_000_000).await;
    assert_eq!(mails.len(), 1, "{mails:#?}");
    assert!(mails[0].contains("Rien n’est encore refusé"), "{}", mails[0]);
    assert!(mails[0].contains(&format!("/accounts/{}", home.account)), "{}", mails[0]);
    for octets in [830_000_000, 810_000_000, 825_000_000, 1_000_000_000] {
        assert_eq!(holds(octets).await.len(), 1, "{octets}");
    }
    let mails = holds(1_023_900_000).await;
    assert_eq!(mails.len(), 2);
    assert!(mails.iter().any(|mail| mail.contains("Tout l’espace de son offre est pris")), "{mails:#?}");
    assert_eq!(holds(500_000_000).await.len(), 2);
    assert_eq!(holds(850_000_000).await.len(), 3, "it was well below");
}
