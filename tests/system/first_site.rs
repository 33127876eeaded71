//! The outcome of it all: an account, a site, names, suspension, deletion, undo, as a visitor sees them.

use serde_json::json;
use tests::http::visit;
use tests::play::{Scene, text};

#[test]
fn a_new_site_is_live_verified_and_runs_php_as_its_tenant() {
    let scene = Scene::open(0).unwrap();
    let tenant = scene.tenant("first").unwrap();
    let site = tenant.site("first.example").unwrap();
    let welcome = scene.answers("first.example", "/", 200).unwrap();
    assert!(welcome.body.contains("first.example") || welcome.body.contains("site"), "{}", welcome.body);
    site.put("who.php", "<?php echo posix_getuid(), ' ', $_SERVER['REMOTE_ADDR'], ' ', PHP_MAJOR_VERSION;")
        .unwrap();
    let said = site.get("/who.php").unwrap().body;
    assert!(said.starts_with(&format!("{} {} ", tenant.uid, scene.stage_address())), "{said}");
    assert_eq!(visit(&scene.host.address6, "first.example", "/who.php").unwrap().status, 200, "IPv6");
}

#[test]
fn every_bad_name_is_refused_with_its_field_and_reason_in_both_languages() {
    let scene = Scene::open(0).unwrap();
    let tenant = scene.tenant("badnames").unwrap();
    let long_label = format!("{}.example", "a".repeat(64));
    let long = format!("{}example", "abcdefgh.".repeat(28));
    let own =
        scene.stage.panel_url.replace("https://", "").replace(|c: char| c == ':' || c.is_ascii_digit(), "");
    for name in [
        "-a.example",
        "a..example",
        &long_label,
        &long,
        "xn--zzzzzzzzzz99999.example",
        "localhost",
        "*",
        "*.a.example",
        "192.0.2.7",
        "2001:db8::7",
        "a.example\nserver_name b",
        "a\0.example",
        "com",
        "co.uk",
        "",
        &own,
    ] {
        let reply = tenant.ask_site(name).unwrap();
        assert_eq!(reply.status, 422, "{name:?}: {}", reply.body);
        let problem = reply.json();
        assert_eq!(problem["field"], "name", "{name:?}: {problem}");
        assert!(text(&problem, "detail").len() > 20, "{name:?}: {problem}");
    }
    for (typed, kept) in [
        ("Kept.Badnames.Example.", "kept.badnames.example"),
        ("crémerie-badnames.example", "xn--crmerie-badnames-"),
    ] {
        let made = tenant.ask_site(typed).unwrap();
        assert_eq!(made.status, 201, "{typed}: {}", made.body);
        assert!(made.body.contains(kept), "{typed}: {}", made.body);
    }
}

#[test]
fn names_come_and_go_with_the_site() {
    let scene = Scene::open(0).unwrap();
    let tenant = scene.tenant("names").unwrap();
    let site = tenant.site("names.example").unwrap();
    site.put("index.html", "the names' site").unwrap();
    let path = format!("/api/v1/sites/{}", site.id);
    let named =
        scene.admin.json("PATCH", &path, &json!({"names": ["names.example", "www.names.example"]})).unwrap();
    assert_eq!(named.status, 200, "{}", named.body);
    scene.newest(&tenant.id, "verified").unwrap();
    assert_eq!(scene.answers("www.names.example", "/", 200).unwrap().body, "the names' site");
    let renamed = scene.admin.json("PATCH", &path, &json!({"names": ["www.names.example"]})).unwrap();
    assert_eq!(renamed.status, 200, "{}", renamed.body);
    let gone = scene.answers("names.example", "/", 404).unwrap();
    assert!(
        gone.body.contains("lang=\"fr\"") && gone.body.contains("lang=\"en\""),
        "a page in both languages: {}",
        gone.body
    );
    let change = scene.newest(&tenant.id, "verified").unwrap();
    let undone = scene
        .admin
        .json("POST", &format!("/api/v1/changes/{}/undo", text(&change, "id")), &json!({}))
        .unwrap();
    assert!((200..300).contains(&undone.status), "{}", undone.body);
    assert_eq!(scene.answers("names.example", "/", 200).unwrap().body, "the names' site");
    assert_eq!(scene.admin.ask("DELETE", &path, "", None).unwrap().status / 100, 2);
    scene.answers("names.example", "/", 404).unwrap();
    let kept = scene.root(&["cat", &format!("{}/index.html", site.root())]).unwrap();
    assert_eq!(kept, "the names' site", "deleting a site erases no file");
}

#[test]
fn suspension_and_deletion_take_the_names_down_and_bring_everything_back() {
    let scene = Scene::open(0).unwrap();
    let tenant = scene.tenant("paused").unwrap();
    let site = tenant.site("paused.example").unwrap();
    site.put("index.html", "here").unwrap();
    scene.answers("paused.example", "/", 200).unwrap();
    let act = |verb: &str| {
        let reply = scene
            .admin
            .json(
                "POST",
                &format!("/api/v1/accounts/{}/{verb}", tenant.id),
                &json!({"code": "unpaid", "reason": "unpaid"}),
            )
            .unwrap();
        let reply = if reply.status == 422 {
            scene.admin.json("POST", &format!("/api/v1/accounts/{}/{verb}", tenant.id), &json!({})).unwrap()
        } else {
            reply
        };
        assert_eq!(reply.status / 100, 2, "{verb}: {}", reply.body);
    };
    act("suspend");
    scene.answers("paused.example", "/", 503).unwrap();
    tests::wait::until("nothing of a suspended account runs", std::time::Duration::from_secs(5), || {
        scene.shell(&format!("! pgrep -lU {}", tenant.uid)).map(drop)
    })
    .unwrap();
    act("resume");
    assert_eq!(scene.answers("paused.example", "/", 200).unwrap().body, "here");
    let deleted = scene.admin.ask("DELETE", &format!("/api/v1/accounts/{}", tenant.id), "", None).unwrap();
    assert_eq!(deleted.status / 100, 2, "{}", deleted.body);
    tests::wait::until("the name is down", tests::play::PATIENCE, || {
        match scene.visit("paused.example", "/")?.status {
            404 | 503 => Ok(()),
            other => Err(other.to_string()),
        }
    })
    .unwrap();
    act("restore");
    assert_eq!(scene.answers("paused.example", "/", 200).unwrap().body, "here");
}

#[test]
fn one_of_two_accounts_gets_a_name_asked_for_at_the_same_instant() {
    let scene = Scene::open(0).unwrap();
    let (one, two) = (scene.tenant("race-one").unwrap(), scene.tenant("race-two").unwrap());
    for round in 0..10 {
        let name = format!("round{round}-race.example");
        let barrier = std::sync::Barrier::new(2);
        let ask = |tenant: &tests::play::Tenant<'_>| {
            barrier.wait();
            tenant.ask_site(&name).unwrap()
        };
        let (a, b) = std::thread::scope(|scope| {
            let a = scope.spawn(|| ask(&one));
            let b = scope.spawn(|| ask(&two));
            (a.join().unwrap(), b.join().unwrap())
        });
        let won = [&a, &b].iter().filter(|reply| reply.status == 201).count();
        assert_eq!(won, 1, "{} {} / {} {}", a.status, a.body, b.status, b.body);
        let refused = if a.status == 201 { b } else { a };
        assert!(!refused.body.contains("race-"), "it does not say whose: {}", refused.body);
    }
}
