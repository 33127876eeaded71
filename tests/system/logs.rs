//! A site's logs and statistics on a real host: its own lines within a moment and no neighbour's, whatever visitors send and tenants put
//! in the way, across a rotation by logrotate itself.

use serde_json::Value;
use std::time::{Duration, Instant};
use tests::http::visit_with;
use tests::play::{PATIENCE, Scene, Site};
use tests::wait::until;

const PERSON: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
/// Seen in the log by then.
const SOON: Duration = Duration::from_secs(3);

fn request(scene: &Scene, name: &str, path: &[u8], agent: &str) -> u16 {
    let mut bytes = b"GET ".to_vec();
    bytes.extend(path);
    let rest = format!(
        " HTTP/1.1\r\nHost: {name}\r\nUser-Agent: {agent}\r\nReferer: https://search.example/q?s=1\r\nConnection: close\r\n\r\n"
    );
    bytes.extend(rest.as_bytes());
    visit_with(&scene.host.address, bytes).unwrap().status
}

fn ask(scene: &Scene, site: &Site<'_>, query: &str) -> Value {
    scene.admin.get(&format!("/api/v1/sites/{}/{query}", site.id)).unwrap().ok(query).unwrap()
}

/// Visits of the log without the panel's own questions, newest first.
fn visits(scene: &Scene, site: &Site<'_>, query: &str) -> Vec<Value> {
    let view = ask(scene, site, &format!("logs?limit=500{query}"));
    assert_eq!(view["text"], Value::Null, "{view}");
    let all = view["visits"].as_array().unwrap().clone();
    all.into_iter()
        .filter(|visit| !visit["path"].as_str().unwrap().starts_with("/.well-known/alveole/"))
        .collect()
}

fn paths(visits: &[Value]) -> Vec<&str> {
    visits.iter().map(|visit| visit["path"].as_str().unwrap()).collect()
}

/// Waits until the newest line is this.
fn newest(scene: &Scene, site: &Site<'_>, path: &str) -> Value {
    let begun = Instant::now();
    let found = until(&format!("{path} is in the log"), PATIENCE, || {
        let visits = visits(scene, site, "");
        match visits.first() {
            Some(visit) if visit["path"] == path => Ok(visit.clone()),
            _ => Err(format!("{:?}", paths(&visits))),
        }
    });
    let found = found.unwrap();
    assert!(begun.elapsed() < SOON, "{path}: {:?}", begun.elapsed());
    found
}

