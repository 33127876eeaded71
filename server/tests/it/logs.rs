//! Logs and statistics: asked of the site's host, for its names alone, by whoever may.

use crate::{
    agent::{Agent, Identity, Port},
    api::Client,
    bench::{Bench, Household, as_user, staff},
    hub::connected,
};
use axum::http::StatusCode;
use model::{
    Day, DayCount, Fault, GrantId, LogPage, LogPlace, LogSource, ProblemKind, SiteId, SpaceDay, StaffRole,
    Statistics, Visit,
    wire::{Answer, FromAgent, FromPanel, Query},
};
use serde_json::json;
use server::{
    Config, Server, account,
    actor::Staff,
    log::{self, Filter, Log},
    site, space, statistics,
    store::sql,
};

/// A site on a host whose agent is this, and answers.
async fn asking(bench: &Bench) -> (Household, SiteId, Agent, (Identity, Port)) {
    let (port, home, identity, mut agent) = connected(bench).await;
    agent.take().await;
    let site =
        site::create(&bench.server, &home.owner, home.account, "www.asso.example").await.unwrap().item.id;
    agent.take().await;
    site::set_names(
        &bench.server,
        &home.owner,
        site,
        None,
        &["www.asso.example".into(), "asso.example".into()],
    )
    .await
    .unwrap();
    agent.take().await;
    knows(bench, KNOWS).await;
    (home, site, agent, (identity, port))
}

/// What a host tells whose agent reads logs.
const KNOWS: &str = r#"{"debian":"13.1","kernel":"6.12","php":["8.4"],"logs":1}"#;

async fn knows(bench: &Bench, facts: &str) {
    let mut tx = bench.server.store.write().await.unwrap();
    sql("UPDATE hosts SET facts = $2 WHERE id = $1").bind(bench.host).bind(facts).run(tx.on()).await.unwrap();
    tx.commit().await.unwrap();
}

fn visit(at: u64, path: &str) -> Visit {
    Visit {
        at,
        name: "asso.example".parse().unwrap(),
        address: "192.0.2.7".into(),
        method: "GET".into(),
        path: path.into(),
        status: 200,
        octets: 5,
        took: 1,
        referrer: String::new(),
        agent: "Mozilla/5.0".into(),
    }
}

fn page<Line>(lines: Vec<Line>, older: Option<u64>) -> LogPage<Line> {
    let place = |at| LogPlace { file: 1000, at };
    LogPage { lines, older: older.map(place), newest: Some(place(900)), cut: false }
}

async fn question(agent: &mut Agent) -> (u64, Query) {
    match agent.hear().await {
        FromPanel::Query { id, query } => (id, query),
        other => panic!("{other:?}"),
    }
}

async fn answer(agent: &mut Agent, id: u64, answer: Answer) {
    agent.say(&FromAgent::Answer { id, answer }).await;
}

pub async fn a_site_s_own_lines_are_asked_of_its_host(bench: Bench) {
    let (home, site, mut agent, _kept) = asking(&bench).await;
    let server = bench.server.clone();
    let me = home.owner.clone();
    let filter = Filter {
        q: "Été".into(),
        status: "4xx".into(),
        from: Some(5),
        before: "7.8".into(),
        ..Filter::default()
    };
    let asked =
        tokio::spawn(async move { log::read(&server, &me, site, Log::Access, &filter, Some(9)).await });
    let (id, query) = question(&mut agent).await;
    let Query::AccessLog { names, short, wanted } = query else { panic!("{query:?}") };
    let since = bench.count("SELECT created_at FROM domains WHERE name = 'asso.example'").await;
    let named: Vec<_> = names.iter().map(|name| (name.name.as_str(), name.since as i64)).collect();
    // What was asked of a name before its domain was the account's is not asked for.
    assert_eq!(named, [("www.asso.example", since), ("asso.example", since)]);
    assert!(!short && wanted.from == 5 && wanted.limit == 9 && wanted.status == Some(4));
    assert_eq!((wanted.text.unwrap().as_str(), wanted.before), ("été", Some(LogPlace { file: 7, at: 8 })));
    answer(&mut agent, id, Answer::AccessLog { page: page(vec![visit(5, "/Été")], Some(3)) }).await;
    let view = asked.await.unwrap().unwrap();
    assert_eq!((view.visits[0].path.as_str(), view.older.unwrap().at, view.text), ("/Été", 3, None));

    // Over the API; what the host refuses is said, and is no fault of whoever asks.
    let client = Client::of(&bench, home.owner.user).await;
    let path = format!("/sites/{site}/logs?log=errors");
    let asked = tokio::spawn(async move { client.ask("GET", &path, None).await });
    let (id, query) = question(&mut agent).await;
    let Query::ErrorLog { account, folder, .. } = query else { panic!("{query:?}") };
    assert_eq!((account.as_str(), folder.as_str()), ("asso", "www.asso.example"));
    let fault = Fault { at: Some(6), source: LogSource::Php, text: "boom".into() };
    answer(&mut agent, id, Answer::ErrorLog { page: page(vec![fault], None) }).await;
    let got = asked.await.unwrap();
    assert_eq!((got.status, &got.body["errors"][0]["source"]), (StatusCode::OK, &json!("PHP")));
    assert_eq!((&got.body["newest"], &got.body["older"]), (&json!("1000.900"), &json!(null)));
}

