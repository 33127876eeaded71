//! Enrolment and sessions against a small panel, over real TLS.

pub(crate) mod panel;

use super::session::{self, Shared};
use crate::{
    config::Config,
    identity::{
        Identity,
        enroll::{Token, enroll},
        renew,
    },
    report::Reports,
    status::Status,
    testing::{World, account, site, wanted},
    wire::tls,
    worker::{Errand, Worker},
};
use model::{
    Body, Kind, PanelId, Resource, Text,
    wire::{Answer, FromAgent, FromPanel, Query, Refusal, ReportItem, ReportState},
};
use panel::{Agent, Panel};
use std::{
    os::unix::fs::PermissionsExt,
    sync::{Arc, mpsc},
    time::Duration,
};

async fn enrolled(panel: &Panel, world: &World) -> Config {
    let token = Token::parse(&panel.token()).unwrap();
    let url = panel.url();
    let (config, ()) =
        tokio::join!(enroll(&world.paths, &url, &token, false), panel.enrols(Panel::certifies));
    config.unwrap()
}

#[tokio::test]
async fn a_token_becomes_an_identity_once() {
    let (panel, world) = (Panel::open("localhost").await, World::new());
    let config = enrolled(&panel, &world).await;
    assert_eq!((config.panel, config.host), (panel.id, panel.host));
    assert_eq!(Config::read(&world.paths).unwrap().unwrap(), config);
    let file = world.paths.identity();
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
    assert_eq!(std::fs::metadata(world.paths.state()).unwrap().permissions().mode() & 0o777, 0o700);
    let key = std::fs::read(&file).unwrap();
    let token = Token::parse(&panel.token()).unwrap();
    let refused = enroll(&world.paths, &panel.url(), &token, false).await.unwrap_err();
    assert!(refused.fr.contains("--again") && refused.en.contains("--again"));
    let url = panel.url();
    let (again, ()) = tokio::join!(enroll(&world.paths, &url, &token, true), panel.enrols(Panel::certifies));
    again.unwrap();
    assert_ne!(std::fs::read(&file).unwrap(), key, "a new key");
}

#[tokio::test]
async fn what_is_not_the_pinned_panel_gets_nothing() {
    let (panel, other) = (Panel::open("localhost").await, Panel::open("elsewhere.example").await);
    let world = World::new();
    let refused = async |url, token: String, answers: &Panel| {
        let token = Token::parse(&token).unwrap();
        let (tried, ()) = tokio::join!(
            enroll(&world.paths, &url, &token, false),
            answers.enrols(|_, _| panic!("the token was told to a stranger"))
        );
        let text = tried.unwrap_err();
        assert!(Identity::read(&world.paths).unwrap().is_none());
        text.en.into_owned()
    };
    // Another authority, another name, nobody at all.
    assert!(refused(panel.url(), other.token(), &panel).await.contains("another certificate authority"));
    assert!(refused(other.url(), other.token(), &other).await.contains("does not carry the name"));
    let token = Token::parse(&panel.token()).unwrap();
    let nobody = "https://localhost:1".parse().unwrap();
    let text = enroll(&world.paths, &nobody, &token, false).await.unwrap_err();
    assert!(text.en.contains("does not answer"), "{}", text.en);
}

