//! The name of a time zone.

use crate::{Problem, Text, newtype::string_newtype};
use serde::{Deserialize, Serialize};

/// As the time zone database writes it: `Europe/Paris`, `UTC`. Whether there is such a zone is for whoever has the database to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ZoneName(String);

string_newtype!(ZoneName);

impl ZoneName {
    pub const LONGEST: usize = 64;

    pub fn parse(typed: &str) -> Result<ZoneName, Problem> {
        let part = |part: &str| {
            part.starts_with(|first: char| first.is_ascii_alphabetic())
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+'))
        };
        let typed = typed.trim_matches(' ');
        if typed.len() <= ZoneName::LONGEST && typed.split('/').count() <= 3 && typed.split('/').all(part) {
            return Ok(ZoneName(typed.to_owned()));
        }
        Err(ZoneName::unknown())
    }

    /// Of a name that no time zone has.
    pub fn unknown() -> Problem {
        Problem::invalid(
            "zone",
            "zone_unknown",
            Text::new(
                "Ce fuseau horaire n’existe pas\u{a0}: écrivez-le comme Europe/Paris, Indian/Reunion ou UTC.",
                "There is no such time zone: write it like Europe/Paris, Indian/Reunion or UTC.",
            ),
        )
    }
}

impl Default for ZoneName {
    fn default() -> ZoneName {
        ZoneName("Europe/Paris".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_the_database_writes_them() {
        for good in
            ["Europe/Paris", "UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+3", "America/Port-au-Prince"]
        {
            assert_eq!(ZoneName::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            "/",
            "../etc/passwd",
            "/etc/localtime",
            "Europe//Paris",
            "Europe/Paris\n",
            "a\0b",
            "Europe/Paris/",
            "Europe/Pâris",
            "-x",
            "a/b/c/d",
            "%i",
            "$TZ",
            &"a".repeat(65),
        ] {
            assert_eq!(ZoneName::parse(bad).unwrap_err().code, "zone_unknown", "{bad:?}");
        }
    }
}
