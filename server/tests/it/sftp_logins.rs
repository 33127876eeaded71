//! SFTP logins that are limited to a folder: who makes them, what a host is told, and what is seen of whoever left.

use crate::{
    bench::{Bench, Household, unpaid},
    ssh_keys::KEYS,
};
use model::ProblemKind;
use serde_json::{Value, json};
use server::{
    account, change, grant,
    grant::{NewGrant, On},
    paging::Listing,
    secrets,
    sftp_login::{self, NewSftpLogin},
    ssh_key::{self, NewSshKey},
};

fn new(name: &str, folder: &str, key: Option<&str>) -> NewSftpLogin {
    NewSftpLogin { name: name.into(), folder: folder.into(), key: key.map(str::to_owned) }
}

async fn told(bench: &Bench, home: &Household) -> Value {
    let key = home.account.to_string();
    let mut found =
        bench.resources().await.into_iter().filter(|(kind, known, ..)| kind == "account" && *known == key);
    found.next().unwrap().3.unwrap()["sftp_logins"].take()
}

pub async fn a_login_reaches_its_host_and_its_password_nobody(bench: Bench) {
    let server = &bench.server;
    let (home, other) = (bench.household("alpha").await, bench.household("beta").await);
    let made =
        sftp_login::create(server, &home.owner, home.account, new("photos", "sites/www/img", None)).await;
    let made = made.unwrap().item;
    let password = made.password.unwrap();
    assert_eq!((made.login.name.as_str(), made.login.opens_by), ("alpha_photos", "password"));
    let by_key = new("depot", "private/depot", Some(KEYS[0]));
    let by_key = sftp_login::create(server, &home.owner, home.account, by_key).await.unwrap().item;
    assert!(by_key.password.is_none() && by_key.login.fingerprint.unwrap().starts_with("SHA256:"));
    let (photos, depot) = (
        json!({ "word": "photos", "folder": "sites/www/img", "secret": secrets::hashed(password.reveal()) }),
        json!({ "word": "depot", "folder": "private/depot", "key": KEYS[0] }),
    );
    assert_eq!(told(&bench, &home).await, json!([photos, depot]));
    // The password is in no change, nor is its digest.
    let changes = change::list(server, &home.owner, home.account, &Listing::default()).await.unwrap().items;
    let kept = serde_json::to_string(&changes).unwrap();
    assert!(
        !kept.contains(password.reveal()) && !kept.contains(&secrets::hashed(password.reveal())),
        "{kept}"
    );
    assert_eq!(changes[0].verb, "sftp_login.create");
    for (name, folder, code, field) in [
        ("photos", "sites/x", "login_taken", "name"),
        ("Photos", "sites/x", "login_word", "name"),
        ("x_y", "sites/x", "login_word", "name"),
        ("x", "", "login_folder", "folder"),
        ("x", "private", "login_folder", "folder"),
        ("x", "private/.trash/x", "login_folder", "folder"),
        ("x", "../beta/sites", "home_path", "folder"),
    ] {
        let refused = sftp_login::create(server, &home.owner, home.account, new(name, folder, None)).await;
        let refused = refused.unwrap_err();
        assert_eq!((refused.code, refused.field), (code, Some(field)), "{name} {folder}");
    }
    // Not another's to see, to make, or to take away.
    let stranger = sftp_login::list(server, &other.owner, home.account).await.unwrap_err();
    assert_eq!(stranger.kind, ProblemKind::NotFound);
    let refused = sftp_login::delete(server, &other.owner, made.login.id, None).await.unwrap_err();
    assert_eq!(refused.kind, ProblemKind::NotFound);
    // In service, or nothing of them reaches the host.
    account::suspend(server, &bench.admin, home.account, None, unpaid("x")).await.unwrap();
    assert_eq!(told(&bench, &home).await, json!(null));
    account::resume(server, &bench.admin, home.account, None).await.unwrap();
    sftp_login::delete(server, &home.owner, made.login.id, None).await.unwrap();
    assert_eq!(told(&bench, &home).await, json!([depot]));
}

pub async fn what_somebody_left_behind_is_shown_as_such(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let on = On::Account(home.account);
    let new_grant =
        NewGrant { email: "web@agence.example".into(), role: "webmaster".into(), ..Default::default() };
    grant::create(server, &bench.admin, on, new_grant).await.unwrap();
    let held = grant::list(server, &bench.admin, on).await.unwrap();
    let held = held.into_iter().find(|held| held.email == "web@agence.example").unwrap();
    let webmaster = server::Actor { who: held.email.clone(), ..bench.admin.clone() };
    let key = |key: &str| NewSshKey { key: key.into(), label: Some("agence".into()) };
    ssh_key::create(server, &webmaster, home.account, key(KEYS[0])).await.unwrap();
    ssh_key::create(server, &home.owner, home.account, key(KEYS[1])).await.unwrap();
    sftp_login::create(server, &webmaster, home.account, new("agence", "sites/www", None)).await.unwrap();
    let left = async || {
        let keys = ssh_key::list(server, &home.owner, home.account, &Listing::default()).await.unwrap();
        let logins = sftp_login::list(server, &home.owner, home.account).await.unwrap();
        let mut left: Vec<_> = keys.items.iter().map(|key| (key.made_by.clone(), key.maker_left)).collect();
        left.extend(logins.into_iter().map(|login| (login.made_by, login.maker_left)));
        left
    };
    let agency = Some("web@agence.example".to_owned());
    let owner = Some(home.owner.who.clone());
    let mut all = vec![(agency.clone(), false), (owner.clone(), false), (agency.clone(), false)];
    assert_eq!(left().await, all);
    grant::revoke(server, &bench.admin, on, held.id).await.unwrap();
    (all[0].1, all[2].1) = (true, true);
    assert_eq!(left().await, all);
}
