//! Accounts: made, placed, listed, and their life.

use crate::{
    api::Client,
    bench::{Bench, host},
};
use model::ProblemKind;
use server::{
    account::{self, NewAccount, Standing},
    change,
    paging::{Listing, Order, Page},
    plan::{self, PlanInput},
    site,
    store::sql,
    user,
};
use std::future::Future;

pub async fn provisioning_writes_everything_at_once(bench: Bench) {
    let home = bench.household("alpha").await;
    let account = account::show(&bench.server, &home.owner, home.account).await.unwrap();
    assert_eq!((account.uid.get(), account.state, account.sites), (200_001, Standing::Active, 0));
    let resources = bench.resources().await;
    assert_eq!(resources.len(), 1);
    let (kind, key, generation, body) = &resources[0];
    assert_eq!((kind.as_str(), key.as_str(), *generation), ("account", account.id.to_string().as_str(), 1));
    let body = body.as_ref().unwrap();
    assert_eq!(
        (body["name"].as_str(), body["state"].as_str(), body["php_workers"].as_u64()),
        (Some("alpha"), Some("active"), Some(4))
    );
    let page = change::list(&bench.server, &home.owner, home.account, &Listing::default()).await.unwrap();
    assert_eq!(page.items.len(), 1);
    let made = &page.items[0];
    assert_eq!((made.verb.as_str(), made.who.as_str()), ("account.create", "admin@coop.example"));
    assert_eq!((made.state, made.states.len()), (model::ChangeState::Wanted, 1));
    assert_eq!(made.after.as_ref().unwrap()["plan"], "Ruche");
}

pub async fn names_uids_and_hosts_are_given_once(bench: Bench) {
    let home = bench.household("alpha").await;
    let new = |name: &str| NewAccount {
        member: home.member.to_string(),
        plan: bench.plan.to_string(),
        name: name.into(),
        ..NewAccount::default()
    };
    let create = |new| account::create(&bench.server, &bench.admin, new);
    let problem = create(new("alpha")).await.unwrap_err();
    assert_eq!((problem.code, problem.field), ("account_name_taken", Some("name")));
    assert_eq!(create(new("root")).await.unwrap_err().code, "unix_name_reserved");
    let mut lost = new("beta");
    lost.plan = home.member.to_string();
    assert_eq!(create(lost).await.unwrap_err().field, Some("plan"));
    let mut lost = new("beta");
    lost.host = Some("nowhere".into());
    assert_eq!(create(lost).await.unwrap_err().field, Some("host"));
    // What was refused took no uid.
    assert_eq!(create(new("beta")).await.unwrap().item.uid.get(), 200_002);
    assert_eq!(bench.count("SELECT COUNT(*) FROM accounts").await, 2);
    assert_eq!(bench.count("SELECT COUNT(*) FROM changes WHERE verb = 'account.create'").await, 2);
}

pub async fn the_least_loaded_host_is_chosen(bench: Bench) {
    bench.household("alpha").await;
    let web2 = host(&bench.server, "web2").await;
    let home = bench.household("beta").await;
    let placed = account::show(&bench.server, &bench.admin, home.account).await.unwrap();
    assert_eq!(placed.host.id, web2);
    let mut tx = bench.server.store.write().await.unwrap();
    sql("UPDATE hosts SET state = 'draining'").run(tx.on()).await.unwrap();
    tx.commit().await.unwrap();
    let new = |host| NewAccount {
        member: home.member.to_string(),
        plan: bench.plan.to_string(),
        name: "gamma".into(),
        host,
        owner: None,
        mail: None,
    };
    for chosen in [None, Some(web2.to_string())] {
        let problem = account::create(&bench.server, &bench.admin, new(chosen)).await.unwrap_err();
        assert_eq!(problem.code, "no_host");
    }
}

