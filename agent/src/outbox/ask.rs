//! What `alveole-sendmail` says to the outbox: one line of JSON, then the mail to its end; and what it hears: one line.

use model::WhyNot;
use serde::{Deserialize, Serialize};

/// Octets of the line.
pub const LONGEST: usize = 64 * 1024;

/// All of it is the tenant's word: nothing in it says who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ask {
    /// Recipients named beside the mail.
    pub to: Vec<String>,
    /// Those in the mail count too (`-t`).
    pub extract: bool,
    /// `-f`: what a mail without sender is from. Bounces go to the account all the same.
    pub from: Option<String>,
    /// `-F`: what that one is called.
    pub name: Option<String>,
    /// Where it was called, for people who look for a leak.
    pub hint: Option<String>,
}

/// What is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    Sent,
    /// Kept until somebody decides.
    Held,
    Not(WhyNot),
    /// Whoever asks is no account of this host.
    Nobody,
    Trouble,
}

impl Said {
    const ALL: [Said; 4] = [Said::Sent, Said::Held, Said::Nobody, Said::Trouble];

    pub fn code(self) -> &'static str {
        match self {
            Said::Sent => "sent",
            Said::Held => "held",
            Said::Not(why) => why.code(),
            Said::Nobody => "stranger",
            Said::Trouble => "trouble",
        }
    }

    pub fn from_code(code: &str) -> Option<Said> {
        let not = WhyNot::ALL.into_iter().map(Said::Not);
        Said::ALL.into_iter().chain(not).find(|said| said.code() == code)
    }
}
