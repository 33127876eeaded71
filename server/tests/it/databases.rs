//! Databases and their users.

use crate::{
    api::Client,
    bench::{Bench, Household, as_user, unpaid},
};
use axum::http::StatusCode;
use model::{ProblemKind, Secret};
use serde_json::{Value, json};
use server::{
    account,
    actor::Staff,
    change,
    database::{self, DatabaseView, NewDatabase, NewDatabaseUser, Told},
    paging::Listing,
    search,
    store::sql,
};

async fn make(bench: &Bench, home: &Household, name: &str) -> (DatabaseView, Secret) {
    let new = NewDatabase { name: name.into(), user: None };
    let Told { done, password } =
        database::create(&bench.server, &home.owner, home.account, new).await.unwrap();
    (done.item, password.unwrap())
}

/// What the host was last told of a database.
async fn body(bench: &Bench, database: &DatabaseView) -> Value {
    let key = database.id.to_string();
    bench.resources().await.into_iter().find(|(_, known, ..)| *known == key).unwrap().3.unwrap()
}

pub async fn a_database_comes_with_a_user_whose_password_is_told_once(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let (made, password) = make(&bench, &home, "wiki").await;
    assert_eq!((made.name.as_str(), made.users[0].name.as_str()), ("alpha_wiki", "alpha_wiki"));
    let told = body(&bench, &made).await;
    assert_eq!((&told["state"], &told["connections"]), (&json!("serving"), &json!(12)));
    assert_eq!(told["users"][0]["rights"], "all");
    // What MariaDB needs of the password is all there is of it.
    let hash = told["users"][0]["password"].as_str().unwrap().to_owned();
    assert!(hash.starts_with('*') && hash.len() == 41 && password.reveal().len() == 32);
    let rotated =
        database::set_password(server, &home.owner, (made.id, made.users[0].id), None).await.unwrap();
    let fresh = rotated.password.unwrap();
    assert!(fresh != password && body(&bench, &made).await["users"][0]["password"] != hash.as_str());
    let history = change::list(server, &home.owner, home.account, &Listing::default()).await.unwrap();
    let text = serde_json::to_string(&history.items).unwrap();
    for secret in [password.reveal(), fresh.reveal(), &hash] {
        assert!(!text.contains(secret), "{text}");
    }
    assert_eq!(history.items[0].verb, "database_user.password");
    // Sent twice with one key, there is one, and no second password.
    let client = Client::of(&bench, home.owner.user).await;
    let path = format!("/accounts/{}/databases", home.account);
    let ask = || {
        let mut request = client.request("POST", &path, Some(&json!({ "name": "blog", "user": "writer" })));
        request.headers_mut().insert("idempotency-key", "k1".parse().unwrap());
        client.send(request)
    };
    let (first, again) = (ask().await, ask().await);
    assert_eq!((first.status, again.status), (StatusCode::CREATED, StatusCode::CREATED), "{:?}", first.body);
    assert_eq!(first.body["users"][0]["name"], "alpha_writer");
    assert!(first.body["password"].is_string() && again.body["password"].is_null(), "{:?}", again.body);
    assert_eq!(first.body["id"], again.body["id"]);
}

