//! A path below a folder that cannot leave it.

use crate::{Problem, Text, newtype::string_newtype};
use serde::{Deserialize, Serialize};

/// One or more components joined by `/`; no `.`, `..`, empty component, control character or leading slash; at most 1,024 octets, 255 each.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RelativePath(String);

string_newtype!(RelativePath);

impl RelativePath {
    pub fn parse(typed: &str) -> Result<RelativePath, Problem> {
        let component = |c: &str| {
            (1..=255).contains(&c.len()) && c != "." && c != ".." && !c.chars().any(char::is_control)
        };
        if typed.len() <= 1024 && typed.split('/').all(component) {
            return Ok(RelativePath(typed.to_owned()));
        }
        Err(Problem::invalid(
            "path",
            "path_not_relative",
            Text::new(
                "Ce chemin n’est pas admis\u{a0}: des noms de dossiers séparés par «\u{a0}/\u{a0}», sans «\u{a0}..\u{a0}» ni barre au début, 1\u{a0}024 octets au plus.",
                "This path is not accepted: folder names separated by “/”, without “..” or a leading slash, 1,024 octets at most.",
            ),
        ))
    }

    pub fn components(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_leaves_its_folder() {
        for good in ["public", "sites/asso.example/public", "a b/é"] {
            assert!(RelativePath::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "/", "/etc", "..", "a/../b", "a//b", "a/", "./a", "a\0b", "a\nb"] {
            assert!(RelativePath::parse(bad).is_err(), "{bad:?}");
        }
    }
}
