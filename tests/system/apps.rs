//! Applications by one click on a host with Debian's packages: WordPress, SPIP and DokuWiki that work, installed whole or not at all, whatever
//! dies meanwhile; and a database that only its own account enters.

use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tests::audit::history_is_whole;
use tests::fault::die_all_the_way;
use tests::http::{Reply, visit_with};
use tests::lab;
use tests::own::Own;
use tests::panel::Ports;
use tests::play::{PATIENCE, Site, Tenant, text};
use tests::stage::Extra;
use tests::wait::until;

/// What this file walks, for the check of the table in faults.rs.
pub const WALKED: [&str; 2] = ["app.create", "app.finish"];

/// Copying and installing, beside other work.
const INSTALLED: Duration = Duration::from_secs(90);

/// Installed as an admin does; the agent, which dpkg wakes for it, tells the panel.
fn install(own: &Own) {
    own.shell("DEBIAN_FRONTEND=noninteractive apt-get install -y -qq mariadb-server php wordpress wordpress-l10n php-mysql spip dokuwiki")
        .unwrap();
    // Debian's own Apache would want nginx's ports.
    assert!(own.shell("test -e /usr/lib/systemd/system/apache2.service").is_err());
    until("the agent tells of the packages", PATIENCE, || {
        let host = own.admin.get(&format!("/api/v1/hosts/{}", own.host_id()?))?.ok("host")?;
        let told = host["facts"]["apps"].as_array().map(Vec::len) == Some(3) && host["connected"] == true;
        if told && host["facts"]["mariadb"].is_string() { Ok(()) } else { Err(host.to_string()) }
    })
    .unwrap();
}

fn ask(own: &Own, verb: &str, path: &str, body: &Value) -> Value {
    let reply = own.admin.json(verb, &format!("/api/v1{path}"), body).unwrap();
    assert_eq!(reply.status / 100, 2, "{verb} {path}: {}", reply.body);
    if reply.body.is_empty() { Value::Null } else { reply.json() }
}

fn wanted(application: &str) -> Value {
    json!({ "application": application, "title": "L’été & <le miel>", "login": "ana", "email": "ana@asso.example", "language": "fr" })
}

/// Asks for it, without waiting.
fn put(own: &Own, site: &Site<'_>, application: &str) -> Value {
    ask(own, "POST", &format!("/sites/{}/apps", site.id), &wanted(application))
}

/// Waits until it is in place.
fn in_place(own: &Own, app: &Value) {
    let path = format!("/api/v1/apps/{}", text(app, "id"));
    until("the application is in place", INSTALLED, || {
        let shown = own.admin.get(&path)?.ok("app")?;
        if shown["state"] == "verified" { Ok(()) } else { Err(format!("{shown}\n{}", log(own))) }
    })
    .unwrap();
}

fn log(own: &Own) -> String {
    let line =
        "journalctl -q -n 30 -o cat -u alveole-agent -u 'alveole-app-*'; tail -n 20 /run/alveole/apps/*.out";
    own.shell(line).unwrap_or_default()
}

/// A visitor with cookies.
struct Browser<'a> {
    address: &'a str,
    name: &'a str,
    cookies: Vec<String>,
}

impl Browser<'_> {
    fn ask(&mut self, verb: &str, path: &str, kind: &str, more: &str, body: &str) -> Reply {
        let cookies: Vec<&str> = self.cookies.iter().map(String::as_str).collect();
        let request = format!(
            "{verb} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nCookie: {}\r\nContent-Type: {kind}\r\n{more}Content-Length: {}\r\n\r\n{body}",
            self.name,
            cookies.join("; "),
            body.len()
        );
        let reply = visit_with(self.address, &request).unwrap();
        for (key, value) in &reply.headers {
            if key.eq_ignore_ascii_case("set-cookie") {
                let pair = value.split(';').next().unwrap_or_default().to_owned();
                let name = pair.split('=').next().unwrap_or_default().to_owned() + "=";
                self.cookies.retain(|known| !known.starts_with(&name));
                self.cookies.push(pair);
            }
        }
        reply
    }

    fn get(&mut self, path: &str) -> Reply {
        self.ask("GET", path, "text/plain", "", "")
    }

    fn form(&mut self, path: &str, fields: &str) -> Reply {
        self.ask("POST", path, "application/x-www-form-urlencoded", "", fields)
    }
}

