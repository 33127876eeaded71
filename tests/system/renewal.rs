//! A host's key and certificate are replaced while it serves; the panel gives up the old one.

use tests::own::Own;
use tests::panel::Ports;
use tests::play::{PATIENCE, Scene};
use tests::stage::Extra;
use tests::wait::until;

const IDENTITY: &str = "/var/lib/alveole/agent/identity.pem";

#[test]
fn a_host_gets_a_new_certificate_and_goes_on_and_the_old_one_opens_nothing() {
    let scene = Scene::open(1).unwrap();
    let tenant = scene.tenant("renewed").unwrap();
    let hash = || scene.root(&["sha256sum", IDENTITY]).unwrap();
    let old = hash();
    scene.root(&["cp", IDENTITY, "/root/old.pem"]).unwrap();
    // A host enrolled just now is told to wait.
    until("the certificate is renewed", PATIENCE, || scene.root(&["alveole-agent", "renew"])).unwrap();
    assert_ne!(hash(), old);
    assert_eq!(tenant.site("renewed.example").unwrap().get("/").unwrap().status, 200);
    // Somebody has the old key: it is refused, and so the agent goes back to what is its own.
    let ask = scene.shell(
        "curl -s -o /dev/null -w '%{http_code}' --cacert /root/old.pem --cert /root/old.pem --key /root/old.pem \
         -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==' \
         $(sed -n 's/^panel_url = \"\\(.*\\)\"/\\1/p' /etc/alveole/agent.toml)/agent",
    );
    assert_eq!(ask.unwrap(), "403");
}

#[test]
fn a_host_finds_its_way_to_a_panel_that_was_restored_and_to_one_put_back() {
    let own = Own::up("renewal", 1, Ports::free().unwrap(), Extra::default()).unwrap();
    let tenant = own.tenant("goesback").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let connects = |what: &str| {
        until(what, PATIENCE * 2, || {
            let host = own.admin.get(&format!("/api/v1/hosts/{}", own.host_id()?))?.ok("host")?;
            if host["connected"] == true { Ok(()) } else { Err(host.to_string()) }
        })
        .unwrap();
    };
    own.panel_command(&["backup", &file("before")]).unwrap();
    until("the certificate is renewed", PATIENCE, || own.root(&["alveole-agent", "renew"])).unwrap();
    tenant.site("renewed.goesback.example").unwrap();
    own.panel_command(&["backup", &file("after")]).unwrap();
    // The copy knows the certificate of before; the panel that is put back has given that up.
    own.restore_panel(&file("before")).unwrap();
    connects("the host comes with the certificate of before");
    own.restore_panel(&file("after")).unwrap();
    connects("the host comes with its new one again");
    assert_eq!(tenant.site("again.goesback.example").unwrap().get("/").unwrap().status, 200);
}
