//! Sites that a program answers for, on a real host: Node.js and Python behind the cell's Apache, started again when they end, heard in the
//! log, asleep and awake with the cell; and nobody else notices.

use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use tests::lab;
use tests::own::Own;
use tests::panel::Ports;
use tests::play::{PATIENCE, Scene, Site};
use tests::stage::Extra;
use tests::wait::until;
use tests::watch::while_served;

const NODE: &str = r#"
const http = require('http');
const server = http.createServer((request, response) => {
    if (request.url === '/crash') {
        console.error('crashing as asked');
        return response.end('bye', () => process.exit(7));
    }
    if (request.url === '/env') {
        const { host, 'x-forwarded-for': from, 'x-forwarded-proto': scheme, 'x-forwarded-host': asked } = request.headers;
        return response.end(JSON.stringify({ pid: process.pid, cwd: process.cwd(), uid: process.getuid(), token: process.env.TOKEN, host, from, scheme, asked }));
    }
    let body = '';
    request.on('data', (piece) => { body += piece; });
    request.on('end', () => response.end(`node ${request.method} ${request.url} ${body.length}`));
});
server.on('upgrade', (request, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    socket.on('data', (piece) => socket.end(`echo ${piece}`));
});
server.listen(process.env.PORT, () => console.log('node listens'));
"#;

const PYTHON: &str = r#"
import os, socket, socketserver, sys
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

class Server(WSGIServer):
    address_family = socket.AF_UNIX
    def server_bind(self):
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = 'site', 80
        self.setup_environ()
    def get_request(self):
        return super().get_request()[0], ('unix', 0)

def site(environ, start):
    start('200 OK', [('Content-Type', 'text/plain')])
    return [('python ' + environ['PATH_INFO'] + ' ' + environ['HTTP_HOST']).encode()]

with Server(sys.argv[1], WSGIRequestHandler) as server:
    server.set_app(site)
    server.serve_forever()
"#;

/// Tells the site what answers, and waits until the host has done it.
fn tell(scene: &Scene, site: &Site<'_>, body: &Value) {
    let reply = scene.admin.json("PATCH", &format!("/api/v1/sites/{}/program", site.id), body).unwrap();
    assert_eq!(reply.status, 200, "{body}: {}", reply.body);
    scene.newest(&site.tenant.id, "verified").unwrap();
}

/// Puts a file into the site's folder, beside what visitors would see of it.
fn put(site: &Site<'_>, file: &str, text: &str) {
    let folder = format!("/home/{}/sites/{}", site.tenant.name, site.name);
    site.tenant.shell(&format!("cat > '{folder}/{file}'"), text).unwrap();
}

fn says(scene: &Scene, name: &str, path: &str, body: &str) {
    until(&format!("{name}{path} says {body}"), PATIENCE, || {
        let reply = scene.visit(name, path)?;
        if reply.body == body { Ok(()) } else { Err(format!("{} {}", reply.status, reply.body)) }
    })
    .unwrap_or_else(|why| {
        panic!("{why}\n{}", scene.shell("tail -n 20 /home/*/logs/*_program.log").unwrap_or_default())
    });
}

fn env(site: &Site<'_>) -> Result<Value, String> {
    let reply = site.get("/env")?;
    if reply.status == 200 { Ok(reply.json()) } else { Err(format!("{} {}", reply.status, reply.body)) }
}

/// What the panel shows of the program's log.
fn log(scene: &Scene, site: &Site<'_>) -> String {
    let view = scene
        .admin
        .get(&format!("/api/v1/sites/{}/logs?log=errors&q=program&limit=200", site.id))
        .unwrap()
        .ok("log")
        .unwrap();
    let lines = view["errors"].as_array().unwrap();
    let own =
        lines.iter().filter(|line| line["source"] == "Program").map(|line| line["text"].as_str().unwrap());
    own.collect::<Vec<_>>().join("\n")
}

