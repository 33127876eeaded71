//! Secrets on their way to one host: sealed where they come in, opened nowhere but there (DESIGN.md, law 13).

use crate::{Problem, Text, newtype::string_newtype};
use serde::{Deserialize, Serialize};

/// A host's public key for sealing: X25519 (RFC 7748), 32 octets in base64 (RFC 4648 §4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SealKey(String);

impl SealKey {
    pub const LENGTH: usize = 44;

    pub fn parse(text: &str) -> Result<SealKey, Problem> {
        if text.len() == SealKey::LENGTH && text.ends_with('=') && is_base64(text) {
            return Ok(SealKey(text.to_owned()));
        }
        Err(Problem::invalid(
            "seal",
            "seal",
            Text::new(
                "Une clé de scellement a 44 caractères base64.",
                "A sealing key has 44 characters of base64.",
            ),
        ))
    }
}

string_newtype!(SealKey);

/// A sealed box, as libsodium's `crypto_box_seal` makes it (X25519, XSalsa20-Poly1305), in base64. It says nothing of what is inside.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sealed(String);

impl Sealed {
    /// Characters, at most: a private key fits many times.
    pub const LONGEST: usize = 32 * 1024;

    pub fn parse(text: &str) -> Result<Sealed, Problem> {
        if !text.is_empty() && text.len() <= Sealed::LONGEST && is_base64(text) {
            return Ok(Sealed(text.to_owned()));
        }
        Err(Problem::invalid(
            "sealed",
            "sealed",
            Text::new("Ce n’est pas un secret scellé.", "This is not a sealed secret."),
        ))
    }
}

string_newtype!(Sealed);

/// Base64 with its padding (RFC 4648 §4).
pub(crate) fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - digits.len() <= 2
        && !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_boxes_are_base64_of_their_lengths() {
        assert!(SealKey::parse(&format!("{}=", "A".repeat(43))).is_ok());
        for bad in ["", &"A".repeat(44), &format!("{}=", "A".repeat(39)), &format!("{}=", "é".repeat(21))] {
            assert!(SealKey::parse(bad).is_err(), "{bad:?}");
        }
        assert!(Sealed::parse("AAAA").is_ok());
        for bad in ["", "AAA", "AA\n=", &"A".repeat(Sealed::LONGEST + 4)] {
            assert!(Sealed::parse(bad).is_err(), "{bad:?}");
        }
    }
}
