//! What a site is told beyond its names: its own PHP, and lines of its cell's Apache.

use crate::{
    fs::{There, look},
    identity,
    testing::{World, account, site, wanted},
};
use model::{Body, ProgramFile, Resource, Site, SiteName, SiteSettings, wire::ReportState};
use serde_json::json;
use std::os::unix::fs::PermissionsExt;

fn asso() -> Resource {
    wanted(&Body::Account(account("asso", 1)), 0)
}

fn want(site: &Site) -> Resource {
    wanted(&Body::Site(site.clone()), 0)
}

fn told(settings: serde_json::Value) -> Site {
    let settings: SiteSettings = serde_json::from_value(settings).unwrap();
    Site { settings, ..site("asso", 1, 2, &["a.example", "www.a.example"]) }
}

fn apply(world: &mut World, site: &Site) {
    let done = world.apply(vec![want(site)]);
    assert_eq!(done[0].outcome.state, ReportState::Applied, "{done:#?}");
}

fn fragment(world: &World, site: &Site) -> String {
    let There::File(bytes) = look(&world.paths.fragment(&site.account, site.id)).unwrap() else { panic!() };
    String::from_utf8(bytes).unwrap()
}

fn pools(world: &World) -> Vec<String> {
    let mut files: Vec<_> = std::fs::read_dir(world.paths.pools(&"asso".parse().unwrap()))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    files
}

#[test]
fn a_site_has_a_php_of_its_own_while_it_wants_one() {
    let mut world = World::new();
    let usual = told(json!({}));
    let other = site("asso", 1, 3, &["b.example"]);
    world.apply(vec![asso(), want(&usual), want(&other)]);
    assert_eq!(pools(&world), ["account-8.4.conf"]);
    let plain = fragment(&world, &usual);
    let neighbour = fragment(&world, &other);
    world.daemons.take();
    let key = usual.id.simple().to_string();
    let set = |version, memory| {
        told(
            json!({ "php": { "version": version, "settings": { "memory_limit": memory, "display_errors": "on" } } }),
        )
    };
    apply(&mut world, &set("8.4", "64M"));
    assert_eq!(world.daemons.take(), ["check php", "check apache", "reload asso php"]);
    assert_eq!(pools(&world), [format!("{key}-8.4.conf"), "account-8.4.conf".to_owned()]);
    let socket = format!("proxy:unix:/run/alveole/php/asso/{key}-8.4.sock|fcgi://localhost");
    assert!(fragment(&world, &usual).contains(&socket));
    let pool =
        std::fs::read_to_string(world.paths.pools(&usual.account).join(format!("{key}-8.4.conf"))).unwrap();
    for line in [
        "php_value[memory_limit] = \"64M\"",
        "php_value[display_errors] = \"1\"",
        "php_value[max_input_vars] = \"1000\"",
    ] {
        assert!(pool.contains(line), "{line}\n{pool}");
    }
    // Another value alone: Apache's side stays as it is.
    apply(&mut world, &set("8.4", "65M"));
    assert_eq!(world.daemons.take(), ["check php", "reload asso php"]);
    apply(&mut world, &set("8.2", "65M"));
    assert_eq!(pools(&world), [format!("{key}-8.2.conf"), "account-8.4.conf".to_owned()]);
    // The same again is no step; lost, it comes back.
    world.daemons.take();
    apply(&mut world, &set("8.2", "65M"));
    assert_eq!(world.daemons.take(), Vec::<String>::new());
    std::fs::remove_file(world.paths.pools(&usual.account).join(format!("{key}-8.2.conf"))).unwrap();
    world.all();
    assert_eq!(pools(&world).len(), 2);
    apply(&mut world, &usual);
    assert_eq!(pools(&world), ["account-8.4.conf"]);
    assert_eq!(fragment(&world, &usual), plain);
    assert_eq!(fragment(&world, &other), neighbour, "the account's other site was never touched");
    // Its file edited by hand waits for a person.
    apply(&mut world, &set("8.2", "65M"));
    std::fs::write(world.paths.pools(&usual.account).join(format!("{key}-8.2.conf")), "; mine").unwrap();
    let done = world.all();
    assert!(done.iter().any(|done| done.outcome.state == ReportState::Held), "{done:#?}");
}

