//! Sites and their names.

use crate::bench::Bench;
use model::{ProblemKind, SiteName};
use server::{change, paging::Listing, site};

fn typed(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| name.to_string()).collect()
}

fn parsed(names: &[&str]) -> Vec<SiteName> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

pub async fn a_site_is_created_renamed_and_deleted(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let made = site::create(server, &home.owner, home.account, "Asso.Example.").await.unwrap();
    assert_eq!(made.item.names, parsed(&["asso.example"]));
    assert_eq!((made.item.change, made.item.version), (made.change, 1));
    let names = typed(&["www.asso.example", " asso.example ", "", "crémerie.example"]);
    let named = site::set_names(server, &home.owner, made.item.id, Some(1), &names).await.unwrap().item;
    assert_eq!(named.names, parsed(&["www.asso.example", "asso.example", "xn--crmerie-cya.example"]));
    assert_eq!((named.folder.as_str(), named.version), ("asso.example", 2));
    let (kind, _, generation, body) = bench.resources().await.pop().unwrap();
    assert_eq!((kind.as_str(), generation), ("site", 3));
    assert_eq!(body.unwrap()["names"].as_array().unwrap().len(), 3);
    let listed = site::list(server, &home.owner, home.account, &Listing::default()).await.unwrap();
    assert_eq!(listed.items, std::slice::from_ref(&named));
    site::delete(server, &home.owner, named.id, Some(2)).await.unwrap();
    assert_eq!(site::show(server, &home.owner, named.id).await.unwrap_err().kind, ProblemKind::NotFound);
    assert_eq!(bench.resources().await.pop().unwrap().3, None);
    assert_eq!(bench.count("SELECT COUNT(*) FROM domains").await, 0);
    let changes = change::list(server, &home.owner, home.account, &Listing::default()).await.unwrap();
    let verbs: Vec<_> = changes.items.iter().map(|change| change.verb.as_str()).collect();
    assert_eq!(verbs, ["site.delete", "site.names", "site.create", "account.create"]);
    // Later changes of the same resource took the earlier ones' place.
    let states: Vec<_> = changes.items.iter().map(|change| change.state.code()).collect();
    assert_eq!(states, ["wanted", "superseded", "superseded", "wanted"]);
}

pub async fn names_are_refused_with_the_reason(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    for (name, code) in [
        ("-a.example", "name_hyphen"),
        ("localhost", "name_single_label"),
        ("*", "name_wildcard"),
        ("192.0.2.1", "name_is_ip"),
        ("asso.example\nserver_name x", "name_bad_character"),
        ("asso\0.example", "name_bad_character"),
        ("panel.coop.example", "name_of_panel"),
        ("PANEL.coop.example.", "name_of_panel"),
        ("x.panel.coop.example", "name_of_panel"),
        ("agents.coop.example", "name_of_panel"),
        ("co.uk", "name_public_suffix"),
        ("github.io", "name_public_suffix"),
    ] {
        let problem = site::create(server, &home.owner, home.account, name).await.unwrap_err();
        assert_eq!((problem.code, problem.field), (code, Some("name")), "{name:?}");
    }
    let long = format!("{}.{}.example", "a".repeat(60), "b".repeat(30));
    assert_eq!(
        site::create(server, &home.owner, home.account, &long).await.unwrap_err().code,
        "name_too_long"
    );
    // The cooperative's own site may stand beside its panel.
    site::create(server, &home.owner, home.account, "coop.example").await.unwrap();
    assert_eq!(bench.count("SELECT COUNT(*) FROM sites").await, 1);
    assert_eq!(bench.count("SELECT COUNT(*) FROM changes WHERE verb = 'site.create'").await, 1);
}

