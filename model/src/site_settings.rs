//! What a site can be told beyond its names: the same words in the store, in history and on the host.

use crate::{
    Network, PhpSettings, PhpVersion, Problem, Redirect, Serves, SiteName, SitePath, Text, Variables,
    newtype::string_newtype,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything a site is told. What is as usual is left out, so that an older host reads the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SiteSettings {
    #[serde(skip_serializing_if = "SitePhp::is_usual")]
    pub php: SitePhp,
    /// In the order in which they are looked at: the first that is meant counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub redirects: Vec<Redirect>,
    /// Visits to the other names are sent to the main one.
    #[serde(skip_serializing_if = "is_false")]
    pub main_only: bool,
    #[serde(skip_serializing_if = "Maintenance::is_usual")]
    pub maintenance: Maintenance,
    #[serde(skip_serializing_if = "Visitors::is_usual")]
    pub visitors: Visitors,
    /// Pages of the site's own, by the error they stand for.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub errors: BTreeMap<ErrorPage, SitePath>,
    /// The folder visitors see, below the site's; without: `public`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<DocumentRoot>,
    /// What answers.
    #[serde(skip_serializing_if = "Serves::is_usual")]
    pub serves: Serves,
    /// How often somebody asked for its program to be started again.
    #[serde(skip_serializing_if = "is_zero")]
    pub restarts: u64,
    /// What its program finds in its environment.
    #[serde(skip_serializing_if = "Variables::is_empty")]
    pub variables: Variables,
    /// A further name of the cooperative's own, at which search engines are turned away. Said to hosts alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preview: Option<SiteName>,
}

impl SiteSettings {
    pub fn is_usual(&self) -> bool {
        *self == SiteSettings::default()
    }
}

fn is_zero(value: &u64) -> bool {
    *value == 0
}

fn is_false(value: &bool) -> bool {
    !value
}

/// A site's PHP.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SitePhp {
    /// Without: its account's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<PhpVersion>,
    #[serde(skip_serializing_if = "PhpSettings::is_usual")]
    pub settings: PhpSettings,
}

impl SitePhp {
    pub fn is_usual(&self) -> bool {
        *self == SitePhp::default()
    }
}

/// Visitors are told to come back later, but for these addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Maintenance {
    pub on: bool,
    pub allow: Networks<20>,
}

impl Maintenance {
    pub fn is_usual(&self) -> bool {
        *self == Maintenance::default()
    }
}

/// Who may come, by address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Visitors {
    pub who: Who,
    pub networks: Networks<200>,
}

impl Visitors {
    pub fn is_usual(&self) -> bool {
        *self == Visitors::default()
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    #[default]
    Everybody,
    /// Those listed alone.
    Listed,
    /// All but those listed.
    Others,
}

impl Who {
    pub const ALL: [Who; 3] = [Who::Everybody, Who::Listed, Who::Others];

    pub fn code(self) -> &'static str {
        match self {
            Who::Everybody => "everybody",
            Who::Listed => "listed",
            Who::Others => "others",
        }
    }

    pub fn from_code(code: &str) -> Option<Who> {
        Who::ALL.into_iter().find(|who| who.code() == code)
    }
}

/// Addresses and networks, at most `MOST`, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Network>", into = "Vec<Network>")]
pub struct Networks<const MOST: usize>(Vec<Network>);

