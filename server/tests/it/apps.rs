//! Applications in sites, by one click.

use crate::{
    api::Client,
    bench::{Bench, Household, unpaid},
};
use axum::http::StatusCode;
use model::{Lang, ProblemKind, SiteId};
use serde_json::{Value, json};
use server::{
    account,
    app::{self, NewApp, Told},
    change, cron_job, database,
    paging::Listing,
    site,
    store::sql,
};
use sha2::{Digest, Sha256};

pub fn wordpress() -> NewApp {
    NewApp {
        application: "wordpress".into(),
        title: "Les amis du miel".into(),
        login: "ana".into(),
        email: "ana@alpha.example".into(),
        language: Some("fr".into()),
    }
}

async fn site_of(bench: &Bench, home: &Household, name: &str) -> SiteId {
    site::create(&bench.server, &home.owner, home.account, name).await.unwrap().item.id
}

async fn put(bench: &Bench, home: &Household, site: SiteId, new: NewApp) -> Told {
    app::create(&bench.server, &home.owner, site, new, Lang::Fr).await.unwrap()
}

/// What the host was last told of each resource of a kind.
async fn bodies(bench: &Bench, kind: &str) -> Vec<Option<Value>> {
    let found = bench.resources().await.into_iter().filter(|(known, ..)| known == kind);
    found.map(|(.., body)| body).collect()
}

pub async fn one_click_makes_all_it_needs_and_tells_its_password_once(bench: Bench) {
    let (server, home) = (&bench.server, bench.household("alpha").await);
    let site = site_of(&bench, &home, "alpha.example").await;
    let told = put(&bench, &home, site, wordpress()).await;
    let (made, password) = (told.done.item, told.password.unwrap());
    assert_eq!(
        (made.address.as_str(), made.release.as_str(), made.site.name.as_str(), &made.newer),
        ("http://alpha.example", "6.8.3", "alpha.example", &None)
    );
    let [Some(body)] = &bodies(&bench, "app").await[..] else { panic!("one resource") };
    assert_eq!(
        (&body["folder"], &body["admin"], &body["title"], &body["database"]["user"]),
        (&json!("alpha.example"), &json!("ana"), &json!("Les amis du miel"), &json!("alpha_wordpress"))
    );
    let hash = body["password"].as_str().unwrap();
    assert!(hash.starts_with("$argon2id$") && password.reveal().len() == 32, "{hash}");
    // Its user has no password that anybody could give away.
    let [Some(base)] = &bodies(&bench, "database").await[..] else { panic!("one database") };
    assert_eq!(base["users"], json!([{ "name": "alpha_wordpress", "rights": "all" }]));
    let shown = database::show(server, &home.owner, made.database.unwrap().id).await.unwrap();
    assert!(shown.users[0].without_password);
    let user = (shown.id, shown.users[0].id);
    let refused = database::set_password(server, &home.owner, user, None).await.unwrap_err();
    assert_eq!((refused.code, refused.kind), ("database_user_without_password", ProblemKind::Conflict));
    let job = cron_job::show(server, &home.owner, made.cron_job.unwrap()).await.unwrap();
    assert_eq!(
        (job.words().as_str(), job.spec.schedule.as_str()),
        ("php sites/alpha.example/public/wp-cron.php", "*/15 * * * *")
    );
    // One act, and nothing secret in it.
    let history = change::list(server, &home.owner, home.account, &Listing::default()).await.unwrap();
    assert_eq!(history.items[0].verb, "app.create");
    assert_eq!(history.items[0].id, told.done.change.unwrap());
    let text = serde_json::to_string(&history.items).unwrap();
    assert!(
        !text.contains(password.reveal()) && !text.contains(hash) && !history.items[0].undoable,
        "{text}"
    );
    // A second one has a database of another name.
    let other = site_of(&bench, &home, "blog.example").await;
    let second = put(&bench, &home, other, wordpress()).await.done.item;
    assert_eq!(second.database.unwrap().name, "alpha_wordpress2");
    // DokuWiki needs neither.
    let third = site_of(&bench, &home, "wiki.example").await;
    let wiki = NewApp { application: "dokuwiki".into(), ..wordpress() };
    let wiki = put(&bench, &home, third, wiki).await.done.item;
    assert_eq!((wiki.database, wiki.cron_job, wiki.release.as_str()), (None, None, "2024-02-06b"));
}

