//! Variables that a site's program finds in its environment. A value is a secret: sealed where it comes in, opened on its host alone.

use crate::{Problem, Sealed, Secret, Text, newtype::string_newtype, text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `DATABASE_URL`: letters, digits and underscores, at most 64, no digit first; not one that the cell itself gives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VariableName(String);

string_newtype!(VariableName);

impl VariableName {
    /// What the cell says of itself.
    const TAKEN: [&str; 8] = ["SOCKET", "PORT", "HOME", "USER", "LOGNAME", "PATH", "LC_ALL", "TMPDIR"];

    pub fn parse(typed: &str) -> Result<VariableName, Problem> {
        let typed = typed.trim_matches(' ');
        let sign = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        let fits = (1..=64).contains(&typed.len())
            && typed.bytes().all(sign)
            && !typed.starts_with(|first: char| first.is_ascii_digit());
        if VariableName::TAKEN.contains(&typed) {
            let taken = VariableName::TAKEN.join(", ");
            return Err(Problem::invalid(
                "name",
                "variable_taken",
                text!(
                    "La cellule donne elle-même {taken}\u{a0}: choisissez un autre nom.",
                    "The cell itself gives {taken}: choose another name."
                ),
            ));
        }
        if fits {
            return Ok(VariableName(typed.to_owned()));
        }
        Err(Problem::invalid(
            "name",
            "variable_name",
            Text::new(
                "Le nom d’une variable\u{a0}: des lettres sans accent, des chiffres et des tirets bas, 64 au plus, sans chiffre au début, par exemple DATABASE_URL.",
                "A variable’s name: plain letters, digits and underscores, 64 at most, no digit first, such as DATABASE_URL.",
            ),
        ))
    }
}

/// Octets of a value, at most.
const LONGEST: usize = 4096;

/// A value, as given: up to 4 KiB, of several lines if need be, no other invisible characters.
pub fn variable_value(given: &Secret) -> Result<&str, Problem> {
    // What comes out of a file ends with a line.
    let value = given.reveal();
    let value = value.strip_suffix('\n').unwrap_or(value);
    let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if value.len() <= LONGEST && !value.chars().any(odd) {
        return Ok(value);
    }
    Err(Problem::invalid(
        "value",
        "variable_value",
        Text::new(
            "Une valeur a 4\u{a0}096 octets au plus, sans caractère invisible.",
            "A value has 4,096 octets at most, without invisible characters.",
        ),
    ))
}

/// Those of one program, each sealed to its host.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<VariableName, Sealed>", into = "BTreeMap<VariableName, Sealed>")]
pub struct Variables(BTreeMap<VariableName, Sealed>);

impl std::fmt::Debug for Variables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Variables {
    pub const MOST: usize = 32;

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn names(&self) -> impl Iterator<Item = &VariableName> {
        self.0.keys()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&VariableName, &Sealed)> {
        self.0.iter()
    }

    /// One more, or another value.
    pub fn set(&mut self, name: VariableName, value: Sealed) -> Result<(), Problem> {
        if self.0.len() >= Variables::MOST && !self.0.contains_key(&name) {
            return Err(many());
        }
        self.0.insert(name, value);
        Ok(())
    }

    /// Whether it was there.
    pub fn remove(&mut self, name: &VariableName) -> bool {
        self.0.remove(name).is_some()
    }
}

fn many() -> Problem {
    let most = Variables::MOST;
    Problem::invalid(
        "name",
        "variables_many",
        text!(
            "{most} variables au plus\u{a0}: mettez le reste dans un fichier que le programme lit.",
            "{most} variables at most: put the rest into a file that the program reads."
        ),
    )
}

impl TryFrom<BTreeMap<VariableName, Sealed>> for Variables {
    type Error = Problem;
    fn try_from(all: BTreeMap<VariableName, Sealed>) -> Result<Variables, Problem> {
        if all.len() > Variables::MOST { Err(many()) } else { Ok(Variables(all)) }
    }
}

impl From<Variables> for BTreeMap<VariableName, Sealed> {
    fn from(variables: Variables) -> Self {
        variables.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_an_environment_takes_and_not_the_cell_s_own() {
        for good in ["A", "_x9", "DATABASE_URL", &"a".repeat(64)] {
            assert_eq!(VariableName::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            "9A",
            "A=B",
            "A B",
            "É",
            "a\n",
            "A\0",
            "$A",
            "PORT",
            "PATH",
            &"a".repeat(65),
            &"a".repeat(1 << 20),
        ] {
            assert_eq!(VariableName::parse(bad).unwrap_err().field, Some("name"), "{bad:.30?}");
        }
    }

    #[test]
    fn values_and_their_number_are_bounded() {
        assert_eq!(variable_value(&Secret::new("a\n\tb é\n")).unwrap(), "a\n\tb é");
        for bad in ["a\0", "\r", "\u{1b}[0m", &"x".repeat(4097), &"x".repeat(1 << 20)] {
            assert!(variable_value(&Secret::new(bad)).is_err());
        }
        let mut all = Variables::default();
        let sealed = Sealed::parse("AAAA").unwrap();
        for n in 0..Variables::MOST {
            all.set(VariableName::parse(&format!("V{n}")).unwrap(), sealed.clone()).unwrap();
        }
        assert!(all.set(VariableName::parse("V0").unwrap(), sealed.clone()).is_ok());
        assert_eq!(all.set(VariableName::parse("W").unwrap(), sealed).unwrap_err().code, "variables_many");
    }
}
