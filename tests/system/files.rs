//! Files of accounts on a real host: through the panel, over sessions that the agent dials, by a process that has the tenant's uid.

use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tests::http::Reply;
use tests::own::Own;
use tests::panel::Ports;
use tests::play::{PATIENCE, Tenant, text};
use tests::run::{run, run_with};
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
    until("the neighbour has honey", PATIENCE, || {
        near.shell(
            "umask 0; echo the-honey > /home/voisine/private/note && chmod 777 /home/voisine/private",
            "",
        )
    })
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
    sftp(&own, &tenant);
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
    let restored = files.act("trash/restore", &json!({ "item": trash[0]["id"] }));
    assert_eq!((restored.status, &restored.json()["path"]), (200, &trash[0]["from"]));
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
        ("private/odd/zero", "file_link"),
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
    let swapping = "cd ~ruche/private/swap; until test -e stop; do mkdir way; rm -rf way; ln -s /home/voisine/private way; rm -f way; done 2>/dev/null; true";
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
    let left = own.shell("cat /home/voisine/private/note && ls -lA /home/voisine/private").unwrap();
    assert!(left.starts_with("the-honey\ntotal ") && left.lines().count() == 3, "{left:?}");
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

/// OpenSSH's own client, from this machine.
struct Sftp<'a> {
    own: &'a Own,
    folder: tempfile::TempDir,
}

impl Sftp<'_> {
    fn key(&self, name: &str) -> String {
        let path = self.folder.path().join(name);
        run(
            "/usr/bin/ssh-keygen",
            ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", &path.display().to_string()],
        )
        .unwrap()
        .ok("ssh-keygen")
        .unwrap();
        std::fs::read_to_string(path.with_extension("pub")).unwrap()
    }

    /// `ssh` or `sftp` with a key and nothing else; what it said, and whether it went well.
    fn call(&self, program: &str, key: &str, user: &str, more: &[&str], stdin: &str) -> (bool, String) {
        let port = if program.ends_with("sftp") { "-P" } else { "-p" };
        let key = self.folder.path().join(key).display().to_string();
        let known = format!("UserKnownHostsFile={}", self.folder.path().join("known").display());
        let to = format!("{user}@{}", self.own.host.address);
        let mut args = vec![
            port,
            "2222",
            "-i",
            &key,
            "-o",
            "IdentitiesOnly=yes",
            "-o",
            "BatchMode=yes",
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            &known,
            "-o",
            "ConnectTimeout=10",
            "-F",
            "none",
        ];
        let (before, after): (Vec<&str>, Vec<&str>) = match program.ends_with("sftp") {
            true => (more.to_vec(), vec![]),
            false => (vec![], more.to_vec()),
        };
        args.extend(before);
        args.push(&to);
        args.extend(after);
        let said = run_with(program, args, stdin).unwrap();
        (said.code == 0, format!("{}{}", said.out, said.err))
    }

    fn sftp(&self, key: &str, user: &str, lines: &str) -> (bool, String) {
        self.call("/usr/bin/sftp", key, user, &["-b", "-"], lines)
    }
}

