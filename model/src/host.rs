//! Hosts: their names, and what an agent tells of its own.

use crate::{
    FoundRuntime, HomeDisk, Kind, PackagedApp, PhpVersion, Problem, SealKey, Text, newtype::string_newtype,
};
use serde::{Deserialize, Serialize};

/// A host's short name, one DNS label: `web1`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HostName(String);

string_newtype!(HostName);

impl HostName {
    pub fn parse(typed: &str) -> Result<HostName, Problem> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let fits = (1..=63).contains(&typed.len())
            && typed.bytes().all(allowed)
            && !typed.starts_with('-')
            && !typed.ends_with('-');
        if fits {
            return Ok(HostName(typed.to_owned()));
        }
        Err(Problem::invalid(
            "name",
            "host_name",
            Text::new(
                "Le nom d’un hôte\u{a0}: lettres minuscules, chiffres et tirets, 63 au plus, par exemple web1.",
                "A host's name: lower-case letters, digits and hyphens, 63 at most, such as web1.",
            ),
        ))
    }
}

/// What an agent says of its host when it connects. A newer agent may say more than its panel knows; that is passed over, so that either
/// can be updated first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostFacts {
    /// Debian's version, as in /etc/debian_version.
    pub debian: String,
    pub kernel: String,
    /// PHP-FPM versions found installed.
    pub php: Vec<PhpVersion>,
    /// MariaDB's version, where it is installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mariadb: Option<String>,
    /// The kinds of resources its agent makes real, by code. Agents that do not say so know those in `HostFacts::FIRST`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// What secrets for this host are sealed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<SealKey>,
    /// Which questions about logs its agent answers: 0 none, 1 those of `wire::Query` that speak of logs. An agent that is asked what it
    /// does not know hangs up, so it is not asked.
    #[serde(default, skip_serializing_if = "is_none")]
    pub logs: u8,
    /// The agent dials sessions when asked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sessions: bool,
    /// SFTP for accounts is installed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sftp: bool,
    /// What its sites send goes through an outbox of ours.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub outbox: bool,
    /// It has a mail server of its own, which the outbox hands mail to.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mail_server: bool,
    /// Its agent knows logins that are limited to a folder, and who signed in over SFTP.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sftp_logins: bool,
    /// Applications that can be put into sites.
    #[serde(default, deserialize_with = "known_apps", skip_serializing_if = "Vec::is_empty")]
    pub apps: Vec<PackagedApp>,
    /// Which limits its agent understands: 0 none, 1 those of `Limits`, and it tells of use (`wire::Query::Uses`).
    #[serde(default, skip_serializing_if = "is_none")]
    pub limits: u8,
    /// What holds its homes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home: Option<HomeDisk>,
    /// The agent dials sessions for dumps of databases.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dumps: bool,
    /// What programs of sites can be written in. `None`: its agent knows of no such programs, nor of files without PHP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runtimes: Option<Vec<FoundRuntime>>,
}

/// Those this panel knows.
fn known_apps<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<PackagedApp>, D::Error> {
    let all = Vec::<serde_json::Value>::deserialize(deserializer)?;
    Ok(all.into_iter().filter_map(|app| serde_json::from_value(app).ok()).collect())
}

impl HostFacts {
    /// What every agent ever released makes real.
    const FIRST: [Kind; 3] = [Kind::Account, Kind::Site, Kind::Certificate];

    /// The codes of all kinds: what an agent of this version says.
    pub fn all_kinds() -> Vec<String> {
        Kind::ALL.iter().map(|kind| kind.code().to_owned()).collect()
    }

    /// Whether the host's agent would understand a resource of this kind.
    pub fn knows(&self, kind: Kind) -> bool {
        HostFacts::FIRST.contains(&kind) || self.kinds.iter().any(|code| code == kind.code())
    }
}

/// What `HostFacts::logs` is of an agent that answers them all.
pub const LOGS: u8 = 1;

fn is_none(version: &u8) -> bool {
    *version == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_newer_agent_says_is_passed_over_and_the_rest_is_kept() {
        let told = r#"{"debian":"13.1","kernel":"6.12","php":["8.4"],"weather":"fine",
            "apps":[{"application":"wiki_of_2031","version":"1"},{"application":"wordpress","version":"6.8.3"}]}"#;
        let facts: HostFacts = serde_json::from_str(told).unwrap();
        assert_eq!(facts.debian, "13.1");
        let apps: Vec<_> = facts.apps.iter().map(|app| app.application.code()).collect();
        assert_eq!(apps, ["wordpress"]);
    }
}
