//! HTTPS by a real authority (Pebble, refusing a nonce now and then) and a real DNS (Knot): a name gets its certificate as soon as it leads
//! here, keeps it, and everybody is told what is missing.

use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tests::fault::die_all_the_way;
use tests::lab::exec;
use tests::own::Own;
use tests::panel::Ports;
use tests::play::{PATIENCE, Site, Tenant, text};
use tests::stage::Extra;
use tests::wait::until;

/// Two thirds of a certificate's 100 seconds, and what the panel's rounds add.
const RENEWAL: Duration = Duration::from_secs(110);

/// What this file walks, for the check of the table in faults.rs.
pub const WALKED: [&str; 3] = ["certificate.create", "certificate.change", "certificate.remove"];

struct Authority {
    own: Own,
}

impl Authority {
    fn open() -> Authority {
        let mut own = Own::up("https", 1, Ports::free().unwrap(), Extra::default()).unwrap();
        let address = own.host.address.clone();
        let script = ["sh", "-c", include_str!("authority.sh"), "-", &address];
        exec(&own.stage.lab, &own.host.name, &script, "").unwrap().ok("authority.sh").unwrap();
        let root = "curl -sSk -o /root/root.pem https://127.0.0.1:15000/roots/0";
        until("the authority answers", PATIENCE, || own.shell(root).map(drop)).unwrap();
        let ca = own.panel_folder().join("acme-ca.pem");
        std::fs::write(&ca, own.root(&["cat", "/etc/authority/root.pem"]).unwrap()).unwrap();
        let ca = ca.display();
        let lines = format!(
            "[acme]\ncontact = \"admin@asso.example\"\nagreed = true\ndirectory = \"https://{address}:14000/dir\"\n\
             ca_file = \"{ca}\"\ncaa = [\"pebble.example\"]\nresolvers = [\"{address}:53\"]"
        );
        own.panel_toml(&lines).unwrap();
        Authority { own }
    }

    /// Changes a DNS server's records in one go: `set www.miel 1 A …` and the like, as knotc takes them.
    fn dns(&self, server: &str, lines: &[String]) {
        let knotc = format!("knotc -s /run/authority-{server}.sock");
        let acts: String = lines
            .iter()
            .map(|line| {
                let (verb, rest) = line.split_once(' ').unwrap();
                format!("{knotc} zone-{verb} example {rest} && ")
            })
            .collect();
        let line = format!("{knotc} zone-begin example && {acts}{knotc} zone-commit example");
        self.own.shell(&line).unwrap();
    }

    /// The name leads to the host, for both servers or one.
    fn leads(&self, servers: &[&str], name: &str) {
        let label = name.strip_suffix(".example").unwrap();
        let (v4, v6) = (&self.own.host.address, &self.own.host.address6);
        for server in servers {
            self.dns(server, &[format!("set {label} 1 A {v4}"), format!("set {label} 1 AAAA {v6}")]);
        }
    }

    /// A name's certificate as its member sees it.
    fn seen(&self, name: &str) -> Value {
        let member = self.own.stage.member().unwrap();
        let list = member.get(&format!("/api/v1/certificates?q={name}")).unwrap().ok("certificates").unwrap();
        list["items"][0].clone()
    }

    /// Waits until the certificate is in this state, and says these words if any are missing.
    fn becomes(&self, name: &str, state: &str, words: &str) -> Value {
        until(&format!("{name} is {state}: {words}"), PATIENCE, || {
            let seen = self.seen(name);
            let said = text(&seen["text"], "en");
            if seen["state"] == state && said.contains(words) { Ok(seen) } else { Err(seen.to_string()) }
        })
        .unwrap_or_else(|why| panic!("{why}\n{}", self.log()))
    }

    /// What panel and authority said last.
    fn log(&self) -> String {
        let panel = std::fs::read_to_string(self.own.panel_folder().join("panel.log")).unwrap_or_default();
        let panel: Vec<_> = panel.lines().rev().take(10).collect();
        let authority = self.own.shell("journalctl -q -n 15 -o cat -u 'authority*'").unwrap_or_default();
        format!("the panel, newest first:\n{}\nthe authority:\n{authority}", panel.join("\n"))
    }

