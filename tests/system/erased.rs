//! An account is changed, deleted and erased on a real host, the agent dying with -9 before and after every step on the way.

use serde_json::{Value, json};
use tests::audit::history_is_whole;
use tests::fault::die_all_the_way;
use tests::own::Own;
use tests::panel::Ports;
use tests::play::{PATIENCE, text};
use tests::stage::Extra;
use tests::wait::until;
use tests::watch::while_served;

/// What this file walks, for the check of the table in faults.rs.
pub const WALKED: [&str; 2] = ["account.change", "account.erase"];

#[test]
fn an_account_is_erased_by_an_agent_killed_at_any_step() {
    // Deleted accounts are erased at the panel's next start.
    let extra = Extra { panel_toml: "keep_deleted_days = 0".to_owned(), ..Extra::default() };
    let own = Own::up("erased", 1, Ports::free().unwrap(), extra).unwrap();
    let tenant = own.tenant("leaver").unwrap();
    let site = tenant.site("leaver.example").unwrap();
    site.put("index.html", "still here").unwrap();
    let near = own.tenant("stayer").unwrap();
    let neighbour = near.site("stayer.example").unwrap();
    neighbour.put("index.html", "near").unwrap();
    let before = own.shell("cd /home/stayer/sites && find . -type f -exec sha256sum {} +").unwrap();

    while_served(&own, &neighbour.name, || {
        let plan = json!({"name": "Grande ruche", "sites_max": 9, "names_max": 9, "php_workers": 7, "disk_mb": 100, "memory_mb": 128});
        let plan = own.admin.json("POST", "/api/v1/plans", &plan).unwrap().ok("a plan").unwrap();
        let path = format!("/api/v1/accounts/{}", tenant.id);
        die_all_the_way(&own, "account.change", || {
            let changed = own.admin.json("PATCH", &path, &json!({"plan": plan["id"]})).unwrap();
            assert_eq!(changed.status, 200, "{}", changed.body);
        })
        .unwrap();
        own.newest(&tenant.id, "verified").unwrap();
        let pool = own.root(&["cat", "/var/lib/alveole/cells/leaver/php/account-8.4.conf"]).unwrap();
        assert!(pool.contains("pm.max_children = 7"), "{pool}");
        assert_eq!(own.answers(&site.name, "/", 200).unwrap().body, "still here");

        let deleted = own.admin.ask("DELETE", &path, "", None).unwrap();
        assert_eq!(deleted.status / 100, 2, "{}", deleted.body);
        own.newest(&tenant.id, "verified").unwrap();
        own.answers(&site.name, "/", 404).unwrap();
        own.root(&["test", "-s", "/home/leaver/sites/leaver.example/public/index.html"]).unwrap();
        die_all_the_way(&own, "account.erase", || {
            own.stop_panel().unwrap();
            own.start_panel().unwrap();
        })
        .unwrap();
        until("the erasure is verified", PATIENCE, || {
            let changes = own.admin.get("/api/v1/changes?limit=10")?.ok("changes")?;
            let erase =
                changes["items"].as_array().into_iter().flatten().find(|c| c["verb"] == "account.erase");
            match erase.map(|change| text(change, "state")).as_deref() {
                Some("verified") => Ok(()),
                other => Err(format!("{other:?}: {}", erase.unwrap_or(&Value::Null))),
            }
        })
        .unwrap();
    });

    own.shell("! ls -d /home/leaver /var/lib/alveole/cells/leaver /var/lib/alveole/names/leaver.example 2>/dev/null").unwrap();
    own.shell("! grep -rl leaver /etc/userdb /etc/systemd/system /run/systemd/system 2>/dev/null").unwrap();
    assert_eq!(own.visit(&site.name, "/").unwrap().status, 404);
    assert_eq!(own.admin.get(&format!("/api/v1/accounts/{}", tenant.id)).unwrap().status, 404);
    assert_eq!(own.shell("cd /home/stayer/sites && find . -type f -exec sha256sum {} +").unwrap(), before);
    history_is_whole(&own).unwrap();
}
