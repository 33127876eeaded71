//! E-mail addresses as they are typed in forms: dot-atom @ domain (RFC 5321 §4.1.2, without quoted local parts and literals).

use crate::{DomainName, Problem, Text, newtype::string_newtype};
use serde::{Deserialize, Serialize};

/// The local part as typed, the domain in lower-case ASCII. At most 254 octets (RFC 5321 §4.5.3.1.3, erratum 1690).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

string_newtype!(EmailAddress);

impl EmailAddress {
    pub fn parse(typed: &str) -> Result<EmailAddress, Problem> {
        let bad = |code, text| Problem::invalid("email", code, text);
        let malformed = || {
            bad(
                "email_malformed",
                Text::new(
                    "Cette adresse n’est pas valable\u{a0}: écrivez-la comme nom@asso.example.",
                    "This address is not valid: write it like name@asso.example.",
                ),
            )
        };
        let typed = typed.trim_matches(' ');
        let (local, domain) = typed.rsplit_once('@').ok_or_else(malformed)?;
        let atom = |c: u8| c.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&c);
        let dot_atom = local.split('.').all(|part| !part.is_empty() && part.bytes().all(atom));
        if !dot_atom || local.len() > 64 {
            return Err(malformed());
        }
        let domain = DomainName::parse(domain).map_err(|problem| problem.on("email"))?;
        let whole = format!("{local}@{domain}");
        if whole.len() > 254 {
            return Err(bad(
                "email_too_long",
                Text::new(
                    "Cette adresse est trop longue\u{a0}: 254 caractères au plus.",
                    "This address is too long: 254 characters at most.",
                ),
            ));
        }
        Ok(EmailAddress(whole))
    }

    /// What makes two addresses the same user: compared without case.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// Enough to recognise, not enough to write to: for logs, and for mails that somebody else may read.
    pub fn masked(&self) -> String {
        let (local, domain) = self.0.rsplit_once('@').unwrap_or_default();
        format!("{}…@{domain}", local.chars().next().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_addresses_only() {
        assert_eq!(EmailAddress::parse("Ana.B+x@Asso.Example").unwrap().as_str(), "Ana.B+x@asso.example");
        for bad in [
            "",
            "ana",
            "@asso.example",
            "a@b",
            "a..b@asso.example",
            "\"a b\"@asso.example",
            "a@asso.example\nBcc: x@y.example",
            "a b@asso.example",
            "-@[192.0.2.1]",
        ] {
            assert!(EmailAddress::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn masked_ones_cannot_be_written_to() {
        assert_eq!(EmailAddress::parse("ana.b@asso.example").unwrap().masked(), "a…@asso.example");
    }
}
