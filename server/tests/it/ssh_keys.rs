//! SSH keys of accounts: who lets them in, and what a host is told of them.

use crate::bench::{Bench, Household, unpaid};
use model::ProblemKind;
use serde_json::{Value, json};
use server::{
    account, change,
    paging::Listing,
    ssh_key::{self, NewSshKey},
};

pub const KEYS: [&str; 2] = [
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH5uAZOmszsMbkLqXUD8GenIgHs/eLHIWx4Dqq4qrzgU",
];

fn new(key: &str, label: Option<&str>) -> NewSshKey {
    NewSshKey { key: key.into(), label: label.map(str::to_owned) }
}

/// What the host was last told of the account.
async fn told(bench: &Bench, home: &Household) -> Value {
    let key = home.account.to_string();
    let mut found =
        bench.resources().await.into_iter().filter(|(kind, known, ..)| kind == "account" && *known == key);
    found.next().unwrap().3.unwrap()
}

pub async fn a_key_is_part_of_what_its_account_is_on_its_host(bench: Bench) {
    let server = &bench.server;
    let (home, other) = (bench.household("alpha").await, bench.household("beta").await);
    assert!(told(&bench, &home).await.get("ssh_keys").is_none());
    let line = format!("{} ana@portable\n", KEYS[0]);
    let first = ssh_key::create(server, &home.owner, home.account, new(&line, None)).await.unwrap();
    assert_eq!((first.item.label.as_str(), first.item.algorithm.as_str()), ("ana@portable", "ssh-ed25519"));
    assert!(first.item.fingerprint.starts_with("SHA256:") && first.item.fingerprint.len() == 50);
    ssh_key::create(server, &home.owner, home.account, new(KEYS[1], Some("bureau"))).await.unwrap();
    assert_eq!(told(&bench, &home).await["ssh_keys"], json!(KEYS));
    // The same key opens another account too, and this one only once.
    ssh_key::create(server, &other.owner, other.account, new(KEYS[0], Some("ana"))).await.unwrap();
    let twice =
        ssh_key::create(server, &home.owner, home.account, new(KEYS[0], Some("x"))).await.unwrap_err();
    assert_eq!((twice.code, twice.field), ("ssh_key_taken", Some("key")));
    // A key opens what is in service: otherwise the host has none.
    account::suspend(server, &bench.admin, home.account, None, unpaid("x")).await.unwrap();
    let body = told(&bench, &home).await;
    assert_eq!((&body["state"], &body["ssh_keys"]), (&json!("suspended"), &json!(null)));
    account::resume(server, &bench.admin, home.account, None).await.unwrap();
    assert_eq!(told(&bench, &home).await["ssh_keys"], json!(KEYS));
    ssh_key::delete(server, &home.owner, first.item.id, None).await.unwrap();
    assert_eq!(told(&bench, &home).await["ssh_keys"], json!([KEYS[1]]));
    // Not another's to see, nor to take away.
    let stranger = ssh_key::list(server, &other.owner, home.account, &Listing::default()).await.unwrap_err();
    assert_eq!(stranger.kind, ProblemKind::NotFound);
    let left = ssh_key::list(server, &home.owner, home.account, &Listing::default()).await.unwrap().items;
    assert_eq!(left.len(), 1);
    let refused = ssh_key::delete(server, &other.owner, left[0].id, None).await.unwrap_err();
    assert_eq!(refused.kind, ProblemKind::NotFound);
    let verbs: Vec<_> = change::list(server, &home.owner, home.account, &Listing::default())
        .await
        .unwrap()
        .items
        .into_iter()
        .filter(|change| change.subject.kind == "ssh_key")
        .map(|change| change.verb)
        .collect();
    assert_eq!(verbs, ["ssh_key.delete", "ssh_key.create", "ssh_key.create"]);
}

pub async fn what_is_no_key_is_refused_with_the_reason(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let ask = async |key: &str, label: &str| {
        let refused =
            ssh_key::create(server, &home.owner, home.account, new(key, Some(label))).await.unwrap_err();
        (refused.code, refused.field)
    };
    for (key, code) in [
        ("", "ssh_key"),
        (&*format!("command=\"sh\" {}", KEYS[0]), "ssh_key"),
        (&*format!("{}\nssh-rsa AAAA", KEYS[0]), "ssh_key_lines"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "ssh_key_private"),
    ] {
        assert_eq!(ask(key, "x").await, (code, Some("key")), "{key}");
    }
    assert_eq!(ask(KEYS[0], "a\u{1}b").await, ("ssh_key_label", Some("label")));
    let nameless = ssh_key::create(server, &home.owner, home.account, new(KEYS[0], None)).await.unwrap_err();
    assert_eq!(nameless.code, "ssh_key_label");
}
