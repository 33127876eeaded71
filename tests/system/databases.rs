//! Databases on a host with Debian's MariaDB: used from PHP inside the cell, kept from each other, ended, brought back, and made by an
//! agent that dies with -9 before and after every step.

use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tests::audit::history_is_whole;
use tests::fault::die_all_the_way;
use tests::own::Own;
use tests::panel::Ports;
use tests::play::{PATIENCE, Scene, Site, Tenant, text};
use tests::stage::Extra;
use tests::wait::until;

/// What this file walks, for the check of the table in faults.rs.
pub const WALKED: [&str; 5] =
    ["database.create", "database.change", "database.suspend", "database.erase", "database.remove"];

/// Installed as an admin does; the agent, which dpkg wakes for it, tells the panel.
fn install(scene: &Scene) {
    scene.shell("DEBIAN_FRONTEND=noninteractive apt-get install -y -qq mariadb-server").unwrap();
    until("the agent tells of MariaDB", PATIENCE, || {
        let host = scene.admin.get(&format!("/api/v1/hosts/{}", scene.host_id()?))?.ok("host")?;
        let told = host["facts"]["mariadb"].is_string() && host["connected"] == true;
        if told { Ok(()) } else { Err(host.to_string()) }
    })
    .unwrap();
    let set =
        root(scene, "SELECT CONCAT(@@local_infile, @@have_symlink, @@secure_file_priv, @@max_connections)");
    assert_eq!(set.trim(), "OFFDISABLED/etc/mysql/conf.d/500");
}

/// As the host's root.
fn root(scene: &Scene, sql: &str) -> String {
    scene.root(&["mariadb", "--batch", "--skip-column-names", "-e", sql]).unwrap()
}

/// A database with its first user's password.
struct Made {
    id: String,
    name: String,
    user: String,
    password: String,
}

fn ask(scene: &Scene, method: &str, path: &str, body: &Value) -> Value {
    let reply = scene.admin.json(method, &format!("/api/v1{path}"), body).unwrap();
    assert_eq!(reply.status / 100, 2, "{method} {path}: {}", reply.body);
    if reply.body.is_empty() { Value::Null } else { reply.json() }
}

fn make(tenant: &Tenant<'_>, name: &str) -> Made {
    let scene = tenant.scene;
    let made = ask(scene, "POST", &format!("/accounts/{}/databases", tenant.id), &json!({ "name": name }));
    scene.newest(&tenant.id, "verified").unwrap();
    let user = &made["users"][0];
    Made {
        id: text(&made, "id"),
        name: text(&made, "name"),
        user: text(user, "name"),
        password: text(&made, "password"),
    }
}

static TURN: AtomicUsize = AtomicUsize::new(0);

/// What PHP in the cell gets for one statement: rows, or the number of the error.
fn php(site: &Site<'_>, database: &str, (user, password): (&str, &str), sql: &str) -> String {
    let file = format!("q{}.php", TURN.fetch_add(1, Ordering::Relaxed));
    let sql = sql.replace('\'', "\\'");
    let page = format!(
        "<?php mysqli_report(MYSQLI_REPORT_OFF);
$db = @new mysqli('localhost', '{user}', '{password}', '{database}');
if ($db->connect_errno) die('refused ' . $db->connect_errno);
$got = $db->query('{sql}');
if ($got === false) die('error ' . $db->errno);
if ($got !== true) foreach ($got as $row) echo implode(' ', $row), \"\\n\";"
    );
    site.put(&file, &page).unwrap();
    let reply = site.get(&format!("/{file}")).unwrap();
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.body.trim().to_owned()
}

/// Which error a client on the host itself gets; nothing where it gets in.
fn enters(scene: &Scene, made: &Made) -> String {
    let line = format!(
        "mariadb -u {} -p{} {} -e 'SELECT 1' 2>&1 >/dev/null | grep -o 'ERROR [0-9]*' || true",
        made.user, made.password, made.name
    );
    scene.shell(&line).unwrap().trim().to_owned()
}

fn stands(scene: &Scene, sql: &str, wanted: &str) {
    until(&format!("{sql} gives {wanted}"), PATIENCE, || {
        let got = root(scene, sql);
        if got.trim() == wanted { Ok(()) } else { Err(got) }
    })
    .unwrap();
}

