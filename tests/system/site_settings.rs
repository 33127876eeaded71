//! What a site is told beyond its names, on a real host: its own PHP, redirects, maintenance, who may come; and nobody else notices.

use serde_json::{Value, json};
use tests::http::Reply;
use tests::play::{PATIENCE, Scene, Site, Tenant};
use tests::wait::until;
use tests::watch::while_served;

const INI: &str = "<?php echo PHP_VERSION, '|', ini_get($_GET['key']);";

fn ask(scene: &Scene, method: &str, site: &Site<'_>, part: &str, body: &Value) -> Reply {
    scene.admin.json(method, &format!("/api/v1/sites/{}/{part}", site.id), body).unwrap()
}

/// Tells the site, and waits until the host has done it.
fn tell(scene: &Scene, method: &str, site: &Site<'_>, part: &str, body: &Value) {
    let reply = ask(scene, method, site, part, body);
    assert_eq!(reply.status, 200, "{part} {body}: {}", reply.body);
    scene.newest(&site.tenant.id, "verified").unwrap();
}

fn ini(site: &Site<'_>, key: &str) -> (String, String) {
    let reply = site.get(&format!("/ini.php?key={key}")).unwrap();
    assert_eq!(reply.status, 200, "{key}: {}", reply.body);
    let (version, value) = reply.body.split_once('|').unwrap();
    (version.to_owned(), value.to_owned())
}

fn two_sites<'a>(tenant: &'a Tenant<'_>, prefix: &str) -> (Site<'a>, Site<'a>) {
    let (one, two) = (
        tenant.site(&format!("{prefix}-un.example")).unwrap(),
        tenant.site(&format!("{prefix}-deux.example")).unwrap(),
    );
    for site in [&one, &two] {
        site.put("ini.php", INI).unwrap();
        site.put("index.php", "<?php echo 'the site';").unwrap();
    }
    (one, two)
}

/// A neighbour that must not notice anything.
fn neighbour(scene: &Scene, prefix: &str) -> String {
    let tenant = scene.tenant(&format!("{prefix}-voisin")).unwrap();
    let site = tenant.site(&format!("{prefix}-voisin.example")).unwrap();
    site.put("index.html", "next door").unwrap();
    scene.answers(&site.name, "/", 200).unwrap();
    site.name.clone()
}

