//! Dumps of databases on a host with Debian's MariaDB: out and back in with all they define, and files that want more than their database.

use crate::command_line::Alveole;
use serde_json::{Value, json};
use tests::bench::{self, databases};
use tests::http::Reply;
use tests::own::Own;
use tests::panel::Ports;
use tests::play::{PATIENCE, Scene, Tenant, text};
use tests::stage::Extra;
use tests::wait::until;

/// As the host's root.
fn root(scene: &Scene, sql: &str) -> String {
    scene.root(&["mariadb", "--batch", "--skip-column-names", "-e", sql]).unwrap().trim().to_owned()
}

struct Made<'a> {
    own: &'a Own,
    account: String,
    id: String,
}

impl Made<'_> {
    fn make<'a>(own: &'a Own, tenant: &Tenant<'_>, name: &str) -> Made<'a> {
        let path = format!("/api/v1/accounts/{}/databases", tenant.id);
        let made = own.admin.json("POST", &path, &json!({ "name": name })).unwrap().ok(name).unwrap();
        own.newest(&tenant.id, "verified").unwrap();
        Made { own, account: tenant.id.clone(), id: text(&made, "id") }
    }

    fn path(&self) -> String {
        format!("/api/v1/databases/{}/dump", self.id)
    }

    fn import(&self, sql: &str) -> Reply {
        let kind = "application/octet-stream";
        self.own.admin.ask("PUT", &self.path(), kind, Some(sql.to_owned())).unwrap()
    }

    fn newest(&self) -> Value {
        let path = format!("/api/v1/accounts/{}/changes?limit=1", self.account);
        self.own.admin.get(&path).unwrap().ok("changes").unwrap()["items"][0].clone()
    }

    /// What is refused, and on which line.
    fn refused(&self, sql: &str, line: u32) -> String {
        // One at a time: the one before may not have left its host yet.
        let reply = until("it is tried", PATIENCE, || {
            let reply = self.import(sql);
            if reply.body.contains("session_refused") { Err(reply.body) } else { Ok(reply) }
        })
        .unwrap();
        assert_eq!(
            (reply.status, text(&reply.json(), "code").as_str()),
            (409, "dump_line"),
            "{sql}: {}",
            reply.body
        );
        let said = text(&reply.json(), "detail");
        assert!(said.contains(&format!(" ligne {line}\u{a0}:")), "{sql}: {said}");
        assert_eq!(self.newest()["after"]["outcome"], "refused");
        said
    }
}

#[test]
fn a_dump_goes_out_and_comes_back_and_reaches_nothing_else() {
    let own = Own::up("dumps", 1, Ports::free().unwrap(), Extra::default()).unwrap();
    databases::install(&own).unwrap();
    let (alpha, beta) = (own.tenant("alpha").unwrap(), own.tenant("beta").unwrap());
    let (wiki, copy) = (Made::make(&own, &alpha, "wiki"), Made::make(&own, &alpha, "copy"));
    let other = Made::make(&own, &beta, "shop");
    there_and_back(&wiki, &copy);
    nothing_but_its_database(&wiki, &other);
    bench::print(&[databases::ready(&own, "2", 40).unwrap()]);
    ends_with_the_agent_and_the_account(&wiki);
}

fn there_and_back(wiki: &Made<'_>, copy: &Made<'_>) {
    let own = wiki.own;
    // As another panel's dump has it: by who defined it there.
    let rows: Vec<String> = (0..2_000).map(|n| format!("({n}, REPEAT('é', 200))")).collect();
    let sql = format!(
        "CREATE TABLE pages (id INT PRIMARY KEY, word TEXT CHARACTER SET utf8mb4);
INSERT INTO pages VALUES {};
CREATE DEFINER=`root`@`localhost` SQL SECURITY DEFINER VIEW few AS SELECT id FROM pages WHERE id < 3;
DELIMITER ;;
CREATE DEFINER=`plesk`@`%` FUNCTION twice(a INT) RETURNS INT DETERMINISTIC
BEGIN RETURN 2 * a; END;;
CREATE DEFINER=`plesk`@`%` TRIGGER shout BEFORE INSERT ON pages FOR EACH ROW SET NEW.word = UPPER(NEW.word);;
DELIMITER ;
INSERT INTO pages VALUES (-1, 'miel');
",
        rows.join(",")
    );
    let reply = wiki.import(&sql);
    assert_eq!(reply.status, 204, "{}", reply.body);
    let kept = wiki.newest();
    assert_eq!((&kept["verb"], &kept["after"]["outcome"]), (&json!("database.import"), &json!("whole")));
    assert_eq!(kept["after"]["octets"], sql.len());
    let definers = "SELECT GROUP_CONCAT(DISTINCT DEFINER) FROM (SELECT DEFINER FROM information_schema.VIEWS WHERE TABLE_SCHEMA='alpha_wiki'
        UNION SELECT DEFINER FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA='alpha_wiki'
        UNION SELECT DEFINER FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA='alpha_wiki') d";
    assert_eq!(root(own, definers), "alpha_-wiki@localhost");
    // From a terminal to a file, and from the file into another database.
    let alveole = Alveole::new(own);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wiki.sql.gz");
    alveole.to_file(&["database", "export", "alpha_wiki"], &file);
    assert_eq!(wiki.newest()["verb"], "database.export");
    assert_eq!(wiki.newest()["after"]["octets"], file.metadata().unwrap().len());
    let said = alveole.run("C", &["database", "import", "alpha_copy", file.to_str().unwrap()]);
    assert_eq!(said.code, 0, "{said:?}");
    for (sql, wanted) in [
        ("SELECT CONCAT_WS(' ', COUNT(*), SUM(CHAR_LENGTH(word))) FROM alpha_copy.pages", "2001 400004"),
        ("SELECT alpha_copy.twice(21)", "42"),
        ("SELECT COUNT(*) FROM alpha_copy.few", "4"),
        ("SELECT COUNT(*) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA='alpha_copy'", "1"),
        ("SELECT word FROM alpha_copy.pages WHERE id = -1", "MIEL"),
    ] {
        assert_eq!(root(own, sql), wanted, "{sql}");
    }
    assert_eq!(copy.newest()["subject"]["label"], "alpha_copy");
    visitors_are_out(own);
}