pub async fn a_frozen_host_takes_no_account(bench: Bench) {
    let home = bench.household("alpha").await;
    let web2 = host(&bench.server, "web2").await;
    let new = |name: &str, host: Option<String>| NewAccount {
        member: home.member.to_string(),
        plan: bench.plan.to_string(),
        name: name.into(),
        host,
        owner: None,
        mail: None,
    };
    let set = async |query| {
        let mut tx = bench.server.store.write().await.unwrap();
        sql(query).run(tx.on()).await.unwrap();
        tx.commit().await.unwrap();
    };
    // Emptier, but away; then the other one frozen.
    set("UPDATE hosts SET connected_at = NULL WHERE name = 'web2'").await;
    let create = |new| account::create(&bench.server, &bench.admin, new);
    assert_eq!(create(new("beta", None)).await.unwrap().item.host.id, bench.host);
    set("UPDATE hosts SET frozen_at = 1 WHERE name = 'web1'").await;
    assert_eq!(create(new("gamma", None)).await.unwrap().item.host.id, web2);
    let problem = create(new("delta", Some(bench.host.to_string()))).await.unwrap_err();
    assert_eq!((problem.code, problem.field), ("host_frozen", Some("host")));
    set("UPDATE hosts SET frozen_at = 1").await;
    assert_eq!(create(new("delta", None)).await.unwrap_err().code, "no_host");
}

pub async fn life_from_active_to_erased(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    let home = bench.household("alpha").await;
    let site = site::create(server, &home.owner, home.account, "asso.example").await.unwrap().item;
    let suspended = account::suspend(server, admin, home.account, Some(1), crate::bench::unpaid(" Impayé "))
        .await
        .unwrap()
        .item;
    assert_eq!((suspended.state, suspended.reason.as_deref()), (Standing::Suspended, Some("Impayé")));
    let states = |resources: Vec<(String, String, i64, Option<serde_json::Value>)>| {
        let of =
            |body: Option<serde_json::Value>| body.map(|body| body["state"].as_str().unwrap().to_owned());
        resources.into_iter().map(|(kind, _, _, body)| (kind, of(body))).collect::<Vec<_>>()
    };
    let is = |kind: &str, state: Option<&str>| (kind.to_owned(), state.map(str::to_owned));
    assert_eq!(
        states(bench.resources().await),
        [is("account", Some("suspended")), is("site", Some("suspended"))]
    );
    // Deleted while suspended: everything is kept, the site is off.
    let deleted = account::delete(server, admin, home.account, None).await.unwrap().item;
    let kept = server.config.keep_deleted_ms();
    assert_eq!(kept, 30 * 24 * 3_600_000);
    assert_eq!(deleted.erase_at, deleted.deleted_at.map(|at| at + kept));
    assert_eq!(states(bench.resources().await), [is("account", Some("suspended")), is("site", None)]);
    let problem = site::create(server, &home.owner, home.account, "autre.example").await.unwrap_err();
    assert_eq!(problem.code, "account_deleted");
    // Its names stay its own.
    let other = bench.household("beta").await;
    let problem = site::create(server, &other.owner, other.account, "asso.example").await.unwrap_err();
    assert_eq!(problem.code, "name_taken");
    let back = account::restore(server, admin, home.account, None).await.unwrap().item;
    assert_eq!((back.state, back.reason.as_deref()), (Standing::Suspended, Some("Impayé")));
    let active = account::resume(server, admin, home.account, None).await.unwrap().item;
    assert_eq!((active.state, active.reason), (Standing::Active, None));
    assert_eq!(site::show(server, &home.owner, site.id).await.unwrap().names.len(), 1);

    account::delete(server, admin, home.account, None).await.unwrap();
    bench.world.pass(kept - 3_600_000);
    assert_eq!(account::purge(server).await.unwrap(), 0);
    bench.world.pass(3_600_000);
    assert_eq!(account::purge(server).await.unwrap(), 1);
    assert_eq!(account::purge(server).await.unwrap(), 0);
    let of_alpha: Vec<_> = bench
        .resources()
        .await
        .into_iter()
        .filter(|(_, key, _, _)| *key == home.account.to_string() || *key == site.id.to_string())
        .collect();
    let mut of_alpha = states(of_alpha);
    of_alpha.sort();
    assert_eq!(of_alpha, [is("account", Some("erased")), is("site", None)]);
    assert_eq!(account::show(server, admin, home.account).await.unwrap_err().kind, ProblemKind::NotFound);
    // The names are free, the account's own name and uid are not.
    site::create(server, &other.owner, other.account, "asso.example").await.unwrap();
    let new = NewAccount {
        member: other.member.to_string(),
        plan: bench.plan.to_string(),
        name: "alpha".into(),
        ..NewAccount::default()
    };
    assert_eq!(account::create(server, admin, new).await.unwrap_err().code, "account_name_taken");
}