#[test]
fn a_pool_that_php_refuses_leaves_everything_as_it_was() {
    let mut world = World::new();
    let usual = told(json!({}));
    world.apply(vec![asso(), want(&usual)]);
    let before = world.snapshot();
    *world.daemons.refuse.lock().unwrap() = Some("64M".to_owned());
    let set = told(json!({ "php": { "version": "8.4", "settings": { "memory_limit": "64M" } } }));
    let done = world.apply(vec![want(&set)]);
    assert_eq!(done[0].outcome.state, ReportState::Failed);
    assert_eq!(world.snapshot(), before);
}

#[test]
fn redirects_maintenance_and_the_rest_are_lines_in_their_order() {
    let mut world = World::new();
    world.apply(vec![asso(), want(&told(json!({})))]);
    let site = told(json!({
        "redirects": [
            { "from": "/a.b (c)", "to": "https://x.example/%20?q#f", "code": 308 },
            { "from": "/d/", "below": true, "to": "/e/", "code": 302, "keep": true },
            { "from": "/f", "below": true, "to": "/g#h", "code": 307 },
        ],
        "main_only": true,
        "maintenance": { "on": true, "allow": ["192.0.2.7", "2001:db8::/32"] },
        "visitors": { "who": "others", "networks": ["198.51.100.0/24", "203.0.113.9"] },
        "errors": { "404": "/p%C3%A9rdu.html" },
        "root": "web/dist",
    }));
    apply(&mut world, &site);
    let text = fragment(&world, &site);
    let wanted = [
        "DocumentRoot \"/home/asso/sites/a.example/web/dist\"",
        "ErrorDocument 404 \"/p%C3%A9rdu.html\"",
        "RewriteCond expr \"-R '198.51.100.0/24'\" [OR]",
        "RewriteCond expr \"-R '203.0.113.9'\"",
        "RewriteRule \"^\" \"-\" [F,L]",
        "RewriteCond expr \"! -R '192.0.2.7'\"",
        "RewriteCond expr \"! -R '2001:db8::/32'\"",
        "RewriteRule \"^\" \"-\" [R=503,L,E=alveole_maintenance:1]",
        "RewriteRule \"(?s)^/a[.]b [(]c[)]\\z\" \"https://x.example/\\%20?q#f\" [R=308,L,NE]",
        "RewriteRule \"(?s)^/d(?:/(.*))?\\z\" \"%{HTTP:X-Forwarded-Proto}://%{HTTP_HOST}/e/${alveole_path:$1}\" [R=302,L,NE]",
        "RewriteRule \"(?s)^/f(?:/(.*))?\\z\" \"%{HTTP:X-Forwarded-Proto}://%{HTTP_HOST}/g#h\" [R=307,L,NE,QSD]",
        "RewriteCond \"%{HTTP_HOST}\" \"!=a.example\"",
        "</VirtualHost>",
    ];
    let mut rest = text.as_str();
    for line in wanted {
        let (_, after) = rest.split_once(line).unwrap_or_else(|| panic!("{line}, in its place, in\n{text}"));
        rest = after;
    }
    assert_eq!(rest, "\n");
}

