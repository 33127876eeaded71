//! Sessions: connections of their own for what people transfer, dialled by the agent when the panel asks for one (DESIGN.md, law 1).

use crate::{Problem, Text, newtype::string_newtype};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where on the agents' port a session is opened, and the header that says which.
pub const SESSION_PATH: &str = "/session";
pub const SESSION_HEADER: &str = "alveole-session";

/// Which session an agent opens: a secret of the panel's, good once and for a moment.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SessionKey(String);

string_newtype!(SessionKey);

impl SessionKey {
    pub fn parse(text: &str) -> Result<SessionKey, Problem> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if (32..=64).contains(&text.len()) && text.bytes().all(allowed) {
            return Ok(SessionKey(text.to_owned()));
        }
        let text = Text::new("Ce n’est pas une session.", "This is no session.");
        Err(Problem::invalid("session", "session_key", text))
    }
}

/// It never shows itself.
impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKey(…)")
    }
}