/// A key that was let in opens the account's own files, and nothing else of the host.
fn sftp(own: &Own, tenant: &Tenant<'_>) {
    let sftp = Sftp { own, folder: tempfile::tempdir().unwrap() };
    let (good, _wrong) = (sftp.key("good"), sftp.key("wrong"));
    assert!(!sftp.sftp("good", "ruche", "ls").0, "before it was let in");
    let keys = format!("/api/v1/accounts/{}/ssh-keys", tenant.id);
    let made = own.admin.json("POST", &keys, &json!({ "key": good })).unwrap().ok("a key").unwrap();
    assert_eq!(made["label"], "good");
    own.newest(&tenant.id, "verified").unwrap();
    let file = sftp.folder.path().join("page.html");
    std::fs::write(&file, "<h1>par SFTP</h1>").unwrap();
    let put = format!(
        "put {} sites/www.files.example/public/sftp.html\nls -l sites/www.files.example/public",
        file.display()
    );
    let (went, said) = sftp.sftp("good", "ruche", &put);
    assert!(went && said.contains("sftp.html"), "{said}");
    own.answers("www.files.example", "/sftp.html", 200).unwrap();
    assert_eq!(
        own.shell("stat -c '%U %a' /home/ruche/sites/www.files.example/public/sftp.html").unwrap(),
        "ruche 640\n"
    );
    // Wrong key, another account, root, a password: none.
    for (key, user) in [("wrong", "ruche"), ("good", "voisine"), ("good", "root"), ("good", "nobody")] {
        let (went, said) = sftp.sftp(key, user, "ls");
        assert!(!went && said.contains("Permission denied"), "{key} {user}: {said}");
    }
    // The home is all there is: neither up nor through a link.
    let taken = sftp.folder.path().join("taken");
    let tries = format!(
        "-ls /etc\n-ls ../voisine\n-get /private/near/note {}\n-put /etc/hostname /x\npwd",
        taken.display()
    );
    let (_, said) = sftp.sftp("good", "ruche", &tries);
    assert!(said.contains("Remote working directory: /") && !said.contains("passwd"), "{said}");
    assert!(!taken.exists(), "{said}");
    let top = own.shell("ls -A /home/ruche").unwrap();
    assert_eq!(top, "logs\nprivate\nsites\ntmp\n");
    let (_, said) = sftp.sftp("good", "ruche", "put /etc/hostname private/s\n-chmod 4755 private/s");
    assert_eq!(own.shell("stat -c %a /home/ruche/private/s").unwrap().trim().len(), 3, "{said}");
    // No shell, no command, no forwarding.
    let (_, said) = sftp.call("/usr/bin/ssh", "good", "ruche", &["id"], "");
    assert!(!said.contains("uid="), "{said}");
    let (_, said) = sftp.call("/usr/bin/ssh", "good", "ruche", &["-W", "127.0.0.1:22"], "");
    assert!(!said.contains("OpenSSH"), "{said}");
    // An open connection ends with the account's service, and none begins.
    let uid = tenant.uid;
    let alive = || own.shell(&format!("pgrep -c -U {uid} sshd-session || true")).unwrap().trim().to_owned();
    let stop = sftp.folder.path().join("stop");
    let wait = format!("!until test -e {}; do sleep 0.2; done\nls\n", stop.display());
    let path = format!("/api/v1/accounts/{}", tenant.id);
    std::thread::scope(|scope| {
        let open = scope.spawn(|| sftp.sftp("good", "ruche", &wait));
        let connected =
            until("it is connected", PATIENCE, || if alive() == "0" { Err(alive()) } else { Ok(()) });
        let reason = json!({ "code": "at_request", "reason": "x" });
        let suspended = own.admin.json("POST", &format!("{path}/suspend"), &reason);
        let begun = Instant::now();
        let cut =
            until("it is cut", Duration::from_secs(5), || if alive() == "0" { Ok(()) } else { Err(alive()) });
        let took = begun.elapsed();
        // Whatever came of it, the client is let go on, or this would wait for ever.
        std::fs::write(&stop, "").unwrap();
        let (went, said) = open.join().unwrap();
        connected.unwrap();
        suspended.unwrap().ok("suspend").unwrap();
        cut.unwrap();
        println!("a connection over SFTP ended {took:?} after the account's suspension");
        assert!(!went, "{said}");
    });
    assert!(!sftp.sftp("good", "ruche", "ls").0, "suspended");
    own.admin.json("POST", &format!("{path}/resume"), &json!({})).unwrap().ok("resume").unwrap();
    until("it opens again", PATIENCE, || {
        if sftp.sftp("good", "ruche", "ls").0 { Ok(()) } else { Err(String::new()) }
    })
    .unwrap();
    // Taken away: it opens nothing.
    let gone = own.admin.ask("DELETE", &format!("/api/v1/ssh-keys/{}", text(&made, "id")), "", None).unwrap();
    assert_eq!(gone.status, 204);
    own.newest(&tenant.id, "verified").unwrap();
    assert!(!sftp.sftp("good", "ruche", "ls").0);
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