#[test]
fn one_click_gives_working_applications_and_nothing_that_dies_leaves_half_of_one() {
    let own = Own::up("apps", 1, Ports::free().unwrap(), Extra::default()).unwrap();
    install(&own);
    let (alpha, beta) = (own.tenant("alpha").unwrap(), own.tenant("beta").unwrap());
    let blog = alpha.site("blog.example").unwrap();
    let made = wordpress(&own, &alpha, &blog);
    enters_alone(&own, &alpha, &beta);
    scheduled(&own, &alpha, &blog, &made);
    let wiki = alpha.site("wiki.example").unwrap();
    dokuwiki(&own, &alpha, &wiki);
    let magazine = alpha.site("spip.example").unwrap();
    spip(&own, &alpha, &magazine);
    what_is_there_stays(&own, &beta);
    killed(&own, &beta);
    // Without the panel, after the host's own restart.
    own.stop_panel().unwrap();
    lab::life("reboot", &own.stage.lab, &own.host.name).unwrap();
    assert!(own.answers("blog.example", "/", 200).unwrap().body.contains("le miel"));
    assert!(own.answers("wiki.example", "/miel", 200).unwrap().body.contains("La ruche bourdonne"));
    assert!(own.answers("spip.example", "/Essaim", 200).unwrap().body.contains("Une ruche bourdonne."));
    own.start_panel().unwrap();
    history_is_whole(&own).unwrap();
}

/// Its front page, its admin, a post at its pretty address, a comment, a search, an upload.
fn wordpress(own: &Own, alpha: &Tenant<'_>, site: &Site<'_>) -> Value {
    let before = Instant::now();
    let made = put(own, site, "wordpress");
    in_place(own, &made);
    println!("WordPress in place {} ms after the click", before.elapsed().as_millis());
    let front = own.answers(&site.name, "/", 200).unwrap();
    assert!(front.body.contains("L’été &amp; &lt;le miel&gt;"), "{}", front.body);
    assert!(front.body.contains("lang=\"fr-FR\""), "in the site's language");
    let mut ana = Browser { address: &own.host.address, name: &site.name, cookies: vec![] };
    ana.get("/wp-login.php");
    let sign_in = format!("log=ana&pwd={}&redirect_to=%2Fwp-admin%2F", text(&made, "password"));
    let wrong = ana.form("/wp-login.php", "log=ana&pwd=wrong");
    assert_eq!(wrong.status, 200, "not let in");
    let entered = ana.form("/wp-login.php", &sign_in);
    assert_eq!(entered.status, 302, "{}", entered.body);
    assert!(ana.get("/wp-admin/").body.contains("wp-admin-bar-my-account"));
    let nonce = ana.get("/wp-admin/admin-ajax.php?action=rest-nonce").body;
    let nonce = format!("X-WP-Nonce: {nonce}\r\n");
    let post = json!({ "title": "Essaim", "content": "Une ruche bourdonne.", "status": "publish" });
    let posted = ana.ask("POST", "/wp-json/wp/v2/posts", "application/json", &nonce, &post.to_string());
    assert_eq!(posted.status, 201, "{}", posted.body);
    let link = text(&posted.json(), "link");
    let path = link.strip_prefix(&format!("http://{}", site.name)).unwrap_or_else(|| panic!("{link}"));
    assert!(path.ends_with("/essaim/") && path.starts_with("/20"), "{path}");
    assert!(own.answers(&site.name, path, 200).unwrap().body.contains("Une ruche bourdonne."));
    let disposition = format!("{nonce}Content-Disposition: attachment; filename=\"a.txt\"\r\n");
    let upload = ana.ask("POST", "/wp-json/wp/v2/media", "text/plain", &disposition, "cire");
    assert_eq!(upload.status, 201, "{}", upload.body);
    let source = text(&upload.json(), "source_url");
    let source = source.strip_prefix(&format!("http://{}", site.name)).unwrap();
    assert_eq!(own.answers(&site.name, source, 200).unwrap().body, "cire");
    let id = posted.json()["id"].to_string();
    let said = ana.form("/wp-comments-post.php", &format!("comment=Bravo&comment_post_ID={id}"));
    assert_eq!(said.status, 302, "{}", said.body);
    assert!(own.answers(&site.name, path, 200).unwrap().body.contains("Bravo"));
    assert!(own.answers(&site.name, "/?s=bourdonne", 200).unwrap().body.contains("Essaim"));
    assert_eq!(own.visit(&site.name, "/not/there").unwrap().status, 404);
    // All of it is the tenant's; no password is anywhere, the shown one neither.
    let home = format!("/home/{}/sites/{}", alpha.name, site.name);
    assert_eq!(own.shell(&format!("find {home} ! -user {} | head -3", alpha.name)).unwrap(), "");
    let config = own
        .shell(&format!("stat -c %a {home}/public/wp-config.php; cat {home}/public/wp-config.php"))
        .unwrap();
    assert!(config.starts_with("600\n") && config.contains("define('DB_PASSWORD', '');"), "{config}");
    let secret = text(&made, "password");
    let found =
        format!("grep -rlF {secret} /var/lib/alveole /run/alveole {home} /var/log /etc/alveole || true");
    assert_eq!(own.shell(&found).unwrap(), "");
    assert_eq!(own.shell("find /run/alveole/apps -name '*.json'").unwrap(), "");
    made
}

