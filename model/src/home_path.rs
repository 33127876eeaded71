//! Where something lies in an account's home: names as the file system has them, whatever octets they are.
//!
//! As text a name is itself; an octet that is no text (or a control character) is `%XX`, and `%` is `%25`. So every name can be shown,
//! sent and asked for again, and no two are taken for one another.

use crate::{Problem, Text};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// One name in a folder: 1 to 255 octets without `/` and NUL, neither `.` nor `..`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FileName(Vec<u8>);

/// A path below a home, in which nothing leads out of it; without any name it is the home itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HomePath(Vec<FileName>);

impl FileName {
    /// A name as the file system gives it.
    pub fn from_octets(octets: &[u8]) -> Option<FileName> {
        let fits = (1..=255).contains(&octets.len())
            && !octets.contains(&b'/')
            && !octets.contains(&0)
            && octets != b"."
            && octets != b"..";
        fits.then(|| FileName(octets.to_vec()))
    }

    /// A name somebody gives to something new: that is text, and shows all it is made of.
    pub fn typed(typed: &str) -> Result<FileName, Problem> {
        let name = typed.trim();
        if name.chars().any(|c| c.is_control() || UNSEEN.contains(&c)) {
            return Err(bad_name());
        }
        FileName::from_octets(name.as_bytes()).ok_or_else(bad_name)
    }

    pub fn octets(&self) -> &[u8] {
        &self.0
    }

    /// For people: what cannot be shown is a question mark in a diamond.
    pub fn shown(&self) -> String {
        let text = String::from_utf8_lossy(&self.0);
        let sign = |c: char| if c.is_control() || UNSEEN.contains(&c) { '\u{fffd}' } else { c };
        text.chars().map(sign).collect()
    }

    fn parse(text: &str) -> Result<FileName, Problem> {
        FileName::from_octets(&decode(text)).ok_or_else(bad_path)
    }
}

/// What turns text around or hides in it.
const UNSEEN: [char; 12] = [
    '\u{200b}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}',
    '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
];

fn bad_name() -> Problem {
    Problem::invalid(
        "name",
        "file_name",
        Text::new(
            "Ce nom n’est pas admis\u{a0}: 1 à 255 octets, sans «\u{a0}/\u{a0}» ni retour à la ligne, et ni «\u{a0}.\u{a0}» ni «\u{a0}..\u{a0}».",
            "This name is not accepted: 1 to 255 octets, without “/” or line break, and neither “.” nor “..”.",
        ),
    )
}

fn bad_path() -> Problem {
    Problem::invalid(
        "path",
        "home_path",
        Text::new(
            "Ce chemin n’est pas admis\u{a0}: des noms séparés par «\u{a0}/\u{a0}», sans «\u{a0}..\u{a0}», 64 dossiers et 4\u{a0}096 octets au plus.",
            "This path is not accepted: names separated by “/”, without “..”, 64 folders and 4,096 octets at most.",
        ),
    )
}

impl HomePath {
    /// Folders within one another, at most.
    pub const DEEPEST: usize = 64;

    pub const HOME: HomePath = HomePath(Vec::new());

    /// As a page, a form or the API says it; a slash before or after is no matter.
    pub fn parse(text: &str) -> Result<HomePath, Problem> {
        if text.len() > 3 * 4096 {
            return Err(bad_path());
        }
        let text = text.strip_prefix('/').unwrap_or(text);
        let text = text.strip_suffix('/').unwrap_or(text);
        if text.is_empty() {
            return Ok(HomePath::HOME);
        }
        let names = text.split('/').map(FileName::parse).collect::<Result<Vec<_>, _>>()?;
        let octets: usize = names.iter().map(|name| name.0.len() + 1).sum();
        if names.len() > HomePath::DEEPEST || octets > 4096 {
            return Err(bad_path());
        }
        Ok(HomePath(names))
    }

    pub fn is_home(&self) -> bool {
        self.0.is_empty()
    }

    pub fn names(&self) -> &[FileName] {
        &self.0
    }

    /// The last of its names.
    pub fn name(&self) -> Option<&FileName> {
        self.0.last()
    }

