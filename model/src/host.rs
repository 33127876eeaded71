//! Hosts: their names, and what an agent tells of its own.

use crate::{PackagedApp, PhpVersion, Problem, Text, newtype::string_newtype};
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

/// What an agent says of its host when it connects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostFacts {
    /// Debian's version, as in /etc/debian_version.
    pub debian: String,
    pub kernel: String,
    /// PHP-FPM versions found installed.
    pub php: Vec<PhpVersion>,
    /// MariaDB's version, where it is installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mariadb: Option<String>,
    /// Applications that can be put into sites.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub apps: Vec<PackagedApp>,
}