#[test]
fn databases_are_used_kept_apart_ended_and_survive_an_agent_killed_at_any_step() {
    // What is deleted is erased at the panel's next start.
    let extra = Extra { panel_toml: "keep_deleted_days = 0".to_owned(), ..Extra::default() };
    let own = Own::up("databases", 1, Ports::free().unwrap(), extra).unwrap();
    install(&own);
    let (alpha, beta) = (own.tenant("alpha").unwrap(), own.tenant("beta").unwrap());
    let (site, other) = (alpha.site("alpha.example").unwrap(), beta.site("beta.example").unwrap());
    let wiki = used_with_rights(&own, &alpha, &site);
    kept_apart(&own, &wiki, &beta, &site, &other);
    soon_and_bounded(&own, &beta, &other);
    let wiki = ended_and_back(&own, &alpha, &site, wiki);
    killed_at_any_step(&own, &alpha, &site);
    assert_eq!(php(&site, &wiki.name, (&wiki.user, &wiki.password), "SELECT word FROM pages"), "miel");
    history_is_whole(&own).unwrap();
}

/// Made, used, rotated; a reader reads and nothing more.
fn used_with_rights(scene: &Scene, alpha: &Tenant<'_>, site: &Site<'_>) -> Made {
    let mut wiki = make(alpha, "wiki");
    let query = |made: &Made, sql: &str| php(site, &made.name, (&made.user, &made.password), sql);
    assert_eq!(query(&wiki, "CREATE TABLE pages (word VARCHAR(20))"), "");
    assert_eq!(query(&wiki, "INSERT INTO pages VALUES ('miel')"), "");
    assert_eq!(query(&wiki, "SELECT word FROM pages"), "miel");
    let shown = ask(scene, "GET", &format!("/databases/{}", wiki.id), &Value::Null);
    let users = format!("/databases/{}/users", wiki.id);
    let fresh =
        ask(scene, "POST", &format!("{users}/{}/password", text(&shown["users"][0], "id")), &json!({}));
    scene.newest(&alpha.id, "verified").unwrap();
    assert_eq!(query(&wiki, "SELECT 1"), "refused 1045");
    wiki.password = text(&fresh, "password");
    assert_eq!(query(&wiki, "SELECT 1"), "1");
    let reader = ask(scene, "POST", &users, &json!({ "name": "reader", "rights": "read" }));
    scene.newest(&alpha.id, "verified").unwrap();
    let secret = text(&reader, "password");
    let read = |sql: &str| php(site, &wiki.name, ("alpha_reader", &secret), sql);
    assert_eq!(read("SELECT word FROM pages"), "miel");
    for refused in [
        "INSERT INTO pages VALUES ('cire')",
        "DELETE FROM pages",
        "DROP TABLE pages",
        "CREATE TABLE t (a INT)",
    ] {
        assert_eq!(read(refused), "error 1142", "{refused}");
    }
    let writer = &reader["users"]
        .as_array()
        .unwrap()
        .iter()
        .find(|user| user["name"] == "alpha_reader")
        .unwrap()["id"];
    ask(scene, "PATCH", &format!("{users}/{}", writer.as_str().unwrap()), &json!({ "rights": "write" }));
    scene.newest(&alpha.id, "verified").unwrap();
    assert_eq!(read("DELETE FROM pages WHERE word = 'cire'"), "");
    assert_eq!(read("DROP TABLE pages"), "error 1142");
    let sizes = ask(scene, "GET", &format!("/accounts/{}/databases/sizes", alpha.id), &Value::Null);
    assert!(sizes[0]["octets"].as_u64().unwrap() >= 16_384, "{sizes}");
    wiki
}

