//! Files of accounts on a real host: through the panel, over sessions that the agent dials, by a process that has the tenant's uid.

use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tests::http::Reply;
use tests::own::Own;
use tests::panel::Ports;
use tests::play::{PATIENCE, Tenant, text};
use tests::stage::Extra;
use tests::wait::until;

/// An account's files as the panel's API shows them.
struct Files<'a> {
    own: &'a Own,
    path: String,
}

impl Files<'_> {
    fn of<'a>(own: &'a Own, tenant: &Tenant<'_>) -> Files<'a> {
        Files { own, path: format!("/api/v1/accounts/{}/files", tenant.id) }
    }

    fn list(&self, query: &str) -> Vec<Value> {
        let found = self.own.admin.get(&format!("{}?{query}", self.path)).unwrap();
        found.ok(query).unwrap()["items"].as_array().unwrap().clone()
    }

    fn names(&self, folder: &str) -> Vec<String> {
        self.list(&format!("path={folder}")).iter().map(|file| text(file, "name")).collect()
    }

    fn get(&self, path: &str) -> Reply {
        self.own.admin.get(&format!("{}/contents?path={path}", self.path)).unwrap()
    }

    fn put(&self, query: &str, octets: &str) -> Reply {
        let path = format!("{}/contents?path={query}", self.path);
        self.own.admin.ask("PUT", &path, "application/octet-stream", Some(octets.to_owned())).unwrap()
    }

    fn act(&self, verb: &str, body: &Value) -> Reply {
        self.own.admin.json("POST", &format!("{}/{verb}", self.path), body).unwrap()
    }

    fn done(&self, verb: &str, body: &Value) {
        let reply = self.act(verb, body);
        assert_eq!(reply.status, 204, "{verb} {body}: {}", reply.body);
    }
}

fn code(reply: &Reply) -> String {
    text(&reply.json(), "code")
}

#[test]
fn files_are_the_tenants_alone() {
    let own = Own::up("files", 1, Ports::free().unwrap(), Extra::default()).unwrap();
    let tenant = own.tenant("ruche").unwrap();
    let near = own.tenant("voisine").unwrap();
    near.shell("umask 0; echo the-honey > /home/voisine/private/note; chmod 777 /home/voisine/private", "")
        .unwrap();
    let files = Files::of(&own, &tenant);
    until("the host can be asked", PATIENCE, || {
        let reply = own.admin.get(&files.path)?;
        if reply.status == 200 { Ok(()) } else { Err(reply.body) }
    })
    .unwrap();
    a_day_with_files(&own, &tenant, &files);
    odd_names(&tenant, &files);
    no_way_to_a_neighbour(&own, &tenant, &files);
    ten_thousand_entries(&tenant, &files);
    suspended(&own, &tenant, &files);
}

/// Browse, upload, download, edit, rename, delete, restore.
fn a_day_with_files(own: &Own, tenant: &Tenant<'_>, files: &Files<'_>) {
    assert_eq!(files.names(""), ["logs", "private", "sites", "tmp"]);
    let site = tenant.site("www.files.example").unwrap();
    files.done("folders", &json!({ "path": "sites/www.files.example/public/img" }));
    let page = "sites/www.files.example/public/page.html";
    assert_eq!(files.put(page, "<h1>bonjour</h1>").status, 204);
    // What is put is served at once, and is the tenant's.
    let shown = own.answers("www.files.example", "/page.html", 200).unwrap();
    assert!(shown.body.contains("bonjour"));
    let whose = own.shell(&format!("stat -c '%U %a' /home/ruche/{page}")).unwrap();
    assert_eq!(whose, "ruche 640\n");
    let got = files.get(page);
    assert_eq!((got.status, got.body.as_str()), (200, "<h1>bonjour</h1>"));
    assert_eq!(got.header("content-type"), Some("application/octet-stream"));
    assert!(got.header("content-disposition").unwrap().starts_with("attachment"));
    // Edited, then by somebody else meanwhile.
    let known = files.list("path=sites/www.files.example/public&sort=-modified")[1].clone();
    assert_eq!(text(&known, "path"), page);
    let edit = |text: &str, stamp: &str| files.put(&format!("{page}&stamp={stamp}"), text);
    assert_eq!(edit("<h1>encore</h1>", &text(&known, "stamp")).status, 204);
    let stale = edit("<h1>perdu</h1>", &text(&known, "stamp"));
    assert_eq!((stale.status, code(&stale).as_str()), (412, "file_changed"));
    assert_eq!(code(&files.put(page, "x")), "file_exists");
    assert_eq!(files.get(page).body, "<h1>encore</h1>");
    let to = "sites/www.files.example/public/img/page.html";
    files.done("move", &json!({ "from": page, "to": to }));
    files.done("copy", &json!({ "from": "sites/www.files.example/public/img", "to": "private/img" }));
    files.done("mode", &json!({ "path": "private/img/page.html", "mode": "600" }));
    assert_eq!(own.shell("stat -c '%U %a' /home/ruche/private/img/page.html").unwrap(), "ruche 600\n");
    let found = files.list("q=PAGE&path=sites");
    assert_eq!(found.iter().map(|file| text(file, "path")).collect::<Vec<_>>(), [to]);
    // Deleted and back.
    files.done("delete", &json!({ "path": "sites/www.files.example/public/img" }));
    assert_eq!(site.get("/img/page.html").unwrap().status, 404);
    let trash = own.admin.get(&format!("{}/trash", files.path)).unwrap().ok("trash").unwrap();
    assert_eq!(trash[0]["from"], "sites/www.files.example/public/img");
    files.done("trash/restore", &json!({ "item": trash[0]["id"] }));
    assert_eq!(files.get(to).body, "<h1>encore</h1>");
    // All of it stands in history; nothing of it in the agent's journal.
    let newest = own.newest(&tenant.id, "applied").unwrap();
    assert_eq!(newest["verb"], "file.restore");
    assert_eq!(code(&files.put("sites", "x")), "file_ours");
    assert_eq!(code(&files.put("racine.txt", "x")), "file_ours");
}

