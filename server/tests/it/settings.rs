//! What a site is told beyond its names.

use crate::bench::Bench;
use model::{Problem, ProblemKind, SiteSettings};
use serde_json::{Value, json};
use server::{
    change::{self, undo},
    paging::Listing,
    site::{
        self, NewErrors, NewMainName, NewMaintenance, NewPhp, NewRedirect, NewRoot, NewVisitors, SiteView,
        WhichRedirect,
    },
    store::sql,
};

/// What the host is told of the newest resource.
async fn told(bench: &Bench) -> Value {
    bench.resources().await.pop().unwrap().3.unwrap()["settings"].clone()
}

/// A host that has two versions.
async fn two_versions(bench: &Bench) {
    let mut tx = bench.server.store.write().await.unwrap();
    sql("UPDATE hosts SET facts = $1")
        .bind(r#"{"debian":"13.2","kernel":"6.12","php":["8.2","8.4"]}"#)
        .run(tx.on())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

fn some(value: &str) -> Option<String> {
    Some(value.to_owned())
}

fn redirect(from: &str, to: &str) -> NewRedirect {
    NewRedirect { from: from.into(), to: to.into(), ..NewRedirect::default() }
}

pub async fn a_site_sets_its_php_within_the_plan(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    two_versions(&bench).await;
    let me = &home.owner;
    let made = site::create(server, me, home.account, "asso.example").await.unwrap().item;
    assert_eq!(made.php.version.to_string(), "8.4");
    assert_eq!(made.php.offered.len(), 2);
    assert_eq!(told(&bench).await, Value::Null, "an older host reads what is usual");
    let at = |site: &SiteView| (site.id, Some(site.version));
    let new = NewPhp { memory_limit: some(" 64 Mo"), display_errors: some("on"), ..NewPhp::default() };
    let set = site::set_php(server, me, at(&made), new).await.unwrap();
    // With settings, the version is said too.
    let settings = json!({ "memory_limit": "64M", "display_errors": "on" });
    assert_eq!(told(&bench).await, json!({ "php": { "version": "8.4", "settings": settings } }));
    let change = change::show(server, me, set.change.unwrap()).await.unwrap();
    assert_eq!((change.verb.as_str(), change.before), ("site.php", Some(json!({}))));
    assert_eq!(change.after, Some(json!({ "php": { "settings": settings } })));
    // The same again is no change; another version alone leaves the settings.
    let new = NewPhp { memory_limit: some("64M"), ..NewPhp::default() };
    assert_eq!(site::set_php(server, me, at(&set.item), new).await.unwrap().change, None);
    let new = NewPhp { php: some("8.2"), ..NewPhp::default() };
    let moved = site::set_php(server, me, at(&set.item), new).await.unwrap();
    assert_eq!(told(&bench).await["php"], json!({ "version": "8.2", "settings": settings }));
    assert_eq!(moved.item.php.end_of_life.unwrap().to_string(), "2026-12-31");
    for (new, code, field) in [
        (NewPhp { php: some("7.4"), ..NewPhp::default() }, "php_absent", "php"),
        (NewPhp { php: some("8.2\n"), ..NewPhp::default() }, "php_version", "php"),
        (NewPhp { memory_limit: some("4000M"), ..NewPhp::default() }, "php_memory", "memory_limit"),
        (NewPhp { memory_limit: some("-1"), ..NewPhp::default() }, "php_setting", "memory_limit"),
        (NewPhp { post_max_size: some("1M"), ..NewPhp::default() }, "php_post_size", "post_max_size"),
        (NewPhp { timezone: some("Europe/Paris\"\n"), ..NewPhp::default() }, "php_setting", "date.timezone"),
    ] {
        let problem = site::set_php(server, me, (made.id, None), new).await.unwrap_err();
        assert_eq!((problem.code, problem.field), (code, Some(field)));
    }
    // Undone one after the other, the last first.
    let first = undo(server, me, set.change.unwrap()).await.unwrap_err();
    assert_eq!(first.code, "changed_since");
    undo(server, me, moved.change.unwrap()).await.unwrap();
    undo(server, me, set.change.unwrap()).await.unwrap();
    assert_eq!(told(&bench).await, Value::Null);
    let stranger = bench.household("beta").await.owner;
    let problem = site::set_php(server, &stranger, (made.id, None), NewPhp::default()).await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::NotFound);
}

pub async fn redirects_have_an_order_and_never_go_round(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let me = &home.owner;
    let id = site::create(server, me, home.account, "asso.example").await.unwrap().item.id;
    let add = async |new| site::add_redirect(server, me, (id, None), new).await;
    add(redirect("/a", "https://b.example/x?y#z")).await.unwrap();
    add(NewRedirect { below: true, keep: true, code: Some(308), ..redirect("/b/", "/c") }).await.unwrap();
    let last = add(NewRedirect { place: Some(1), ..redirect("/é", "https://neuf.example") }).await.unwrap();
    let order = |site: &SiteView| -> Vec<String> {
        site.settings.redirects.iter().map(|one| format!("{} {}", one.from, one.to)).collect()
    };
    let in_order = ["/é https://neuf.example/", "/a https://b.example/x?y#z", "/b/ /c"];
    assert_eq!(order(&last.item), in_order);
    assert_eq!(
        told(&bench).await["redirects"][2],
        json!({ "from": "/b/", "below": true, "to": "/c", "code": 308, "keep": true })
    );
    for (new, code, field) in [
        (
            NewRedirect { below: true, keep: true, ..redirect("/c", "https://asso.example/b") },
            "redirect_loop",
            "from",
        ),
        (redirect("/a", "/x"), "redirect_twice", "from"),
        (redirect("/d", "/d"), "redirect_loop", "from"),
        (redirect("a", "/x"), "site_path_start", "from"),
        (redirect("/a?b", "/x"), "site_path_query", "from"),
        (redirect("/%{HTTP_HOST}", "/x"), "site_path_signs", "from"),
        (redirect("/x\r\nB: c", "/x"), "site_path_signs", "from"),
        (redirect("/x", "javascript:alert(1)"), "target_start", "to"),
        (redirect("/x", "https://a@b.example/"), "target_host", "to"),
        (NewRedirect { keep: true, ..redirect("/x", "/y") }, "redirect_keep_exact", "keep"),
        (NewRedirect { code: Some(200), ..redirect("/x", "/y") }, "redirect_code", "code"),
    ] {
        let problem = add(new).await.unwrap_err();
        assert_eq!((problem.code, problem.field), (code, Some(field)));
    }
    // A name that would close a circle is refused; a visitor of /b/x would go to asso.example/b/x.
    let name = "neuf.example".to_owned();
    let round =
        NewRedirect { below: true, keep: true, place: Some(1), ..redirect("/n", "https://neuf.example/n") };
    add(round).await.unwrap();
    let both = ["asso.example".to_owned(), name];
    let problem = site::set_names(server, me, id, None, &both).await.unwrap_err();
    assert_eq!((problem.code, problem.field), ("redirect_loop", Some("names")));
    let which = |from: &str, below, place| WhichRedirect { from: from.into(), below, place };
    let moved = site::move_redirect(server, me, (id, None), which("/n", true, Some(3))).await.unwrap();
    assert_eq!(moved.item.settings.redirects[2].from.as_str(), "/n");
    let removed = site::remove_redirect(server, me, (id, None), which("/n", true, None)).await.unwrap();
    assert_eq!(order(&removed.item), in_order);
    let absent = site::remove_redirect(server, me, (id, None), which("/n", true, None)).await.unwrap_err();
    assert_eq!(absent.code, "redirect_absent");
    undo(server, me, removed.change.unwrap()).await.unwrap();
    assert_eq!(site::show(server, me, id).await.unwrap().settings.redirects.len(), 4);
}

pub async fn the_other_parts_are_told_one_by_one(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let me = &home.owner;
    let id = site::create(server, me, home.account, "asso.example").await.unwrap().item.id;
    let names = ["asso.example".to_owned(), "www.asso.example".to_owned()];
    site::set_names(server, me, id, None, &names).await.unwrap();
    let main = NewMainName { others: "redirect".into() };
    site::set_main_name(server, me, (id, None), main).await.unwrap();
    let on = NewMaintenance { switch: some("on"), addresses: some("192.0.2.7\n2001:db8::/32") };
    let on = site::set_maintenance(server, me, (id, None), on).await.unwrap();
    let visitors = NewVisitors { who: some("others"), addresses: some("198.51.100.0/24") };
    site::set_visitors(server, me, (id, None), visitors).await.unwrap();
    let errors = NewErrors { not_found: some("/404.html"), ..NewErrors::default() };
    site::set_errors(server, me, (id, None), errors).await.unwrap();
    site::set_root(server, me, (id, None), NewRoot { root: "web/dist".into() }).await.unwrap();
    let all = json!({
        "main_only": true,
        "maintenance": { "on": true, "allow": ["192.0.2.7", "2001:db8::/32"] },
        "visitors": { "who": "others", "networks": ["198.51.100.0/24"] },
        "errors": { "404": "/404.html" },
        "root": "web/dist",
    });
    assert_eq!(told(&bench).await, all);
    // Each is undone by itself, whatever came after it.
    undo(server, me, on.change.unwrap()).await.unwrap();
    assert_eq!(told(&bench).await.get("maintenance"), None);
    let off = NewMaintenance { switch: some("off"), addresses: None };
    assert_eq!(site::set_maintenance(server, me, (id, None), off).await.unwrap().change, None);
    // Deleted and brought back, it is told the same.
    let before = site::show(server, me, id).await.unwrap();
    let gone = site::delete(server, me, id, None).await.unwrap();
    undo(server, me, gone.change.unwrap()).await.unwrap();
    let back = site::show(server, me, id).await.unwrap();
    assert_eq!(back.settings, before.settings);
    assert_ne!(back.settings, SiteSettings::default());
    let verbs = change::list(server, me, home.account, &Listing::default()).await.unwrap();
    assert!(verbs.items.iter().filter(|change| change.verb.starts_with("site.")).count() >= 8);
    let nobody = NewVisitors { who: some("listed"), addresses: some("") };
    let problem = site::set_visitors(server, me, (id, None), nobody).await.unwrap_err();
    assert_eq!((problem.code, problem.field), ("visitors_nobody", Some("addresses")));
}

/// The last line of the issue, field by field.
pub async fn no_text_of_a_setting_gets_further_than_its_field(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let me = &home.owner;
    let id = site::create(server, me, home.account, "asso.example").await.unwrap().item.id;
    let before = site::show(server, me, id).await.unwrap();
    let long = "a".repeat(1 << 20);
    let signs =
        ["\n", "\r", "\0", "\"", "'\"", "</VirtualHost>\"", "%{HTTP_HOST}", "{{7*7}}", "$(id)", "-\"", &long];
    for sign in signs {
        let path = format!("/x{sign}");
        let at = (id, None);
        let refused: Vec<(&str, Problem)> = vec![
            ("from", site::add_redirect(server, me, at, redirect(&path, "/y")).await.unwrap_err()),
            (
                "to",
                site::add_redirect(server, me, at, redirect("/x", &format!("-{sign}"))).await.unwrap_err(),
            ),
            ("addresses", {
                let new = NewMaintenance {
                    addresses: Some(format!("192.0.2.1x{sign}")),
                    ..NewMaintenance::default()
                };
                site::set_maintenance(server, me, at, new).await.unwrap_err()
            }),
            ("addresses", {
                let new =
                    NewVisitors { addresses: Some(format!("192.0.2.1x{sign}")), ..NewVisitors::default() };
                site::set_visitors(server, me, at, new).await.unwrap_err()
            }),
            ("404", {
                let new = NewErrors { not_found: Some(path.clone()), ..NewErrors::default() };
                site::set_errors(server, me, at, new).await.unwrap_err()
            }),
            ("root", site::set_root(server, me, at, NewRoot { root: format!("x{sign}") }).await.unwrap_err()),
            ("switch", {
                let new = NewMaintenance { switch: Some(format!("on{sign}x")), ..NewMaintenance::default() };
                site::set_maintenance(server, me, at, new).await.unwrap_err()
            }),
        ];
        for (field, problem) in refused {
            assert_eq!(problem.field, Some(field), "{sign:.20?}: {problem}");
            assert!(problem.text.fr.len() > 20 && problem.text.en.len() < 600, "{sign:.20?}");
        }
    }
    assert_eq!(site::show(server, me, id).await.unwrap(), before);
}