    fn try_now(&self, name: &str) {
        let path = format!("/api/v1/certificates/{}/try", text(&self.seen(name), "id"));
        let member = self.own.stage.member().unwrap();
        member.json("POST", &path, &json!({})).unwrap().ok("try now").unwrap();
    }

    /// A visit over HTTPS by a browser that believes the authority alone: status and serial number, or why not.
    fn https(&self, name: &str) -> Result<(String, String), String> {
        let address = &self.own.host.address;
        let status = self.own.shell(&format!(
            "curl -sS --http2 --cacert /root/root.pem --resolve {name}:443:{address} -o /dev/null -w '%{{http_code}} %{{http_version}}' https://{name}/ 2>&1"
        ))?;
        let serial = self.own.shell(&format!(
            "openssl s_client -connect {address}:443 -servername {name} </dev/null 2>/dev/null | openssl x509 -noout -serial"
        ))?;
        Ok((status, serial))
    }

    fn visited(&self, name: &str) -> String {
        let (status, serial) = until(&format!("https://{name}/"), PATIENCE, || {
            self.https(name).and_then(|seen| if seen.0 == "200 2" { Ok(seen) } else { Err(seen.0) })
        })
        .unwrap();
        assert_eq!(status, "200 2");
        serial
    }

    fn nginx(&self) -> String {
        self.own.shell("pgrep -x nginx | sort | xargs").unwrap()
    }
}

#[test]
fn a_name_gets_its_certificate_from_a_real_authority_and_keeps_it() {
    let world = Authority::open();
    let tenant = world.own.tenant("ruche").unwrap();
    let site = tenant.site("www.miel.example").unwrap();
    site.put("index.html", "miel").unwrap();
    let workers = world.nginx();
    what_is_missing(&world);
    let first = first_certificate(&world);
    visits_move_to_https(&world, &site);
    browsers_are_told_to_keep_to_it(&world, &site);
    no_file_comes_before_the_challenge(&world, &tenant);
    the_authoritys_no(&world, &tenant);
    one_s_own(&world, &tenant);
    renewed_by_itself(&world, &first);
    gone_with_its_name(&world, &tenant);
    an_agent_killed_at_any_step(&world, &tenant);
    suspended_names_answer_too(&world, &tenant);
    assert_eq!(world.nginx(), workers, "nginx was neither reloaded nor restarted");
}

fn what_is_missing(world: &Authority) {
    let name = "www.miel.example";
    world.becomes(name, "missing", "leads nowhere yet");
    // A browser gets a certificate of the host's own, and warns.
    let refused = world.https(name).unwrap_err();
    assert!(refused.contains("self-signed") || refused.contains("SSL"), "{refused}");
    world.dns("world", &["set www.miel 1 A 198.51.100.7".to_owned()]);
    world.try_now(name);
    world.becomes(name, "missing", "leads to 198.51.100.7, which is not this host");
    world.dns("world", &["unset www.miel A".to_owned(), "set miel 1 CAA 0 issue other.example".to_owned()]);
    world.leads(&["world", "own"], name);
    world.try_now(name);
    world.becomes(name, "missing", "add CAA 0 issue \"pebble.example\"");
    world.dns("world", &["set miel 1 CAA 0 issue pebble.example".to_owned()]);
}

