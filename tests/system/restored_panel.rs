//! The panel is restored from an older copy: its host is frozen and serves, nothing is sent, and an admin's decision makes the panel's state the host's.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::audit::{all_verified, history_is_whole};
use tests::fault::die_all_the_way;
use tests::own::Own;
use tests::panel::Ports;
use tests::play::{PATIENCE, text};
use tests::stage::Extra;
use tests::wait::until;
use tests::watch::while_served;

/// What this file walks, for the check of the table in faults.rs.
pub const WALKED: [&str; 1] = ["account.remove"];

fn host(own: &Own) -> Value {
    own.admin.get(&format!("/api/v1/hosts/{}", own.host_id().unwrap())).unwrap().ok("host").unwrap()
}

fn position(own: &Own) -> String {
    own.root(&["cat", "/var/lib/alveole/agent/ledger/position.json"]).unwrap()
}

#[test]
fn a_restored_panel_finds_its_host_frozen_and_serving_and_is_believed_once_an_admin_says_so() {
    let own = Own::up("restored", 1, Ports::free().unwrap(), Extra::default()).unwrap();
    let kept = own.tenant("kept").unwrap();
    let old = kept.site("old.example").unwrap();
    old.put("index.html", "old").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("panel.backup").display().to_string();
    own.panel_command(&["backup", &backup]).unwrap();

    // What the copy does not know.
    let lost = kept.site("lost.example").unwrap();
    lost.put("index.html", "lost").unwrap();
    let newcomer = own.tenant("newcomer").unwrap();
    let new = newcomer.site("newcomer.example").unwrap();
    new.put("index.html", "new").unwrap();
    let renamed = json!({"names": ["old.example", "alias.old.example"]});
    let path = format!("/api/v1/sites/{}", old.id);
    assert_eq!(own.admin.json("PATCH", &path, &renamed).unwrap().status, 200);
    own.answers("alias.old.example", "/", 200).unwrap();
    own.newest(&kept.id, "verified").unwrap();
    let there = position(&own);

    while_served(&own, &old.name, || {
        own.restore_panel(&backup).unwrap();
        let frozen = until("the host is frozen and has told what it holds", PATIENCE, || {
            let host = own.admin.get(&format!("/api/v1/hosts/{}", own.host_id()?))?.ok("host")?;
            if host["frozen"]["ledger_at"].is_number() { Ok(host) } else { Err(host.to_string()) }
        })
        .unwrap();
        assert!(frozen["frozen"]["text"]["fr"].as_str().is_some_and(|text| text.len() > 40), "{frozen}");
        // Asked for meanwhile; waits.
        assert_eq!(kept.ask_site("later.example").unwrap().status, 201);
        own.newest(&kept.id, "waiting").unwrap();
        for (name, status) in [
            ("old.example", 200),
            ("alias.old.example", 200),
            ("lost.example", 200),
            ("newcomer.example", 200),
            ("later.example", 404),
        ] {
            assert_eq!(own.visit(name, "/").unwrap().status, status, "{name} while frozen");
        }
        assert_eq!(position(&own), there, "something was sent to a frozen host");

        let difference =
            own.admin.get(&format!("/api/v1/hosts/{}/difference", own.host_id().unwrap())).unwrap();
        let difference = difference.ok("difference").unwrap();
        let shown: BTreeSet<(String, String)> = difference["items"]
            .as_array()
            .or(difference.as_array())
            .into_iter()
            .flatten()
            .map(|one| (text(one, "side"), text(one, "label")))
            .collect();
        let expected = [
            ("host_only", "lost.example"),
            ("host_only", "newcomer"),
            ("host_only", "newcomer.example"),
            ("both", "old.example"),
            ("panel_only", "later.example"),
        ];
        assert_eq!(shown, expected.map(|(side, label)| (side.to_owned(), label.to_owned())).into());

        // The account that only the host has is removed by an agent that dies at every step.
        let epoch = host(&own)["epoch"].as_u64().unwrap();
        die_all_the_way(&own, "account.remove", || {
            let adopted = own.admin.json(
                "POST",
                &format!("/api/v1/hosts/{}/adopt", own.host_id().unwrap()),
                &json!({}),
            );
            let adopted = adopted.unwrap();
            assert_eq!(adopted.status / 100, 2, "{}", adopted.body);
        })
        .unwrap();
        own.answers("later.example", "/", 200).unwrap();
        all_verified(&own, &kept.id).unwrap();
        until("nothing of the host is on its way", PATIENCE, || {
            let host = host(&own);
            let counts = &host["resources"];
            let still = counts["pending"] == 0 && counts["failed"] == 0 && counts["held"] == 0;
            let thawed = host["frozen"].is_null() && host["epoch"] == epoch + 1;
            if still && thawed { Ok(()) } else { Err(host.to_string()) }
        })
        .unwrap();
    });
    for (name, status) in [
        ("old.example", 200),
        ("alias.old.example", 404),
        ("lost.example", 404),
        ("newcomer.example", 404),
        ("later.example", 200),
    ] {
        assert_eq!(own.visit(name, "/").unwrap().status, status, "{name} in the new epoch");
    }
    for file in ["kept/sites/lost.example", "newcomer/sites/newcomer.example"] {
        own.root(&["test", "-s", &format!("/home/{file}/public/index.html")]).unwrap();
    }
    own.shell("! ls -d /var/lib/alveole/cells/newcomer 2>/dev/null").unwrap();
    history_is_whole(&own).unwrap();
}