    /// The folder it lies in; the home lies in none of ours.
    pub fn folder(&self) -> Option<HomePath> {
        let (_, folder) = self.0.split_last()?;
        Some(HomePath(folder.to_vec()))
    }

    pub fn join(&self, name: FileName) -> HomePath {
        let mut names = self.0.clone();
        names.push(name);
        HomePath(names)
    }

    /// Whether this is `other`, or lies below it.
    pub fn is_within(&self, other: &HomePath) -> bool {
        self.0.starts_with(&other.0)
    }

    /// As the file system takes it, relative to the home.
    pub fn octets(&self) -> Vec<u8> {
        if self.0.is_empty() {
            return b".".to_vec();
        }
        self.0.iter().map(FileName::octets).collect::<Vec<_>>().join(&b'/')
    }

    /// For people.
    pub fn shown(&self) -> String {
        self.0.iter().map(FileName::shown).collect::<Vec<_>>().join("/")
    }
}

fn decode(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut octets = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|two| std::str::from_utf8(two).ok());
        let hex = hex.filter(|two| two.bytes().all(|b| b.is_ascii_hexdigit()));
        match hex.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(octet) if bytes[at] == b'%' => {
                octets.push(octet);
                at += 3;
            }
            _ => {
                octets.push(bytes[at]);
                at += 1;
            }
        }
    }
    octets
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for c in chunk.valid().chars() {
                if c.is_control() || c == '%' {
                    let mut octets = [0; 4];
                    c.encode_utf8(&mut octets).bytes().try_for_each(|octet| write!(f, "%{octet:02X}"))?;
                } else {
                    write!(f, "{c}")?;
                }
            }
            chunk.invalid().iter().try_for_each(|octet| write!(f, "%{octet:02X}"))?;
        }
        Ok(())
    }
}

impl fmt::Display for HomePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, name) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str("/")?;
            }
            write!(f, "{name}")?;
        }
        Ok(())
    }
}

macro_rules! as_text {
    ($name:ident) => {
        impl FromStr for $name {
            type Err = Problem;
            fn from_str(text: &str) -> Result<$name, Problem> {
                $name::parse(text)
            }
        }
        impl TryFrom<String> for $name {
            type Error = Problem;
            fn try_from(text: String) -> Result<$name, Problem> {
                $name::parse(&text)
            }
        }
        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.to_string()
            }
        }
    };
}

as_text!(FileName);
as_text!(HomePath);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_comes_back_as_it_went() {
        for octets in [
            &b"index.php"[..],
            "été à 100 %".as_bytes(),
            b"%41",
            b"a\nb",
            b"\xff\xfe",
            b"-rf",
            b"%",
            b"a%2Fb",
            &[b'x'; 255],
        ] {
            let name = FileName::from_octets(octets).unwrap();
            let text = name.to_string();
            assert!(!text.contains(['\n', '/']), "{text:?}");
            assert_eq!(text.parse::<FileName>().unwrap(), name, "{text:?}");
            let path = HomePath::HOME.join(name.clone()).join(name);
            assert_eq!(path.to_string().parse::<HomePath>().unwrap(), path);
            assert!(!path.shown().contains('\n'));
        }
    }

    #[test]
    fn no_path_leaves_the_home() {
        for bad in ["..", "a/../b", "a//b", "./a", "a/.", "a/%2E%2E", "a%2Fb", "a%00b"] {
            assert!(HomePath::parse(bad).is_err(), "{bad:?}");
        }
        assert!(HomePath::parse(&"a/".repeat(65)).is_err());
        for home in ["", "/"] {
            assert!(HomePath::parse(home).unwrap().is_home());
        }
        assert_eq!(HomePath::parse("/sites/a/").unwrap().to_string(), "sites/a");
    }

    #[test]
    fn names_that_are_typed_show_all_they_are() {
        assert_eq!(FileName::typed(" 100 %25.txt ").unwrap().octets(), b"100 %25.txt");
        for bad in ["", " ", "a/b", ".", "..", "a\nb", "a\0", "a\u{202e}b", &"é".repeat(128)] {
            assert!(FileName::typed(bad).is_err(), "{bad:?}");
        }
    }
}
