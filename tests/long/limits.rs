//! That limits bite, on a host whose kernel and disk can hold an account to them; and that its people read which, and by what.

use serde_json::{Value, json};
use std::time::Duration;
use tests::own::Own;
use tests::panel::Ports;
use tests::play::{Site, Tenant, text};
use tests::stage::Extra;
use tests::wait::until;

/// Its processor is emulated: what takes a second elsewhere may take ten.
const PATIENCE: Duration = Duration::from_secs(120);
/// The panel asks every five minutes for what was sampled.
const TOLD: Duration = Duration::from_secs(420);

fn plan(own: &Own, name: &str, disk_mb: u32, memory_mb: u32) -> String {
    let wanted = json!({ "name": name, "sites_max": 5, "names_max": 5, "php_workers": 4, "disk_mb": disk_mb, "memory_mb": memory_mb,
        "files_max": 1000, "cpu_percent": 20, "processes_max": 120 });
    text(&own.admin.json("POST", "/api/v1/plans", &wanted).unwrap().ok("a plan").unwrap(), "id")
}

fn give(own: &Own, tenant: &Tenant<'_>, plan: &str) {
    let path = format!("/api/v1/accounts/{}", tenant.id);
    own.admin.json("PATCH", &path, &json!({ "plan": plan })).unwrap().ok("another plan").unwrap();
    own.newest(&tenant.id, "verified").or_else(|_| own.newest(&tenant.id, "applied")).unwrap();
}

fn kernel(own: &Own, file: &str, field: &str) -> u64 {
    let said =
        own.shell(&format!(r"cat '/sys/fs/cgroup/alveole.slice/alveole-les\x2damis.slice/{file}'")).unwrap();
    let line = said.lines().find_map(|line| line.strip_prefix(field));
    line.unwrap_or_else(|| panic!("{file}: {said}")).trim().parse().unwrap()
}

#[test]
fn limits_bite_and_people_read_which() {
    let own =
        Own::up("limited", 1, Ports::free().unwrap(), Extra { machines: true, ..Extra::default() }).unwrap();
    let tenant = own.tenant("les-amis").unwrap();
    let site = tenant.site("amis.example").unwrap();
    give(&own, &tenant, &plan(&own, "Petite ruche", 30, 128));
    let host =
        own.admin.get(&format!("/api/v1/hosts/{}", own.host_id().unwrap())).unwrap().ok("the host").unwrap();
    assert_eq!(host["facts"]["home"]["quotas"], true, "{host}");
    for (file, text) in PAGES {
        site.put(file, text).unwrap();
    }
    own.answers(&site.name, "/calm.php", 200).unwrap();
    space_and_files(&tenant);
    memory(&own, &site);
    processes(&own, &site);
    processor(&own, &site);
    // A larger plan holds at once, for the disk and for what is awake.
    give(&own, &tenant, &plan(&own, "Grande ruche", 200, 256));
    tenant.shell("head -c 60M /dev/zero >/home/les-amis/tmp/more && rm /home/les-amis/tmp/more", "").unwrap();
    until("what is awake has more memory", PATIENCE, || match kernel(&own, "memory.max", "") {
        268_435_456 => Ok(()),
        other => Err(other.to_string()),
    })
    .unwrap();
    // Which, and by what.
    let seen = until("the account's people read it", TOLD, || {
        let path = format!("/api/v1/accounts/{}/use-over-time", tenant.id);
        let shown = own.admin.get(&path)?.ok("use")?;
        // Of processes, whoever has most of them at that look: they may be gone by then.
        let all = [("space", "account"), ("memory", "php"), ("processes", ""), ("cpu", "php")];
        let has = |(what, by): &(&str, &str)| {
            shown["bites"]
                .as_array()
                .into_iter()
                .flatten()
                .any(|bite| bite["what"] == *what && (by.is_empty() || bite["by"] == *by))
        };
        if all.iter().all(has) { Ok(shown) } else { Err(shown.to_string()) }
    })
    .unwrap();
    let day: &Value = seen["days"].as_array().unwrap().last().unwrap();
    assert!(day["memory"].as_u64().unwrap() > 100 << 20 && day["cpu_ms"].as_u64().unwrap() > 5_000, "{day}");
    assert!(day["processes"].as_u64().unwrap() >= 100 && day["octets"].as_u64().unwrap() > 0, "{day}");
}

const PAGES: [(&str, &str); 4] = [
    ("calm.php", "<?php echo 'calm';"),
    (
        "memory.php",
        "<?php ini_set('memory_limit', '-1'); $a = []; while (true) { $a[] = str_repeat('x', 1 << 20); }",
    ),
    ("forks.php", "<?php exec('for n in $(seq 150); do sleep 5 & done; wait');"),
    (
        "busy.php",
        "<?php $end = microtime(true) + 40; while (microtime(true) < $end) { hash('sha256', 'x'); } echo 'done';",
    ),
];

/// Leaves the account full, so that a look meets it.
fn space_and_files(tenant: &Tenant<'_>) {
    let many = "mkdir /home/les-amis/tmp/many; cd /home/les-amis/tmp/many && for n in $(seq 1100); do : >$n || exit 1; done";
    let full = tenant.shell(many, "").unwrap_err();
    assert!(full.contains("quota"), "{full}");
    tenant.shell("rm -r /home/les-amis/tmp/many", "").unwrap();
    let full = tenant.shell("head -c 60M /dev/zero >/home/les-amis/tmp/fill", "").unwrap_err();
    assert!(full.contains("quota"), "{full}");
    let size = tenant.shell("stat -c %s /home/les-amis/tmp/fill", "").unwrap();
    assert!((25_000_000..=30_000_000).contains(&size.trim().parse::<u64>().unwrap()), "{size}");
}

fn memory(own: &Own, site: &Site<'_>) {
    let before = kernel(own, "memory.events", "oom_kill ");
    let reply = site.get("/memory.php").unwrap();
    assert!(reply.status >= 500, "{}", reply.status);
    assert!(kernel(own, "memory.events", "oom_kill ") > before);
    // One process was ended, and the site goes on.
    own.answers(&site.name, "/calm.php", 200).unwrap();
}

fn processes(own: &Own, site: &Site<'_>) {
    let _ = site.get("/forks.php");
    until("no more could start", PATIENCE, || match kernel(own, "pids.events", "max ") {
        0 => Err("none was refused".to_owned()),
        _ => Ok(()),
    })
    .unwrap();
    own.answers(&site.name, "/calm.php", 200).unwrap();
}

/// Longer than the half minute between two looks.
fn processor(own: &Own, site: &Site<'_>) {
    let before = kernel(own, "cpu.stat", "throttled_usec ");
    let _ = site.get("/busy.php");
    assert!(kernel(own, "cpu.stat", "throttled_usec ") > before + 2_000_000);
}