/// The kernel says who is who: the account's own programs, and no others, whatever they say of themselves.
fn enters_alone(own: &Own, alpha: &Tenant<'_>, beta: &Tenant<'_>) {
    let line =
        "mariadb -u alpha_wordpress alpha_wordpress -N -e 'SELECT COUNT(*) > 0 FROM wp_posts' 2>&1 || true";
    assert_eq!(alpha.shell(line, "").unwrap().trim(), "1");
    for refused in [beta.shell(line, "").unwrap(), own.shell(line).unwrap()] {
        assert!(refused.contains("ERROR 1698") || refused.contains("ERROR 1045"), "{refused}");
    }
    let with = line.replace("-u alpha_wordpress", "-u alpha_wordpress -palpha");
    assert!(beta.shell(&with, "").unwrap().contains("ERROR 1"), "a password is none either");
}

/// What a plugin wants done later is done by the cron job.
fn scheduled(own: &Own, alpha: &Tenant<'_>, site: &Site<'_>, made: &Value) {
    let plugin = "<?php
add_action('init', function () { wp_next_scheduled('hum') || get_option('hummed') || wp_schedule_single_event(time() - 1, 'hum'); });
add_action('hum', function () { update_option('hummed', 1); file_put_contents(ABSPATH . 'hummed.txt', PHP_SAPI); });";
    alpha.shell(&format!("mkdir -p {}/wp-content/mu-plugins", site.root()), "").unwrap();
    site.put("wp-content/mu-plugins/hum.php", plugin).unwrap();
    own.answers(&site.name, "/", 200).unwrap();
    // Visitors do not do it.
    assert_eq!(own.visit(&site.name, "/hummed.txt").unwrap().status, 404);
    let shown = ask(own, "GET", &format!("/apps/{}", text(made, "id")), &Value::Null);
    ask(own, "POST", &format!("/cron-jobs/{}/run", text(&shown, "cron_job")), &json!({}));
    let ran = until("the plugin's task has run", PATIENCE, || {
        let reply = own.visit(&site.name, "/hummed.txt")?;
        if reply.status == 200 { Ok(reply.body) } else { Err(reply.status.to_string()) }
    });
    assert_eq!(ran.unwrap(), "cli");
    let path = format!("/api/v1/cron-jobs/{}/runs", text(&shown, "cron_job"));
    until("the run has ended, without a word", PATIENCE, || {
        let runs = own.admin.get(&path)?.ok("runs")?;
        let run = &runs["items"][0];
        if run["how"] == "exit" && run["code"] == 0 && run["output"] == "" {
            Ok(())
        } else {
            Err(runs.to_string())
        }
    })
    .unwrap();
}