#[test]
fn a_program_is_a_file_for_its_cell_alone_and_goes_with_it() {
    let mut world = World::new();
    let usual = told(json!({}));
    world.apply(vec![asso(), want(&usual)]);
    world.daemons.take();
    let set = |word: &str, restarts: u64| {
        let serves = json!({ "program": { "command": [word, "$SOCKET", "</VirtualHost>\"%{x}${y}"] } });
        told(json!({ "serves": serves, "restarts": restarts }))
    };
    apply(&mut world, &set("node", 0));
    assert_eq!(world.daemons.take(), ["check apache", "reload asso php"]);
    let file = world.paths.program(&usual.account, usual.id);
    let read = || serde_json::from_slice::<ProgramFile>(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!((read().site, read().restart), (usual.id, 0));
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o007, 0, "{mode:o}");
    let shown = fragment(&world, &usual);
    let socket = format!("/run/alveole/php/asso/{}.sock", usual.id.simple());
    assert!(shown.contains(&format!("ProxyPass \"/\" \"unix:{socket}|http://a.example/\"")), "{shown}");
    assert!(!shown.contains("%{x}"), "nothing of a command stands there: {shown}");
    // Started again: the cell hears of it, Apache has nothing to check.
    apply(&mut world, &set("node", 1));
    assert_eq!((world.daemons.take(), read().restart), (vec!["reload asso php".to_owned()], 1));
    // An edit by hand is seen, and what it says is not shown.
    std::fs::write(&file, "{\"secret\":1}").unwrap();
    let done = world.apply(vec![want(&set("python3", 1))]);
    let drift = done[0].outcome.drift.clone().unwrap();
    assert!(!drift.diff.contains("secret"), "{}", drift.diff);
    std::fs::remove_file(&file).unwrap();
    let files = told(json!({ "serves": "files" }));
    apply(&mut world, &files);
    assert!(!file.exists());
    assert!(fragment(&world, &files).contains("Require all denied"));
    apply(&mut world, &set("python3", 1));
    assert!(file.exists());
    apply(&mut world, &usual);
    assert!(!file.exists() && !fragment(&world, &usual).contains("ProxyPass"));
}

#[test]
fn a_variable_is_opened_for_the_cell_alone() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let mut world = World::new();
    std::fs::create_dir_all(world.paths.state()).unwrap();
    let key = identity::seal::public(&world.paths).unwrap();
    let key: [u8; 32] = STANDARD.decode(key.as_str()).unwrap().try_into().unwrap();
    let seal = |to: crypto_box::PublicKey| {
        STANDARD.encode(to.seal(&mut crypto_box::aead::OsRng, b"hunter2").unwrap())
    };
    let [own, other] =
        [seal(crypto_box::PublicKey::from_bytes(key)), seal(crypto_box::PublicKey::from_bytes([9; 32]))];
    let set = told(json!({
        "serves": { "program": { "command": ["node", "a.js"] } }, "variables": { "TOKEN": own, "OTHER": other },
    }));
    world.apply(vec![asso(), want(&set)]);
    let bytes = std::fs::read(world.paths.program(&set.account, set.id)).unwrap();
    let file: ProgramFile = serde_json::from_slice(&bytes).unwrap();
    let opened: Vec<_> = file.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(opened, [("TOKEN", "hunter2")]);
    // What was sealed to another host is named, so that it can be given again.
    assert_eq!(file.unopened.iter().map(|name| name.as_str()).collect::<Vec<_>>(), ["OTHER"]);
    assert!(!fragment(&world, &set).contains("hunter2"));
}

#[test]
fn a_preview_is_one_more_name_that_search_engines_pass_over() {
    let mut world = World::new();
    let name: SiteName = "s0123456789abcdef.preview.coop.example".parse().unwrap();
    let with = told(json!({ "preview": name, "main_only": true }));
    world.apply(vec![asso(), want(&with)]);
    let shown = fragment(&world, &with);
    assert!(shown.contains(&format!("ServerAlias \"{name}\"")), "{shown}");
    assert!(shown.contains(&format!("\"expr=%{{HTTP_HOST}} == '{name}'\"")), "{shown}");
    assert!(shown.contains(&format!("RewriteCond \"%{{HTTP_HOST}}\" \"!={name}\"")), "{shown}");
    assert!(matches!(look(&world.paths.name(&name)).unwrap(), There::Link(_)));
    // Switched off, nothing of it is left.
    let without = told(json!({ "main_only": true }));
    apply(&mut world, &without);
    assert!(!fragment(&world, &without).contains("preview"));
    assert_eq!(look(&world.paths.name(&name)).unwrap(), There::Nothing);
}
