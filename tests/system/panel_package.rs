//! The panel's own package on a Debian 13 host: installed, used, backed up, restored, purged, as an admin would.

use tests::lab;
use tests::play::{PATIENCE, Scene};
use tests::wait::until;

#[test]
fn the_panel_installs_backs_up_restores_and_leaves_its_state_behind() {
    let scene = Scene::open(1).unwrap();
    lab::copy(&scene.stage.lab, &scene.host.name, &scene.stage.debs, "/root/panel-debs").unwrap();
    scene
        .shell("DEBIAN_FRONTEND=noninteractive apt-get install -y -qq /root/panel-debs/alveole-panel_*.deb")
        .unwrap();
    scene.root(&["systemctl", "enable", "--now", "alveole-panel"]).unwrap();
    let answers = || {
        until("the panel answers", PATIENCE, || {
            scene.shell("curl -sf --cacert /var/lib/alveole-panel/ca/ca.pem https://localhost:8443/sign-in")
        })
        .unwrap()
    };
    assert!(answers().contains("/assets/style."), "the page finds its style");
    let link = scene.root(&["alveole-panel", "admin", "create", "tresor@asso.example"]).unwrap();
    assert!(link.contains("https://localhost:8443/link/"), "{link}");

    scene.root(&["alveole-panel", "backup", "/root/panel.backup"]).unwrap();
    assert_eq!(scene.root(&["stat", "-c", "%a", "/root/panel.backup"]).unwrap().trim(), "600");
    assert!(
        scene.root(&["alveole-panel", "backup", "/root/panel.backup"]).is_err(),
        "an older backup is not overwritten"
    );
    let refused = scene.root(&["alveole-panel", "restore", "/root/panel.backup"]).unwrap_err();
    assert!(refused.len() > 40, "a restore over a living panel is refused with the reason: {refused}");

    scene.shell("systemctl stop alveole-panel && mv /var/lib/alveole-panel /root/old-state && install -d -o alveole-panel -g alveole-panel -m 700 /var/lib/alveole-panel").unwrap();
    scene.root(&["alveole-panel", "restore", "/root/panel.backup"]).unwrap();
    scene.root(&["systemctl", "start", "alveole-panel"]).unwrap();
    answers();
    scene.root(&["cmp", "/var/lib/alveole-panel/ca/ca.pem", "/root/old-state/ca/ca.pem"]).unwrap();
    // History is whole, and its head is known; a head of another history is not.
    let verify = |head: &str| scene.root(&["alveole-panel", "changes", "verify", "--head", head]);
    let head = scene.shell("alveole-panel changes verify 2>/dev/null").unwrap();
    assert_eq!(verify(head.trim()).unwrap(), head);
    assert!(verify(&"0".repeat(64)).unwrap_err().contains("altered"), "a cut-off history is told");
    let again = scene.root(&["alveole-panel", "admin", "create", "tresor@asso.example"]).unwrap();
    assert!(again.contains("/link/") && again != link, "a new link for the admin of before: {again}");

    scene.shell("DEBIAN_FRONTEND=noninteractive apt-get purge -y -qq alveole-panel").unwrap();
    scene.root(&["test", "-s", "/var/lib/alveole-panel/panel.db"]).unwrap();
}