pub async fn logs_are_for_who_keeps_the_site_and_statistics_for_who_sees_it(bench: Bench) {
    let (home, site, agent, _kept) = asking(&bench).await;
    let server = &bench.server;
    drop(agent);
    knows(&bench, "{\"debian\":\"\",\"kernel\":\"\",\"php\":[]}").await;
    let read = async |actor| log::read(server, &actor, site, Log::Access, &Filter::default(), None).await;
    // An agent that does not know the question is not asked: it would hang up.
    let view = read(home.owner.clone()).await.unwrap();
    assert!(view.text.unwrap().en.contains("update the package alveole-agent"));
    let counted = statistics::read(server, &home.owner, site, 30).await.unwrap();
    assert!(counted.text.unwrap().en.contains("update the package"));
    knows(&bench, KNOWS).await;
    assert!(read(home.owner.clone()).await.unwrap().text.unwrap().en.contains("does not answer now"));

    let other = bench.household("autre").await;
    assert_eq!(read(other.owner.clone()).await.unwrap_err().kind, ProblemKind::NotFound);
    let stranger = statistics::read(server, &other.owner, site, 30).await.unwrap_err();
    assert_eq!(stranger.kind, ProblemKind::NotFound);
    let id: GrantId = server.world.id();
    let mut tx = server.store.write().await.unwrap();
    sql("INSERT INTO grants (id, user_id, account_id, role, created_at) VALUES ($1, $2, $3, 'reader', 1)")
        .bind(id)
        .bind(other.owner.user)
        .bind(home.account)
        .run(tx.on())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let refused = read(other.owner.clone()).await.unwrap_err();
    assert_eq!((refused.kind, refused.code), (ProblemKind::Denied, "role_lacks"));
    statistics::read(server, &other.owner, site, 30).await.unwrap();
    // Support sees the site, and not who visits it; admins do.
    let admin = staff(server, "second@coop.example").await;
    read(admin).await.unwrap();
    let nobody = bench.household("tiers").await.owner;
    let support = as_user(nobody.user.unwrap(), "support@coop.example", Staff::of(&[StaffRole::Support]));
    assert_eq!(read(support.clone()).await.unwrap_err().code, "role_lacks");
    statistics::read(server, &support, site, 30).await.unwrap();
}

pub async fn a_file_has_all_pages_oldest_first_and_following_waits(bench: Bench) {
    let (home, site, mut agent, _kept) = asking(&bench).await;
    let (server, me) = (bench.server.clone(), home.owner.clone());
    let asked =
        tokio::spawn(async move { log::export(&server, &me, site, Log::Access, &Filter::default()).await });
    let (id, _) = question(&mut agent).await;
    answer(
        &mut agent,
        id,
        Answer::AccessLog { page: page(vec![visit(3000, "/3"), visit(2000, "/2")], Some(50)) },
    )
    .await;
    let (id, query) = question(&mut agent).await;
    assert!(
        matches!(&query, Query::AccessLog { wanted, .. } if wanted.before == Some(LogPlace { file: 1000, at: 50 })),
        "{query:?}"
    );
    // A host that would go round in a circle is not followed.
    answer(&mut agent, id, Answer::AccessLog { page: page(vec![visit(1000, "/1")], Some(50)) }).await;
    let text = asked.await.unwrap().unwrap();
    let paths: Vec<&str> = text.lines().map(|line| line.split(' ').nth(6).unwrap()).collect();
    assert_eq!(paths, ["/1", "/2", "/3"], "{text}");

    let (server, me) = (bench.server.clone(), home.owner.clone());
    let filter = Filter { after: "1000.900".into(), ..Filter::default() };
    let asked = tokio::spawn(async move { log::tail(&server, &me, site, Log::Access, &filter, 20).await });
    for lines in [vec![], vec![], vec![visit(4000, "/4")]] {
        let (id, query) = question(&mut agent).await;
        assert!(
            matches!(&query, Query::AccessLog { wanted, .. } if wanted.after == Some(LogPlace { file: 1000, at: 900 })),
            "{query:?}"
        );
        answer(&mut agent, id, Answer::AccessLog { page: page(lines, None) }).await;
    }
    assert_eq!(asked.await.unwrap().unwrap().visits[0].path, "/4");
}