fn first_certificate(world: &Authority) -> String {
    let name = "www.miel.example";
    let begun = Instant::now();
    world.try_now(name);
    let seen = world.becomes(name, "valid", "");
    let serial = world.visited(name);
    println!("in place {:.1} s after the last thing missing was mended", begun.elapsed().as_secs_f32());
    assert!(text(&seen, "issuer").contains("Pebble"), "{seen}");
    // The panel looked at it from outside, too.
    let account = text(&seen["account"], "id");
    until("the change is verified", PATIENCE, || {
        let path = format!("/api/v1/accounts/{account}/changes?limit=1&verb=certificate.issue");
        let newest = world.own.admin.get(&path)?.ok("changes")?["items"][0].clone();
        if newest["state"] == "verified" { Ok(()) } else { Err(newest.to_string()) }
    })
    .unwrap();
    // The key never left the host: the panel's files hold none of it.
    let key = world.own.shell(&format!("sed -n 2p /var/lib/alveole/certs/{name}.pem")).unwrap();
    let files = world.own.panel_folder().join("state").display().to_string();
    let found = tests::run::run("grep", ["-rlF", key.trim(), &files]).unwrap();
    assert_eq!(found.out, "", "the host's key lies in the panel's files");
    serial
}

/// A visit over plain HTTP: status, where it leads, and what browsers are told to remember.
fn plain(world: &Authority, name: &str, path: &str) -> Result<String, String> {
    let address = &world.own.host.address;
    world.own.shell(&format!(
        "curl -sS --resolve {name}:80:{address} -o /dev/null -w '%{{http_code}} %{{redirect_url}}' 'http://{name}{path}' 2>&1"
    ))
}

/// Sets HTTPS of a site as its member does.
fn set(world: &Authority, site: &Site<'_>, choice: &Value) {
    let path = format!("/api/v1/sites/{}/https", site.id);
    world.own.stage.member().unwrap().json("PATCH", &path, choice).unwrap().ok("https").unwrap();
}

fn becomes(what: &str, mut seen: impl FnMut() -> Result<String, String>, wanted: &str) {
    until(what, PATIENCE, || {
        let seen = seen()?;
        if seen == wanted { Ok(()) } else { Err(seen) }
    })
    .unwrap();
}

/// By itself, since its one name has its certificate; and switched off and on without a word to any cell.
fn visits_move_to_https(world: &Authority, site: &Site<'_>) {
    let name = site.name.as_str();
    let sent = format!("301 https://{name}/a%20b?c=%0d%0a");
    let visit = || plain(world, name, "/a%20b?c=%0d%0a");
    becomes("visits move to HTTPS", visit, &sent);
    let cells = || world.own.shell("pgrep -x apache2 | sort | xargs").unwrap();
    let before = cells();
    let answer = world.own.visit(name, "/.well-known/acme-challenge/abc").unwrap();
    assert!(answer.status == 200 && answer.body.starts_with("abc."), "{} {}", answer.status, answer.body);
    set(world, site, &json!({ "redirect": "off" }));
    becomes("they stay", || plain(world, name, "/"), "200 ");
    set(world, site, &json!({ "redirect": "on" }));
    becomes("they move again", visit, &sent);
    assert_eq!(cells(), before, "no cell was asked to read its files again");
}

fn browsers_are_told_to_keep_to_it(world: &Authority, site: &Site<'_>) {
    let (name, address) = (site.name.as_str(), &world.own.host.address);
    // What the site's script says gives way.
    site.put("hsts.php", "<?php header('Strict-Transport-Security: max-age=5'); echo 'ok';").unwrap();
    let told = || {
        world.own.shell(&format!(
            "curl -sS -D - -o /dev/null --cacert /root/root.pem --resolve {name}:443:{address} https://{name}/hsts.php | grep -i strict | tr -d '\\r'"
        ))
    };
    let lower = || told().map(|line| line.trim().to_lowercase());
    becomes("the script's own word", lower, "strict-transport-security: max-age=5");
    set(world, site, &json!({ "hsts": "subdomains" }));
    let said = |value: &str| format!("strict-transport-security: {value}");
    becomes("for a day", lower, &said("max-age=86400; includesubdomains"));
    set(world, site, &json!({ "hsts": "off" }));
    becomes("forgotten", lower, &said("max-age=0"));
}

