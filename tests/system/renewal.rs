//! A host's key and certificate are replaced while it serves; the panel gives up the old one.

use tests::play::{PATIENCE, Scene};
use tests::wait::until;

const IDENTITY: &str = "/var/lib/alveole/agent/identity.pem";

#[test]
fn a_host_gets_a_new_certificate_and_goes_on_and_the_old_one_opens_nothing() {
    let scene = Scene::open(1).unwrap();
    let tenant = scene.tenant("renewed").unwrap();
    let hash = || scene.root(&["sha256sum", IDENTITY]).unwrap();
    let old = hash();
    scene.root(&["cp", IDENTITY, "/root/old.pem"]).unwrap();
    // A host enrolled within the last minute is told to wait.
    until("the certificate is renewed", PATIENCE * 3, || scene.root(&["alveole-agent", "renew"])).unwrap();
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
fn a_host_whose_new_certificate_the_panel_does_not_know_goes_back_to_the_one_before() {
    let scene = Scene::open(0).unwrap();
    let tenant = scene.tenant("goesback").unwrap();
    // As after the panel was restored from a copy made before the renewal: what is in place is refused, the one before is known.
    let line = format!(
        "cd /var/lib/alveole/agent && cp {IDENTITY} identity-before.pem && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /root/k.pem \
         -out /root/c.pem -days 9 -subj /CN=x -addext \"subjectAltName=URI:alveole:host:$(sed -n 's/^host = \"\\(.*\\)\"/\\1/p' /etc/alveole/agent.toml)\" 2>/dev/null \
         && awk '/BEGIN CERT/{{n++}} n==2' identity-before.pem > /root/ca.pem && cat /root/k.pem /root/c.pem /root/ca.pem > {IDENTITY} && systemctl restart alveole-agent"
    );
    scene.shell(&line).unwrap();
    assert_eq!(tenant.site("goesback.example").unwrap().get("/").unwrap().status, 200);
    scene.shell(&format!("cmp {IDENTITY} /var/lib/alveole/agent/identity-before.pem")).unwrap();
}
