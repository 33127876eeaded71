//! The name of a hosting plan, and other short names people give to things.

use crate::{Problem, Text, newtype::string_newtype};
use serde::{Deserialize, Serialize};

fn short_text(field: &'static str, typed: &str, longest: usize) -> Result<String, Problem> {
    let typed = typed.trim();
    let count = typed.chars().count();
    if count == 0 {
        return Err(Problem::invalid(
            field,
            "text_empty",
            Text::new("Écrivez quelque chose ici.", "Write something here."),
        ));
    }
    if count > longest {
        return Err(Problem::invalid(
            field,
            "text_too_long",
            crate::text!("{longest} caractères au plus.", "{longest} characters at most."),
        ));
    }
    if typed.chars().any(hidden) {
        return Err(has_hidden(field));
    }
    Ok(typed.to_owned())
}

/// Direction overrides and line separators could make one name look like another in a table.
pub(crate) fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

pub(crate) fn has_hidden(field: &'static str) -> Problem {
    Problem::invalid(
        field,
        "text_hidden_character",
        Text::new(
            "Il y a un caractère invisible\u{a0}: effacez et retapez.",
            "There is an invisible character: clear and type again.",
        ),
    )
}

/// A plan's name: 1 to 60 visible characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlanName(String);

string_newtype!(PlanName);

impl PlanName {
    pub fn parse(typed: &str) -> Result<PlanName, Problem> {
        short_text("name", typed, 60).map(PlanName)
    }
}

/// A person's, an organisation's or a token's name: 1 to 120 visible characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Label(String);

string_newtype!(Label);

impl Label {
    pub fn parse(typed: &str) -> Result<Label, Problem> {
        short_text("name", typed, 120).map(Label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visible_characters_only() {
        assert_eq!(PlanName::parse("  Petite ruche ").unwrap().as_str(), "Petite ruche");
        assert!(PlanName::parse("").is_err());
        assert!(PlanName::parse("a\u{202e}b").is_err());
        assert!(PlanName::parse("a\nb").is_err());
        assert!(PlanName::parse(&"é".repeat(61)).is_err());
        assert!(PlanName::parse(&"é".repeat(60)).is_ok());
    }
}