#[tokio::test]
async fn refusals_and_wrong_answers_are_told_and_leave_nothing() {
    let (panel, world) = (Panel::open("localhost").await, World::new());
    let says = serde_json::json!({ "code": "token_refused", "text": Text::new("Usé.", "Used.") }).to_string();
    let another_key = |panel: &Panel, mut request: model::wire::EnrolRequest| {
        let key = rcgen::KeyPair::generate().unwrap();
        request.csr = rcgen::CertificateParams::default().serialize_request(&key).unwrap().pem().unwrap();
        panel.certifies(request)
    };
    type Answers = Box<dyn FnOnce(&Panel, model::wire::EnrolRequest) -> (u16, String)>;
    let table: [(Answers, &str); 4] = [
        (Box::new(move |_, _| (403, says)), "Used."),
        (Box::new(|_, _| (500, "<html>".into())), "HTTP 500"),
        (Box::new(|_, _| (200, "{}".into())), "answered wrongly"),
        (Box::new(another_key), "answered wrongly"),
    ];
    for (answers, expected) in table {
        let token = Token::parse(&panel.token()).unwrap();
        let url = panel.url();
        let (tried, ()) = tokio::join!(enroll(&world.paths, &url, &token, false), panel.enrols(answers));
        let text = tried.unwrap_err();
        assert!(text.en.contains(expected), "{}", text.en);
        assert!(Identity::read(&world.paths).unwrap().is_none());
    }
}

#[tokio::test]
async fn a_certificate_is_renewed_before_it_ends() {
    let (panel, world) = (Panel::open("localhost").await, World::new());
    let config = enrolled(&panel, &world).await;
    let old = Identity::read(&world.paths).unwrap().unwrap();
    assert!(old.is_of(panel.host) && !old.is_of(model::HostId::new(3, &[3; 10])));
    let days = |days| std::time::UNIX_EPOCH + Duration::from_secs(panel::BEGINS + days * 86_400);
    assert!(
        !renew::is_due(&old, days(panel::DAYS * 2 / 3 - 1))
            && renew::is_due(&old, days(panel::DAYS * 2 / 3 + 1))
    );
    let (new, ()) = tokio::join!(
        renew::renew(&world.paths, &config, &old),
        panel.renews(|panel, request| panel.signs(&request.csr))
    );
    let new = new.unwrap();
    assert_ne!(new.certificate, old.certificate);
    assert_eq!(Identity::read(&world.paths).unwrap().unwrap().certificate, new.certificate);
    assert_eq!(Identity::before(&world.paths).unwrap().unwrap().certificate, old.certificate);
    // A panel that errs costs nothing.
    let other_key = rcgen::KeyPair::generate().unwrap();
    let other = rcgen::CertificateParams::default().serialize_request(&other_key).unwrap().pem().unwrap();
    let (wrong, ()) = tokio::join!(
        renew::renew(&world.paths, &config, &new),
        panel.renews(move |panel, _| panel.signs(&other))
    );
    assert!(wrong.err().unwrap().en.contains("answered wrongly"));
    assert_eq!(Identity::read(&world.paths).unwrap().unwrap().certificate, new.certificate);
}

/// A host below a temporary folder that runs as `run` would make it.
pub(crate) async fn running(panel: &Panel) -> (World, Shared) {
    let world = World::new();
    let config = enrolled(panel, &world).await;
    let identity = Identity::read(&world.paths).unwrap().unwrap();
    let (errands, to_do) = mpsc::channel();
    let reports = Arc::new(Reports::default());
    let status = Arc::new(Status::new(config.panel_url.to_string(), None));
    let ledger = Arc::new(std::sync::Mutex::new(crate::ledger::Ledger::open(&world.paths.ledger()).unwrap()));
    let worker = Worker::new(world.hands.clone(), ledger.clone(), reports.clone(), status.clone());
    std::thread::spawn(move || worker.run(&to_do));
    let tls = tls::of_agent(&identity).unwrap();
    let runs = Arc::new(crate::cron_job::runs::Runs::of(&world.paths));
    let space = Arc::new(crate::space::Space::of(&world.paths, world.quotas.clone()));
    let shared = Shared {
        config: Arc::new(config),
        paths: world.paths.clone(),
        tls,
        ledger,
        reports,
        runs,
        worker: errands,
        status,
        mariadb: Arc::new(crate::database::fake::FakeMariaDb::default()),
        seal: None,
        space: space.clone(),
        uses: Arc::new(crate::limits::uses::Uses::new(&world.paths, world.quotas.clone(), space)),
        counter: Arc::new(crate::statistics::Counter::of(&world.paths)),
        sessions: crate::transfer::Sessions::of_host(),
    };
    (world, shared)
}

