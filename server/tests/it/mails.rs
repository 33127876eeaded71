//! Mails: queued with the act or not at all, sent once, tried again, given up; and what stays of them.

use crate::{
    api::Client,
    bench::{Bench, Household, PASSWORD},
    smtp::{link_in, readable},
};
use axum::http::StatusCode;
use model::{EmailAddress, Lang, MailId, ProblemKind, Secret};
use serde_json::{Value, json};
use server::{
    Server,
    account::{self, NewAccount},
    api,
    grant::{self, Given, NewGrant, On},
    mail::{self, Kind, MailView, Sender, Settings, State, Way},
    paging::Listing,
    store::sql,
    user,
};
use std::{collections::BTreeSet, path::PathBuf};

/// The same panel, sending mail this way.
pub async fn sending(bench: &Bench, settings: Settings) -> Server {
    let mut config = bench.config.clone();
    config.mail = Some(settings);
    Server::open(config, bench.world.clone()).await.unwrap()
}

/// The same panel, keeping mails in a folder.
pub async fn keeping(bench: &Bench) -> (Server, PathBuf) {
    let folder = bench.config.state_dir.join("mail");
    let address = EmailAddress::parse("panel@coop.example").unwrap();
    let from = Sender { name: None, address };
    (sending(bench, Settings { from, way: Way::Folder(folder.clone()) }).await, folder)
}

/// All mails of a folder, readable, oldest first.
pub fn kept(folder: &PathBuf) -> Vec<String> {
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| readable(&std::fs::read_to_string(path).unwrap())).collect()
}

pub async fn listed(server: &Server, bench: &Bench) -> Vec<MailView> {
    mail::list(server, &bench.admin, &Listing::default(), None).await.unwrap().items
}

