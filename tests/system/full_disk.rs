//! A host's disk is full, really: changes fail with a reason or wait, what was there serves, nothing is half done; with room they complete by themselves.

use serde_json::json;
use tests::audit::{all_verified, history_is_whole, made_once};
use tests::own::Own;
use tests::panel::Ports;
use tests::play::{PATIENCE, Scene, text};
use tests::stage::Extra;
use tests::wait::until;
use tests::watch::while_served;

/// Blocks of 4 KiB that come back one by one.
const CRUMBS: usize = 150;

/// Leaves no octet free.
fn fill(scene: &Scene) {
    scene
        .shell(&format!(
            "mkdir /crumbs && for i in $(seq -w {CRUMBS}); do head -c 4096 /dev/zero > /crumbs/$i; done; sync -f /
             dd if=/dev/zero of=/ballast bs=1M 2>/dev/null; dd if=/dev/zero of=/ballast-end bs=4k 2>/dev/null; sync -f /
             ! head -c 8192 /dev/zero > /crumbs/none 2>/dev/null; rm -f /crumbs/none; sync -f /"
        ))
        .unwrap();
}

/// Gives four blocks back, and has the agent begin anew at once; until it has spoken with the panel.
fn give_back_and_restart(scene: &Scene) {
    let seen = || {
        let host = scene.admin.get(&format!("/api/v1/hosts/{}", scene.host_id()?))?.ok("host")?;
        Ok::<_, String>(host["last_seen_at"].as_i64().unwrap_or_default())
    };
    let before = seen().unwrap();
    scene.shell("rm -f $(ls /crumbs/* | head -n 4); sync -f /; systemctl restart alveole-agent").unwrap();
    until("the agent speaks again", PATIENCE, || {
        let now = seen()?;
        if now > before { Ok(()) } else { Err(format!("last seen at {now}")) }
    })
    .unwrap();
}

/// The change is verified, or says in words what it waits for.
fn verified_or_told(scene: &Scene, change: &str) -> Result<bool, String> {
    let shown = scene.admin.get(&format!("/api/v1/changes/{change}"))?.ok("change")?;
    match text(&shown, "state").as_str() {
        "verified" => Ok(true),
        "failed" if ["fr", "en"].iter().all(|lang| text(&shown["text"], lang).len() > 40) => Ok(false),
        _ => Err(shown.to_string()),
    }
}

fn newest(scene: &Scene, account: &str) -> String {
    let changes = scene.admin.get(&format!("/api/v1/accounts/{account}/changes?limit=1")).unwrap().json();
    text(&changes["items"][0], "id")
}

#[test]
fn on_a_full_disk_changes_wait_with_their_reason_and_complete_when_there_is_room() {
    let extra = Extra { disk: Some("600M".to_owned()), ..Extra::default() };
    let own = Own::up("full", 1, Ports::free().unwrap(), extra).unwrap();
    let tenant = own.tenant("squeezed").unwrap();
    let site = tenant.site("squeezed.example").unwrap();
    site.put("index.php", "<?php echo 'old state';").unwrap();
    own.answers(&site.name, "/", 200).unwrap();
    let near = own.tenant("beside").unwrap();
    let neighbour = near.site("beside.example").unwrap();
    neighbour.put("index.html", "beside").unwrap();
    while_served(&own, &neighbour.name, || {
        fill(&own);
        assert_eq!(tenant.ask_site("cramped.example").unwrap().status, 201);
        let cramped = newest(&own, &tenant.id);
        let renamed = json!({"names": ["squeezed.example", "alias.squeezed.example"]});
        let path = format!("/api/v1/sites/{}", site.id);
        assert_eq!(own.admin.json("PATCH", &path, &renamed).unwrap().status, 200);
        let alias = newest(&own, &tenant.id);
        let late = own.ask_tenant("late").unwrap();
        let account = newest(&own, &late);
        let all = [&cramped, &alias, &account];
        for change in all {
            let verified =
                until("the change tells its reason", PATIENCE, || verified_or_told(&own, change)).unwrap();
            assert!(!verified, "{change} on a full disk");
        }
        let shown = own.admin.get(&format!("/api/v1/changes/{cramped}")).unwrap().json();
        assert!(text(&shown["text"], "fr").contains("plein"), "{shown}");
        // Room comes back a few blocks at a time: each time another step is the one that fails, and an agent that starts anew finds no half of it.
        for round in 0.. {
            for (name, change) in [("cramped.example", &cramped), ("alias.squeezed.example", &alias)] {
                let state =
                    text(&own.admin.get(&format!("/api/v1/changes/{change}")).unwrap().json(), "state");
                let status = own.visit(name, "/").unwrap().status;
                assert!(status == 200 || status == 404 && state != "verified", "{name}: {status}, {state}");
            }
            assert_eq!(own.visit("squeezed.example", "/").unwrap().body, "old state", "round {round}");
            if all.iter().all(|change| verified_or_told(&own, change) == Ok(true)) {
                println!("complete after {} KiB", round * 16);
                break;
            }
            assert!(round < CRUMBS / 4, "{CRUMBS} blocks do not do");
            give_back_and_restart(&own);
        }
        own.shell("rm -rf /crumbs /ballast-end /ballast").unwrap();
        assert_eq!(own.answers("cramped.example", "/", 200).unwrap().status, 200);
        // Full once more: given room, it completes by itself.
        fill(&own);
        assert_eq!(tenant.ask_site("patient.example").unwrap().status, 201);
        let patient = newest(&own, &tenant.id);
        until("the change tells its reason", PATIENCE, || match verified_or_told(&own, &patient)? {
            false => Ok(()),
            true => Err("verified on a full disk".to_owned()),
        })
        .unwrap();
        own.shell("rm -rf /crumbs /ballast-end /ballast").unwrap();
        own.answers("patient.example", "/", 200).unwrap();
    });
    for name in ["alias.squeezed.example", "squeezed.example"] {
        assert_eq!(own.answers(name, "/", 200).unwrap().body, "old state");
    }
    made_once(
        &own,
        &tenant.id,
        &["squeezed.example", "cramped.example", "patient.example"].map(str::to_owned).into(),
    )
    .unwrap();
    all_verified(&own, &tenant.id).unwrap();
    let left = own.shell("find /var/lib/alveole /home -name '.*.new'").unwrap();
    assert_eq!(left, "", "something is half done");
    history_is_whole(&own).unwrap();
}