fn changes(panel: PanelId, from: u64, resources: Vec<Resource>) -> FromPanel {
    let to = from + resources.len() as u64;
    FromPanel::Changes { panel, epoch: 1, from, to, resources, more: false }
}

/// Listens until this resource is reported so.
async fn reported(agent: &mut Agent, kind: Kind, state: ReportState) -> ReportItem {
    loop {
        if let FromAgent::Report { items } = agent.hear().await
            && let Some(item) = items.into_iter().find(|item| item.kind == kind && item.state == state)
        {
            return item;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_are_acknowledged_applied_and_reported() {
    let panel = Panel::open("localhost").await;
    let (world, shared) = running(&panel).await;
    let account = wanted(&Body::Account(account("asso", 1)), 1);
    let site = wanted(&Body::Site(site("asso", 1, 2, &["a.example"])), 2);
    let serving = shared.clone();
    let connected = tokio::spawn(async move { session::run(&serving, &mut || ()).await });
    let (mut agent, hello) = panel.greets().await;
    assert!(matches!(hello, FromAgent::Hello { position: None, .. }));
    agent.say(&changes(panel.id, 0, vec![account.clone(), site.clone()])).await;
    assert_eq!(agent.hear().await, FromAgent::Ack { generation: 2 });
    assert_eq!(reported(&mut agent, Kind::Site, ReportState::Applied).await.generation, 2);
    assert!(world.paths.names().join("a.example").is_symlink());

    // Another panel's changes, an older history: refused, nothing written, the connection lives.
    agent.say(&changes(PanelId::new(9, &[9; 10]), 2, vec![])).await;
    let FromAgent::Refused { reason: Refusal::OtherPanel, position: Some(position) } = agent.hear().await
    else {
        panic!("not refused")
    };
    assert_eq!(position.generation, 2);
    agent.say(&changes(panel.id, 0, vec![])).await;
    assert!(matches!(agent.hear().await, FromAgent::Refused { reason: Refusal::Older, .. }));
    agent.say(&FromPanel::Query { id: 7, query: Query::Ledger { after: None, limit: 1 } }).await;
    let answer = Answer::Ledger { resources: vec![account], more: true };
    assert_eq!(agent.hear().await, FromAgent::Answer { id: 7, answer });

    // The connection breaks: what was said over it may be lost, so it is said again.
    drop(agent);
    let why = connected.await.unwrap();
    assert!(why.text(&shared.config).en.contains("broke"), "{why:?}");
    let serving = shared.clone();
    let connected = tokio::spawn(async move { session::run(&serving, &mut || ()).await });
    let (mut agent, hello) = panel.greets().await;
    assert!(matches!(hello, FromAgent::Hello { position: Some(position), .. } if position.generation == 2));
    assert_eq!(reported(&mut agent, Kind::Site, ReportState::Applied).await.generation, 2);

    // Rubbish ends the session; it does no more than that.
    agent.say(&FromPanel::Refused { text: Text::new("Révoqué.", "Revoked.") }).await;
    assert!(agent.is_closed().await);
    assert_eq!(connected.await.unwrap().text(&shared.config).en, "Revoked.");
    shared.worker.send(Errand::Stop).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panel_that_is_not_ours_is_left_at_once() {
    let mut panel = Panel::open("localhost").await;
    let (_world, shared) = running(&panel).await;
    panel.id = PanelId::new(77, &[7; 10]);
    let serving = shared.clone();
    let connected = tokio::spawn(async move { session::run(&serving, &mut || panic!("welcomed")).await });
    let (mut agent, _) = panel.greets().await;
    assert!(agent.is_closed().await);
    connected.await.unwrap();
    assert_eq!(shared.ledger.lock().unwrap().position(), None);
}
