//! Further logins of an account over SFTP, each limited to one folder of its home: the same Unix user under another name.

use crate::{HomePath, Problem, SshKey, Text, UnixName, newtype::string_newtype};
use serde::{Deserialize, Serialize};

/// What a login is called besides its account's name: `asso_WORD`. 1 to 16 characters, `[a-z][a-z0-9-]*`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LoginWord(String);

string_newtype!(LoginWord);

/// Letters of a whole name, at most: what systemd takes for a user's.
const LONGEST: usize = 31;

impl LoginWord {
    pub fn parse(typed: &str) -> Result<LoginWord, Problem> {
        let word = typed.trim();
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let fits = (1..=16).contains(&word.len())
            && word.bytes().all(allowed)
            && word.as_bytes()[0].is_ascii_lowercase()
            && !word.ends_with('-');
        if fits {
            return Ok(LoginWord(word.to_owned()));
        }
        Err(Problem::invalid(
            "name",
            "login_word",
            Text::new(
                "Le nom d’un accès\u{a0}: lettres minuscules, chiffres et tirets, 16 au plus, une lettre d’abord, par exemple photos.",
                "A login's name: lower-case letters, digits and hyphens, 16 at most, a letter first, such as photos.",
            ),
        ))
    }

    /// The whole name; no account's own, which has no underscore.
    pub fn of(&self, account: &UnixName) -> String {
        format!("{account}_{}", self.0)
    }

    /// Whether the whole name is one that a host takes.
    pub fn fits(&self, account: &UnixName) -> bool {
        self.of(account).len() <= LONGEST
    }
}

/// SHA-256 of a password that was made for a login: of so many bits that nobody tries them all, so nothing slower is needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LoginSecret(String);

string_newtype!(LoginSecret);

impl LoginSecret {
    pub fn of(digest: &[u8; 32]) -> LoginSecret {
        LoginSecret(digest.iter().map(|octet| format!("{octet:02x}")).collect())
    }

    pub fn parse(text: &str) -> Result<LoginSecret, Problem> {
        let plain = |octet: u8| octet.is_ascii_digit() || (b'a'..=b'f').contains(&octet);
        if text.len() == 64 && text.bytes().all(plain) {
            return Ok(LoginSecret(text.to_owned()));
        }
        let text =
            Text::new("Ceci n’est pas l’empreinte d’un mot de passe.", "This is no password's digest.");
        Err(Problem::invalid("secret", "login_secret", text))
    }
}

/// A login as its host has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SftpLogin {
    pub word: LoginWord,
    /// All it sees.
    pub folder: HomePath,
    /// What opens it: a key, or a password that Alvéole made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<SshKey>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<LoginSecret>,
}

impl SftpLogin {
    /// Logins of one account, at most.
    pub const MOST: u32 = 20;
}

/// Somebody came in over SFTP, as the server's log has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SftpSignIn {
    pub at: i64,
    /// As it was typed: the account's name, or a login's.
    pub name: String,
    pub address: String,
    /// Of the key; without one it was by a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_named_after_its_account() {
        let account: UnixName = "asso".parse().unwrap();
        assert_eq!(LoginWord::parse(" photos ").unwrap().of(&account), "asso_photos");
        for bad in ["", "Photos", "a_b", "-a", "a-", "1a", "a/b", "a\nb", &"a".repeat(17), "é"] {
            assert!(LoginWord::parse(bad).is_err(), "{bad}");
        }
        let long: UnixName = "a".repeat(20).parse().unwrap();
        assert!(LoginWord::parse("abcdefghij").unwrap().fits(&long));
        assert!(!LoginWord::parse("abcdefghijk").unwrap().fits(&long));
        assert!(
            LoginSecret::parse(LoginSecret::of(&[9; 32]).as_str()).is_ok()
                && LoginSecret::parse("x").is_err()
        );
    }
}