/// A pipe, a socket, a device, names that are no text: none breaks a listing or lets anybody wait.
fn odd_names(tenant: &Tenant<'_>, files: &Files<'_>) {
    tenant
        .shell(
            "mkdir ~ruche/private/odd; cd ~ruche/private/odd; mkfifo pipe; ln -s /dev/zero zero; ln -s /etc etc; touch \"$(printf 'a\\nb\\377')\" -- -rf; \
             touch \"$(printf '%0255d' 7)\"; printf x > '%41'",
            "",
        )
        .unwrap();
    let listed = files.list("path=private/odd");
    let kinds: Vec<_> = listed.iter().map(|file| text(file, "kind")).collect();
    assert_eq!(listed.len(), 7, "{listed:?}");
    assert!(kinds.contains(&"other".to_owned()) && kinds.contains(&"link".to_owned()), "{kinds:?}");
    let odd = listed.iter().find(|file| text(file, "name").contains("%0A")).unwrap();
    assert_eq!(text(odd, "path"), "private/odd/a%0Ab%FF");
    files.done("delete", &json!({ "path": odd["path"] }));
    for (path, why) in [
        ("private/odd/pipe", "not_a_file"),
        ("private/odd/zero", "file_outside"),
        ("private/odd/etc/passwd", "file_outside"),
        ("private/odd", "not_a_file"),
        ("private/nothing", "file_gone"),
    ] {
        assert_eq!(code(&files.get(path)), why, "{path}");
    }
    assert_eq!(files.list("path=private/odd").len(), 6);
}

/// By path, by link, by a link that is swapped a thousand times: never.
fn no_way_to_a_neighbour(own: &Own, tenant: &Tenant<'_>, files: &Files<'_>) {
    tenant.shell("ln -s /home/voisine/private ~ruche/private/near; ln -s ../../voisine/private ~ruche/private/up; mkdir ~ruche/private/swap", "").unwrap();
    for folder in ["private/near", "private/up"] {
        assert_eq!(code(&files.get(&format!("{folder}/note"))), "file_outside");
        assert_eq!(code(&files.put(&format!("{folder}/note&over=replace"), "x")), "file_outside");
        assert_eq!(code(&files.act("delete", &json!({ "path": format!("{folder}/note") }))), "file_outside");
    }
    let swapping = "cd ~ruche/private/swap; until test -e stop; do mkdir way 2>/dev/null; rmdir way; ln -s /home/voisine/private way; rm way; done";
    std::thread::scope(|scope| {
        let swapper = scope.spawn(|| tenant.shell(swapping, ""));
        let (mut tries, begun) = (0, Instant::now());
        while tries < 1_000 && begun.elapsed() < Duration::from_secs(240) {
            let got = files.get("private/swap/way/note");
            assert!(got.status != 200, "{}", got.body);
            assert_ne!(files.put("private/swap/way/note&over=replace", "spoiled").status, 500);
            files.act("delete", &json!({ "path": "private/swap/way/note" }));
            tries += 3;
        }
        tenant.shell("touch ~ruche/private/swap/stop", "").unwrap();
        swapper.join().unwrap().unwrap();
        println!("{tries} tries on swapped links");
    });
    assert_eq!(
        own.shell("cat /home/voisine/private/note; ls -A /home/voisine/private").unwrap(),
        "the-honey\nnote\n"
    );
    // The process has the tenant's uid and can be looked into by none of the tenant's own.
    let mode = own.shell("stat -c %a /usr/lib/alveole/alveole-files").unwrap();
    assert_eq!(mode, "711\n");
}

fn ten_thousand_entries(tenant: &Tenant<'_>, files: &Files<'_>) {
    tenant
        .shell(
            "mkdir ~ruche/private/many; cd ~ruche/private/many; seq -f 'file-%05g.txt' 10000 | xargs touch",
            "",
        )
        .unwrap();
    let mut took = Vec::new();
    for _ in 0..20 {
        let begun = Instant::now();
        assert_eq!(files.list("path=private/many&limit=200").len(), 200);
        took.push(begun.elapsed());
    }
    took.sort();
    println!("a page of 10,000 entries: median {:?}, worst {:?} (debug build, n = 20)", took[10], took[19]);
    assert!(took[10] < Duration::from_secs(2), "{took:?}");
}

/// Sessions end with the account's service, and none begins.
fn suspended(own: &Own, tenant: &Tenant<'_>, files: &Files<'_>) {
    let path = format!("/api/v1/accounts/{}", tenant.id);
    let suspended =
        own.admin.json("POST", &format!("{path}/suspend"), &json!({ "code": "at_request", "reason": "x" }));
    suspended.unwrap().ok("suspend").unwrap();
    assert_eq!(code(&own.admin.get(&files.path).unwrap()), "account_suspended");
    until("no process of it is left", Duration::from_secs(5), || {
        let left = own.shell(&format!("pgrep -c -U {} || true", tenant.uid))?;
        if left.trim() == "0" { Ok(()) } else { Err(left) }
    })
    .unwrap();
    own.admin.json("POST", &format!("{path}/resume"), &json!({})).unwrap().ok("resume").unwrap();
    until("its files are back", PATIENCE, || {
        let reply = own.admin.get(&files.path)?;
        if reply.status == 200 { Ok(()) } else { Err(reply.body) }
    })
    .unwrap();
}