/// A database is there as soon as it is asked for; and whatever a session asks of the server, it gets so much and no more.
fn soon_and_bounded(scene: &Scene, beta: &Tenant<'_>, site: &Site<'_>) {
    let page = "<?php mysqli_report(MYSQLI_REPORT_OFF);
$db = @new mysqli('localhost', $_GET['user'], $_GET['password'], $_GET['user']);
if ($db->connect_errno) die('refused');
$db->query('SET SESSION sort_buffer_size = 1073741824, max_heap_table_size = 68719476736');
echo implode(' ', $db->query('SELECT @@sort_buffer_size, @@max_heap_table_size')->fetch_row());";
    site.put("soon.php", page).unwrap();
    let mut times: Vec<Duration> = (0..20)
        .map(|n| {
            let begun = Instant::now();
            let path = format!("/accounts/{}/databases", beta.id);
            let made = ask(scene, "POST", &path, &json!({ "name": format!("soon{n}") }));
            let path = format!("/soon.php?user={}&password={}", text(&made, "name"), text(&made, "password"));
            let got = until("PHP signs in", PATIENCE, || {
                let body = site.get(&path)?.body;
                if body == "refused" { Err(body) } else { Ok(body) }
            });
            assert_eq!(got.unwrap(), "8388608 67108864");
            begun.elapsed()
        })
        .collect();
    times.sort();
    println!(
        "from a database asked for to PHP signed in: median {} ms, slowest {} ms, n = 20",
        times[10].as_millis(),
        times[19].as_millis()
    );
}

/// `_` is no wildcard, and nobody sees what others have.
fn kept_apart(scene: &Scene, wiki: &Made, beta: &Tenant<'_>, site: &Site<'_>, other: &Site<'_>) {
    root(scene, "CREATE DATABASE `alphaXwiki`; CREATE TABLE alphaXwiki.t (a INT)");
    let alpha = |sql: &str| php(site, &wiki.name, (&wiki.user, &wiki.password), sql);
    assert_eq!(alpha("SELECT * FROM alphaXwiki.t"), "error 1142");
    assert_eq!(alpha("CREATE DATABASE `alphaYwiki`"), "error 1044");
    assert_eq!(alpha("CREATE DATABASE alpha_more"), "error 1044");
    let shop = make(beta, "shop");
    scene
        .shell(&format!(
            "setsid mariadb -u {} -p{} -e 'SELECT SLEEP(600)' >/dev/null 2>&1 </dev/null &",
            wiki.user, wiki.password
        ))
        .unwrap();
    stands(scene, "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER='alpha_wiki'", "1");
    let beta = |sql: &str| php(other, &shop.name, (&shop.user, &shop.password), sql);
    assert_eq!(beta("SHOW DATABASES"), "beta_shop\ninformation_schema");
    for nothing in [
        "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE 'alpha%'",
        "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA LIKE 'alpha%'",
        "SELECT GRANTEE FROM information_schema.SCHEMA_PRIVILEGES WHERE GRANTEE NOT LIKE '_beta%'",
        "SELECT GRANTEE FROM information_schema.USER_PRIVILEGES WHERE GRANTEE NOT LIKE '_beta%'",
        "SELECT ID FROM information_schema.PROCESSLIST WHERE USER <> 'beta_shop'",
    ] {
        assert_eq!(beta(nothing), "", "{nothing}");
    }
    assert_eq!(beta("SELECT word FROM alpha_wiki.pages"), "error 1142");
    assert_eq!(beta("SELECT * FROM mysql.global_priv"), "error 1142");
    assert_eq!(beta("SELECT COUNT(*) FROM information_schema.INNODB_SYS_TABLESPACES"), "error 1227");
    assert_eq!(beta("SELECT 1 INTO OUTFILE '/tmp/x'"), "error 1227");
    // Not even with the other's password in hand would a file of the host be read.
    assert_eq!(beta("SELECT LOAD_FILE('/etc/passwd') IS NULL"), "1");
}