pub async fn what_the_host_counted_is_shown_day_by_day(bench: Bench) {
    let (home, site, mut agent, _kept) = asking(&bench).await;
    let client = Client::of(&bench, home.owner.user).await;
    let mut tx = bench.server.store.write().await.unwrap();
    sql("UPDATE accounts SET created_at = created_at - $1")
        .bind(40_i64 * 24 * 3_600_000)
        .run(tx.on())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let path = format!("/sites/{site}/statistics?days=365");
    let asked = tokio::spawn(async move { client.ask("GET", &path, None).await });
    let (id, query) = question(&mut agent).await;
    let Query::Statistics { account, names, from, until } = query else { panic!("{query:?}") };
    let today = Day::from_ms(bench.server.world.now_ms());
    assert_eq!((account.as_str(), names.len(), until), ("asso", 2, today));
    // Since the account is there, whenever its domains came.
    assert_eq!(from.ms(), today.ms() - 40 * 24 * 3_600_000);
    let mut counted = DayCount::new(today);
    (counted.hits, counted.visits) = (7, 2);
    let statistics = Statistics { days: vec![counted], pages: vec![("/".into(), 4)], referrers: vec![] };
    answer(&mut agent, id, Answer::Statistics { statistics }).await;
    let got = asked.await.unwrap();
    assert_eq!(got.status, StatusCode::OK, "{:?}", got.body);
    assert_eq!((&got.body["days"][0]["visits"], &got.body["pages"][0]["what"]), (&json!(2), &json!("/")));
}

pub async fn networks_alone_are_asked_for_where_the_cooperative_says_so(bench: Bench) {
    let (home, site, agent, (identity, _port)) = asking(&bench).await;
    let logs = log::Settings { addresses: log::Addresses::Network };
    let server = Server::open(Config { logs, ..bench.config.clone() }, bench.world.clone()).await.unwrap();
    let port = Port::open(&server).await;
    let mut agent = port.connect(&identity, agent.ledger.clone()).await;
    knows(&bench, KNOWS).await;
    let asked = tokio::spawn(async move {
        log::read(&server, &home.owner, site, Log::Access, &Filter::default(), None).await
    });
    let (id, query) = question(&mut agent).await;
    assert!(matches!(query, Query::AccessLog { short: true, .. }), "{query:?}");
    answer(&mut agent, id, Answer::AccessLog { page: page(vec![], None) }).await;
    assert_eq!(asked.await.unwrap().unwrap().addresses, log::Addresses::Network);
}

pub async fn the_space_an_account_holds_is_shown_against_its_plan(bench: Bench) {
    let (home, _, mut agent, _kept) = asking(&bench).await;
    let server = bench.server.clone();
    let today = Day::from_ms(server.world.now_ms());
    let day = SpaceDay { day: today, at: 5, octets: 12_000_001, files: 7, cut: false };
    let (me, account) = (home.owner.clone(), home.account);
    let asked = tokio::spawn(async move { account::usage(&server, &me, account).await });
    let (id, query) = question(&mut agent).await;
    assert!(matches!(&query, Query::Space { account, .. } if account.as_str() == "asso"), "{query:?}");
    answer(&mut agent, id, Answer::Space { days: vec![day] }).await;
    let limits = asked.await.unwrap().unwrap();
    let disk = limits.iter().find(|limit| limit.what == account::Limited::DiskMb).unwrap();
    assert_eq!((disk.used, disk.most), (Some(13), 1024));
    // A host that does not answer at once keeps nobody waiting.
    drop(agent);
    let limits = account::usage(&bench.server, &home.owner, home.account).await.unwrap();
    assert!(limits.iter().any(|limit| limit.what == account::Limited::DiskMb && limit.used.is_none()));
    let stranger = bench.household("autre").await.owner;
    let refused = space::read(&bench.server, &stranger, home.account).await.unwrap_err();
    assert_eq!(refused.kind, ProblemKind::NotFound);
}
