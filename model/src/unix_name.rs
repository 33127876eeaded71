//! The name of an account on its host: a Unix user, a home, the files of a cell.

use crate::{Problem, Text, newtype::string_newtype};
use serde::{Deserialize, Serialize};

/// 2 to 31 characters, `[a-z][a-z0-9-]*` without a final or double hyphen: valid for useradd, systemd instances, paths and prefixes alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UnixName(String);

string_newtype!(UnixName);

/// Names a Debian host uses or may come to use itself.
const RESERVED: [&str; 44] = [
    "root",
    "daemon",
    "bin",
    "sys",
    "sync",
    "games",
    "man",
    "lp",
    "mail",
    "news",
    "uucp",
    "proxy",
    "www-data",
    "backup",
    "list",
    "irc",
    "nobody",
    "sshd",
    "mysql",
    "postgres",
    "postfix",
    "postdrop",
    "dovecot",
    "dovenull",
    "knot",
    "nginx",
    "redis",
    "messagebus",
    "ftp",
    "admin",
    "administrator",
    "sudo",
    "adm",
    "staff",
    "users",
    "shadow",
    "disk",
    "kvm",
    "lost-found",
    "vmail",
    "debian",
    "ubuntu",
    "git",
    "suspended",
];

impl UnixName {
    pub const LONGEST: usize = 31;

    pub fn parse(typed: &str) -> Result<UnixName, Problem> {
        let bad = |code, text| Err(Problem::invalid("name", code, text));
        if !(2..=UnixName::LONGEST).contains(&typed.len()) {
            return bad(
                "unix_name_length",
                Text::new(
                    "Le nom du compte compte de 2 à 31 caractères.",
                    "The account's name has 2 to 31 characters.",
                ),
            );
        }
        let bytes = typed.as_bytes();
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !bytes[0].is_ascii_lowercase()
            || !bytes.iter().all(|b| allowed(*b))
            || typed.ends_with('-')
            || typed.contains("--")
        {
            return bad(
                "unix_name_characters",
                Text::new(
                    "Le nom du compte commence par une lettre minuscule, puis lettres minuscules sans accent, chiffres ou tirets simples, par exemple les-amis.",
                    "The account's name starts with a lower-case letter, then plain lower-case letters, digits or single hyphens, such as les-amis.",
                ),
            );
        }
        if RESERVED.contains(&typed) || typed.starts_with("systemd-") || typed.starts_with("alveole") {
            return bad(
                "unix_name_reserved",
                Text::new(
                    "Ce nom est réservé au système\u{a0}: choisissez-en un autre.",
                    "This name is reserved for the system: choose another.",
                ),
            );
        }
        Ok(UnixName(typed.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_names_only() {
        for good in ["asso", "les-amis", "a1", "abcdefghijklmnopqrstuvwxyz01234"] {
            assert!(UnixName::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "a",
            "Asso",
            "1a",
            "-a",
            "a-",
            "a--b",
            "a_b",
            "a.b",
            "a/b",
            "../a",
            "a\n",
            "é1",
            "root",
            "alveole-web",
            "systemd-x",
            "abcdefghijklmnopqrstuvwxyz012345",
        ] {
            assert!(UnixName::parse(bad).is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn accepted_names_are_safe_in_a_path(typed in "\\PC{0,40}") {
            if let Ok(name) = UnixName::parse(&typed) {
                prop_assert!(name.as_str().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
            }
        }
    }
}