#[test]
fn a_site_s_log_is_its_own_and_outlives_rotation() {
    let scene = Scene::open(0).unwrap();
    let (tenant, near) = (scene.tenant("journal").unwrap(), scene.tenant("journal-voisin").unwrap());
    let site = tenant.site("journal-un.example").unwrap();
    let next = near.site("journal-deux.example").unwrap();
    for site in [&site, &next] {
        site.put("index.html", "here").unwrap();
        scene.answers(&site.name, "/", 200).unwrap();
    }
    // (Robots, by what they call themselves, and so no visits.)
    let before = visits(&scene, &site, "").len();

    assert_eq!(request(&scene, &site.name, b"/?page=1", PERSON), 200);
    let seen = newest(&scene, &site, "/?page=1");
    assert_eq!(
        (&seen["status"], &seen["method"], &seen["agent"]),
        (&200.into(), &"GET".into(), &PERSON.into())
    );
    assert_eq!((&seen["name"], &seen["octets"]), (&"journal-un.example".into(), &4.into()));
    let address = seen["address"].as_str().unwrap().to_owned();
    assert_eq!(address, scene.stage_address());
    assert_eq!(request(&scene, &next.name, b"/of-the-neighbour", PERSON), 404);
    newest(&scene, &next, "/of-the-neighbour");

    // What a visitor sends is one line of this site, however it looks.
    let odd = "x\",\"name\":\"journal-deux.example\",\"agent\":\"\\";
    assert_eq!(request(&scene, &site.name, b"/\"quoted\"", odd), 404);
    assert_eq!(newest(&scene, &site, "/\"quoted\"")["agent"], odd);
    request(&scene, &site.name, b"/\xff\xfe", PERSON);
    newest(&scene, &site, "/\u{fffd}\u{fffd}");
    request(&scene, &site.name, format!("/{}", "x".repeat(5000)).as_bytes(), PERSON);
    // nginx does not read so far as to know whose this would be.
    let long = format!("GET /{} HTTP/1.1\r\nHost: {}\r\n\r\n", "y".repeat(1 << 20), site.name);
    let refused = visit_with(&scene.host.address, long);
    assert!(refused.as_ref().is_ok_and(|reply| reply.status == 414) || refused.is_err(), "{refused:?}");
    request(&scene, &site.name, b"/last", PERSON);
    newest(&scene, &site, "/last");
    let own = visits(&scene, &site, "");
    assert_eq!(own.len() - before, 5, "{:?}", paths(&own));
    assert!(own.iter().all(|visit| visit["name"] == "journal-un.example"), "{own:?}");
    assert!(!ask(&scene, &next, "logs?limit=500").to_string().contains("quoted"));

    // Narrowed, and followed: what comes next is told while one waits for it.
    assert_eq!(paths(&visits(&scene, &site, "&status=4&q=QUOTED")), ["/\"quoted\""]);
    let place = ask(&scene, &site, "logs?limit=1")["newest"].as_str().unwrap().to_owned();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| ask(&scene, &site, &format!("logs?after={place}&wait=20")));
        request(&scene, &site.name, b"/followed", PERSON);
        let told = waiting.join().unwrap();
        assert_eq!(told["visits"][0]["path"], "/followed", "{told}");
    });

    // Counted as they were made.
    let counted = ask(&scene, &site, "statistics");
    let day = counted["days"].as_array().unwrap().last().unwrap();
    let all = visits(&scene, &site, "");
    assert_eq!(day["hits"].as_u64().unwrap() as usize, all.len(), "{counted} {:?}", paths(&all));
    assert_eq!((&day["visits"], &day["pages"]), (&1.into(), &1.into()), "{counted}");
    assert_eq!(day["robots"].as_u64().unwrap() as usize, before, "{counted}");
    assert_eq!(counted["pages"][0], serde_json::json!({ "what": "/", "count": 1 }), "{counted}");
    assert_eq!(counted["referrers"][0]["what"], "search.example", "{counted}");
    assert!(
        !counted.to_string().contains("neighbour") && !counted.to_string().contains(&address),
        "{counted}"
    );

    // logrotate itself; then as it is the day after.
    let whole = paths(&all).iter().map(|path| (*path).to_owned()).collect::<Vec<_>>();
    scene.shell("rm -f /var/log/alveole/access.log-* && logrotate -f /etc/logrotate.d/alveole-web").unwrap();
    assert_eq!(request(&scene, &site.name, b"/after", PERSON), 404);
    newest(&scene, &site, "/after");
    assert_eq!(paths(&visits(&scene, &site, ""))[1..], whole);
    scene.shell("gzip /var/log/alveole/access.log-*").unwrap();
    let mut again = vec![];
    let mut before = String::new();
    loop {
        let view = ask(&scene, &site, &format!("logs?limit=3&before={before}"));
        again.extend(view["visits"].as_array().unwrap().clone());
        match view["older"].as_str() {
            Some(place) => before = place.to_owned(),
            None => break,
        }
    }
    let again: Vec<&str> =
        paths(&again).into_iter().filter(|path| !path.starts_with("/.well-known/")).collect();
    assert_eq!(again[1..], whole);
    let after = ask(&scene, &site, "statistics");
    assert_eq!(
        after["days"].as_array().unwrap().last().unwrap()["hits"].as_u64().unwrap() as usize,
        whole.len() + 1
    );
    // No tenant comes near it.
    assert!(tenant.shell("cat /var/log/alveole/access.log", "").is_err());
    assert!(tenant.shell("ls /var/log/alveole", "").is_err());
    let rights = scene.shell("stat -c '%a %U %G' /var/log/alveole/access.log").unwrap();
    assert_eq!(rights, "640 alveole-nginx adm\n");
    let file = scene.admin.get(&format!("/api/v1/sites/{}/logs/download?q=page", site.id)).unwrap();
    assert!(
        file.body.starts_with(&format!("{address} - - ["))
            && file.body.contains("\"GET /?page=1 HTTP\" 200 4"),
        "{}",
        file.body
    );
}

