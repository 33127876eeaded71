//! What is known of a member: number, kind, status, contacts by purpose.

use crate::{Problem, Text, newtype::string_newtype, text};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Enums that are known by a code, everywhere the same: in the store, the API and in forms.
macro_rules! coded {
    ($(#[$doc:meta])* $name:ident on $field:literal { $($(#[$of:meta])* $variant:ident $code:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub enum $name { $($(#[$of])* $variant,)* }

        impl $name {
            pub const ALL: &[$name] = &[$($name::$variant),*];

            pub fn code(self) -> &'static str {
                match self { $($name::$variant => $code),* }
            }

            pub fn from_code(code: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|one| one.code() == code)
            }

            pub fn parse(typed: &str) -> Result<$name, Problem> {
                $name::from_code(typed.trim()).ok_or_else(|| {
                    let codes = [$($code),*].join(", ");
                    Problem::invalid(
                        $field,
                        "choice_absent",
                        text!("Ce choix n’existe pas\u{a0}: {codes}.", "This choice does not exist: {codes}."),
                    )
                })
            }
        }

        impl TryFrom<String> for $name {
            type Error = Problem;
            fn try_from(typed: String) -> Result<$name, Problem> {
                $name::parse(&typed)
            }
        }

        impl From<$name> for String {
            fn from(one: $name) -> String {
                one.code().to_owned()
            }
        }
    };
}

coded! {
    MemberKind on "kind" {
        Person "person",
        Organisation "organisation",
    }
}

coded! {
    /// Where somebody stands with the cooperative.
    MemberStatus on "status" {
        /// Has asked to become a member.
        Applicant "applicant",
        Member "member",
        /// Is served without being a member.
        Client "client",
        /// Went of their own accord.
        Left "left",
        /// Was excluded.
        StruckOff "struck_off",
    }
}

coded! {
    /// What a contact is written to about.
    Purpose on "purpose" {
        Technical "technical",
        Billing "billing",
        Legal "legal",
    }
}

/// A member's number in the cooperative: 1 to 999,999,999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct MemberNumber(u32);

impl MemberNumber {
    pub const LAST: u32 = 999_999_999;

    /// As typed; zeros in front are none.
    pub fn parse(typed: &str) -> Result<MemberNumber, Problem> {
        let typed = typed.trim();
        let plain = (1..=12).contains(&typed.len()) && typed.bytes().all(|b| b.is_ascii_digit());
        let number = plain.then(|| typed.parse::<u32>().ok()).flatten();
        number.ok_or_else(malformed).and_then(MemberNumber::try_from)
    }

    pub fn get(self) -> u32 {
        self.0
    }
}

fn malformed() -> Problem {
    Problem::invalid(
        "number",
        "number_malformed",
        text!(
            "Un numéro de membre est un nombre entier de 1 à {}.",
            "A member number is a whole number from 1 to {}.",
            MemberNumber::LAST
        ),
    )
}

impl TryFrom<u32> for MemberNumber {
    type Error = Problem;
    fn try_from(number: u32) -> Result<MemberNumber, Problem> {
        if (1..=MemberNumber::LAST).contains(&number) { Ok(MemberNumber(number)) } else { Err(malformed()) }
    }
}

impl From<MemberNumber> for u32 {
    fn from(number: MemberNumber) -> u32 {
        number.0
    }
}

impl fmt::Display for MemberNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A telephone number as people write it: 6 to 15 digits (ITU-T E.164 ends there), with spaces and the usual signs between.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

string_newtype!(Phone);

impl Phone {
    pub fn parse(typed: &str) -> Result<Phone, Problem> {
        let words: Vec<&str> = typed.split_whitespace().collect();
        let typed = words.join(" ");
        let sign = |c: char| c.is_ascii_digit() || " ().-/".contains(c);
        let digits = typed.bytes().filter(u8::is_ascii_digit).count();
        let rest = typed.strip_prefix('+').unwrap_or(&typed);
        if (6..=15).contains(&digits) && typed.len() <= 30 && rest.chars().all(sign) {
            return Ok(Phone(typed));
        }
        Err(Problem::invalid(
            "phone",
            "phone_malformed",
            Text::new(
                "Ce n’est pas un numéro de téléphone\u{a0}: écrivez-le comme 06 12 34 56 78 ou +33 6 12 34 56 78.",
                "This is not a telephone number: write it like 06 12 34 56 78 or +33 6 12 34 56 78.",
            ),
        ))
    }
}

/// A text of several lines, such as a postal address or notes: visible characters and ends of lines.
pub fn several_lines(field: &'static str, typed: &str, longest: usize) -> Result<Option<String>, Problem> {
    let lines: Vec<&str> = typed.trim().lines().map(str::trim_end).collect();
    let joined = lines.join("\n");
    if joined.chars().count() > longest {
        return Err(Problem::invalid(
            field,
            "text_too_long",
            text!("{longest} caractères au plus.", "{longest} characters at most."),
        ));
    }
    if joined.chars().any(|c| c != '\n' && crate::plan_name::hidden(c)) {
        return Err(crate::plan_name::has_hidden(field));
    }
    Ok((!joined.is_empty()).then_some(joined))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(MemberNumber::parse(" 00042 ").unwrap().get(), 42);
        for typed in ["", "0", "-1", "+1", "1.5", "1000000000", "٣", "12a", "9999999999999"] {
            assert_eq!(MemberNumber::parse(typed).unwrap_err().code, "number_malformed", "{typed}");
        }
    }

    #[test]
    fn telephones() {
        for typed in ["0612345678", "+33 6 12 34 56 78", "(0)1.23.45.67.89", "01-23-45-67-89"] {
            assert_eq!(Phone::parse(typed).unwrap().as_str(), typed);
        }
        assert_eq!(Phone::parse(" 06\u{a0}12\t34 56 78 ").unwrap().as_str(), "06 12 34 56 78");
        for typed in ["", "12345", "1234567890123456", "06 12 34 56 7a", "+", "06+12345678", "=1+1234567"] {
            assert_eq!(Phone::parse(typed).unwrap_err().code, "phone_malformed", "{typed}");
        }
    }

    #[test]
    fn texts_of_several_lines() {
        let read = |typed: &str| several_lines("address", typed, 20);
        assert_eq!(read(" 3 rue A \r\n35000 R ").unwrap().as_deref(), Some("3 rue A\n35000 R"));
        assert_eq!(read(" \n ").unwrap(), None);
        assert_eq!(read(&"é".repeat(21)).unwrap_err().code, "text_too_long");
        assert_eq!(read("a\u{202e}b").unwrap_err().code, "text_hidden_character");
        assert_eq!(read("a\u{0}b").unwrap_err().code, "text_hidden_character");
    }
}
