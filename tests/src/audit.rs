//! What must be true of a panel and its hosts after any bad day: nothing lost, nothing twice, nothing skipped.

use crate::http::Panel;
use crate::play::{PATIENCE, Scene, text};
use crate::wait::until;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// All items of a paged list.
pub fn all(panel: &Panel, path: &str) -> Result<Vec<Value>, String> {
    let mut items = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = panel.get(&format!("{path}?limit=100{cursor}"))?.ok(path)?;
        items.extend(page["items"].as_array().cloned().unwrap_or_default());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(items),
        }
    }
}

/// Waits until every change of the account is verified; the changes.
pub fn all_verified(scene: &Scene, account: &str) -> Result<Vec<Value>, String> {
    until("every change is verified", PATIENCE * 2, || {
        let changes = all(&scene.admin, &format!("/api/v1/accounts/{account}/changes"))?;
        let left: Vec<&Value> = changes.iter().filter(|change| change["state"] != "verified").collect();
        match left.first() {
            None => Ok(changes.clone()),
            Some(change) => Err(format!("{} of {} are not, such as {change}", left.len(), changes.len())),
        }
    })
}

/// Each of these names is one site of the account, made by one change; there is no other.
pub fn made_once(scene: &Scene, account: &str, names: &BTreeSet<String>) -> Result<(), String> {
    let changes = all_verified(scene, account)?;
    let sites = all(&scene.admin, &format!("/api/v1/accounts/{account}/sites"))?;
    let mut made: BTreeMap<String, usize> = BTreeMap::new();
    for change in changes.iter().filter(|change| change["verb"] == "site.create") {
        *made.entry(text(&change["subject"], "label")).or_default() += 1;
    }
    let folders: Vec<String> = sites.iter().map(|site| text(site, "folder")).collect();
    let once = folders.len() == names.len()
        && folders.iter().all(|folder| names.contains(folder))
        && made.keys().eq(names.iter())
        && made.values().all(|count| *count == 1);
    if once {
        return Ok(());
    }
    let twice: Vec<_> = made.iter().filter(|(_, count)| **count != 1).collect();
    let lost: Vec<_> = names.iter().filter(|name| !folders.contains(name)).collect();
    Err(format!(
        "{} names, {} sites, {} made; lost {lost:?}, twice {twice:?}",
        names.len(),
        folders.len(),
        made.len()
    ))
}

/// Waits until all of history is chained, and the chain is whole.
pub fn history_is_whole(scene: &Scene) -> Result<(), String> {
    until("history is chained", PATIENCE, || {
        let chain = scene.admin.get("/api/v1/changes/chain")?.ok("chain")?;
        let acts = all(&scene.admin, "/api/v1/changes")?.len();
        if !chain["broken"].is_null() || chain["waiting"] != 0 || chain["length"] != acts {
            return Err(format!("{chain}, {acts} acts"));
        }
        Ok(())
    })
}

/// Where every resource of the host was made once and never changed, each generation from 1 on is one resource in the ledger.
pub fn no_generation_is_skipped(scene: &Scene) -> Result<u64, String> {
    let host = scene.admin.get(&format!("/api/v1/hosts/{}", scene.host_id()?))?.ok("host")?;
    let ledger = scene.shell("cat /var/lib/alveole/agent/ledger/*/*.json")?;
    let mut generations = Vec::new();
    for resource in serde_json::Deserializer::from_str(&ledger).into_iter::<Value>() {
        let resource = resource.map_err(|error| error.to_string())?;
        generations.extend(resource["generation"].as_u64());
    }
    generations.sort_unstable();
    let last = host["generation"].as_u64().unwrap_or_default();
    if generations.iter().copied().eq(1..=last) && host["acked_generation"] == last {
        return Ok(last);
    }
    Err(format!(
        "the host is at {last}, acknowledged {}, its ledger holds {generations:?}",
        host["acked_generation"]
    ))
}

/// How often the agent changed the disk for a resource, by key, since the host booted.
pub fn applied(scene: &Scene) -> Result<BTreeMap<String, usize>, String> {
    let log = scene.shell("journalctl -q -o cat -u alveole-agent | grep -F ' reconciled ' || true")?;
    let mut counts = BTreeMap::new();
    for line in log.lines().filter(|line| line.contains("state=Applied")) {
        let key = line.split_whitespace().find_map(|word| word.strip_prefix("key="));
        *counts.entry(key.unwrap_or_default().to_owned()).or_default() += 1;
    }
    Ok(counts)
}