pub async fn strangers_see_nothing_and_owners_cannot_act_as_admins(bench: Bench) {
    let server = &bench.server;
    let (home, other) = (bench.household("alpha").await, bench.household("beta").await);
    let absent = account::show(server, &home.owner, server.world.id()).await.unwrap_err();
    assert_eq!(account::show(server, &other.owner, home.account).await.unwrap_err(), absent);
    for problem in [
        account::suspend(server, &other.owner, home.account, None, crate::bench::unpaid("Impayé"))
            .await
            .unwrap_err(),
        site::create(server, &other.owner, home.account, "asso.example").await.unwrap_err(),
        site::create(server, &other.owner, home.account, "not a name").await.unwrap_err(),
        change::list(server, &other.owner, home.account, &Listing::default()).await.unwrap_err(),
        site::list(server, &other.owner, home.account, &Listing::default()).await.unwrap_err(),
    ] {
        assert_eq!(problem, absent);
    }
    for problem in [
        account::suspend(server, &home.owner, home.account, None, crate::bench::unpaid("Impayé"))
            .await
            .unwrap_err(),
        account::delete(server, &home.owner, home.account, None).await.unwrap_err(),
        account::set_plan(server, &home.owner, home.account, None, bench.plan, false).await.unwrap_err(),
    ] {
        assert_eq!(problem.code, "staff_only");
    }
    let mine = account::list(server, &home.owner, &Listing::default(), None).await.unwrap();
    assert_eq!(mine.items.iter().map(|a| a.id).collect::<Vec<_>>(), [home.account]);
    let all = account::list(server, &bench.admin, &Listing::default(), None).await.unwrap();
    assert_eq!(all.items.len(), 2);
}

pub async fn a_plan_that_changes_reaches_its_accounts(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    bench.household("alpha").await;
    bench.household("beta").await;
    let mut input = PlanInput {
        above: false,
        name: "Ruche".into(),
        sites_max: 9,
        names_max: 4,
        databases_max: Some(3),
        php_workers: 8,
        disk_mb: 1024,
        memory_mb: 256,
        ..Default::default()
    };
    let done = plan::update(server, admin, bench.plan, Some(1), input.clone()).await.unwrap();
    assert_eq!((done.item.sites_max, done.item.version), (9, 2));
    for (_, _, _, body) in bench.resources().await {
        assert_eq!(body.unwrap()["php_workers"], 8);
    }
    assert_eq!(plan::update(server, admin, bench.plan, None, input.clone()).await.unwrap().change, None);
    assert_eq!(
        plan::update(server, admin, bench.plan, Some(1), input.clone()).await.unwrap_err().kind,
        ProblemKind::Stale
    );
    input.php_workers = 65;
    let problem = plan::create(server, admin, input.clone()).await.unwrap_err();
    assert_eq!((problem.code, problem.field), ("out_of_range", Some("php_workers")));
    input.php_workers = 1;
    assert_eq!(plan::create(server, admin, input).await.unwrap_err().code, "plan_name_taken");
    assert_eq!(plan::delete(server, admin, bench.plan, None).await.unwrap_err().code, "plan_in_use");
}