pub async fn names_limits_and_hosts_are_refused_with_the_reason(bench: Bench) {
    let server = &bench.server;
    let (home, other) = (bench.household("alpha").await, bench.household("beta").await);
    let ask = async |name: &str, user: Option<&str>| {
        let new = NewDatabase { name: name.into(), user: user.map(str::to_owned) };
        let refused = database::create(server, &home.owner, home.account, new).await.unwrap_err();
        (refused.code, refused.field)
    };
    for (name, code) in [
        ("", "database_length"),
        ("Wiki", "database_characters"),
        ("wi`ki", "database_characters"),
        ("wiki'; DROP", "database_characters"),
        ("wi\0ki", "database_characters"),
        (&"w".repeat(33), "database_length"),
    ] {
        assert_eq!(ask(name, None).await, (code, Some("name")), "{name:?}");
    }
    assert_eq!(ask("wiki", Some("é")).await, ("database_characters", Some("user")));
    // Another account's name before it makes it no other account's.
    let (mine, _) = make(&bench, &home, "beta").await;
    assert_eq!(mine.name.as_str(), "alpha_beta");
    assert_eq!(ask("beta", None).await, ("database_name_taken", Some("name")));
    assert_eq!(ask("wiki", Some("beta")).await, ("database_name_taken", Some("user")));
    make(&bench, &home, "two").await;
    make(&bench, &home, "three").await;
    assert_eq!(ask("four", None).await, ("databases_limit", Some("name")));
    // A deleted one counts no more, and comes back only where there is room.
    database::delete(server, &home.owner, mine.id, None).await.unwrap();
    make(&bench, &home, "four").await;
    let refused = database::restore(server, &home.owner, mine.id, None).await.unwrap_err();
    assert_eq!(refused.code, "databases_limit");
    let mut tx = bench.server.store.write().await.unwrap();
    sql("UPDATE hosts SET facts = NULL WHERE id = $1").bind(bench.host).run(tx.on()).await.unwrap();
    tx.commit().await.unwrap();
    let new = NewDatabase { name: "wiki".into(), user: None };
    let refused = database::create(server, &other.owner, other.account, new).await.unwrap_err();
    assert_eq!((refused.code, refused.kind), ("no_engine", ProblemKind::Conflict));
}

pub async fn users_have_rights_and_each_its_own_password(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let me = &home.owner;
    let (made, _) = make(&bench, &home, "wiki").await;
    let new = |name: &str, rights: &str| NewDatabaseUser { name: name.into(), rights: rights.into() };
    let told = database::add_user(server, me, made.id, Some(1), new("reader", "read")).await.unwrap();
    let reader = told.done.item.users.iter().find(|user| user.name.as_str() == "alpha_reader").unwrap().id;
    let stale = database::add_user(server, me, made.id, Some(1), new("x", "read")).await.unwrap_err();
    assert_eq!(stale.kind, ProblemKind::Stale);
    let wrong = database::add_user(server, me, made.id, None, new("x", "root")).await.unwrap_err();
    assert_eq!((wrong.code, wrong.field), ("rights_unknown", Some("rights")));
    let twice = database::add_user(server, me, made.id, None, new("reader", "all")).await.unwrap_err();
    assert_eq!((twice.code, twice.field), ("database_name_taken", Some("name")));
    let rights = async || {
        let users = body(&bench, &made).await["users"].as_array().unwrap().clone();
        let read =
            |user: &Value| format!("{} {}", user["name"].as_str().unwrap(), user["rights"].as_str().unwrap());
        users.iter().map(read).collect::<Vec<_>>()
    };
    assert_eq!(rights().await, ["alpha_reader read", "alpha_wiki all"]);
    let set = database::set_rights(server, me, (made.id, reader), None, "write").await.unwrap();
    assert_eq!(rights().await, ["alpha_reader write", "alpha_wiki all"]);
    change::undo(server, me, set.change.unwrap()).await.unwrap();
    assert_eq!(rights().await, ["alpha_reader read", "alpha_wiki all"]);
    let same = database::set_rights(server, me, (made.id, reader), None, "read").await.unwrap();
    assert_eq!(same.change, None);
    // With its database deleted there is no putting rights back, and none is offered.
    let set = database::set_rights(server, me, (made.id, reader), None, "write").await.unwrap();
    let offered = async || {
        let listed = change::list(server, me, home.account, &Listing::default()).await.unwrap().items;
        listed.into_iter().find(|change| Some(change.id) == set.change).unwrap().undoable
    };
    assert!(offered().await);
    let gone = database::delete(server, me, made.id, None).await.unwrap();
    assert!(!offered().await);
    change::undo(server, me, gone.change.unwrap()).await.unwrap();
    assert!(offered().await);
    database::delete_user(server, me, (made.id, reader), None).await.unwrap();
    assert_eq!(rights().await, ["alpha_wiki all"]);
    for n in 0..9 {
        database::add_user(server, me, made.id, None, new(&format!("u{n}"), "read")).await.unwrap();
    }
    let most = database::add_user(server, me, made.id, None, new("u9", "read")).await.unwrap_err();
    assert_eq!(most.code, "database_users");
}