fn hears(scene: &Scene, site: &Site<'_>, text: &str) {
    until(&format!("the log says {text}"), PATIENCE, || {
        let log = log(scene, site);
        if log.contains(text) { Ok(()) } else { Err(log) }
    })
    .unwrap_or_else(|why| panic!("{why}\n{}", scene.shell("tail -n 20 /home/*/logs/*_program.log; journalctl -q -n 30 -o cat -u 'alveole-php@*' -u 'alveole-cell@*'").unwrap_or_default()));
}

/// Another program than that one answers.
fn another(site: &Site<'_>, before: &Value) -> Value {
    until("another process answers", PATIENCE, || {
        let now = env(site)?;
        if now["pid"] == before["pid"] { Err(now.to_string()) } else { Ok(now) }
    })
    .unwrap()
}

#[test]
fn programs_answer_for_sites_and_nobody_else_notices() {
    let panel_toml = "[preview]\ndomain = \"preview.coop.example\"".to_owned();
    let extra = Extra { panel_toml, ..Extra::default() };
    let own = Own::up("programs", 1, Ports::free().unwrap(), extra).unwrap();
    let scene: &Scene = &own;
    let tenant = scene.tenant("programme").unwrap();
    let (node, python, php) = (
        tenant.site("noeud.example").unwrap(),
        tenant.site("serpent.example").unwrap(),
        tenant.site("programme-php.example").unwrap(),
    );
    // What an administrator does for them. (Of Python a part was there before.)
    scene.shell("DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nodejs python3 && systemctl restart alveole-agent").unwrap();
    until("both runtimes are offered", PATIENCE, || {
        let site = scene.admin.get(&format!("/api/v1/sites/{}", node.id))?.ok("site")?;
        let found = &site["runtimes"];
        if found.as_array().is_some_and(|found| found.len() == 2) { Ok(()) } else { Err(found.to_string()) }
    })
    .unwrap();
    php.put("index.php", "<?php echo 'php';").unwrap();
    let next = scene.tenant("programme-voisin").unwrap();
    let next = next.site("programme-voisin.example").unwrap();
    next.put("index.html", "next door").unwrap();
    put(&node, "server.js", NODE);
    put(&python, "serpent.py", PYTHON);
    let watched = while_served(scene, &next.name, || {
        let others = while_served(scene, &php.name, || {
            answers(scene, &node, &python);
            ends_and_begins(scene, &node);
            never_comes_up(scene, &python);
            rules_come_first(scene, &node);
        });
        assert!(others > 0, "the account's PHP answered all the while");
    });
    assert!(watched > 0);
    sleeps(scene, &node);
    files_alone(scene, &php);
    previewed(scene, &node);
    // Without panel and agent, across a reboot.
    own.stop_panel().unwrap();
    scene.root(&["systemctl", "disable", "--now", "alveole-agent"]).unwrap();
    lab::life("reboot", &scene.stage.lab, &scene.host.name).unwrap();
    says(scene, &node.name, "/after", "node GET /after 0");
    says(scene, &python.name, "/after", "python /after serpent.example");
    scene.root(&["systemctl", "enable", "--now", "alveole-agent"]).unwrap();
    own.start_panel().unwrap();
    // Files and PHP again: the program is gone, and its socket.
    tell(scene, &node, &json!({ "serves": "php" }));
    node.put("index.php", "<?php echo 'php again';").unwrap();
    says(scene, &node.name, "/", "php again");
    let left = scene.shell("pgrep -u programme -a node; ls /run/alveole/php/programme /var/lib/alveole/cells/programme/programs").unwrap();
    assert!(!left.contains("server.js") && !left.contains(&node.id.replace('-', "")), "{left}");
}