pub async fn spip_gets_a_hash_it_understands_and_its_own_tasks(bench: Bench) {
    let (server, home) = (&bench.server, bench.household("alpha").await);
    let site = site_of(&bench, &home, "alpha.example").await;
    let new = NewApp { application: "spip".into(), ..wordpress() };
    let told = put(&bench, &home, site, new).await;
    let (made, password) = (told.done.item, told.password.unwrap());
    assert_eq!((made.release.as_str(), made.database.unwrap().name.as_str()), ("4.4.30", "alpha_spip"));
    let job = cron_job::show(server, &home.owner, made.cron_job.unwrap()).await.unwrap();
    assert_eq!(job.words(), "php sites/alpha.example/public/config/cron.php");
    let [Some(body)] = &bodies(&bench, "app").await[..] else { panic!("one resource") };
    let hash = body["password"].as_str().unwrap();
    let parts: Vec<&str> = hash.split('$').collect();
    let [kind, salt, hash] = parts[..] else { panic!("{hash}") };
    let expected = Sha256::digest(format!("{salt}{}", password.reveal()));
    let expected: String = expected.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!((kind, hash), ("sha256", expected.as_str()));
}

pub async fn what_cannot_be_is_refused_at_its_field(bench: Bench) {
    let (server, home) = (&bench.server, bench.household("alpha").await);
    let site = site_of(&bench, &home, "alpha.example").await;
    let ask = async |new: NewApp| {
        let refused = app::create(server, &home.owner, site, new, Lang::Fr).await.unwrap_err();
        (refused.code, refused.field)
    };
    let mistaken = [
        (NewApp { application: "joomla".into(), ..wordpress() }, "application_unknown", "application"),
        (NewApp { title: " ".into(), ..wordpress() }, "app_title", "title"),
        (NewApp { title: "a\nb".into(), ..wordpress() }, "app_title", "title"),
        (NewApp { login: "Ana B".into(), ..wordpress() }, "app_login", "login"),
        (NewApp { login: "ana:x".into(), ..wordpress() }, "app_login", "login"),
        (NewApp { email: "ana".into(), ..wordpress() }, "email_malformed", "email"),
        (NewApp { language: Some("klingon".into()), ..wordpress() }, "choice_absent", "language"),
    ];
    for (new, code, field) in mistaken {
        assert_eq!(ask(new.clone()).await, (code, Some(field)), "{new:?}");
    }
    assert_eq!(bench.count("SELECT COUNT(*) FROM databases").await, 0);
    put(&bench, &home, site, wordpress()).await;
    assert_eq!(ask(wordpress()).await, ("site_has_app", Some("application")));
    assert_eq!(bench.count("SELECT COUNT(*) FROM databases").await, 1, "nothing of it was made");
    let other = site_of(&bench, &home, "blog.example").await;
    let facts = async |facts: &str| {
        let mut tx = server.store.write().await.unwrap();
        sql("UPDATE hosts SET facts = $1").bind(facts).run(tx.on()).await.unwrap();
        tx.commit().await.unwrap();
        let refused = app::create(server, &home.owner, other, wordpress(), Lang::Fr).await.unwrap_err();
        (refused.code, refused.text.en.into_owned())
    };
    let (code, text) = facts(r#"{"debian":"13.1","kernel":"6.12","php":["8.4"],"mariadb":"11.8"}"#).await;
    assert!(
        code == "application_absent" && text.contains("install php wordpress wordpress-l10n there"),
        "{text}"
    );
    // WordPress is there, and nothing to keep its data in.
    let (_, text) = facts(
        r#"{"debian":"13.1","kernel":"6.12","php":["8.4"],"kinds":["database","cron_job","app"],"apps":[{"application":"wordpress","version":"6.8.3"}]}"#,
    )
    .await;
    assert!(text.contains("mariadb-server"), "{text}");
    let offers = app::offers(server, &home.owner, other).await.unwrap();
    assert!(offers.iter().all(|offer| offer.release.is_none()), "{offers:?}");
    account::suspend(server, &bench.admin, home.account, None, unpaid("x")).await.unwrap();
    let refused = app::create(server, &home.owner, other, wordpress(), Lang::Fr).await.unwrap_err();
    assert_eq!(refused.code, "account_suspended");
}

pub async fn letting_go_keeps_what_is_the_account_s_own(bench: Bench) {
    let (server, home) = (&bench.server, bench.household("alpha").await);
    let site = site_of(&bench, &home, "alpha.example").await;
    let made = put(&bench, &home, site, wordpress()).await.done.item;
    let stale = app::remove(server, &home.owner, made.id, Some(9)).await.unwrap_err();
    assert_eq!(stale.kind, ProblemKind::Stale);
    let gone = app::remove(server, &home.owner, made.id, Some(1)).await.unwrap();
    assert_eq!(bodies(&bench, "app").await, [None]);
    let [Some(base)] = &bodies(&bench, "database").await[..] else { panic!("one database") };
    assert_eq!(base["state"], "serving");
    assert!(bodies(&bench, "cron_job").await[0].is_some());
    let refused = change::undo(server, &home.owner, gone.change.unwrap()).await.unwrap_err();
    assert_eq!(refused.code, "not_undoable");
    assert_eq!(app::of_site(server, &home.owner, site).await.unwrap(), None);
    // With its site it goes from the list, and its data stays likewise.
    let wiki = NewApp { application: "dokuwiki".into(), ..wordpress() };
    put(&bench, &home, site, wiki).await;
    site::delete(server, &home.owner, site, None).await.unwrap();
    assert_eq!(bench.count("SELECT COUNT(*) FROM apps").await, 0);
    assert!(bodies(&bench, "app").await.iter().all(Option::is_none));
    // With its account all of it ends.
    let other = site_of(&bench, &home, "blog.example").await;
    put(&bench, &home, other, wordpress()).await;
    account::delete(server, &bench.admin, home.account, None).await.unwrap();
    bench.world.pass(server.config.keep_deleted_ms());
    assert_eq!(account::purge(server).await.unwrap(), 1);
    assert!(bodies(&bench, "app").await.iter().all(Option::is_none));
    assert_eq!(bench.count("SELECT COUNT(*) FROM apps").await, 0);
}

pub async fn each_sees_their_own_applications(bench: Bench) {
    let server = &bench.server;
    let (home, other) = (bench.household("alpha").await, bench.household("beta").await);
    let site = site_of(&bench, &home, "alpha.example").await;
    // Sent twice with one key, there is one, and no second password.
    let client = Client::of(&bench, home.owner.user).await;
    let path = format!("/sites/{site}/apps");
    let new =
        json!({ "application": "wordpress", "title": "Miel", "login": "ana", "email": "ana@alpha.example" });
    let ask = || {
        let mut request = client.request("POST", &path, Some(&new));
        request.headers_mut().insert("idempotency-key", "k1".parse().unwrap());
        client.send(request)
    };
    let (first, again) = (ask().await, ask().await);
    assert_eq!((first.status, again.status), (StatusCode::CREATED, StatusCode::CREATED), "{:?}", first.body);
    assert!(first.body["password"].is_string() && again.body["password"].is_null(), "{:?}", again.body);
    assert_eq!(first.body["id"], again.body["id"]);
    let id = first.body["id"].as_str().unwrap().parse().unwrap();
    for problem in [
        app::show(server, &other.owner, id).await.map(drop).unwrap_err(),
        app::remove(server, &other.owner, id, None).await.map(drop).unwrap_err(),
        app::offers(server, &other.owner, site).await.map(drop).unwrap_err(),
        app::create(server, &other.owner, site, wordpress(), Lang::Fr).await.map(drop).unwrap_err(),
        app::list(server, &other.owner, home.account, &Listing::default()).await.map(drop).unwrap_err(),
    ] {
        assert_eq!(problem.code, "not_found");
    }
    assert_eq!(app::of_site(server, &other.owner, site).await.unwrap(), None);
    let page = app::list(server, &home.owner, home.account, &Listing::default()).await.unwrap();
    assert_eq!(page.items.len(), 1);
    // The host's package is newer by now: told where it is shown.
    let mut tx = server.store.write().await.unwrap();
    sql("UPDATE hosts SET facts = $1")
        .bind(r#"{"debian":"13.1","kernel":"6.12","php":["8.4"],"mariadb":"11.8","apps":[{"application":"wordpress","version":"6.9"}]}"#)
        .run(tx.on())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let shown = app::show(server, &home.owner, id).await.unwrap();
    assert_eq!((shown.release.as_str(), shown.newer.unwrap().as_str()), ("6.8.3", "6.9"));
}