/// A mail to a household's owner that was given up.
pub async fn failed(server: &Server, home: &Household) -> MailId {
    let id: MailId = server.world.id();
    let mut tx = server.store.write().await.unwrap();
    sql("INSERT INTO mails (id, at, address, address_key, kind, lang, subject, user_id, facts, state, tries, next_at, error_fr, error_en)
         VALUES ($1, $2, $3, $3, 'reset', 'fr', 'x', $4, '{}', 'failed', 1, $2, 'x', 'x')")
        .bind(id)
        .bind(server.world.now_ms())
        .bind(home.owner.who.as_str())
        .bind(home.owner.user)
        .run(tx.on())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

pub async fn acts_tell_the_people_concerned(bench: Bench) {
    let (server, folder) = keeping(&bench).await;
    let (home, other) = (bench.household("alpha").await, bench.household("beta").await);
    // A second user of the account reads English; one whose grant ended hears nothing any more.
    user::set_lang(&server, &other.owner, Lang::En).await.unwrap();
    let grant = |email: &str| NewGrant {
        email: email.into(),
        role: "owner".into(),
        mail: Some(false),
        ..Default::default()
    };
    grant::create(&server, &bench.admin, On::Account(home.account), grant("beta@membre.example"))
        .await
        .unwrap();
    let gone = grant::create(&server, &bench.admin, On::Account(home.account), grant("gone@membre.example"))
        .await
        .unwrap();
    let Given::Held(gone, _) = gone else { panic!("{gone:?}") };
    grant::revoke(&server, &bench.admin, On::Account(home.account), gone.id).await.unwrap();
    // What is refused tells nobody.
    let stale =
        account::suspend(&server, &bench.admin, home.account, Some(99), crate::bench::unpaid("Impayé"))
            .await
            .unwrap_err();
    assert_eq!(stale.kind, ProblemKind::Stale);
    assert_eq!(listed(&server, &bench).await, []);
    let reason = crate::bench::unpaid("Cotisation impayée <b>");
    account::suspend(&server, &bench.admin, home.account, None, reason).await.unwrap();
    let waiting = listed(&server, &bench).await;
    assert_eq!(waiting.len(), 2);
    assert!(waiting.iter().all(|mail| mail.state == State::Queued && mail.kind == Kind::Suspended));
    assert_eq!(mail::send_due(&server).await.unwrap(), 2);
    let mails = kept(&folder);
    let of = |who: &str| mails.iter().find(|mail| mail.contains(&format!("To: {who}"))).unwrap().as_str();
    let (fr, en) = (of("alpha@membre.example"), of("beta@membre.example"));
    assert!(
        fr.contains("a suspendu le compte alpha") && fr.contains("Raison\u{a0}: Cotisation impayée <b>"),
        "{fr}"
    );
    assert!(fr.contains("Cotisation impayée &lt;b&gt;"), "{fr}");
    assert!(
        en.contains("has suspended the account alpha") && en.contains("write to the cooperative"),
        "{en}"
    );
    assert!(en.contains(&format!("https://panel.coop.example:8443/accounts/{}", home.account)), "{en}");
    assert_eq!(
        bench.count("SELECT COUNT(*) FROM mails WHERE body_text IS NOT NULL OR body_html IS NOT NULL").await,
        0
    );
    // Told again by nobody.
    assert_eq!(mail::send_due(&server).await.unwrap(), 0);
    account::resume(&server, &bench.admin, home.account, None).await.unwrap();
    account::delete(&server, &bench.admin, home.account, None).await.unwrap();
    account::restore(&server, &bench.admin, home.account, None).await.unwrap();
    let kinds: BTreeSet<_> = listed(&server, &bench).await.iter().map(|mail| mail.kind.code()).collect();
    assert_eq!(kinds, BTreeSet::from(["deleted", "restored", "resumed", "suspended"]));
    assert_eq!(mail::send_due(&server).await.unwrap(), 6);
    assert!(kept(&folder).iter().any(|mail| mail.contains("Everything can come back as it was until")));
    // A panel that sends no mail queues none.
    account::suspend(&bench.server, &bench.admin, home.account, None, crate::bench::unpaid("Impayé"))
        .await
        .unwrap();
    assert_eq!(bench.count("SELECT COUNT(*) FROM mails WHERE state = 'queued'").await, 0);
    // What was told long ago is forgotten.
    bench.world.pass(mail::MEMORY_MS);
    server::jobs::sweep(&server).await.unwrap();
    assert_eq!(listed(&server, &bench).await, []);
}

pub async fn an_invitation_brings_the_link_by_mail_alone(bench: Bench) {
    let (server, folder) = keeping(&bench).await;
    let home = bench.household("alpha").await;
    let new = |name: &str, mail| NewAccount {
        member: home.member.to_string(),
        plan: bench.plan.to_string(),
        name: name.into(),
        host: None,
        owner: Some("neuf@membre.example".into()),
        mail,
    };
    let made = account::create(&server, &bench.admin, new("gamma", None)).await.unwrap();
    assert!(made.link.is_none(), "the admin need not know it");
    mail::send_due(&server).await.unwrap();
    let written = kept(&folder).remove(0);
    assert!(written.contains("donne accès au compte gamma"), "{written}");
    let secret = link_in(&written).unwrap();
    assert_eq!(secret.len(), 43);
    user::set_password_by_link(&server, &secret, &Secret::new(PASSWORD)).await.unwrap();
    let used = user::set_password_by_link(&server, &secret, &Secret::new(PASSWORD)).await.unwrap_err();
    assert_eq!(used.code, "link_dead");
    // A first password is no change that somebody must be warned of; who has one gets no link.
    let known = NewGrant {
        email: "neuf@membre.example".into(),
        role: "owner".into(),
        mail: Some(true),
        ..Default::default()
    };
    grant::create(&server, &bench.admin, On::Account(home.account), known).await.unwrap();
    mail::send_due(&server).await.unwrap();
    let mails = kept(&folder);
    assert_eq!((mails.len(), link_in(&mails[1])), (2, None), "{mails:?}");
    // Without a mail the link is told, as it is where no mail can be sent.
    let mut unmailed = new("delta", Some(false));
    unmailed.owner = Some("autre@membre.example".into());
    assert!(account::create(&server, &bench.admin, unmailed).await.unwrap().link.is_some());
    let mut wanted = new("epsilon", Some(true));
    let problem = account::create(&bench.server, &bench.admin, wanted.clone()).await.unwrap_err();
    assert_eq!((problem.code, problem.field), ("mail_off", Some("mail")));
    wanted.mail = None;
    wanted.owner = Some("encore@membre.example".into());
    assert!(account::create(&bench.server, &bench.admin, wanted).await.unwrap().link.is_some());
    assert_eq!(listed(&server, &bench).await.len(), 2);
}

pub async fn the_api_does_what_pages_do(bench: Bench) {
    let (server, _) = keeping(&bench).await;
    let home = bench.household("alpha").await;
    let router = api::router(server.clone());
    let nobody = Client { router: router.clone(), cookie: String::new() };
    let admin = Client { router, ..Client::of(&bench, bench.admin.user).await };
    let known = nobody.ask("POST", "/forgotten", Some(json!({ "email": "alpha@membre.example" }))).await;
    let unknown = nobody.ask("POST", "/forgotten", Some(json!({ "email": "nobody@membre.example" }))).await;
    assert_eq!((known.status, unknown.status), (StatusCode::NO_CONTENT, StatusCode::NO_CONTENT));
    assert_eq!((known.body, &known.headers), (unknown.body, &unknown.headers));
    let grants = format!("/accounts/{}/grants", home.account);
    let told = admin
        .ask("POST", &grants, Some(json!({ "email": "one@membre.example", "role": "owner", "mail": false })))
        .await;
    assert!(told.body["link"].as_str().unwrap().contains("/link/"), "{}", told.body);
    let mailed =
        admin.ask("POST", &grants, Some(json!({ "email": "two@membre.example", "role": "owner" }))).await;
    assert_eq!((mailed.status, &mailed.body["link"]), (StatusCode::CREATED, &Value::Null));
    let page = admin.ask("GET", "/mails?q=TWO%40&state=queued", None).await.body;
    let mail = &page["items"][0];
    assert_eq!(
        (mail["kind"].as_str(), mail["to"].as_str()),
        (Some("invitation"), Some("two@membre.example"))
    );
    assert!(!page.to_string().contains("/link/") && !page.to_string().contains("body"), "{page}");
    let page = admin.ask("GET", "/mails?limit=1", None).await.body;
    let next = format!("/mails?limit=1&cursor={}", page["next"].as_str().unwrap());
    let older = admin.ask("GET", &next, None).await.body;
    assert_eq!((older["items"][0]["kind"].as_str(), &older["next"]), (Some("reset"), &Value::Null));
    assert_eq!(admin.ask("GET", "/mails?state=lost", None).await.body["code"], "bad_state");
    let failed = failed(&server, &home).await;
    let again = admin.ask("POST", &format!("/mails/{failed}/again"), None).await;
    assert_eq!((again.status, again.body["state"].as_str()), (StatusCode::CREATED, Some("queued")));
    assert!(again.headers.contains_key("alveole-change"));
}
