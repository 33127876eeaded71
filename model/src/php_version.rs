//! A PHP branch, as Debian names its packages: `8.4`.

use crate::{Day, Problem, Text};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhpVersion {
    major: u8,
    minor: u8,
}

impl PhpVersion {
    /// What Debian 13 ships.
    pub const DEBIAN_13: PhpVersion = PhpVersion { major: 8, minor: 4 };

    /// The last day on which the PHP project mends security holes in it, as https://www.php.net/supported-versions.php said on 2026-11-27;
    /// `None`: not known yet. A distribution may go on longer.
    pub fn end_of_life(self) -> Option<Day> {
        let day = match (self.major, self.minor) {
            (0..=5, _) => "2018-12-31",
            (7, 0) => "2019-01-10",
            (7, 1) => "2019-12-01",
            (7, 2) => "2020-11-30",
            (7, 3) => "2021-12-06",
            (7, _) => "2022-11-28",
            (8, 0) => "2023-11-26",
            (8, 1) => "2025-12-31",
            (8, 2) => "2026-12-31",
            (8, 3) => "2027-12-31",
            (8, 4) => "2028-12-31",
            (8, 5) => "2029-12-31",
            _ => return None,
        };
        Day::parse(day).ok()
    }
}

impl FromStr for PhpVersion {
    type Err = Problem;
    fn from_str(s: &str) -> Result<Self, Problem> {
        let number = |part: &str| (1..=2).contains(&part.len()).then(|| part.parse::<u8>().ok()).flatten();
        let parsed = s
            .split_once('.')
            .and_then(|(major, minor)| Some(PhpVersion { major: number(major)?, minor: number(minor)? }));
        parsed.filter(|version| version.to_string() == s).ok_or_else(|| {
            Problem::invalid(
                "php",
                "php_version",
                Text::new("Donnez une version de PHP comme 8.4.", "Give a PHP version such as 8.4."),
            )
        })
    }
}

impl fmt::Display for PhpVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl TryFrom<String> for PhpVersion {
    type Error = Problem;
    fn try_from(s: String) -> Result<Self, Problem> {
        s.parse()
    }
}

impl From<PhpVersion> for String {
    fn from(version: PhpVersion) -> String {
        version.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_numbers_and_nothing_else() {
        assert_eq!("8.4".parse::<PhpVersion>().unwrap(), PhpVersion::DEBIAN_13);
        for bad in ["", "8", "8.4.1", "08.4", "8.04", "+8.4", "8.4 ", "a.b", "8.400"] {
            assert!(bad.parse::<PhpVersion>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn ends_are_known_for_what_is_out() {
        for version in ["5.6", "7.4", "8.2", "8.4", "8.5"] {
            assert!(version.parse::<PhpVersion>().unwrap().end_of_life().is_some(), "{version}");
        }
        assert_eq!("9.0".parse::<PhpVersion>().unwrap().end_of_life(), None);
    }
}