/// Suspended: refused, and what was open is ended. Deleted: the same, and undone with all data. Healed, when somebody meddles.
fn ended_and_back(scene: &Scene, alpha: &Tenant<'_>, site: &Site<'_>, wiki: Made) -> Made {
    ask(
        scene,
        "POST",
        &format!("/accounts/{}/suspend", alpha.id),
        &json!({ "code": "unpaid", "reason": "x" }),
    );
    stands(scene, "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER='alpha_wiki'", "0");
    assert_eq!(enters(scene, &wiki), "ERROR 4151");
    ask(scene, "POST", &format!("/accounts/{}/resume", alpha.id), &json!({}));
    scene.newest(&alpha.id, "verified").unwrap();
    let word = || php(site, &wiki.name, (&wiki.user, &wiki.password), "SELECT word FROM pages");
    assert_eq!(word(), "miel");
    ask(scene, "DELETE", &format!("/databases/{}", wiki.id), &Value::Null);
    let deleted = scene.newest(&alpha.id, "verified").unwrap();
    assert_eq!(word(), "refused 4151");
    ask(scene, "POST", &format!("/changes/{}/undo", text(&deleted, "id")), &json!({}));
    scene.newest(&alpha.id, "verified").unwrap();
    assert_eq!(word(), "miel");
    root(scene, "GRANT ALL ON *.* TO 'alpha_wiki'@'localhost'; DROP USER 'alpha_reader'@'localhost'");
    scene.shell("systemctl restart alveole-agent").unwrap();
    stands(scene, "SELECT COUNT(*) FROM mysql.global_priv WHERE User='alpha_reader'", "1");
    stands(scene, "SELECT JSON_VALUE(Priv,'$.access') FROM mysql.global_priv WHERE User='alpha_wiki'", "0");
    assert_eq!(word(), "miel");
    wiki
}

fn killed_at_any_step(own: &Own, alpha: &Tenant<'_>, site: &Site<'_>) {
    let databases = format!("/accounts/{}/databases", alpha.id);
    let mut made = Value::Null;
    die_all_the_way(own, "database.create", || {
        made = ask(own, "POST", &databases, &json!({ "name": "steps" }))
    })
    .unwrap();
    own.newest(&alpha.id, "verified").unwrap();
    let enters = |password: &str| php(site, "alpha_steps", ("alpha_steps", password), "SELECT 1");
    let first = text(&made, "password");
    assert_eq!(enters(&first), "1");
    let (id, user) = (text(&made, "id"), text(&made["users"][0], "id"));
    let mut fresh = Value::Null;
    die_all_the_way(own, "database.change", || {
        fresh = ask(own, "POST", &format!("/databases/{id}/users/{user}/password"), &json!({}));
    })
    .unwrap();
    own.newest(&alpha.id, "verified").unwrap();
    assert_eq!((enters(&first).as_str(), enters(&text(&fresh, "password")).as_str()), ("refused 1045", "1"));
    die_all_the_way(own, "database.suspend", || {
        drop(ask(own, "DELETE", &format!("/databases/{id}"), &Value::Null))
    })
    .unwrap();
    own.newest(&alpha.id, "verified").unwrap();
    assert_eq!(enters(&text(&fresh, "password")), "refused 4151");
    die_all_the_way(own, "database.erase", || {
        own.stop_panel().unwrap();
        own.start_panel().unwrap();
    })
    .unwrap();
    stands(own, "SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME='alpha_steps'", "0");
    stands(own, "SELECT COUNT(*) FROM mysql.global_priv WHERE User='alpha_steps'", "0");
    own.newest(&alpha.id, "verified").unwrap();

    // What a restored panel does not know of keeps its data, and lets nobody in.
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("panel.backup").display().to_string();
    own.panel_command(&["backup", &backup]).unwrap();
    let lost = make(alpha, "lost");
    assert_eq!(php(site, &lost.name, (&lost.user, &lost.password), "CREATE TABLE t (a INT)"), "");
    own.restore_panel(&backup).unwrap();
    let path = format!("/api/v1/hosts/{}", own.host_id().unwrap());
    until("the host is frozen", PATIENCE, || {
        let host = own.admin.get(&path)?.ok("host")?;
        if host["frozen"]["ledger_at"].is_number() { Ok(()) } else { Err(host.to_string()) }
    })
    .unwrap();
    die_all_the_way(own, "database.remove", || {
        let adopted = own.admin.json("POST", &format!("{path}/adopt"), &json!({})).unwrap();
        assert_eq!(adopted.status / 100, 2, "{}", adopted.body);
    })
    .unwrap();
    stands(own, "SELECT COUNT(*) FROM mysql.global_priv WHERE User='alpha_lost'", "0");
    assert_eq!(root(own, "SHOW TABLES FROM alpha_lost").trim(), "t");
}