#[test]
fn errors_are_seen_and_what_a_tenant_puts_in_their_place_is_not() {
    let scene = Scene::open(0).unwrap();
    let tenant = scene.tenant("fautes").unwrap();
    let site = tenant.site("fautes.example").unwrap();
    let errors = |query: &str| {
        let begun = Instant::now();
        let view = ask(&scene, &site, &format!("logs?log=errors{query}"));
        assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
        assert_eq!(view["text"], Value::Null, "{view}");
        view
    };
    site.put("boom.php", "<?php throw new Exception('boom-4711');").unwrap();
    site.put(".htaccess", "RewriteEngine On\nRewriteRule ^loop$ http://%{NO_SUCH:x}/ [P]\n").unwrap();
    scene.answers(&site.name, "/boom.php", 500).unwrap();
    let seen = until("PHP's error is seen", SOON, || {
        let view = errors("&q=BOOM-4711");
        let found = view["errors"].as_array().unwrap().iter().find(|error| error["source"] == "PHP").cloned();
        found.ok_or(view.to_string())
    });
    let seen = seen.unwrap();
    let said = seen["text"].as_str().unwrap();
    assert!(
        said.contains("PHP Fatal error") && said.contains("boom.php") && said.contains("#0 {main}"),
        "{said}"
    );
    assert!(seen["at"].as_i64().unwrap() > 1_700_000_000_000, "{seen}");
    // Apache's own, by its own clock.
    site.put(".htaccess", "NoSuchDirective on\n").unwrap();
    scene.answers(&site.name, "/", 500).unwrap();
    let apache = until("Apache's error is seen", SOON, || {
        let view = errors("&q=NoSuchDirective");
        let found =
            view["errors"].as_array().unwrap().iter().find(|error| error["source"] == "Apache").cloned();
        found.ok_or(view.to_string())
    });
    let apart = apache.unwrap()["at"].as_i64().unwrap() - seen["at"].as_i64().unwrap();
    assert!((0..120_000).contains(&apart), "{apart}");

    // A pipe, a link to what only root reads, a folder, another's file: nothing is told, and nothing hangs.
    let near = scene.tenant("fautes-voisin").unwrap();
    near.shell(
        "echo '[27-Nov-2026 10:00:00 UTC] of-the-neighbour' > logs/php.log; chmod 644 logs/php.log",
        "",
    )
    .unwrap_or_default();
    near.shell(
        "umask 0; echo '[27-Nov-2026 10:00:00 UTC] of-the-neighbour' > /home/fautes-voisin/logs/php.log",
        "",
    )
    .unwrap();
    for lay in [
        "mkfifo php.log; mkfifo fautes.example.log",
        "ln -s /etc/shadow php.log; ln -s /etc/shadow fautes.example.log",
        "ln -s /var/log/alveole/access.log php.log; ln -s /proc/self/environ fautes.example.log",
        "ln -s /home/fautes-voisin/logs/php.log php.log; mkdir fautes.example.log",
    ] {
        tenant.shell(&format!("cd /home/fautes/logs && rm -rf *.log *.log.1; {lay}"), "").unwrap();
        let view = errors("");
        assert_eq!(view["errors"].as_array().unwrap().len(), 0, "{lay}: {view}");
    }
    // The whole folder, too: the home is root's, so it can be emptied and not replaced.
    tenant.shell("cd /home/fautes/logs && rm -rf *.log *.log.1; chmod 0 .", "").unwrap();
    assert_eq!(errors("")["errors"].as_array().unwrap().len(), 0);
    tenant.shell("chmod 750 /home/fautes/logs", "").unwrap();
}

#[test]
fn the_space_an_account_holds_is_counted_below_its_home_alone() {
    let scene = Scene::open(0).unwrap();
    let tenant = scene.tenant("espace").unwrap();
    let lay = "cd /home/espace/private && head -c 3000000 /dev/urandom > large && ln large again && ln -s / out && mkdir -m 0 shut";
    tenant.shell(lay, "").unwrap();
    let space =
        scene.admin.get(&format!("/api/v1/accounts/{}/space", tenant.id)).unwrap().ok("space").unwrap();
    let last = space["days"].as_array().unwrap().last().cloned().unwrap();
    assert!((3_000_000..3_300_000).contains(&last["octets"].as_u64().unwrap()), "{space}");
    assert!((8..20).contains(&last["files"].as_u64().unwrap()) && last["cut"] == false, "{space}");
    let limits = scene.admin.get(&format!("/api/v1/accounts/{}/use", tenant.id)).unwrap().ok("use").unwrap();
    let disk = limits.as_array().unwrap().iter().find(|limit| limit["what"] == "disk_mb").cloned().unwrap();
    assert_eq!(disk["used"], 4, "{limits}");
}
