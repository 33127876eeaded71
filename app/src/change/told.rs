//! What a site was told before a change and after it, in words.

use model::Lang;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Differences shown at most.
const MOST: usize = 8;

/// Key by key: `memory_limit: as usual → 512M`.
pub fn detail(lang: Lang, before: &Option<Value>, after: &Option<Value>) -> Option<String> {
    let (mut old, mut new) = (BTreeMap::new(), BTreeMap::new());
    flat(lang, "", before.as_ref()?, &mut old);
    flat(lang, "", after.as_ref()?, &mut new);
    let keys: BTreeSet<&String> =
        old.keys().chain(new.keys()).filter(|key| old.get(*key) != new.get(*key)).collect();
    let usual = lang.pick("comme d’habitude", "as usual");
    let said = |side: &BTreeMap<String, String>, key| side.get(key).map_or(usual, String::as_str).to_owned();
    let mut words: Vec<String> = keys
        .iter()
        .take(MOST)
        .map(|key| format!("{}{}{} → {}", word(lang, key), lang.colon(), said(&old, *key), said(&new, *key)))
        .collect();
    words.extend((keys.len() > MOST).then(|| "…".to_owned()));
    (!words.is_empty()).then(|| words.join(" · "))
}

/// Every value by the last word that leads to it; a list as one value.
fn flat(lang: Lang, key: &str, value: &Value, into: &mut BTreeMap<String, String>) {
    let said = match value {
        Value::Object(fields) => {
            return fields.iter().for_each(|(key, value)| flat(lang, key, value, into));
        }
        Value::Array(items) => {
            let redirect =
                |item: &Value| Some(format!("{} → {}", item["from"].as_str()?, item["to"].as_str()?));
            let all: Vec<String> =
                items.iter().map(|item| redirect(item).unwrap_or_else(|| plain(lang, item))).collect();
            // An argument vector reads as it was typed.
            all.join(if key == "command" { " " } else { ", " })
        }
        value => plain(lang, value),
    };
    // An empty list is no list, and “not in maintenance” is as usual.
    if !said.is_empty() && !matches!(value, Value::Bool(false)) {
        into.insert(key.to_owned(), said);
    }
}

fn plain(lang: Lang, value: &Value) -> String {
    match value {
        Value::Bool(true) => lang.pick("oui", "yes").to_owned(),
        Value::String(code) => match code.as_str() {
            "everybody" => lang.pick("tout le monde", "everybody").to_owned(),
            "listed" => lang.pick("seulement ces adresses", "these addresses alone").to_owned(),
            "files" => lang.pick("ses fichiers seuls", "its files alone").to_owned(),
            "others" => lang.pick("tous sauf ces adresses", "all but these addresses").to_owned(),
            other => other.to_owned(),
        },
        other => other.to_string(),
    }
}

fn word(lang: Lang, key: &str) -> String {
    match key {
        "version" => "PHP",
        "redirects" => lang.pick("Redirections", "Redirects"),
        "main_only" => {
            lang.pick("Les autres noms mènent au principal", "The other names lead to the main one")
        }
        "on" => "Maintenance",
        "allow" => lang.pick("Admis quand même", "Let in even so"),
        "who" => lang.pick("Visiteurs", "Visitors"),
        "networks" => lang.pick("Adresses", "Addresses"),
        "root" => lang.pick("Dossier montré", "Folder shown"),
        "serves" => lang.pick("Ce qui répond", "What answers"),
        "command" => lang.pick("Commande", "Command"),
        "folder" => lang.pick("Dossier de départ", "Folder it begins in"),
        other => other,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn differences_are_said_and_nothing_else() {
        let said = |before, after| detail(Lang::En, &Some(before), &Some(after));
        let before = json!({ "php": { "settings": { "memory_limit": "64M", "display_errors": "on" } } });
        let after = json!({ "php": { "version": "8.2", "settings": { "display_errors": "on" } } });
        assert_eq!(said(before, after).unwrap(), "memory_limit: 64M → as usual · PHP: as usual → 8.2");
        let off = json!({ "maintenance": { "on": false, "allow": ["::1"] } });
        let on = json!({ "maintenance": { "on": true, "allow": ["::1"] } });
        assert_eq!(said(off, on).unwrap(), "Maintenance: as usual → yes");
        let list = json!({ "redirects": [{ "from": "/a", "to": "/b", "code": 301 }] });
        assert_eq!(said(json!({}), list).unwrap(), "Redirects: as usual → /a → /b");
    }
}
