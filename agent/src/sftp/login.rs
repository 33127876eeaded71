//! Logins that are limited to a folder: what the agent writes of them, how their passwords are checked, and how their sessions begin.
//!
//! A login is a user record more, with the account's number: its shell is `alveole-sftp`, and what it may see stands in a file of ours beside
//! its key. Its password is in no user record, where the host's own sshd would take it too; PAM asks `alveole-sftp check` instead, for
//! our SFTP alone (/etc/pam.d/alveole-sftp).

use crate::{
    files::{self, Home},
    paths::Paths,
    reconcile::product::Product,
    render::RenderError,
};
use model::{Account, HomePath, LoginSecret, LoginWord, SftpLogin, UnixName};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::{
    io::{self, ErrorKind, Read},
    path::Path,
};

pub const SHELL: &str = "/usr/lib/alveole/alveole-sftp";
/// Octets of a password that are read.
const LONGEST: u64 = 1024;

/// `/var/lib/alveole/ssh/LOGIN.login`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    account: UnixName,
    folder: HomePath,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret: Option<LoginSecret>,
}

/// The user record, what it may see, and the key it comes in by.
pub fn products(account: &Account, login: &SftpLogin, paths: &Paths) -> Result<Vec<Product>, RenderError> {
    let name = login.word.of(&account.name);
    let render = |what: &str, value: &serde_json::Value| {
        let text = serde_json::to_string_pretty(value);
        let text =
            text.map_err(|error| RenderError { template: what.to_owned(), reason: error.to_string() })?;
        Ok((text + "\n").into_bytes())
    };
    let uid = account.uid.get();
    let record = json!({
        "userName": name, "uid": uid, "gid": uid, "disposition": "regular",
        "homeDirectory": format!("/home/{}", account.name), "shell": SHELL, "locked": true,
    });
    let written =
        Written { account: account.name.clone(), folder: login.folder.clone(), secret: login.secret.clone() };
    let written = serde_json::to_value(written)
        .map_err(|error| RenderError { template: "login".to_owned(), reason: error.to_string() })?;
    let [user, about, keys] = paths.login_files(&account.name, &login.word);
    let mut products = vec![
        Product { path: user, bytes: render("user", &record)? },
        Product { path: about, bytes: render("login", &written)? },
    ];
    if let Some(key) = &login.key {
        let text = format!("# Alvéole: key of the login {name}; written by the agent.\n{key}\n");
        products.push(Product { path: keys, bytes: text.into_bytes() });
    }
    Ok(products)
}

/// What a login's name says, as sshd and PAM give it: nothing in it leads anywhere.
fn named(name: &str) -> io::Result<(UnixName, LoginWord)> {
    let (account, word) = name.split_once('_').ok_or(ErrorKind::NotFound)?;
    let account = account.parse().map_err(|_| ErrorKind::NotFound)?;
    Ok((
        account,
        LoginWord::parse(word).ok().filter(|known| known.as_str() == word).ok_or(ErrorKind::NotFound)?,
    ))
}

fn read(paths: &Paths, name: &str) -> io::Result<Written> {
    let (account, word) = named(name)?;
    let [_, about, _] = paths.login_files(&account, &word);
    let written: Written = serde_json::from_slice(&std::fs::read(about)?)?;
    if written.account == account { Ok(written) } else { Err(ErrorKind::InvalidData.into()) }
}

/// A session of whoever sshd let in, as the account's user. Whose it is sshd says, in a variable that no client sets.
pub fn run() -> io::Result<()> {
    let name = std::env::var("LOGNAME").map_err(|_| ErrorKind::NotFound)?;
    let written = read(&Paths::of_host(), &name)?;
    files::confine()?;
    // A home that is not this user's the kernel does not open.
    let home = Home::open(&Path::new("/home").join(written.account.as_str()))?;
    files::sftp(&home, &written.folder, &mut io::stdin().lock(), &mut io::stdout().lock())
}

/// Whether the password on stdin opens the login that PAM names (pam_exec(8), expose_authtok).
pub fn check() -> io::Result<()> {
    let name = std::env::var("PAM_USER").map_err(|_| ErrorKind::NotFound)?;
    let mut said = Vec::new();
    io::stdin().lock().take(LONGEST).read_to_end(&mut said)?;
    opens(&Paths::of_host(), &name, &said)
}

fn opens(paths: &Paths, name: &str, said: &[u8]) -> io::Result<()> {
    let secret = read(paths, name)?.secret.ok_or(ErrorKind::PermissionDenied)?;
    let said = said.strip_suffix(&[0]).unwrap_or(said);
    let found = LoginSecret::of(&Sha256::digest(said).into());
    // Digests of what cannot be guessed: how far two agree tells nothing of the password.
    if found == secret { Ok(()) } else { Err(ErrorKind::PermissionDenied.into()) }
}

/// What lets logins of an account in, as lines: whoever came in by one that is gone goes.
pub fn ways(paths: &Paths, account: &UnixName) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(paths.ssh_keys()) else { return Vec::new() };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let of = names
        .filter_map(|file| file.strip_suffix(".login").map(str::to_owned))
        .filter(|name| named(name).is_ok_and(|(of, _)| of == *account));
    of.flat_map(|name| {
        let read = |ending: &str| {
            std::fs::read_to_string(paths.ssh_keys().join(format!("{name}.{ending}"))).unwrap_or_default()
        };
        let about = read("login").replace('\n', " ");
        let keys: Vec<String> = read("keys").lines().map(|line| format!("{name} {line}")).collect();
        std::iter::once(format!("{name} {about}")).chain(keys).collect::<Vec<_>>()
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::account;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

    fn written(root: &Path, login: &SftpLogin) -> Paths {
        let paths = Paths::below(root);
        for product in products(&account("asso", 1), login, &paths).unwrap() {
            std::fs::create_dir_all(product.path.parent().unwrap()).unwrap();
            std::fs::write(&product.path, &product.bytes).unwrap();
        }
        paths
    }

    #[test]
    fn a_password_opens_its_own_login_and_no_other() {
        let root = tempfile::tempdir().unwrap();
        let secret = Some(LoginSecret::of(&Sha256::digest(b"made by us").into()));
        let login = |word: &str, secret, key| SftpLogin {
            word: word.parse().unwrap(),
            folder: "sites/www/img".parse().unwrap(),
            key,
            secret,
        };
        let paths = written(root.path(), &login("photos", secret, None));
        written(root.path(), &login("keys", None, Some(KEY.parse().unwrap())));
        assert!(opens(&paths, "asso_photos", b"made by us\0").is_ok());
        for (name, said) in [
            ("asso_photos", b"made by u".as_slice()),
            ("asso_photos", b""),
            ("asso_keys", b"made by us"),
            ("asso", b"made by us"),
            ("root", b"made by us"),
            ("asso_../asso_photos", b"made by us"),
            ("asso_photos/", b"made by us"),
            ("asso_ photos", b"made by us"),
            ("_apt", b""),
        ] {
            assert!(opens(&paths, name, said).is_err(), "{name}");
        }
        let ways = ways(&paths, &"asso".parse().unwrap());
        assert_eq!(ways.len(), 4, "{ways:?}");
        assert!(ways.iter().any(|way| way == &format!("asso_keys {KEY}")));
        let user = std::fs::read_to_string(paths.userdb().join("asso_photos.user")).unwrap();
        assert!(user.contains("\"uid\": 200001") && user.contains(SHELL), "{user}");
    }
}
