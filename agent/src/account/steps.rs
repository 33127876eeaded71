//! What an account is on disk. Pure: a body in, files and folders out.

use super::pool;
use crate::{
    cell::place::{Cell, Pool},
    limits::quota::Most,
    paths::Paths,
    reconcile::product::{Home, Places, Product, Products},
    render::{Format, RenderError, render},
    sftp,
};
use model::{Account, AccountState, Sender, UnixName};
use serde_json::json;
use std::path::PathBuf;
use tera::Context;

/// Everything an account has on disk.
pub fn products(account: &Account, paths: &Paths) -> Result<Products, RenderError> {
    let cell = paths.cell(&account.name);
    let mut files = userdb(account, paths)?;
    let context = context(account);
    let file = |name: &str, bytes| Product { path: cell.join(name), bytes };
    files.push(file("cell.json", cell_json(account)?));
    files.push(file("passwd", render(Format::Passwd, "passwd", &context)?));
    files.push(file("group", render(Format::Passwd, "group", &context)?));
    files.push(pool::product(account, &Pool::of_account(account.php), None, paths)?);
    files.extend(keys(account, paths));
    files.push(Product { path: paths.sender(account.uid), bytes: sender(account)? });
    if account.state == AccountState::Active {
        for login in &account.sftp_logins {
            files.extend(sftp::login::products(account, login, paths)?);
        }
    }
    let fragments = paths.fragments(&account.name).join("*.conf");
    files.push(file("apache.conf", apache(&account.name, &[fragments])?));
    Ok(Products {
        folders: vec![
            cell.clone(),
            paths.fragments(&account.name),
            paths.pools(&account.name),
            paths.programs(&account.name),
        ],
        files,
        home: Some(Home { account: account.name.clone(), uid: account.uid }),
        quota: account.limits.map(|limits| (account.uid, Most::of(&limits))),
        limits: account.limits,
        ..Products::default()
    })
}

/// Where those files lie, without rendering them; for what is to go.
pub fn places(account: &Account, paths: &Paths) -> Places {
    let cell = paths.cell(&account.name);
    let mut files: Vec<PathBuf> = paths.userdb_files(&account.name, account.uid).to_vec();
    // php.conf is what agents wrote until sites had settings of their own.
    files.extend(["cell.json", "passwd", "group", "php.conf", "apache.conf"].map(|name| cell.join(name)));
    files.push(paths.pool(&account.name, &Pool::of_account(account.php)));
    files.push(paths.ssh_keys_of(&account.name));
    files.push(paths.sender(account.uid));
    files.extend(account.sftp_logins.iter().flat_map(|login| paths.login_files(&account.name, &login.word)));
    Places {
        files,
        folders: vec![
            paths.fragments(&account.name),
            paths.pools(&account.name),
            paths.programs(&account.name),
            cell,
        ],
        ..Places::default()
    }
}

/// What SFTP lets in (sshd(8), AUTHORIZED_KEYS): of an account that is not in service, nothing.
fn keys(account: &Account, paths: &Paths) -> Option<Product> {
    if account.state != AccountState::Active || account.ssh_keys.is_empty() {
        return None;
    }
    let mut text = format!("# Alvéole: keys of the account {}; written by the agent.\n", account.name);
    for key in &account.ssh_keys {
        text.push_str(key.as_str());
        text.push('\n');
    }
    Some(Product { path: paths.ssh_keys_of(&account.name), bytes: text.into_bytes() })
}

/// The cell's Apache, with these fragments.
pub fn apache(account: &UnixName, includes: &[PathBuf]) -> Result<Vec<u8>, RenderError> {
    let mut context = Context::new();
    context.insert("account", account.as_str());
    let includes: Vec<String> = includes.iter().map(|path| path.display().to_string()).collect();
    context.insert("includes", &includes);
    render(Format::Apache, "apache.conf", &context)
}

fn context(account: &Account) -> Context {
    let mut context = Context::new();
    context.insert("account", account.name.as_str());
    context.insert("uid", &account.uid.get());
    context.insert("home", &format!("/home/{}", account.name));
    context
}

/// What the waker, the starter and the runner read of an account.
fn cell_json(account: &Account) -> Result<Vec<u8>, RenderError> {
    let Account { id, name, uid, state, limits, .. } = account.clone();
    lines("cell.json", &Cell { account: name, account_id: id, uid, state, limits })
}

/// What the outbox reads of it.
fn sender(account: &Account) -> Result<Vec<u8>, RenderError> {
    let Account { id, name, uid, state, mail, .. } = account.clone();
    let mail = mail.unwrap_or_default();
    lines("sender", &Sender { account: name, account_id: id, uid, state, mail })
}

/// Records for systemd's NSS module (nss-systemd(8), systemd's “JSON user records”): user and group, by name and number.
fn userdb(account: &Account, paths: &Paths) -> Result<Vec<Product>, RenderError> {
    let uid = account.uid.get();
    let user = lines(
        "user",
        &json!({
            "userName": account.name, "uid": uid, "gid": uid, "disposition": "regular",
            "homeDirectory": format!("/home/{}", account.name), "shell": "/usr/sbin/nologin", "locked": true,
        }),
    )?;
    let group = lines("group", &json!({ "groupName": account.name, "gid": uid, "disposition": "regular" }))?;
    let [user_name, user_number, group_name, group_number] = paths.userdb_files(&account.name, account.uid);
    Ok(vec![
        Product { path: user_name, bytes: user.clone() },
        Product { path: user_number, bytes: user },
        Product { path: group_name, bytes: group.clone() },
        Product { path: group_number, bytes: group },
    ])
}

fn lines(what: &str, value: &impl serde::Serialize) -> Result<Vec<u8>, RenderError> {
    let mut bytes = serde_json::to_vec_pretty(value)
        .map_err(|error| RenderError { template: what.to_owned(), reason: error.to_string() })?;
    bytes.push(b'\n');
    Ok(bytes)
}