fn no_file_comes_before_the_challenge(world: &Authority, tenant: &Tenant<'_>) {
    let folder = "/home/ruche/sites/www.miel.example/public/.well-known";
    let line = format!(
        "mkdir -p {folder}/acme-challenge && echo mine > {folder}/acme-challenge/abc && echo 'Require all denied' > {folder}/.htaccess"
    );
    tenant.shell(&line, "").unwrap();
    let answer = world.own.visit("www.miel.example", "/.well-known/acme-challenge/abc").unwrap();
    assert!(answer.status == 200 && answer.body.starts_with("abc."), "{} {}", answer.status, answer.body);
    let nested =
        world.own.visit("www.miel.example", "/.well-known/acme-challenge/../acme-challenge/x/y").unwrap();
    assert_eq!(nested.status, 404);
}

/// The authority sees another world than the panel does.
fn the_authoritys_no(world: &Authority, tenant: &Tenant<'_>) {
    let name = "www.cire.example";
    world.leads(&["world"], name);
    world.dns("own", &[format!("set www.cire 1 A {}", world.own.stage_address())]);
    tenant.site(name).unwrap();
    let seen = world.becomes(name, "missing", "The authority could not verify this name. It says:");
    assert!(text(&seen["text"], "fr").starts_with("L’autorité n’a pas pu vérifier ce nom."), "{seen}");
    world.dns("own", &["unset www.cire A".to_owned()]);
    world.leads(&["own"], name);
    world.try_now(name);
    world.becomes(name, "valid", "");
    world.visited(name);
}

/// A certificate of another authority, made by OpenSSL with a key in its older form, is shown as it was given, also by a host that lost
/// the files; the authority takes over when it is asked to.
fn one_s_own(world: &Authority, tenant: &Tenant<'_>) {
    let name = "propre.example";
    let site = tenant.site(name).unwrap();
    let make = "mkdir -p /root/bought && cd /root/bought && openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj '/O=Payante' 2>/dev/null \
         && openssl genrsa -traditional -out key.pem 2048 2>/dev/null && openssl req -new -key key.pem -subj /CN=x -out asked.pem \
         && echo subjectAltName=DNS:*.example > names && openssl x509 -req -in asked.pem -CA ca.pem -CAkey ca.key -days 20 -extfile names -out own.pem 2>/dev/null \
         && openssl x509 -in own.pem -noout -serial";
    let serial = world.own.shell(make).unwrap();
    let read = |files: &str| world.own.shell(&format!("cd /root/bought && cat {files}")).unwrap();
    let member = world.own.stage.member().unwrap();
    let path = format!("/api/v1/sites/{}/certificates", site.id);
    let wrong = json!({ "chain": read("ca.pem own.pem"), "key": read("ca.key") });
    let refused = member.json("POST", &path, &wrong).unwrap();
    assert_eq!(refused.status, 422, "{}", refused.body);
    let own = json!({ "chain": read("ca.pem own.pem"), "key": read("key.pem") });
    let brought = member.json("POST", &path, &own).unwrap().ok("bring").unwrap();
    assert_eq!(brought["names"], json!([name]));
    let shown = || {
        let address = &world.own.host.address;
        world.own.shell(&format!(
            "openssl s_client -connect {address}:443 -servername {name} </dev/null 2>/dev/null | openssl x509 -noout -serial"
        ))
    };
    becomes("one's own is shown", shown, &serial);
    becomes("it is verified", || Ok(world.seen(name)["proven_at"].is_i64().to_string()), "true");
    // The key lies nowhere in the panel.
    let secret = read("key.pem").lines().nth(1).unwrap().to_owned();
    let panel = world.own.panel_folder().display().to_string();
    assert_eq!(tests::run::run("grep", ["-rlF", &secret, &panel]).unwrap().out, "");
    let id = text(&world.seen(name), "id");
    let keys = format!("/var/lib/alveole/agent/keys/{}-*", id.replace('-', ""));
    world.own.shell(&format!("rm /var/lib/alveole/certs/{name}.pem {keys}")).unwrap();
    becomes("the lost files are back", shown, &serial);
    world.leads(&["world", "own"], name);
    let back = format!("/api/v1/certificates/{id}/back");
    member.json("POST", &back, &json!({})).unwrap().ok("back").unwrap();
    until("the authority takes over", PATIENCE, || match shown()? {
        now if now != serial => Ok(()),
        now => Err(now),
    })
    .unwrap_or_else(|why| panic!("{why}\n{}", world.log()));
    delete(world, tenant, name);
}