pub async fn lists_search_and_page(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    for name in ["alpha", "beta", "gamma"] {
        let home = bench.household(name).await;
        site::create(server, &home.owner, home.account, &format!("www.{name}.example")).await.unwrap();
    }
    let find = |q: &str| Listing { q: Some(q.into()), ..Listing::default() };
    let names = |page: server::paging::Page<account::AccountView>| {
        page.items.into_iter().map(|account| account.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names(account::list(server, admin, &find("BETA"), None).await.unwrap()), ["beta"]);
    assert_eq!(names(account::list(server, admin, &find("association g"), None).await.unwrap()), ["gamma"]);
    assert_eq!(names(account::list(server, admin, &find("alpha.ex"), None).await.unwrap()), ["alpha"]);
    assert!(names(account::list(server, admin, &find("%"), None).await.unwrap()).is_empty());
    let mut listing = Listing { limit: Some(2), ..Listing::default() };
    let first = account::list(server, admin, &listing, None).await.unwrap();
    listing.cursor = first.next.clone();
    assert_eq!(names(first), ["alpha", "beta"]);
    let rest = account::list(server, admin, &listing, None).await.unwrap();
    assert_eq!((rest.next.clone(), names(rest)), (None, vec!["gamma".to_owned()]));
    let deleted = account::list(server, admin, &Listing::default(), Some(Standing::Deleted)).await.unwrap();
    assert!(deleted.items.is_empty());
    let members =
        server::member::list(server, admin, &find("ASSOCIATION B"), &Default::default()).await.unwrap();
    assert_eq!(members.items[0].accounts, 1);
    let mut listing = Listing { limit: Some(1), ..Listing::default() };
    let mut seen = vec![];
    loop {
        let page = server::member::list(server, admin, &listing, &Default::default()).await.unwrap();
        seen.extend(page.items.into_iter().map(|member| member.name));
        listing.cursor = page.next;
        if listing.cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["Association alpha", "Association beta", "Association gamma"]);
}

/// What walking through all pages of a list brings, two at a time; a new one comes in while somebody reads.
async fn walked<T, F: Future<Output = Page<T>>>(
    ask: impl Fn(Listing) -> F,
    name: impl Fn(&T) -> String,
) -> Vec<String> {
    let (mut listing, mut seen) = (Listing { limit: Some(2), ..Listing::default() }, Vec::new());
    loop {
        let page = ask(listing.clone()).await;
        seen.extend(page.items.iter().map(&name));
        listing.cursor = page.next;
        if listing.cursor.is_none() {
            return seen;
        }
    }
}

pub async fn lists_come_in_the_order_asked(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    let owner = bench.household("beta").await.owner;
    for name in ["gamma", "alpha", "epsilon", "delta"] {
        bench.household(name).await;
    }
    let by_name = ["alpha", "beta", "delta", "epsilon", "gamma"];
    let by_age = ["beta", "gamma", "alpha", "epsilon", "delta"];
    for (order, wanted) in [
        (Order::Name, by_name.to_vec()),
        (Order::NameDown, by_name.into_iter().rev().collect()),
        (Order::Created, by_age.to_vec()),
        (Order::CreatedDown, by_age.into_iter().rev().collect()),
    ] {
        let accounts = walked(
            async |listing| account::list_for(server, admin, &listing, None, None, order).await.unwrap(),
            |account| account.name.to_string(),
        );
        assert_eq!(accounts.await, wanted, "{order:?}");
        let users = walked(
            async |listing| user::list_in(server, admin, &listing, order).await.unwrap(),
            |user| user.email.split('@').next().unwrap_or_default().to_owned(),
        );
        let users: Vec<_> = users.await.into_iter().filter(|user| user != "admin").collect();
        assert_eq!(users, wanted, "{order:?}");
        // One's own come in no other way.
        let own = account::list_for(server, &owner, &Listing::default(), None, None, order).await.unwrap();
        assert_eq!(own.items.len(), 1);
    }
    // A place in one order is none in another.
    let mut listing = Listing { limit: Some(2), ..Listing::default() };
    let page = account::list_for(server, admin, &listing, None, None, Order::CreatedDown).await.unwrap();
    // Newer ones do not move who reads on.
    bench.household("zeta").await;
    listing.cursor = page.next;
    let next = account::list_for(server, admin, &listing, None, None, Order::CreatedDown).await.unwrap();
    assert_eq!(next.items[0].name.as_str(), "alpha");
    assert_eq!(account::list(server, admin, &listing, None).await.unwrap_err().code, "bad_cursor");
    let client = Client::of(&bench, admin.user).await;
    let newest = client.ask("GET", "/accounts?sort=-created&limit=1", None).await;
    assert_eq!(newest.body["items"][0]["name"], "zeta");
    for bad in ["/accounts?sort=uid", "/users?sort=password", "/mails?sort=name"] {
        assert_eq!(client.ask("GET", bad, None).await.body["code"], "bad_sort", "{bad}");
    }
}
