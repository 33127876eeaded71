//! Cron jobs: what is asked of them, what their host tells of them.

use crate::{
    agent::{Ledger, Port},
    api::Client,
    bench::Bench,
    hub::{connected, enrolled, until},
    mails::{keeping, kept},
    recovery::colleague,
};
use axum::http::StatusCode;
use model::{Body, CronJob, CronJobId, CronRun, Kind, ProblemKind, RunEnd, StaffRole, Task, wire::FromAgent};
use serde_json::json;
use server::{
    Server, account, change,
    cron_job::{self, How, NewCronJob, Notify, RunView},
    paging::Listing,
    site,
    store::sql,
};

fn command(schedule: &str, line: &str) -> NewCronJob {
    NewCronJob { schedule: Some(schedule.into()), command: Some(line.into()), ..NewCronJob::default() }
}

/// What the host is told of the newest job.
async fn wanted(bench: &Bench) -> Option<CronJob> {
    let (kind, .., body) = bench.resources().await.pop().unwrap();
    assert_eq!(kind, "cron_job");
    body.map(|body| serde_json::from_value(body).unwrap())
}

pub async fn a_job_is_made_changed_paused_run_and_deleted(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let made =
        cron_job::create(server, &home.owner, home.account, command(" 30  2 * * MON ", "echo \"%i $HOME\""))
            .await
            .unwrap();
    let job = made.item;
    assert_eq!((job.version, job.change, job.spec.schedule.as_str()), (1, made.change, "30 2 * * mon"));
    // 21 September 2026, 14:13 in Paris: the next Monday's 02:30, and four more.
    let first = jiff_ms("2026-09-28T00:30:00Z");
    let week = 7 * 24 * 3_600_000;
    assert_eq!(job.next, [0, 1, 2, 3, 4].map(|n| first + n * week + if n == 4 { 3_600_000 } else { 0 }));
    let on_host = wanted(&bench).await.unwrap();
    assert_eq!(on_host.task, Task::Command { line: "echo \"%i $HOME\"".parse().unwrap() });
    assert_eq!((on_host.limit.minutes(), on_host.paused, on_host.run_now), (60, false, 0));

    // What is not said stays.
    let new = NewCronJob {
        minutes: Some(5),
        zone: Some("indian/reunion".into()),
        notify: Some("never".into()),
        ..Default::default()
    };
    let set = cron_job::update(server, &home.owner, job.id, Some(1), new).await.unwrap().item;
    assert_eq!((set.spec.zone.as_str(), set.spec.notify, set.version), ("Indian/Reunion", Notify::Never, 2));
    let script = NewCronJob {
        script: Some("sites/a.example/cron.php".into()),
        arguments: Some("-v 'a b'".into()),
        ..Default::default()
    };
    let set = cron_job::update(server, &home.owner, job.id, None, script).await.unwrap().item;
    assert_eq!(set.words(), "php sites/a.example/cron.php -v a b");
    let on_host = wanted(&bench).await.unwrap();
    let Task::Php { php, script, arguments } = on_host.task else { panic!() };
    assert_eq!(
        (php.to_string().as_str(), script.as_str(), arguments.len()),
        ("8.4", "sites/a.example/cron.php", 2)
    );
    assert_eq!(
        cron_job::update(server, &home.owner, job.id, None, NewCronJob::default()).await.unwrap().change,
        None
    );
    let late =
        cron_job::update(server, &home.owner, job.id, Some(1), command("@daily", "x")).await.unwrap_err();
    assert_eq!(late.kind, ProblemKind::Stale);

    let paused = cron_job::pause(server, &home.owner, job.id, None).await.unwrap().item;
    assert!(paused.spec.paused && paused.next.is_empty() && wanted(&bench).await.unwrap().paused);
    let run = cron_job::run_now(server, &home.owner, job.id, None).await.unwrap().item;
    let asked = wanted(&bench).await.unwrap().run_now;
    assert!(asked > 0 && run.spec.paused);
    cron_job::run_now(server, &home.owner, job.id, None).await.unwrap();
    assert!(wanted(&bench).await.unwrap().run_now > asked);
    cron_job::resume(server, &home.owner, job.id, None).await.unwrap();

    cron_job::delete(server, &home.owner, job.id, None).await.unwrap();
    assert_eq!(wanted(&bench).await, None);
    assert_eq!(cron_job::show(server, &home.owner, job.id).await.unwrap_err().kind, ProblemKind::NotFound);
    let verbs: Vec<String> = change::list(server, &home.owner, home.account, &Listing::default())
        .await
        .unwrap()
        .items
        .into_iter()
        .map(|change| change.verb)
        .collect();
    let expected = ["delete", "update", "run", "run", "update", "update", "update", "create"];
    assert_eq!(verbs[..8], expected.map(|verb| format!("cron_job.{verb}")));
}