impl<const MOST: usize> Networks<MOST> {
    /// As typed: one a line, or with commas or spaces between them.
    pub fn parse(typed: &str) -> Result<Self, Problem> {
        // What is far too long is refused before it is looked at.
        if typed.len() > MOST * 64 {
            return Err(too_many(MOST));
        }
        let words = typed.split([' ', ',', ';', '\n', '\r', '\t']).filter(|word| !word.is_empty());
        Networks::try_from(words.map(Network::parse).collect::<Result<Vec<_>, _>>()?)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Network> {
        self.0.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn too_many(most: usize) -> Problem {
    Problem::invalid(
        "addresses",
        "networks_limit",
        crate::text!(
            "{most} adresses ou réseaux au plus\u{a0}: réunissez des adresses voisines en un réseau.",
            "{most} addresses or networks at most: join neighbouring addresses into a network."
        ),
    )
}

impl<const MOST: usize> TryFrom<Vec<Network>> for Networks<MOST> {
    type Error = Problem;
    fn try_from(mut networks: Vec<Network>) -> Result<Self, Problem> {
        networks.sort();
        networks.dedup();
        if networks.len() > MOST { Err(too_many(MOST)) } else { Ok(Networks(networks)) }
    }
}

impl<const MOST: usize> From<Networks<MOST>> for Vec<Network> {
    fn from(networks: Networks<MOST>) -> Vec<Network> {
        networks.0
    }
}

/// An error for which a site may have a page of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ErrorPage {
    #[serde(rename = "403")]
    Forbidden,
    #[serde(rename = "404")]
    NotFound,
    #[serde(rename = "500")]
    Broken,
    #[serde(rename = "503")]
    Away,
}

impl ErrorPage {
    pub const ALL: [ErrorPage; 4] =
        [ErrorPage::Forbidden, ErrorPage::NotFound, ErrorPage::Broken, ErrorPage::Away];

    pub fn code(self) -> &'static str {
        match self {
            ErrorPage::Forbidden => "403",
            ErrorPage::NotFound => "404",
            ErrorPage::Broken => "500",
            ErrorPage::Away => "503",
        }
    }
}

/// A folder below a site's own, as its files are reached by SFTP: `public`, `web/dist`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DocumentRoot(String);

string_newtype!(DocumentRoot);

impl DocumentRoot {
    pub fn parse(typed: &str) -> Result<DocumentRoot, Problem> {
        let typed = typed.trim_matches(' ').trim_end_matches('/');
        let sign = |c: char| c.is_alphanumeric() || "-_.+ ".contains(c);
        let part = |part: &str| {
            (1..=255).contains(&part.len())
                && !part.starts_with(['.', ' ', '-'])
                && !part.ends_with(' ')
                && part.chars().all(sign)
        };
        if typed.len() <= 512 && typed.split('/').all(part) {
            return Ok(DocumentRoot(typed.to_owned()));
        }
        Err(Problem::invalid(
            "root",
            "document_root",
            Text::new(
                "Donnez un dossier de ce site, comme public ou web/dist\u{a0}: des lettres, chiffres, points, tirets et espaces, séparés par «\u{a0}/\u{a0}», aucun nom ne commençant par un point ou un tiret.",
                "Give a folder of this site, such as public or web/dist: letters, digits, dots, hyphens and spaces, separated by “/”, no name beginning with a dot or a hyphen.",
            ),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_usual_says_nothing_and_the_rest_comes_back() {
        assert_eq!(serde_json::to_string(&SiteSettings::default()).unwrap(), "{}");
        let json = serde_json::json!({
            "php": { "version": "8.2", "settings": { "memory_limit": "128M" } },
            "redirects": [{ "from": "/a", "below": false, "to": "/b", "code": 301, "keep": false }],
            "main_only": true,
            "maintenance": { "on": true, "allow": ["192.0.2.7"] },
            "visitors": { "who": "others", "networks": ["2001:db8::/32"] },
            "errors": { "404": "/perdu.html" },
            "root": "web/dist",
            "serves": { "program": { "command": ["node", "server.js"] } },
            "restarts": 2,
            "variables": { "TOKEN": "AAAA" },
            "preview": "s0123456789abcdef.preview.coop.example",
        });
        let settings: SiteSettings = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(serde_json::to_value(&settings).unwrap(), json);
    }

    #[test]
    fn lists_and_folders_are_bounded() {
        let many: String = (0..21).map(|n| format!("192.0.2.{n}\n")).collect();
        assert_eq!(Networks::<20>::parse(&many).unwrap_err().code, "networks_limit");
        assert_eq!(Networks::<20>::parse("::1, 192.0.2.1\r\n::1").unwrap().iter().count(), 2);
        let long = "a".repeat(1 << 20);
        assert!(Networks::<20>::parse(&long).is_err());
        assert_eq!(DocumentRoot::parse("web/dist/").unwrap().as_str(), "web/dist");
        for bad in [
            "",
            "/",
            "/etc",
            "..",
            "a/../b",
            "a//b",
            "./a",
            ".git",
            "-a",
            "a\nb",
            "a\0",
            "a\"b",
            "a'b",
            "${HOME}",
            "a$b",
            "%{X}",
            "{{a}}",
            "</VirtualHost>",
            "a*",
            "a?",
            "a\\b",
            &long,
        ] {
            assert!(DocumentRoot::parse(bad).is_err(), "{bad:.30?}");
        }
    }
}