fn answers(scene: &Scene, node: &Site<'_>, python: &Site<'_>) {
    tell(scene, node, &json!({ "serves": "program", "command": "node server.js" }));
    tell(scene, python, &json!({ "serves": "program", "command": "python3 serpent.py $SOCKET" }));
    says(scene, &node.name, "/a%20b/c?d=%2e&e", "node GET /a%20b/c?d=%2e&e 0");
    says(scene, &python.name, "/x", "python /x serpent.example");
    let seen = env(node).unwrap();
    let us = scene.stage_address();
    assert_eq!(
        (&seen["host"], &seen["from"], &seen["scheme"], &seen["asked"]),
        (&json!("noeud.example"), &json!(us), &json!("http"), &json!("noeud.example")),
    );
    assert_eq!(
        (&seen["cwd"], &seen["uid"]),
        (&json!("/home/programme/sites/noeud.example"), &json!(node.tenant.uid))
    );
    let body = "x".repeat(300_000);
    let post = format!(
        "POST /in HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        node.name,
        body.len()
    );
    assert_eq!(tests::http::visit_with(&scene.host.address, post).unwrap().body, "node POST /in 300000");
    // What the panel and the host ask is answered by no program.
    assert_eq!(scene.visit(&node.name, "/.well-known/alveole/alive").unwrap().status, 404);
    // An upgraded connection carries both ways.
    let mut stream = TcpStream::connect((scene.host.address.as_str(), 80)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(
        stream,
        "GET /ws HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        node.name
    )
    .unwrap();
    let mut heard = Vec::new();
    let mut piece = [0; 512];
    while !heard.ends_with(b"\r\n\r\n") {
        let count = stream.read(&mut piece).unwrap();
        assert!(count > 0, "{}", String::from_utf8_lossy(&heard));
        heard.extend(&piece[..count]);
    }
    assert!(heard.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&heard));
    stream.write_all(b"ping").unwrap();
    let mut echo = String::new();
    stream.read_to_string(&mut echo).unwrap();
    assert_eq!(echo, "echo ping");
    // No other tenant reaches the socket.
    let socket = format!("/run/alveole/php/programme/{}.sock", node.id.replace('-', ""));
    let other = scene.tenant("programme-autre").unwrap();
    assert!(
        other
            .shell(
                &format!("python3 -c \"import socket; socket.socket(socket.AF_UNIX).connect('{socket}')\""),
                ""
            )
            .is_err()
    );
}

fn ends_and_begins(scene: &Scene, node: &Site<'_>) {
    let before = env(node).unwrap();
    let _ = node.get("/crash");
    let after = another(node, &before);
    hears(scene, node, "crashing as asked");
    hears(scene, node, "the program ended: exit code 7; it is started again in 1 s");
    // A variable: in its environment, and in no history, answer or file that others read.
    let path = format!("/api/v1/sites/{}/variables", node.id);
    let given =
        scene.admin.json("POST", &path, &json!({ "name": "TOKEN", "value": "hunter2-hunter2" })).unwrap();
    assert_eq!((given.status, given.json()["settings"]["variables"].clone()), (200, json!(["TOKEN"])));
    let told = scene.newest(&node.tenant.id, "verified").unwrap();
    let after = another(node, &after);
    assert_eq!(after["token"], "hunter2-hunter2");
    assert!(!told.to_string().contains("hunter2") && !given.body.contains("hunter2"), "{told}");
    let file = format!("/var/lib/alveole/cells/programme/programs/{}.json", node.id.replace('-', ""));
    assert_eq!(scene.shell(&format!("stat -c '%a %U %G' {file}")).unwrap().trim(), "640 root programme");
    // Asked for: a change like any other.
    let path = format!("/api/v1/sites/{}/program/restart", node.id);
    assert_eq!(scene.admin.json("POST", &path, &json!({})).unwrap().status, 200);
    assert_eq!(scene.newest(&node.tenant.id, "verified").unwrap()["verb"], "site.restart");
    another(node, &after);
    hears(scene, node, "the program was ended");
}

fn never_comes_up(scene: &Scene, python: &Site<'_>) {
    tell(scene, python, &json!({ "command": "python3 absent.py" }));
    until("the page says so", PATIENCE, || {
        let away = scene.visit(&python.name, "/x")?;
        let decent = away.body.contains("<h1>")
            && !away.body.contains("Proxy Error")
            && !away.body.contains("<script");
        if away.status == 503 && decent { Ok(()) } else { Err(format!("{} {}", away.status, away.body)) }
    })
    .unwrap();
    hears(scene, python, "absent.py");
    hears(scene, python, "the program ended: exit code 2");
    tell(scene, python, &json!({ "command": "python3 serpent.py $SOCKET" }));
    says(scene, &python.name, "/x", "python /x serpent.example");
}

