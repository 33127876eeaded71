//! What panel and agent say to each other of logs: what is asked, where one is in a log, and its lines.

use crate::{Problem, SiteName, Text};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Lines in one answer, at most.
pub const MOST_LINES: u16 = 500;
/// Octets of lines in one answer, about; an answer ends when it has them.
pub const MOST_OCTETS: usize = 192 * 1024;
/// Characters that can be looked for, at most.
const LONGEST_TEXT: usize = 200;

/// A place in a log that stays where it is when the file is renamed or compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LogPlace {
    /// Which file: of an access log, the time of its first line; of an error log, the time of the line itself.
    pub file: u64,
    /// How far into it: octets, uncompressed; of an error log, which of the lines of that time.
    pub at: u64,
}

impl fmt::Display for LogPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.file, self.at)
    }
}

impl FromStr for LogPlace {
    type Err = Problem;
    fn from_str(typed: &str) -> Result<LogPlace, Problem> {
        let number = |part: &str| {
            let plain = (1..=19).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| part.parse().ok()).flatten()
        };
        let read = typed.split_once('.').and_then(|(file, at)| Some((number(file)?, number(at)?)));
        let (file, at) = read.ok_or_else(|| {
            Problem::invalid(
                "before",
                "log_place",
                Text::new(
                    "Ce n’est pas un endroit du journal\u{a0}: repartez du début.",
                    "This is no place in the log: start over.",
                ),
            )
        })?;
        Ok(LogPlace { file, at })
    }
}

impl TryFrom<String> for LogPlace {
    type Error = Problem;
    fn try_from(typed: String) -> Result<LogPlace, Problem> {
        typed.parse()
    }
}

impl From<LogPlace> for String {
    fn from(place: LogPlace) -> String {
        place.to_string()
    }
}

/// Words to look for in a line, whatever their case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LogText(String);

crate::newtype::string_newtype!(LogText);

impl LogText {
    pub fn parse(typed: &str) -> Result<LogText, Problem> {
        let text = typed.trim();
        if text.is_empty() || text.chars().count() > LONGEST_TEXT || text.chars().any(char::is_control) {
            return Err(Problem::invalid(
                "q",
                "log_text",
                Text::new(
                    "Cherchez un texte d’une ligne, de 200 caractères au plus.",
                    "Look for a text of one line, of 200 characters at most.",
                ),
            ));
        }
        Ok(LogText(text.to_lowercase()))
    }
}

/// What is asked of a log. Times are milliseconds since 1970 UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogAsk {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<LogText>,
    /// The first digit of the answer's status: 4 for 404. Says nothing of errors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u8>,
    pub from: u64,
    pub until: u64,
    /// Only lines before this place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<LogPlace>,
    /// Only lines after this place, the oldest of them if there are too many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<LogPlace>,
    pub limit: u16,
}

impl LogAsk {
    /// Everything, newest first.
    pub fn newest(limit: u16) -> LogAsk {
        LogAsk { text: None, status: None, from: 0, until: u64::MAX, before: None, after: None, limit }
    }

    pub fn lines(&self) -> usize {
        usize::from(self.limit.clamp(1, MOST_LINES))
    }

    /// Whether a line may hold what is looked for.
    pub fn finds<'a>(&self, parts: impl IntoIterator<Item = &'a str>) -> bool {
        let Some(LogText(text)) = &self.text else { return true };
        parts.into_iter().any(|part| part.to_lowercase().contains(text))
    }
}

/// A site's name, and since when its account holds it: what was asked of it before is another's affair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameSince {
    pub name: SiteName,
    pub since: u64,
}

/// One request, as the host noted it. Texts are cut, and hold no control characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visit {
    pub at: u64,
    pub name: SiteName,
    /// An IP address, or its network.
    pub address: String,
    pub method: String,
    /// With its query.
    pub path: String,
    pub status: u16,
    /// Octets of the answer's body.
    pub octets: u64,
    /// Milliseconds.
    pub took: u64,
    pub referrer: String,
    pub agent: String,
}

/// Who wrote a line of an error log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogSource {
    Apache,
    Php,
    /// The site's own program, and what starts it.
    Program,
}

impl LogSource {
    pub fn name(self) -> &'static str {
        match self {
            LogSource::Apache => "Apache",
            LogSource::Php => "PHP",
            LogSource::Program => "Program",
        }
    }
}

/// One error, with the lines that belong to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// `None`: the line says no time, nor does one above it.
    pub at: Option<u64>,
    pub source: LogSource,
    pub text: String,
}

/// Lines of a log, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogPage<Line> {
    pub lines: Vec<Line>,
    /// Where older ones are asked for; `None`: there are none.
    pub older: Option<LogPlace>,
    /// Where what comes next will stand; `None`: the log is empty.
    pub newest: Option<LogPlace>,
    /// The host stopped before it had enough lines: it looks for a bounded time only. `older` leads on.
    pub cut: bool,
}

impl<Line> LogPage<Line> {
    pub fn empty() -> LogPage<Line> {
        LogPage { lines: vec![], older: None, newest: None, cut: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_back_and_nothing_else_is_one() {
        let place = LogPlace { file: 1_795_795_200_123, at: 42 };
        assert_eq!(place.to_string().parse::<LogPlace>().unwrap(), place);
        for bad in ["", ".", "1", "1.", ".1", "-1.2", "1.2.3", "1.+2", "99999999999999999999.1", "1.2\n"] {
            assert_eq!(bad.parse::<LogPlace>().unwrap_err().code, "log_place", "{bad:?}");
        }
    }

    #[test]
    fn words_are_found_whatever_their_case() {
        let ask = LogAsk { text: Some(LogText::parse(" ÉTÉ ").unwrap()), ..LogAsk::newest(1) };
        assert!(ask.finds(["/", "/l’été.html"]) && !ask.finds(["/hiver"]));
        assert!(LogAsk::newest(1).finds([]));
        for bad in ["", "  ", "a\nb", &"x".repeat(201)] {
            assert_eq!(LogText::parse(bad).unwrap_err().code, "log_text", "{bad:?}");
        }
    }
}