fn jiff_ms(at: &str) -> i64 {
    at.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

pub async fn bad_input_is_refused_at_its_field(bench: Bench) {
    let server = &bench.server;
    let (home, other) = (bench.household("alpha").await, bench.household("beta").await);
    let hostile = ["a\nb", "a\rb", "a\0b", "\u{1b}[2J", &"x".repeat(1 << 20)];
    let make =
        async |new| cron_job::create(server, &home.owner, home.account, new).await.map(|done| done.item.id);
    for bad in hostile.into_iter().chain([
        "",
        "* * * *",
        "99 * * * *",
        "0 0 31 2 *",
        "@reboot",
        "$(id) * * * *",
        "{{x}}",
        "-- * * * *",
    ]) {
        let problem = make(command(bad, "true")).await.unwrap_err();
        assert_eq!((problem.kind, problem.field), (ProblemKind::Invalid, Some("schedule")), "{bad:.40?}");
    }
    for bad in hostile.into_iter().chain(["", "  "]) {
        assert_eq!(make(command("@daily", bad)).await.unwrap_err().field, Some("command"), "{bad:.40?}");
    }
    for bad in hostile.into_iter().chain(["Mars/Olympus", "../../etc/passwd", "", "%Z"]) {
        let new = NewCronJob { zone: Some(bad.into()), ..command("@daily", "true") };
        assert_eq!(make(new).await.unwrap_err().code, "zone_unknown", "{bad:.40?}");
    }
    for bad in hostile.into_iter().chain(["../x.php", "/etc/x.php", "a//b", ""]) {
        let new =
            NewCronJob { schedule: Some("@daily".into()), script: Some(bad.into()), ..Default::default() };
        assert_eq!(make(new).await.unwrap_err().field, Some("script"), "{bad:.40?}");
    }
    for bad in hostile.into_iter().chain(["'open"]) {
        let new = NewCronJob {
            schedule: Some("@daily".into()),
            script: Some("a.php".into()),
            arguments: Some(bad.into()),
            ..Default::default()
        };
        assert_eq!(make(new).await.unwrap_err().field, Some("arguments"), "{bad:.40?}");
    }
    let both = NewCronJob { script: Some("a.php".into()), ..command("@daily", "true") };
    assert_eq!(make(both).await.unwrap_err().code, "cron_one_thing");
    for minutes in [0, 1_441, u32::MAX] {
        let new = NewCronJob { minutes: Some(minutes), ..command("@daily", "true") };
        assert_eq!(make(new).await.unwrap_err().field, Some("minutes"));
    }
    let new = NewCronJob { notify: Some("always".into()), ..command("@daily", "true") };
    assert_eq!(make(new).await.unwrap_err().field, Some("notify"));
    assert_eq!(bench.count("SELECT COUNT(*) FROM cron_jobs").await, 0);

    // What is odd and one line reaches the host as it was typed.
    let odd = "-- '$(id)' \"%{x}\" {{y}} </VirtualHost> %i $HOME \u{e9}";
    make(command("* * * * *", odd)).await.unwrap();
    assert_eq!(wanted(&bench).await.unwrap().task, Task::Command { line: odd.parse().unwrap() });
    for _ in 1..CronJob::MOST {
        make(command("@daily", "true")).await.unwrap();
    }
    assert_eq!(make(command("@daily", "true")).await.unwrap_err().code, "cron_jobs_limit");
    // Nobody else's.
    let job = cron_job::list(server, &home.owner, home.account, &Listing::default())
        .await
        .unwrap()
        .items
        .remove(0)
        .id;
    for problem in [
        cron_job::show(server, &other.owner, job).await.unwrap_err(),
        cron_job::update(server, &other.owner, job, None, command("bad", "x")).await.unwrap_err(),
        cron_job::run_now(server, &other.owner, job, None).await.unwrap_err(),
        cron_job::delete(server, &other.owner, job, None).await.unwrap_err(),
        cron_job::runs(server, &other.owner, job, &Listing::default()).await.unwrap_err(),
    ] {
        assert_eq!(problem.kind, ProblemKind::NotFound);
    }
}

pub async fn every_act_can_be_undone(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let undo =
        async |change: Option<model::ChangeId>| change::undo(server, &home.owner, change.unwrap()).await;
    let made = cron_job::create(server, &home.owner, home.account, command("@daily", "one")).await.unwrap();
    let id = made.item.id;
    let set = cron_job::update(server, &home.owner, id, None, command("@hourly", "two")).await.unwrap();
    assert_eq!(undo(made.change).await.unwrap_err().code, "changed_since");
    undo(set.change).await.unwrap();
    assert_eq!(cron_job::show(server, &home.owner, id).await.unwrap().spec, made.item.spec);
    let deleted = cron_job::delete(server, &home.owner, id, None).await.unwrap();
    undo(deleted.change).await.unwrap();
    let back = cron_job::show(server, &home.owner, id).await.unwrap();
    assert_eq!((back.spec, back.id), (made.item.spec, id));
    assert_eq!(wanted(&bench).await.unwrap().id, id);
    let other =
        cron_job::create(server, &home.owner, home.account, command("@daily", "three")).await.unwrap();
    undo(other.change).await.unwrap();
    assert_eq!(
        cron_job::list(server, &home.owner, home.account, &Listing::default()).await.unwrap().items.len(),
        1
    );
}

fn run(job: CronJobId, started: u64, end: RunEnd) -> CronRun {
    let ended = (end != RunEnd::Running).then_some(started + 5);
    CronRun { job, started, ended, end, asked: false, skipped: 0, output: String::new(), cut: false }
}

async fn runs(server: &Server, home: &crate::bench::Household, job: CronJobId) -> Vec<RunView> {
    cron_job::runs(server, &home.owner, job, &Listing::default()).await.unwrap().items
}

pub async fn an_older_agent_is_asked_for_nothing_it_does_not_know(bench: Bench) {
    let home = bench.household("alpha").await;
    let facts = async |facts: &str| {
        let mut tx = bench.server.store.write().await.unwrap();
        sql("UPDATE hosts SET facts = $1").bind(facts).run(tx.on()).await.unwrap();
        tx.commit().await.unwrap();
    };
    let create = async || {
        cron_job::create(&bench.server, &home.owner, home.account, command("* * * * *", "true")).await
    };
    facts(r#"{"debian":"13.1","kernel":"6.12","php":["8.4"]}"#).await;
    let refused = create().await.unwrap_err();
    assert_eq!((refused.code, refused.kind), ("agent_older", ProblemKind::Conflict));
    assert_eq!(bench.count("SELECT COUNT(*) FROM cron_jobs").await, 0);
    // What it has always known goes on, and a newer one says more than this panel knows.
    site::create(&bench.server, &home.owner, home.account, "a.example").await.unwrap();
    facts(r#"{"debian":"13.1","kernel":"6.12","php":["8.4"],"kinds":["cron_job","of_tomorrow"],"of_tomorrow":1}"#).await;
    create().await.unwrap();
}

pub async fn runs_are_told_kept_and_shown(bench: Bench) {
    let server = &bench.server;
    let (_port, home, _, mut agent) = connected(&bench).await;
    agent.take().await;
    let job = cron_job::create(server, &home.owner, home.account, command("* * * * *", "true"))
        .await
        .unwrap()
        .item
        .id;
    let told = agent.take().await.remove(0);
    assert!(matches!(told.want().unwrap(), Some(Body::CronJob(_))) && told.kind == Kind::CronJob);
    agent.report(&told, model::wire::ReportState::Applied).await;
    until("verified", async || {
        cron_job::show(server, &home.owner, job).await.unwrap().state.code() == "verified"
    })
    .await;

    agent.say(&FromAgent::Run { run: run(job, 1_000, RunEnd::Running) }).await;
    until("running", async || runs(server, &home, job).await.len() == 1).await;
    assert_eq!(runs(server, &home, job).await[0].how, How::Running);
    let ended = CronRun {
        output: "bonjour\0\u{1b}[1m\n<b>".into(),
        skipped: 2,
        cut: true,
        ..run(job, 1_000, RunEnd::Exit { code: 3 })
    };
    agent.say(&FromAgent::Run { run: ended }).await;
    until("ended", async || runs(server, &home, job).await[0].how == How::Exit).await;
    let shown = runs(server, &home, job).await.remove(0);
    assert_eq!(
        (shown.code, shown.output.as_deref().unwrap_or_default(), shown.skipped, shown.cut),
        (Some(3), "bonjour[1m\n<b>", 2, true)
    );
    let support = colleague(&bench, "une", StaffRole::Support).await;
    let seen = cron_job::runs(server, &support, job, &Listing::default()).await.unwrap().items.remove(0);
    assert_eq!((seen.code, seen.output), (Some(3), None), "what it wrote is the member's");
    // Told again, as it was or otherwise: it has ended.
    for end in [RunEnd::Exit { code: 3 }, RunEnd::Running, RunEnd::SUCCESS] {
        agent.say(&FromAgent::Run { run: run(job, 1_000, end) }).await;
    }
    // Of another host's job, or of none, nothing is taken.
    agent.say(&FromAgent::Run { run: run(CronJobId::new(1, &[1; 10]), 1_000, RunEnd::SUCCESS) }).await;
    for n in 2..=30 {
        agent.say(&FromAgent::Run { run: run(job, n * 1_000, RunEnd::SUCCESS) }).await;
    }
    until("all are told", async || runs(server, &home, job).await[0].started_at == 30_000).await;
    let kept = runs(server, &home, job).await;
    assert_eq!((kept.len(), kept[19].started_at), (CronRun::KEPT, 11_000));
    assert_eq!(bench.count("SELECT COUNT(*) FROM cron_runs").await, 20);
    let last = cron_job::show(server, &home.owner, job).await.unwrap().last.unwrap();
    assert!(last.is_success() && last.started_at == 30_000);

    // The API says the same.
    let client = Client::of(&bench, home.owner.user).await;
    let answered = client.ask("GET", &format!("/cron-jobs/{job}/runs?limit=1"), None).await;
    assert_eq!(answered.status, StatusCode::OK);
    assert_eq!(
        (&answered.body["items"][0]["how"], &answered.body["items"][0]["code"]),
        (&json!("exit"), &json!(0))
    );
}

pub async fn people_hear_when_it_begins_to_fail_and_when_it_works_again(bench: Bench) {
    let (server, folder) = keeping(&bench).await;
    let (port, home) = (Port::open(&server).await, bench.household("asso").await);
    let identity = enrolled(&bench, &port).await;
    let mut agent = port.connect(&identity, Ledger::default()).await;
    agent.take().await;
    let job = cron_job::create(&server, &home.owner, home.account, command("* * * * *", "un </p> deux"))
        .await
        .unwrap()
        .item
        .id;
    agent.take().await;
    let mut told = 0;
    let mut tell = async |end: RunEnd, failing: bool| {
        told += 1;
        let started = 1_790_000_000_000 + told * 60_000;
        agent.say(&FromAgent::Run { run: run(job, started, end) }).await;
        until("judged", async || {
            let shown = cron_job::show(&server, &home.owner, job).await.unwrap();
            shown.last.is_some_and(|last| last.started_at == i64::try_from(started).unwrap())
                && shown.failing_at.is_some() == failing
        })
        .await;
    };
    tell(RunEnd::SUCCESS, false).await;
    for _ in 0..3 {
        tell(RunEnd::Exit { code: 2 }, true).await;
    }
    // The host's own troubles say nothing.
    tell(RunEnd::Lost, true).await;
    tell(RunEnd::Missed, true).await;
    tell(RunEnd::SUCCESS, false).await;
    tell(RunEnd::SUCCESS, false).await;
    tell(RunEnd::TimeLimit, true).await;
    server::mail::send_due(&server).await.unwrap();
    let mails: Vec<String> = kept(&folder).into_iter().filter(|mail| mail.contains("planifiée")).collect();
    // The first failure was over before it could leave; what holds now is told.
    assert_eq!(mails.len(), 1, "{mails:#?}");
    assert!(
        mails[0].contains("dépassé sa durée limite") && mails[0].contains("un </p> deux"),
        "{}",
        mails[0]
    );
    assert!(mails[0].contains(&format!("/cron-jobs/{job}")));
    tell(RunEnd::SUCCESS, false).await;
    server::mail::send_due(&server).await.unwrap();
    assert_eq!(kept(&folder).iter().filter(|mail| mail.contains("marche de nouveau")).count(), 1);

    // By turns it says nothing more for some hours; what still holds then is told.
    for failing in [true, false, true] {
        tell(if failing { RunEnd::Exit { code: 1 } } else { RunEnd::SUCCESS }, failing).await;
        server::mail::send_due(&server).await.unwrap();
    }
    assert_eq!(kept(&folder).iter().filter(|mail| mail.contains("planifiée")).count(), 2);
    bench.world.pass(6 * 3_600_000);
    tell(RunEnd::Exit { code: 1 }, true).await;
    server::mail::send_due(&server).await.unwrap();
    assert_eq!(kept(&folder).iter().filter(|mail| mail.contains("planifiée")).count(), 3);
    tell(RunEnd::SUCCESS, false).await;
    server::mail::send_due(&server).await.unwrap();

    let never = NewCronJob { notify: Some("never".into()), ..Default::default() };
    cron_job::update(&server, &home.owner, job, None, never).await.unwrap();
    bench.world.pass(6 * 3_600_000);
    tell(RunEnd::Exit { code: 1 }, true).await;
    server::mail::send_due(&server).await.unwrap();
    assert_eq!(kept(&folder).iter().filter(|mail| mail.contains("planifiée")).count(), 4);
}

pub async fn jobs_go_with_their_account(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let job =
        cron_job::create(server, &home.owner, home.account, command("@daily", "true")).await.unwrap().item.id;
    account::suspend(server, &bench.admin, home.account, None, crate::bench::unpaid("x")).await.unwrap();
    // The host does not run them; the panel keeps them.
    assert!(cron_job::show(server, &home.owner, job).await.unwrap().next.is_empty());
    assert_eq!(
        cron_job::run_now(server, &home.owner, job, None).await.unwrap_err().code,
        "account_suspended"
    );
    account::delete(server, &bench.admin, home.account, None).await.unwrap();
    assert_eq!(cron_job::pause(server, &home.owner, job, None).await.unwrap_err().code, "account_deleted");
    bench.world.pass(400 * 24 * 3_600_000);
    assert_eq!(account::purge(server).await.unwrap(), 1);
    let resources = bench.resources().await;
    assert!(
        resources
            .iter()
            .any(|(kind, key, _, body)| kind == "cron_job" && *key == job.to_string() && body.is_none())
    );
    assert_eq!(bench.count("SELECT COUNT(*) FROM cron_jobs").await, 0);
}