pub async fn users_of_an_account_share_its_connections(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let me = &home.owner;
    let (wiki, _) = make(&bench, &home, "wiki").await;
    let (blog, _) = make(&bench, &home, "blog").await;
    let each = async || {
        let (one, other) = (body(&bench, &wiki).await, body(&bench, &blog).await);
        assert_eq!(one["connections"], other["connections"]);
        one["connections"].as_u64().unwrap()
    };
    // Four processes of PHP, and eight beside; four times that for all.
    assert_eq!(each().await, 12);
    let add = async |database: &DatabaseView, n: u32| {
        let new = NewDatabaseUser { name: format!("u{n}"), rights: "read".into() };
        database::add_user(server, me, database.id, None, new).await
    };
    add(&wiki, 2).await.unwrap();
    add(&wiki, 3).await.unwrap();
    assert_eq!(each().await, 12);
    let fifth = add(&blog, 4).await.unwrap();
    assert_eq!(each().await, 6);
    // A deleted one's users hold none.
    let gone = database::delete(server, me, wiki.id, None).await.unwrap();
    assert_eq!(each().await, 12);
    change::undo(server, me, gone.change.unwrap()).await.unwrap();
    assert_eq!(each().await, 6);
    let fifth = fifth.done.item.users.iter().find(|user| user.name.as_str() == "alpha_u4").unwrap().id;
    database::delete_user(server, me, (blog.id, fifth), None).await.unwrap();
    assert_eq!(each().await, 12);
}

pub async fn a_deleted_database_keeps_its_data_until_it_is_erased(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let me = &home.owner;
    let (made, _) = make(&bench, &home, "wiki").await;
    let hash = body(&bench, &made).await["users"][0]["password"].clone();
    let deleted = database::delete(server, me, made.id, None).await.unwrap();
    assert!(deleted.item.erase_at > deleted.item.deleted_at);
    assert_eq!(body(&bench, &made).await["state"], "suspended");
    let refused = database::set_password(server, me, (made.id, made.users[0].id), None).await.unwrap_err();
    assert_eq!(refused.code, "database_deleted");
    // Undone, it is as it was, its password too; and so it goes once more.
    change::undo(server, me, deleted.change.unwrap()).await.unwrap();
    let back = body(&bench, &made).await;
    assert_eq!((&back["state"], &back["users"][0]["password"]), (&json!("serving"), &hash));
    let again = database::delete(server, me, made.id, None).await.unwrap();
    assert_eq!(database::purge(server).await.unwrap(), 0);
    bench.world.pass(server.config.keep_deleted_ms());
    assert_eq!(database::purge(server).await.unwrap(), 1);
    assert_eq!(body(&bench, &made).await["state"], "erased");
    assert_eq!(bench.count("SELECT COUNT(*) FROM database_users").await, 0);
    let late = change::undo(server, me, again.change.unwrap()).await.unwrap_err();
    assert!(matches!(late.code, "not_found" | "changed_since"), "{late}");
    // Its name is free.
    make(&bench, &home, "wiki").await;
}

pub async fn making_and_deleting_by_turns_fills_no_host(bench: Bench) {
    let (server, home) = (&bench.server, bench.household("alpha").await);
    for name in ["a", "b", "c"] {
        let (made, _) = make(&bench, &home, name).await;
        database::delete(server, &home.owner, made.id, None).await.unwrap();
    }
    let one_more = || NewDatabase { name: "d".into(), user: None };
    let refused =
        database::create(server, &home.owner, home.account, one_more()).await.map(drop).unwrap_err();
    assert_eq!((refused.code, refused.field), ("databases_deleted_limit", Some("name")));
    bench.world.pass(server.config.keep_deleted_ms());
    assert_eq!(database::purge(server).await.unwrap(), 3);
    make(&bench, &home, "d").await;
}