fn dokuwiki(own: &Own, alpha: &Tenant<'_>, site: &Site<'_>) {
    let before = Instant::now();
    let made = put(own, site, "dokuwiki");
    in_place(own, &made);
    println!("DokuWiki in place {} ms after the click", before.elapsed().as_millis());
    let front = own.answers(&site.name, "/", 200).unwrap();
    assert!(front.body.contains("L’été &amp; &lt;le miel&gt;"), "{}", front.body);
    let mut ana = Browser { address: &own.host.address, name: &site.name, cookies: vec![] };
    let form = ana.get("/start?do=login").body;
    let token = form.split("name=\"sectok\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let sign_in =
        |password: &str| format!("sectok={}&id=start&do=login&u=ana&p={password}", token.unwrap_or_default());
    ana.form("/start", &sign_in("wrong"));
    assert!(!ana.get("/start").body.contains("do=logout"), "not let in");
    ana.form("/start", &sign_in(&text(&made, "password")));
    let inside = ana.get("/start").body;
    assert!(inside.contains("do=logout") && inside.contains("do=admin"), "{inside}");
    let edit = ana.get("/miel?do=edit").body;
    let hidden = |name: &str| {
        let rest = edit.split(&format!("name=\"{name}\" value=\"")).nth(1);
        rest.and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
    };
    let saved = ana.form(
        "/miel",
        &format!(
            "sectok={}&id=miel&rev=0&date={}&prefix=.&suffix=&changecheck={}&target=section&do%5Bsave%5D=1&wikitext=La+ruche+bourdonne",
            hidden("sectok"),
            hidden("date"),
            hidden("changecheck")
        ),
    );
    assert!(matches!(saved.status, 302 | 303), "{}", saved.body);
    assert!(own.answers(&site.name, "/miel", 200).unwrap().body.contains("La ruche bourdonne"));
    for hidden in [
        "/conf/local.php",
        "/conf/users.auth.php",
        "/data/pages/miel.txt",
        "/inc/auth.php",
        "/bin/indexer.php",
    ] {
        assert_eq!(own.visit(&site.name, hidden).unwrap().status, 403, "{hidden}");
    }
    for script in ["/lib/exe/jquery.php", "/lib/exe/css.php", "/lib/exe/js.php"] {
        assert!(own.answers(&site.name, script, 200).unwrap().body.len() > 1000, "{script}");
    }
    let home = format!("/home/{}/sites/{}", alpha.name, site.name);
    let host = format!(
        "grep -rlE \"'/usr/share/(php|javascript)|'/etc/dokuwiki\" {home}/public --include='*.php' || true"
    );
    assert_eq!(own.shell(&host).unwrap(), "", "nothing of it leads to the host's own");
    // Refused to write who is not signed in.
    let mut nobody = Browser { address: &own.host.address, name: &site.name, cookies: vec![] };
    assert!(!nobody.get("/miel?do=edit").body.contains("name=\"do[save]\""));
}

/// Signed in with the shown password, a section and an article at its pretty address; its tasks run by the cron job.
fn spip(own: &Own, alpha: &Tenant<'_>, site: &Site<'_>) {
    let before = Instant::now();
    let made = put(own, site, "spip");
    in_place(own, &made);
    println!("SPIP in place {} ms after the click", before.elapsed().as_millis());
    let front = own.answers(&site.name, "/", 200).unwrap();
    assert!(front.body.contains("L’été &amp;") && front.body.contains("le miel"), "{}", front.body);
    assert!(front.body.contains("lang=\"fr\""), "in the site's language");
    let mut ana = Browser { address: &own.host.address, name: &site.name, cookies: vec![] };
    let path = "/spip.php?page=login&url=ecrire%2F";
    let form = ana.get(path).body;
    let hidden = |name: &str| {
        let rest = form.split(&format!("name='{name}' type='hidden'")).nth(1);
        let value = rest.and_then(|rest| rest.split("value='").nth(1)?.split('\'').next());
        value.unwrap_or_default().replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
    };
    let fields = |password: &str| {
        let (args, sign) = (hidden("formulaire_action_args"), hidden("formulaire_action_sign"));
        format!(
            "page=login&url=ecrire%2F&formulaire_action=login&formulaire_action_args={args}&formulaire_action_sign={sign}&var_login=ana&password={password}"
        )
    };
    ana.form(path, &fields("wrong"));
    assert!(!ana.get("/ecrire/?exec=accueil").body.contains("action=logout"), "not let in");
    ana.form(path, &fields(&text(&made, "password")));
    let inside = ana.get("/ecrire/?exec=accueil").body;
    assert!(inside.contains("action=logout") && inside.contains("le miel"), "{inside}");
    // What its own functions make is at addresses that say what they lead to; SPIP makes one when it is first asked for.
    let write = "<?php chdir(__DIR__); $_SERVER['REQUEST_URI'] = '/'; require 'vendor/autoload.php'; include 'ecrire/inc_version.php';
include_spip('action/editer_rubrique'); include_spip('action/editer_article');
$in = rubrique_inserer(0); sql_updateq('spip_rubriques', ['titre' => 'Rucher', 'statut' => 'publie'], 'id_rubrique=' . $in);
$id = article_inserer($in); sql_updateq('spip_articles', ['titre' => 'Essaim', 'texte' => 'Une ruche bourdonne.', 'statut' => 'publie', 'date' => date('Y-m-d H:i:s', time() - 60)], 'id_article=' . $id);
echo generer_objet_url($id, 'article');";
    let line = format!("cd {} && cat > write.php && php write.php && rm write.php", site.root());
    assert_eq!(alpha.shell(&line, write).unwrap().rsplit('/').next(), Some("Essaim"));
    assert!(own.answers(&site.name, "/Essaim", 200).unwrap().body.contains("Une ruche bourdonne."));
    for hidden in [
        "/config/connect.php",
        "/config/cles.php",
        "/config/cron.php",
        "/tmp/meta_cache.php",
        "/vendor/autoload.php",
    ] {
        assert_eq!(own.visit(&site.name, hidden).unwrap().status, 403, "{hidden}");
    }
    let host = format!("grep -rl \"'/usr/share/\" {} --include='*.php' || true", site.root());
    assert_eq!(own.shell(&host).unwrap(), "", "nothing of it leads to the host's own");
    let shown = ask(own, "GET", &format!("/apps/{}", text(&made, "id")), &Value::Null);
    ask(own, "POST", &format!("/cron-jobs/{}/run", text(&shown, "cron_job")), &json!({}));
    let runs = format!("/api/v1/cron-jobs/{}/runs", text(&shown, "cron_job"));
    until("its tasks have run, without a word", PATIENCE, || {
        let runs = own.admin.get(&runs)?.ok("runs")?;
        let run = &runs["items"][0];
        if run["how"] == "exit" && run["code"] == 0 && run["output"] == "" {
            Ok(())
        } else {
            Err(runs.to_string())
        }
    })
    .unwrap();
}

/// A folder that holds anything is left as it is, with the reason; once it is empty the application comes.
fn what_is_there_stays(own: &Own, beta: &Tenant<'_>) {
    let site = beta.site("full.example").unwrap();
    site.put("index.html", "mine").unwrap();
    let path = format!("/api/v1/sites/{}/apps", site.id);
    let refused = own.admin.json("POST", &path, &wanted("dokuwiki")).unwrap();
    assert_eq!((refused.status, text(&refused.json(), "code").as_str()), (409, "site_not_empty"));
    // A host that could not be asked holds it by itself.
    own.shell("systemctl stop alveole-agent").unwrap();
    let made = put(own, &site, "dokuwiki");
    own.shell("systemctl start alveole-agent").unwrap();
    let path = format!("/apps/{}", text(&made, "id"));
    let failed = until("it is refused", PATIENCE, || {
        let shown = own.admin.get(&format!("/api/v1{path}"))?.ok("app")?;
        if shown["state"] == "failed" { Ok(shown) } else { Err(shown.to_string()) }
    })
    .unwrap();
    let said = failed["text"]["en"].as_str().unwrap_or_default().to_owned();
    assert!(said.contains("/home/beta/sites/full.example/public is not empty"), "{said}");
    assert_eq!(own.visit(&site.name, "/").unwrap().body, "mine");
    assert_eq!(beta.shell(&format!("ls -A {}", site.root()), "").unwrap(), "index.html\n");
    beta.shell(&format!("rm {}/index.html", site.root()), "").unwrap();
    in_place(own, &made);
    assert!(own.answers(&site.name, "/", 200).unwrap().body.contains("DokuWiki"));
    // Taken off the list, it is as it was.
    ask(own, "DELETE", &path, &Value::Null);
    own.newest(&beta.id, "verified").unwrap();
    assert!(own.answers(&site.name, "/", 200).unwrap().body.contains("DokuWiki"));
}

/// The agent dies at every step, and the installation itself in its midst.
fn killed(own: &Own, beta: &Tenant<'_>) {
    for operation in WALKED {
        let site = beta.site(&format!("{}.example", operation.replace('.', "-"))).unwrap();
        let mut made = Value::Null;
        die_all_the_way(own, operation, || made = put(own, &site, "wordpress")).unwrap();
        in_place(own, &made);
        assert!(own.answers(&site.name, "/", 200).unwrap().body.contains("le miel"), "{operation}");
    }
    let site = beta.site("cut.example").unwrap();
    let made = put(own, &site, "wordpress");
    // Once copying has begun; and once more, while tables are made.
    for there in ["made/wp-admin", "made/wp-config.php"] {
        let line = format!(
            "for i in $(seq 2000); do [ -e /home/beta/sites/cut.example/.alveole-*/{there} ] && systemctl kill --signal=KILL 'alveole-app-beta-*' && exit 0; sleep 0.01; done; exit 1"
        );
        own.shell(&line).unwrap_or_else(|why| panic!("{there}: {why}"));
        assert!(!own.visit(&site.name, "/").unwrap().body.contains("wp-"), "nothing of it is shown");
    }
    in_place(own, &made);
    assert!(own.answers(&site.name, "/", 200).unwrap().body.contains("le miel"));
    let tables = own.shell("mariadb -N -e \"SELECT TABLE_SCHEMA, COUNT(*) FROM information_schema.TABLES WHERE TABLE_NAME LIKE 'wp_%' GROUP BY 1\"");
    let tables = tables.unwrap();
    let counts: Vec<_> = tables.lines().filter_map(|line| line.split('\t').nth(1)).collect();
    assert!(counts.len() == 4 && counts.iter().all(|count| *count == "12"), "{tables}");
}
