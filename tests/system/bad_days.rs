//! Bad days of a host: hands in our files, the agent killed, the panel away, a reboot, packages removed. Neighbours serve throughout.

use std::time::Duration;
use tests::lab;
use tests::play::{PATIENCE, Scene};
use tests::wait::until;
use tests::watch::while_served;

fn cell_file(scene: &Scene, account: &str, file: &str) -> String {
    scene.shell(&format!("ls /var/lib/alveole/cells/{account}/{file}")).unwrap().trim().to_owned()
}

#[test]
fn a_deleted_link_is_healed_and_an_edited_file_waits_for_a_person() {
    let scene = Scene::open(1).unwrap();
    let tenant = scene.tenant("drift").unwrap();
    let site = tenant.site("drift.example").unwrap();
    site.put("index.html", "here").unwrap();
    let neighbour = scene.tenant("drift-near").unwrap();
    let near = neighbour.site("drift-near.example").unwrap();
    near.put("index.html", "near").unwrap();
    while_served(&scene, &near.name, || {
        scene.root(&["rm", "/var/lib/alveole/names/drift.example"]).unwrap();
        assert_eq!(scene.answers("drift.example", "/", 200).unwrap().body, "here", "the link is healed");
        let file = cell_file(&scene, "drift", "sites/*.conf");
        scene.shell(&format!("echo '# by hand' >> {file}")).unwrap();
        until("the drift is seen", PATIENCE, || scene.root(&["alveole-agent", "check"]).map_or_else(Ok, Err))
            .unwrap();
        let kept = scene.root(&["cat", &file]).unwrap();
        assert!(kept.ends_with("# by hand\n"), "what was edited stays: {kept}");
        assert_eq!(scene.visit("drift.example", "/").unwrap().status, 200);
    });
}

#[test]
fn a_killed_agent_and_a_stopped_one_leave_sites_waking_and_catch_up() {
    let scene = Scene::open(1).unwrap();
    let tenant = scene.tenant("killed").unwrap();
    let site = tenant.site("killed.example").unwrap();
    site.put("index.html", "here").unwrap();
    while_served(&scene, &site.name, || {
        scene.root(&["systemctl", "stop", "alveole-agent"]).unwrap();
        let asked = tenant.ask_site("later.killed.example").unwrap();
        assert_eq!(asked.status, 201, "{}", asked.body);
        scene.newest(&tenant.id, "waiting").unwrap();
        assert_eq!(scene.visit("later.killed.example", "/").unwrap().status, 404);
        scene.root(&["systemctl", "start", "alveole-agent"]).unwrap();
        scene.newest(&tenant.id, "verified").unwrap();
        for round in 0..5 {
            let name = format!("kill{round}.killed.example");
            assert_eq!(tenant.ask_site(&name).unwrap().status, 201);
            scene.root(&["systemctl", "kill", "-s", "KILL", "alveole-agent"]).unwrap();
            scene.answers(&name, "/", 200).unwrap();
            scene.newest(&tenant.id, "verified").unwrap();
        }
    });
}

#[test]
fn killed_parts_of_a_cell_come_back_with_the_next_request() {
    let scene = Scene::open(0).unwrap();
    let tenant = scene.tenant("parts").unwrap();
    let site = tenant.site("parts.example").unwrap();
    site.put("index.php", "<?php echo 'alive';").unwrap();
    for process in ["apache2", "php-fpm", "alveole-runner"] {
        scene.answers("parts.example", "/", 200).unwrap();
        scene.shell(&format!("pkill -KILL -U {} {process} || true", tenant.uid)).unwrap();
        assert_eq!(scene.answers("parts.example", "/", 200).unwrap().body, "alive", "after {process}");
    }
}

#[test]
fn a_site_added_while_its_cell_wakes_is_there_when_it_is_awake() {
    let scene = Scene::open(0).unwrap();
    let tenant = scene.tenant("waking").unwrap();
    let site = tenant.site("waking.example").unwrap();
    // The new site comes earlier and later in the start, of which most is over after a tenth of a second.
    for round in 0..12 {
        scene.shell("systemctl stop alveole-cell@waking alveole-php@waking").unwrap();
        let name = format!("w{round}.waking.example");
        std::thread::scope(|scope| {
            let visitor = scope.spawn(|| site.get("/").unwrap().status);
            std::thread::park_timeout(Duration::from_millis(round * 12));
            assert_eq!(tenant.ask_site(&name).unwrap().status, 201);
            assert_eq!(visitor.join().unwrap(), 200);
        });
        scene.newest(&tenant.id, "verified").unwrap();
        assert_eq!(scene.visit(&name, "/").unwrap().status, 200, "{name}");
    }
}

#[test]
fn a_reboot_brings_every_site_back_without_panel_and_agent() {
    let scene = Scene::open(1).unwrap();
    let tenant = scene.tenant("reboot").unwrap();
    let site = tenant.site("reboot.example").unwrap();
    site.put("index.php", "<?php echo 'back';").unwrap();
    scene.root(&["systemctl", "disable", "--now", "alveole-agent"]).unwrap();
    lab::life("reboot", &scene.stage.lab, &scene.host.name).unwrap();
    assert_eq!(scene.answers("reboot.example", "/", 200).unwrap().body, "back");
    scene.root(&["systemctl", "enable", "--now", "alveole-agent"]).unwrap();
}

#[test]
fn removing_the_agent_leaves_sites_serving_and_homes_alone() {
    let scene = Scene::open(1).unwrap();
    let tenant = scene.tenant("removed").unwrap();
    let site = tenant.site("removed.example").unwrap();
    site.put("index.php", "<?php echo 'still here';").unwrap();
    while_served(&scene, &site.name, || {
        scene.shell("DEBIAN_FRONTEND=noninteractive apt-get remove -y -qq alveole-agent").unwrap();
    });
    scene.shell("systemctl stop alveole-cell@removed alveole-php@removed").unwrap();
    assert_eq!(
        scene.answers("removed.example", "/", 200).unwrap().body,
        "still here",
        "it wakes without the agent"
    );
    scene
        .shell("DEBIAN_FRONTEND=noninteractive apt-get install -y -qq /root/debs/alveole-agent_*.deb")
        .unwrap();
    let added = tenant.site("again.removed.example").unwrap();
    assert_eq!(added.get("/").unwrap().status, 200, "the agent is the same as before");
}