/// Nobody comes in once a session is over.
fn visitors_are_out(own: &Own) {
    until("visitors are locked out", PATIENCE, || {
        let open = root(
            own,
            "SELECT COUNT(*) FROM mysql.global_priv WHERE User LIKE '%\\_-%' AND COALESCE(JSON_VALUE(Priv,'$.account_locked'),0) <> 1",
        );
        if open == "0" { Ok(()) } else { Err(open) }
    })
    .unwrap();
}

fn nothing_but_its_database(wiki: &Made<'_>, other: &Made<'_>) {
    let own = wiki.own;
    root(own, "CREATE TABLE beta_shop.t (a INT); INSERT INTO beta_shop.t VALUES (1)");
    own.shell("echo 'CREATE TABLE sourced (a INT);' > /tmp/x.sql; chmod 644 /tmp/x.sql").unwrap();
    for wants in [
        "USE beta_shop;",
        "INSERT INTO beta_shop.t VALUES (2);",
        "DROP DATABASE beta_shop;",
        "CREATE DATABASE alpha_more;",
        "GRANT ALL ON *.* TO CURRENT_USER;",
        "CREATE USER x@localhost;",
        "SET GLOBAL max_connections = 1;",
        "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE pages;",
        "LOAD DATA INFILE '/etc/passwd' INTO TABLE pages;",
        "SELECT 1 INTO OUTFILE '/tmp/out';",
        "/*!50003 CREATE*/ /*!50020 DEFINER='root'@'localhost' */ /*!50003 VIEW beta_shop.v AS SELECT 1 */;",
        "CREATE\nDEFINER=root@localhost VIEW v AS SELECT 1;",
        "\\! touch /tmp/out\n;",
        "system touch /tmp/out\n;",
        "source /tmp/x.sql\n;",
        "\\. /tmp/x.sql\n;",
        "tee /tmp/out\n;",
        "\\T /tmp/out\n;",
        "pager cat > /tmp/out\n;",
    ] {
        // What comes before stays, what comes after is never run.
        let said = wiki.refused(&format!("SELECT 1;\n{wants}\nDROP TABLE pages;\n"), 2);
        println!("{wants:?}: {said}");
    }
    assert_eq!(root(own, "SELECT COUNT(*) FROM alpha_wiki.pages"), "2001");
    assert_eq!(root(own, "SELECT COUNT(*) FROM beta_shop.t"), "1");
    assert_eq!(root(own, "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_NAME='sourced'"), "0");
    assert_eq!(own.shell("ls /tmp/out /home/alpha/tmp/out 2>/dev/null || true").unwrap(), "");
    // Packed, and not to its end.
    let reply = wiki.import("\u{1f}\u{8b}");
    assert_ne!(reply.status, 204);
    // Another's is not there for whoever has none of it.
    let reply = own.admin.with_token("none").get(&other.path()).unwrap();
    assert_eq!(reply.status, 401);
    visitors_are_out(own);
}

/// An import goes on and on; then the agent dies, and another time the account is suspended.
fn ends_with_the_agent_and_the_account(wiki: &Made<'_>) {
    let own = wiki.own;
    let long = "SELECT SLEEP(100);\n".repeat(3);
    for suspends in [false, true] {
        std::thread::scope(|scope| {
            let asked = scope.spawn(|| wiki.import(&long));
            until("it runs", PATIENCE, || {
                let runs = root(own, "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER='alpha_-wiki' AND INFO LIKE 'SELECT SLEEP%'");
                if runs == "1" { Ok(()) } else { Err(runs) }
            })
            .unwrap();
            // One at a time of an account.
            let second = own.admin.get(&wiki.path()).unwrap();
            assert_eq!((second.status, text(&second.json(), "code").as_str()), (409, "session_refused"));
            let no_argument_tells = own.shell("tr '\\0' ' ' < /proc/$(pgrep -x mariadb)/cmdline; tr '\\0' ' ' < /proc/$(pgrep -x mariadb)/environ; stat -c %U /proc/$(pgrep -x mariadb)").unwrap();
            assert!(
                !no_argument_tells.contains("assword") && no_argument_tells.contains("alpha\n"),
                "{no_argument_tells}"
            );
            if suspends {
                let path = format!("/api/v1/accounts/{}/suspend", wiki.account);
                own.admin
                    .json("POST", &path, &json!({ "code": "unpaid", "reason": "x" }))
                    .unwrap()
                    .ok("suspend")
                    .unwrap();
            } else {
                own.shell("systemctl kill -s KILL --kill-whom=main alveole-agent").unwrap();
            }
            until("nobody is in", PATIENCE, || {
                let runs =
                    root(own, "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER='alpha_-wiki'");
                if runs == "0" { Ok(()) } else { Err(runs) }
            })
            .unwrap();
            visitors_are_out(own);
            until("its unit is gone", PATIENCE, || {
                let units = own.shell("systemctl list-units --no-legend 'alveole-dump-*'")?;
                if units.is_empty() { Ok(()) } else { Err(units) }
            })
            .unwrap();
            assert_eq!(asked.join().unwrap().status, 409);
        });
    }
}
