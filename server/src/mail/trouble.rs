//! Why a mail was not taken, as its list says it.

use crate::said::{printable, whole};
use model::{Text, text};
use std::{error::Error, io};

/// What is to be mended, and where: with this mail, at the server, or between here and there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    Refused,
    Untrusted,
    Unreachable,
    Own,
}

#[derive(Debug)]
pub(super) struct Trouble {
    why: Why,
    /// The words of the server or of the machine, as one short line.
    said: String,
    /// Trying again is of no use.
    pub for_good: bool,
}

impl Trouble {
    /// The mail itself cannot be written.
    pub fn unwritable(error: &dyn Error) -> Trouble {
        Trouble { why: Why::Own, said: printable(&error.to_string()), for_good: true }
    }

    /// The folder does not take it.
    pub fn folder(said: &str) -> Trouble {
        Trouble { why: Why::Own, said: printable(said), for_good: false }
    }

    pub fn timeout() -> Trouble {
        Trouble { why: Why::Unreachable, said: "timeout".into(), for_good: false }
    }

    /// A refusal for good (RFC 5321 §4.2.1) is one of this mail, except those of signing in and of encryption (53x): they are ours to mend.
    pub fn of(error: &lettre::transport::smtp::Error) -> Trouble {
        let ours = error.status().is_some_and(|code| code.to_string().starts_with("53"));
        let why = match error.status() {
            Some(_) => Why::Refused,
            None if untrusted(error) => Why::Untrusted,
            None => Why::Unreachable,
        };
        Trouble { why, said: printable(&whole(error)), for_good: error.is_permanent() && !ours }
    }

    /// With the address it was for, which servers like to repeat, put otherwise.
    pub fn said_without(&self, address: &str, instead: &str) -> String {
        self.said.replace(address, instead)
    }

    pub fn text(&self) -> Text {
        let said = &self.said;
        match self.why {
            Why::Refused => text!(
                "Le serveur de courriel l’a refusé\u{a0}: {said}",
                "The mail server did not take it: {said}"
            ),
            Why::Untrusted => text!(
                "Le certificat du serveur de courriel n’est pas accepté, rien ne lui a donc été dit\u{a0}: {said}",
                "The mail server's certificate is not accepted, so nothing was said to it: {said}"
            ),
            Why::Unreachable => text!(
                "La conversation avec le serveur de courriel n’a pas abouti\u{a0}: {said}",
                "The conversation with the mail server came to nothing: {said}"
            ),
            Why::Own => text!("Il n’a pas pu être écrit\u{a0}: {said}", "It could not be written: {said}"),
        }
    }
}

/// Whether the conversation ended over the server's certificate. An `io::Error` hides what it wraps from `source`.
fn untrusted(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(next) = cause {
        let inner = next.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(rustls::Error::InvalidCertificate(_)) = inner.and_then(|inner| inner.downcast_ref()) {
            return true;
        }
        cause = next.source();
    }
    false
}