pub async fn a_domain_belongs_to_one_account(bench: Bench) {
    let server = &bench.server;
    let (home, other) = (bench.household("alpha").await, bench.household("beta").await);
    let mine = site::create(server, &home.owner, home.account, "www.asso.example").await.unwrap().item;
    for name in ["www.asso.example", "asso.example", "deep.blog.asso.example"] {
        let problem = site::create(server, &other.owner, other.account, name).await.unwrap_err();
        assert_eq!((problem.code, problem.field), ("name_taken", Some("name")), "{name}");
        for secret in ["alpha", "www."] {
            assert!(!problem.text.fr.contains(secret) && !problem.text.en.contains(secret));
        }
    }
    let theirs = site::create(server, &other.owner, other.account, "autre.example").await.unwrap().item;
    let names = typed(&["autre.example", "blog.asso.example"]);
    let problem = site::set_names(server, &other.owner, theirs.id, None, &names).await.unwrap_err();
    assert_eq!((problem.code, problem.field), ("name_taken", Some("names")));
    assert_eq!(site::show(server, &other.owner, theirs.id).await.unwrap().names, parsed(&["autre.example"]));
    // In one account: another site of the same domain is welcome, the same name is not.
    site::create(server, &home.owner, home.account, "blog.asso.example").await.unwrap();
    let problem = site::create(server, &home.owner, home.account, "www.asso.example").await.unwrap_err();
    assert_eq!(problem.code, "folder_in_use");
    let names = typed(&["www.asso.example", "blog.asso.example"]);
    let problem = site::set_names(server, &home.owner, mine.id, None, &names).await.unwrap_err();
    assert_eq!(problem.code, "name_in_use");
    // Siblings under a public suffix belong to different people.
    site::create(server, &home.owner, home.account, "alpha.github.io").await.unwrap();
    site::create(server, &other.owner, other.account, "beta.github.io").await.unwrap();
    // Let go of, the domain is anybody's.
    let names = typed(&["nouveau.example"]);
    site::set_names(server, &home.owner, mine.id, None, &names).await.unwrap();
    assert_eq!(
        site::create(server, &other.owner, other.account, "asso.example").await.unwrap_err().code,
        "name_taken"
    );
    let listed = site::list(server, &home.owner, home.account, &Listing::default()).await.unwrap();
    site::delete(server, &home.owner, listed.items[1].id, None).await.unwrap();
    site::create(server, &other.owner, other.account, "asso.example").await.unwrap();
}

pub async fn limits_of_the_plan(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let mut last = None;
    for n in 0..5 {
        let made = site::create(server, &home.owner, home.account, &format!("s{n}.asso.example")).await;
        last = Some(made.unwrap().item);
    }
    let problem = site::create(server, &home.owner, home.account, "s5.asso.example").await.unwrap_err();
    assert_eq!(problem.code, "sites_limit");
    let last = last.unwrap();
    let owner = &home.owner;
    let set = |names: Vec<String>| async move { site::set_names(server, owner, last.id, None, &names).await };
    let many = |n: usize| (0..n).map(|n| format!("n{n}.autre.example")).collect::<Vec<_>>();
    assert_eq!(set(many(5)).await.unwrap_err().code, "names_limit");
    assert_eq!(set(many(0)).await.unwrap_err().code, "names_empty");
    assert_eq!(set(typed(&["a.example", "A.example"])).await.unwrap_err().code, "names_twice");
    set(many(4)).await.unwrap();
    let two = Listing { limit: Some(2), ..Listing::default() };
    let page = site::list(server, &home.owner, home.account, &two).await.unwrap();
    assert_eq!((page.items.len(), page.next.is_some()), (2, true));
}

pub async fn stale_versions_are_refused(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let made = site::create(server, &home.owner, home.account, "asso.example").await.unwrap().item;
    let names = typed(&["asso.example", "www.asso.example"]);
    let problem = site::set_names(server, &home.owner, made.id, Some(7), &names).await.unwrap_err();
    assert_eq!((problem.kind, problem.code), (ProblemKind::Stale, "changed_meanwhile"));
    assert_eq!(
        site::delete(server, &home.owner, made.id, Some(7)).await.unwrap_err().kind,
        ProblemKind::Stale
    );
    site::set_names(server, &home.owner, made.id, Some(1), &names).await.unwrap();
    // The same names again: nothing changes, no change is recorded.
    let again = site::set_names(server, &home.owner, made.id, Some(2), &names).await.unwrap();
    assert_eq!((again.change, again.item.version), (None, 2));
}