pub async fn databases_follow_their_account(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    let home = bench.household("alpha").await;
    let (made, _) = make(&bench, &home, "wiki").await;
    let (gone, _) = make(&bench, &home, "gone").await;
    database::delete(server, &home.owner, gone.id, None).await.unwrap();
    let states = async || {
        let (one, other) = (body(&bench, &made).await, body(&bench, &gone).await);
        (one["state"].as_str().unwrap().to_owned(), other["state"].as_str().unwrap().to_owned())
    };
    let pair = |one: &str, other: &str| (one.to_owned(), other.to_owned());
    account::suspend(server, admin, home.account, None, unpaid("Impayé")).await.unwrap();
    assert_eq!(states().await, pair("suspended", "suspended"));
    account::resume(server, admin, home.account, None).await.unwrap();
    assert_eq!(states().await, pair("serving", "suspended"));
    account::delete(server, admin, home.account, None).await.unwrap();
    assert_eq!(states().await, pair("suspended", "suspended"));
    let refused = database::delete(server, admin, made.id, None).await.unwrap_err();
    assert_eq!(refused.code, "account_deleted");
    bench.world.pass(server.config.keep_deleted_ms());
    // With its account, and at once.
    assert_eq!(database::purge(server).await.unwrap(), 0);
    account::purge(server).await.unwrap();
    assert_eq!(states().await, pair("erased", "erased"));
    assert_eq!(bench.count("SELECT COUNT(*) FROM databases").await, 0);
}

pub async fn each_sees_their_own_and_finds_it(bench: Bench) {
    let server = &bench.server;
    let (home, other) = (bench.household("alpha").await, bench.household("beta").await);
    let (made, _) = make(&bench, &home, "wiki").await;
    for n in ["a", "b"] {
        make(&bench, &home, n).await;
    }
    let find = |q: &str| Listing { q: Some(q.into()), ..Listing::default() };
    let names = |page: server::paging::Page<DatabaseView>| {
        page.items.into_iter().map(|database| database.name.to_string()).collect::<Vec<_>>()
    };
    let list = async |listing: &Listing| database::list(server, &home.owner, home.account, listing).await;
    assert_eq!(names(list(&find("WIK")).await.unwrap()), ["alpha_wiki"]);
    // `_` stands for itself.
    assert!(names(list(&find("a_a_")).await.unwrap()).is_empty());
    let mut listing = Listing { limit: Some(2), ..Listing::default() };
    let first = list(&listing).await.unwrap();
    assert_eq!(first.items[0].users[0].name.as_str(), "alpha_a");
    listing.cursor = first.next.clone();
    assert_eq!(names(first), ["alpha_a", "alpha_b"]);
    assert_eq!(names(list(&listing).await.unwrap()), ["alpha_wiki"]);
    let stranger = database::show(server, &other.owner, made.id).await.unwrap_err();
    assert_eq!(stranger.code, "not_found");
    assert_eq!(
        database::list(server, &other.owner, home.account, &listing).await.unwrap_err().code,
        "not_found"
    );
    let found = async |actor| {
        let groups = search::groups(server, actor, "wiki", 5).await.unwrap();
        groups.into_iter().filter(|group| group.kind == search::Kind::Database).count()
    };
    assert_eq!((found(&home.owner).await, found(&other.owner).await, found(&bench.admin).await), (1, 0, 1));
    database::delete(server, &home.owner, made.id, None).await.unwrap();
    assert_eq!(found(&home.owner).await, 0);
    // No agent answers here: the list of sizes is empty, and nothing waits.
    assert!(database::sizes(server, &home.owner, home.account).await.unwrap().is_empty());
    let nobody = as_user(bench.server.world.id(), "x@y.example", Staff::NONE);
    assert_eq!(database::sizes(server, &nobody, home.account).await.unwrap_err().code, "not_found");
}
