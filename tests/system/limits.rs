//! All that runs of an account lies in one slice with its plan's limits, there only while something runs. (That the limits bite, and that quotas hold, needs a host
//! with controllers and quotas: the virtual machine.)

use serde_json::json;
use std::time::Duration;
use tests::own::Own;
use tests::panel::Ports;
use tests::play::{PATIENCE, text};
use tests::stage::Extra;
use tests::wait::until;

/// As systemd writes the account `les-amis`.
const SLICE: &str = r"alveole-les\x2damis.slice";

/// What systemd holds it to, or whether it knows it.
fn shown(own: &Own) -> String {
    let asked = format!(
        "systemctl show --value -p LoadState -p ActiveState -p MemoryMax -p MemorySwapMax -p TasksMax -p CPUQuotaPerSecUSec '{SLICE}'"
    );
    own.shell(&asked).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn waits_for(own: &Own, what: &str, wanted: &str) {
    until(what, PATIENCE, || {
        let now = shown(own);
        let same = |word: &str| now.split(' ').any(|one| one == word);
        if wanted.split(' ').all(same) { Ok(()) } else { Err(now) }
    })
    .unwrap();
}

#[test]
fn an_account_is_held_to_its_plan_as_one() {
    let own = Own::up("limits", 1, Ports::free().unwrap(), Extra::default()).unwrap();
    // Below `les`, by systemd's reading of dashes: and not in its limits.
    let (tenant, short) = (own.tenant("les-amis").unwrap(), own.tenant("les").unwrap());
    let (site, other) = (tenant.site("amis.example").unwrap(), short.site("les.example").unwrap());
    for site in [&site, &other] {
        site.put("who.php", "<?php echo posix_getuid();").unwrap();
        own.answers(&site.name, "/who.php", 200).unwrap();
    }
    let mib = |mib: u64| (mib << 20).to_string();
    waits_for(&own, "its slice has its plan's limits", &format!("loaded active {} 0 400 2s", mib(512)));
    let units = own
        .shell("systemctl show --value -p Slice 'alveole-cell@*' 'alveole-php@*' | sort | uniq -c")
        .unwrap();
    for slice in [SLICE, "alveole-les.slice"] {
        assert!(units.contains(&format!("2 {slice}")), "{units}");
    }
    let folder = own.shell(&format!("systemctl show --value -p ControlGroup '{SLICE}'")).unwrap();
    assert_eq!(folder.trim(), format!("/alveole.slice/{SLICE}"));
    // A cron job lies in it too.
    let job = json!({ "schedule": "0 0 29 2 *", "command": "cat /proc/self/cgroup" });
    let path = format!("/api/v1/accounts/{}/cron-jobs", tenant.id);
    let job = text(&own.admin.json("POST", &path, &job).unwrap().ok("a job").unwrap(), "id");
    own.admin.json("POST", &format!("/api/v1/cron-jobs/{job}/run"), &json!({})).unwrap().ok("run").unwrap();
    let output = until("it has run", PATIENCE, || {
        let runs = own.admin.get(&format!("/api/v1/cron-jobs/{job}/runs"))?.ok("runs")?;
        let run = runs["items"][0].clone();
        if run["how"] == "exit" { Ok(text(&run, "output")) } else { Err(runs.to_string()) }
    })
    .unwrap();
    assert!(output.contains(&format!("/alveole.slice/{SLICE}/alveole-cron-les-amis-")), "{output}");

    // Another plan holds at once, and nobody is cut off for it.
    let plan = json!({ "name": "Petite ruche", "sites_max": 5, "names_max": 5, "php_workers": 4, "disk_mb": 100, "memory_mb": 256,
        "files_max": 5000, "cpu_percent": 50, "processes_max": 150 });
    let plan = text(&own.admin.json("POST", "/api/v1/plans", &plan).unwrap().ok("a plan").unwrap(), "id");
    let before = own.shell(r"systemctl show --value -p MainPID 'alveole-cell@les\x2damis.service'").unwrap();
    let set = json!({ "plan": plan });
    own.admin
        .json("PATCH", &format!("/api/v1/accounts/{}", tenant.id), &set)
        .unwrap()
        .ok("the plan")
        .unwrap();
    waits_for(&own, "it is held to the new plan", &format!("loaded active {} 0 150 500ms", mib(256)));
    let after = own.shell(r"systemctl show --value -p MainPID 'alveole-cell@les\x2damis.service'").unwrap();
    assert_eq!(before, after);

    // Asleep it is nothing, and awake again it has its limits.
    let asleep = || {
        own.shell(r"systemctl stop 'alveole-cell@les\x2damis.service'").unwrap();
        until("the slice is gone", Duration::from_secs(10), || {
            let left = own.shell(&format!("systemctl list-units --all --no-legend '{SLICE}'; ls /run/systemd/transient 2>/dev/null | grep -F 'les' | grep -vF 'alveole-les.slice' || true"))?;
            if left.trim().is_empty() { Ok(()) } else { Err(left) }
        })
        .unwrap();
    };
    asleep();
    own.answers(&site.name, "/who.php", 200).unwrap();
    waits_for(&own, "it woke with its limits", &format!("loaded active {} 0 150 500ms", mib(256)));
    // Again and again, as under an impatient visitor: what wakes finds its limits each time.
    for _ in 0..10 {
        own.shell(r"systemctl stop 'alveole-cell@les\x2damis.service'").unwrap();
        own.answers(&site.name, "/who.php", 200).unwrap();
        // As every run of apt does, while it is awake.
        own.root(&["systemctl", "daemon-reload"]).unwrap();
        waits_for(&own, "it woke with its limits", &format!("loaded active {} 0 150 500ms", mib(256)));
    }
    asleep();

    // The host says that its disk holds nobody to anything, and so nothing is refused.
    let host =
        own.admin.get(&format!("/api/v1/hosts/{}", own.host_id().unwrap())).unwrap().ok("the host").unwrap();
    assert_eq!(
        (&host["facts"]["limits"], &host["facts"]["home"]["quotas"]),
        (&json!(1), &json!(null)),
        "{host}"
    );
    assert!(host["facts"]["home"]["kind"].is_string(), "{host}");
    let helper = own.shell("systemctl is-active alveole-quota.service; systemctl show --value -p CapabilityBoundingSet alveole-quota.service").unwrap();
    assert_eq!(helper, "active\ncap_sys_admin\n");
}