#[test]
fn php_of_one_site_is_set_and_no_other_notices() {
    let scene = Scene::open(0).unwrap();
    let tenant = scene.tenant("reglage").unwrap();
    let (one, two) = two_sites(&tenant, "reglage");
    let next = neighbour(&scene, "reglage");
    let usual = [
        ("memory_limit", "256M"),
        ("upload_max_filesize", "256M"),
        ("post_max_size", "256M"),
        ("max_execution_time", "120"),
        ("max_input_time", "60"),
        ("max_input_vars", "1000"),
        ("display_errors", "0"),
        ("session.gc_maxlifetime", "1440"),
        ("opcache.enable", "1"),
    ];
    // What pages say is usual is what a site without settings has.
    for (key, value) in usual {
        let (_, said) = ini(&one, key);
        assert!(said == value || (value == "0" && said.is_empty()), "{key}: {said}");
    }
    let set = [
        ("memory_limit", "64M", "64M"),
        ("upload_max_filesize", "8M", "8M"),
        ("post_max_size", "9M", "9M"),
        ("max_execution_time", "33", "33"),
        ("max_input_time", "44", "44"),
        ("max_input_vars", "5000", "5000"),
        ("display_errors", "on", "1"),
        ("date.timezone", "Europe/Paris", "Europe/Paris"),
        ("session.gc_maxlifetime", "7200", "7200"),
        ("opcache.enable", "off", "0"),
    ];
    let body: Value = set
        .iter()
        .map(|(key, typed, _)| ((*key).to_owned(), json!(typed)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let asked = while_served(&scene, &next, || {
        // Its other site is asked all the while, too: setting one disturbs no other of the account.
        let others = while_served(&scene, &two.name, || {
            tell(&scene, "PATCH", &one, "php", &body);
            for (key, _, value) in set {
                assert_eq!(ini(&one, key).1, value, "{key}");
            }
            // Another value while the pool is there already.
            tell(&scene, "PATCH", &one, "php", &json!({ "memory_limit": "65M" }));
            until("the new value", PATIENCE, || match ini(&one, "memory_limit").1.as_str() {
                "65M" => Ok(()),
                other => Err(other.to_owned()),
            })
            .unwrap();
        });
        assert!(others > 0);
    });
    assert!(asked > 0);
    assert_eq!(ini(&two, "memory_limit").1, "256M", "another site of the account keeps its own");
    // Asleep and awake again, it is the same; cold starts find both pools.
    scene.shell("systemctl stop alveole-cell@reglage.service").unwrap();
    assert_eq!(ini(&one, "date.timezone").1, "Europe/Paris");
    assert_eq!(ini(&two, "memory_limit").1, "256M");
    // Undone: as before, and no pool is left.
    let newest = scene.newest(&tenant.id, "verified").unwrap();
    let undo = format!("/api/v1/changes/{}/undo", newest["id"].as_str().unwrap());
    assert!(scene.admin.json("POST", &undo, &json!({})).unwrap().status < 300);
    scene.newest(&tenant.id, "verified").unwrap();
    until("the value before", PATIENCE, || match ini(&one, "memory_limit").1.as_str() {
        "64M" => Ok(()),
        other => Err(other.to_owned()),
    })
    .unwrap();
    let reset: Value =
        set.iter().map(|(key, ..)| ((*key).to_owned(), json!(""))).collect::<serde_json::Map<_, _>>().into();
    tell(&scene, "PATCH", &one, "php", &reset);
    assert_eq!(ini(&one, "memory_limit").1, "256M");
    assert_eq!(scene.shell("ls /var/lib/alveole/cells/reglage/php").unwrap().trim(), "account-8.4.conf");
    let refused = ask(&scene, "PATCH", &one, "php", &json!({ "memory_limit": "4096M" }));
    assert_eq!((refused.status, refused.json()["field"].as_str()), (409, Some("memory_limit")));
}

/// PHP of Debian 12 beside Debian 13's, as tests/lab/image.sh has it.
#[test]
fn a_site_runs_another_version_of_php() {
    let scene = Scene::open(0).unwrap();
    let tenant = scene.tenant("versions").unwrap();
    let (one, two) = two_sites(&tenant, "versions");
    let refused = ask(&scene, "PATCH", &one, "php", &json!({ "php": "7.4" }));
    assert_eq!((refused.status, refused.json()["field"].as_str()), (409, Some("php")));
    if scene.shell("ls /var/cache/lab/php8.2/*.deb").is_err() {
        println!("a second version of PHP was not had: not tried");
        return;
    }
    scene
        .shell(
            "for deb in /var/cache/lab/php8.2/*.deb; do dpkg-deb --fsys-tarfile $deb | tar -x -C / ./usr; done; \
             mkdir -p /etc/php/8.2/fpm && cp /usr/lib/php/8.2/php.ini-production /etc/php/8.2/fpm/php.ini; mkdir -p /etc/php/8.2/fpm/conf.d; echo zend_extension=opcache.so > /etc/php/8.2/fpm/conf.d/10-opcache.ini; /usr/sbin/php-fpm8.2 -v; \
             systemctl restart alveole-agent",
        )
        .unwrap();
    let path = format!("/api/v1/sites/{}", one.id);
    until("the version is offered", PATIENCE, || {
        let site = scene.admin.get(&path)?.ok("site")?;
        let offered = site["php"]["offered"].as_array().is_some_and(|all| all.iter().any(|one| one == "8.2"));
        if offered { Ok(()) } else { Err(site["php"].to_string()) }
    })
    .unwrap();
    assert!(ini(&two, "memory_limit").0.starts_with("8.4."));
    let others = while_served(&scene, &two.name, || {
        tell(&scene, "PATCH", &one, "php", &json!({ "php": "8.2", "memory_limit": "77M" }));
        let (version, memory) = ini(&one, "memory_limit");
        assert!(version.starts_with("8.2.") && memory == "77M", "{version} {memory}");
    });
    assert!(others > 0);
    assert!(ini(&two, "memory_limit").0.starts_with("8.4."), "the other site keeps its version");
    scene.shell("systemctl stop alveole-cell@versions.service").unwrap();
    assert!(ini(&one, "memory_limit").0.starts_with("8.2."), "from asleep, too");
    tell(&scene, "PATCH", &one, "php", &json!({ "php": "", "memory_limit": "" }));
    assert!(ini(&one, "memory_limit").0.starts_with("8.4."));
}

/// Status and where it leads.
fn led(scene: &Scene, name: &str, path: &str) -> (u16, String) {
    let reply = scene.visit(name, path).unwrap();
    (reply.status, reply.header("location").unwrap_or_default().to_owned())
}

#[test]
fn redirects_lead_where_they_say_with_path_and_query() {
    let scene = Scene::open(0).unwrap();
    let tenant = scene.tenant("renvois").unwrap();
    let site = tenant.site("renvois.example").unwrap();
    site.put("index.html", "the site").unwrap();
    site.put("a.b", "not what is redirected").unwrap();
    let next = neighbour(&scene, "renvois");
    let asked = while_served(&scene, &next, || {
        for body in [
            json!({ "from": "/a.c", "to": "https://neuf.example/x%20y?z=%{HTTP_HOST}&a=$1", "code": 301 }),
            json!({ "from": "/nouvelle page", "to": "/là", "code": 302 }),
            json!({ "from": "/tout", "below": true, "keep": true, "to": "https://neuf.example/base/", "code": 307 }),
            json!({ "from": "/ancre", "below": true, "to": "/#bas", "code": 308 }),
        ] {
            let reply = ask(&scene, "POST", &site, "redirects", &body);
            assert_eq!(reply.status, 200, "{body}: {}", reply.body);
        }
        scene.newest(&tenant.id, "verified").unwrap();
    });
    assert!(asked > 0);
    let name = site.name.as_str();
    for (path, status, to) in [
        ("/a.c", 301, "https://neuf.example/x%20y?z=%25%7BHTTP_HOST%7D&a=%241"),
        ("/nouvelle%20page?q=%0d%0aX:y", 302, "http://renvois.example/l%C3%A0?q=%0d%0aX:y"),
        ("/tout", 307, "https://neuf.example/base/"),
        ("/tout/a%20b/c?d=e&f", 307, "https://neuf.example/base/a%20b/c?d=e&f"),
        ("/tout/%0d%0aSet-Cookie:%20x", 307, "https://neuf.example/base/%0d%0aSet-Cookie:%20x"),
        ("/ancre/x?y", 308, "http://renvois.example/#bas"),
    ] {
        assert_eq!(led(&scene, name, path), (status, to.to_owned()), "{path}");
    }
    // What only looks like it is not redirected.
    for (path, status) in [("/", 200), ("/a.b", 200), ("/aXc", 404), ("/toutefois", 404), ("/a.c/", 404)] {
        assert_eq!(scene.visit(name, path).unwrap().status, status, "{path}");
    }
    // The whole site, and still the panel sees that it leads here.
    tell(
        &scene,
        "POST",
        &site,
        "redirects",
        &json!({ "from": "/", "below": true, "keep": true, "to": "https://ailleurs.example", "place": 1 }),
    );
    assert_eq!(led(&scene, name, "/x/y?z"), (301, "https://ailleurs.example/x/y?z".to_owned()));
    tell(&scene, "POST", &site, "redirects/remove", &json!({ "from": "/", "below": true }));
    assert_eq!(scene.visit(name, "/").unwrap().status, 200);
    let refused =
        ask(&scene, "POST", &site, "redirects", &json!({ "from": "/l", "to": "http://renvois.example/l" }));
    assert_eq!((refused.status, refused.json()["field"].as_str()), (422, Some("from")));
    // The other names lead to the main one.
    let path = format!("/api/v1/sites/{}", site.id);
    let names = json!({ "names": ["renvois.example", "www.renvois.example"] });
    assert_eq!(scene.admin.json("PATCH", &path, &names).unwrap().status, 200);
    scene.newest(&tenant.id, "verified").unwrap();
    assert_eq!(scene.visit("www.renvois.example", "/").unwrap().status, 200);
    tell(&scene, "PATCH", &site, "main-name", &json!({ "others": "redirect" }));
    assert_eq!(
        led(&scene, "www.renvois.example", "/a%20b?c"),
        (301, "http://renvois.example/a%20b?c".to_owned())
    );
    assert_eq!(scene.visit(name, "/").unwrap().status, 200);
}

#[test]
fn maintenance_and_lists_of_addresses() {
    let scene = Scene::open(0).unwrap();
    let tenant = scene.tenant("travaux").unwrap();
    let (site, other) = two_sites(&tenant, "travaux");
    site.put("perdu.html", "nothing here").unwrap();
    site.put(".htaccess", "ErrorDocument 503 \"mine\"\nRequire all granted").unwrap();
    let next = neighbour(&scene, "travaux");
    let (name, us) = (site.name.as_str(), scene.stage_address());
    let watched = while_served(&scene, &next, || {
        tell(&scene, "PATCH", &site, "maintenance", &json!({ "switch": "on", "addresses": "192.0.2.7" }));
        for path in ["/", "/ini.php?key=memory_limit", "/nothing"] {
            let away = scene.visit(name, path).unwrap();
            assert_eq!(
                (away.status, away.header("retry-after")),
                (503, Some("3600")),
                "{path}: {}",
                away.body
            );
            assert!(!away.body.contains("<script") && away.body.contains("<h1>"), "{}", away.body);
        }
        let language = |lang: &str| {
            let request = format!(
                "GET / HTTP/1.1\r\nHost: {name}\r\nAccept-Language: {lang}\r\nConnection: close\r\n\r\n"
            );
            tests::http::visit_with(&scene.host.address, &request).unwrap().body
        };
        assert!(language("fr-FR,fr;q=0.9").contains("Ce site revient bientôt"));
        assert!(language("en-GB").contains("This site will be back soon"));
        assert!(language("de").contains("Ce site revient bientôt"));
        assert_eq!(scene.visit(&other.name, "/").unwrap().status, 200, "the account's other site");
        tell(&scene, "PATCH", &site, "maintenance", &json!({ "addresses": format!("192.0.2.7 {us}") }));
        assert_eq!(scene.visit(name, "/").unwrap().body, "the site");
        tell(&scene, "PATCH", &site, "maintenance", &json!({ "switch": "off" }));
    });
    assert!(watched > 0);
    tell(
        &scene,
        "PATCH",
        &site,
        "visitors",
        &json!({ "who": "others", "addresses": format!("192.0.2.0/24 {us}") }),
    );
    assert_eq!(scene.visit(name, "/").unwrap().status, 403);
    tell(&scene, "PATCH", &site, "visitors", &json!({ "who": "listed" }));
    assert_eq!(scene.visit(name, "/").unwrap().status, 200);
    tell(&scene, "PATCH", &site, "visitors", &json!({ "who": "everybody" }));
    tell(&scene, "PATCH", &site, "errors", &json!({ "404": "/perdu.html" }));
    let lost = scene.visit(name, "/nowhere").unwrap();
    assert_eq!((lost.status, lost.body.as_str()), (404, "nothing here"));
    tenant.shell(&format!("mkdir -p /home/travaux/sites/{name}/web/dist && echo dist > /home/travaux/sites/{name}/web/dist/index.html"), "").unwrap();
    tell(&scene, "PATCH", &site, "root", &json!({ "root": "web/dist" }));
    assert_eq!(scene.visit(name, "/").unwrap().body.trim(), "dist");
}