fn sleeps(scene: &Scene, node: &Site<'_>) {
    scene.shell("systemctl stop alveole-cell@programme.service").unwrap();
    until("it ends with its cell", PATIENCE, || {
        match scene.shell("pgrep -u programme || echo none").unwrap().trim() {
            "none" => Ok(()),
            left => Err(left.to_owned()),
        }
    })
    .unwrap();
    // The first visit finds it up.
    assert_eq!(node.get("/first").unwrap().body, "node GET /first 0");
}

fn files_alone(scene: &Scene, php: &Site<'_>) {
    php.put("page.html", "a page").unwrap();
    tell(scene, php, &json!({ "serves": "files" }));
    until("no PHP runs", PATIENCE, || match scene.visit(&php.name, "/index.php")?.status {
        403 => Ok(()),
        other => Err(other.to_string()),
    })
    .unwrap();
    assert_eq!(scene.visit(&php.name, "/page.html").unwrap().body, "a page");
    tell(scene, php, &json!({ "serves": "php" }));
    says(scene, &php.name, "/", "php");
}

fn previewed(scene: &Scene, node: &Site<'_>) {
    let switch = |to: &str| {
        let path = format!("/api/v1/sites/{}/preview", node.id);
        let reply =
            scene.admin.json("PATCH", &path, &json!({ "switch": to })).unwrap().ok("preview").unwrap();
        scene.newest(&node.tenant.id, "verified").unwrap();
        reply["preview"].clone()
    };
    let name = switch("on").as_str().unwrap().to_owned();
    assert!(name.starts_with('s') && name.ends_with(".preview.coop.example"), "{name}");
    says(scene, &name, "/seen", "node GET /seen 0");
    let shown = scene.visit(&name, "/env").unwrap();
    assert_eq!(
        (shown.header("x-robots-tag"), &shown.json()["host"]),
        (Some("noindex, nofollow, noarchive"), &json!(name))
    );
    assert_eq!(scene.visit(&node.name, "/env").unwrap().header("x-robots-tag"), None);
    // Nobody's own site is there.
    let taken = node.tenant.ask_site(&format!("autre.{}", "preview.coop.example")).unwrap();
    assert_eq!((taken.status, taken.json()["field"].as_str()), (409, Some("name")));
    assert_eq!(switch("off"), Value::Null);
    assert_eq!(scene.visit(&name, "/").unwrap().status, 404);
}

/// What a site is told of redirects, maintenance and visitors comes before its program.
fn rules_come_first(scene: &Scene, node: &Site<'_>) {
    let tell = |method: &str, part: &str, body: &Value| {
        scene
            .admin
            .json(method, &format!("/api/v1/sites/{}/{part}", node.id), body)
            .unwrap()
            .ok(part)
            .unwrap();
        scene.newest(&node.tenant.id, "verified").unwrap();
    };
    tell("POST", "redirects", &json!({ "from": "/old", "to": "/new" }));
    let moved = scene.visit(&node.name, "/old").unwrap();
    assert_eq!((moved.status, moved.header("location")), (301, Some("http://noeud.example/new")));
    tell("PATCH", "maintenance", &json!({ "switch": "on" }));
    let away = scene.visit(&node.name, "/env").unwrap();
    assert_eq!((away.status, away.header("retry-after")), (503, Some("3600")), "{}", away.body);
    tell("PATCH", "maintenance", &json!({ "switch": "off" }));
    tell("PATCH", "visitors", &json!({ "who": "others", "addresses": scene.stage_address() }));
    assert_eq!(scene.visit(&node.name, "/env").unwrap().status, 403);
    tell("PATCH", "visitors", &json!({ "who": "everybody" }));
    says(scene, &node.name, "/new", "node GET /new 0");
}