fn renewed_by_itself(world: &Authority, first: &str) {
    let name = "www.miel.example";
    until("another certificate", RENEWAL, || {
        // Nobody meets a gap while it is renewed.
        let (status, serial) = world.https(name).unwrap();
        assert_eq!(status, "200 2");
        if serial == first { Err("still the first one".to_owned()) } else { Ok(()) }
    })
    .unwrap();
}

/// The agent dies before and after each step: no certificate is lost, none is left behind.
fn an_agent_killed_at_any_step(world: &Authority, tenant: &Tenant<'_>) {
    let name = "www.propolis.example";
    die_all_the_way(&world.own, "certificate.create", || {
        assert_eq!(tenant.ask_site(name).unwrap().status, 201);
    })
    .unwrap();
    world.becomes(name, "missing", "leads nowhere yet");
    die_all_the_way(&world.own, "certificate.change", || {
        world.leads(&["world", "own"], name);
        world.try_now(name);
    })
    .unwrap();
    world.becomes(name, "valid", "");
    world.visited(name);
    die_all_the_way(&world.own, "certificate.remove", || delete(world, tenant, name)).unwrap();
    until("nothing of it is left", PATIENCE, || {
        let left = world.own.shell("ls /var/lib/alveole/certs /var/lib/alveole/acme")?;
        if left.contains(name) { Err(left) } else { Ok(()) }
    })
    .unwrap();
    world.visited("www.miel.example");
}

fn delete(world: &Authority, tenant: &Tenant<'_>, name: &str) {
    let sites = format!("/api/v1/accounts/{}/sites", tenant.id);
    let list = world.own.admin.get(&sites).unwrap().ok("sites").unwrap();
    let found = list["items"].as_array().unwrap().iter().find(|site| site["names"][0] == name);
    let path = format!("/api/v1/sites/{}", text(found.unwrap(), "id"));
    world.own.admin.json("DELETE", &path, &json!({})).unwrap().ok("delete").unwrap();
}

fn gone_with_its_name(world: &Authority, tenant: &Tenant<'_>) {
    let id = text(&world.seen("www.cire.example"), "id").replace('-', "");
    let left =
        || world.own.shell("ls /var/lib/alveole/certs /var/lib/alveole/acme /var/lib/alveole/agent/keys");
    assert!(left().unwrap().contains(&id), "its key is there");
    delete(world, tenant, "www.cire.example");
    until("certificate and keys are gone", PATIENCE, || {
        let left = left()?;
        if left.contains("www.cire.example") || left.contains(&id) { Err(left) } else { Ok(()) }
    })
    .unwrap();
    assert!(world.own.shell("ls /var/lib/alveole/certs").unwrap().contains("www.miel.example"));
}

fn suspended_names_answer_too(world: &Authority, tenant: &Tenant<'_>) {
    let why = json!({ "code": "at_request", "reason": "Pause" });
    let path = format!("/api/v1/accounts/{}/suspend", tenant.id);
    world.own.admin.json("POST", &path, &why).unwrap().ok("suspend").unwrap();
    becomes("its name answers 503", || world.https("www.miel.example").map(|seen| seen.0), "503 2");
    let answer = world.own.visit("www.miel.example", "/.well-known/acme-challenge/abc").unwrap();
    assert!(answer.status == 200 && answer.body.starts_with("abc."), "{} {}", answer.status, answer.body);
    // It is deleted at the host: the name's own certificate comes back by itself.
    let lost = "rm /var/lib/alveole/certs/www.miel.example.pem";
    world.own.shell(lost).unwrap();
    until("the lost file is back", PATIENCE, || {
        world.own.root(&["test", "-s", "/var/lib/alveole/certs/www.miel.example.pem"]).map(drop)
    })
    .unwrap();
}
