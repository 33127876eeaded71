//! The resource `certificate`: what makes one name answer over HTTPS. Its key is made on the host and never leaves it; the panel gets
//! a request (PKCS #10, RFC 2986) in the report, has an authority sign it (RFC 8555), and sends the chain with the next generation.

use crate::{
    AccountId, CertificateId, Problem, Sealed, SiteName, Text, UnixName, newtype::string_newtype,
    sealed::is_base64,
};
use serde::{Deserialize, Serialize};

/// The body of a resource of kind `certificate`; its key is `id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    pub id: CertificateId,
    pub account_id: AccountId,
    pub account: UnixName,
    pub name: SiteName,
    /// Answers the authority's challenges for this name (RFC 8555 §8.1); without one they get 404.
    pub thumbprint: Option<Thumbprint>,
    /// The number of the key that is wanted, from 1 on. While the chain is for another one, the host sends a request for it.
    pub key: u32,
    pub chain: Option<Chain>,
    /// A key that a person gave, instead of one made on the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<Given>,
}

/// A private key that a person gave: PKCS #8 (RFC 5958), DER, sealed to the host.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// Its number among the certificate's keys.
    pub key: u32,
    pub sealed: Sealed,
}

impl std::fmt::Debug for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Given({}, …)", self.key)
    }
}

/// A certificate and those that vouch for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawChain", deny_unknown_fields)]
pub struct Chain {
    /// The number of the key it is for.
    pub key: u32,
    /// 1 to 8, the name's own first.
    pub certificates: Vec<Der>,
}

impl Chain {
    pub const MOST: usize = 8;
}

/// `Chain` before its certificates have been counted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawChain {
    key: u32,
    certificates: Vec<Der>,
}

impl TryFrom<RawChain> for Chain {
    type Error = Problem;
    fn try_from(RawChain { key, certificates }: RawChain) -> Result<Self, Problem> {
        if certificates.is_empty() || certificates.len() > Chain::MOST {
            return Err(Problem::invalid(
                "chain",
                "chain_length",
                Text::new(
                    "Une chaîne a de 1 à 8 certificats, celui du nom en premier.",
                    "A chain has 1 to 8 certificates, the name's own first.",
                ),
            ));
        }
        Ok(Chain { key, certificates })
    }
}

/// One DER structure (X.690) in base64 (RFC 4648 §4, padded): what stands between the lines of a PEM block. What is inside is for
/// whoever reads it to check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Der(String);

impl Der {
    /// Characters, at most.
    pub const LONGEST: usize = 16 * 1024;

    pub fn parse(text: &str) -> Result<Der, Problem> {
        if is_base64(text) && text.len() <= Der::LONGEST {
            return Ok(Der(text.to_owned()));
        }
        Err(Problem::invalid(
            "der",
            "der",
            Text::new(
                "Ce n’est pas du DER en base64, ou plus de 12 Kio.",
                "This is not DER in base64, or more than 12 KiB.",
            ),
        ))
    }
}

string_newtype!(Der);

/// The SHA-256 thumbprint of an ACME account's key (RFC 7638), base64url without padding: 43 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Thumbprint(String);

impl Thumbprint {
    pub const LENGTH: usize = 43;

    pub fn parse(text: &str) -> Result<Thumbprint, Problem> {
        if text.len() == Thumbprint::LENGTH && text.bytes().all(base64url) {
            return Ok(Thumbprint(text.to_owned()));
        }
        Err(Problem::invalid(
            "thumbprint",
            "thumbprint",
            Text::new(
                "Une empreinte a 43 caractères base64url.",
                "A thumbprint has 43 characters of base64url.",
            ),
        ))
    }
}

string_newtype!(Thumbprint);

/// The token of an authority's challenge (RFC 8555 §8.3): base64url, and no longer than any authority makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChallengeToken(String);

impl ChallengeToken {
    pub const LONGEST: usize = 128;

    pub fn parse(text: &str) -> Option<ChallengeToken> {
        let fits = (1..=ChallengeToken::LONGEST).contains(&text.len()) && text.bytes().all(base64url);
        fits.then(|| ChallengeToken(text.to_owned()))
    }

    /// What a host answers (RFC 8555 §8.1).
    pub fn authorization(&self, thumbprint: &Thumbprint) -> String {
        format!("{}.{thumbprint}", self.0)
    }
}

fn base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn der_is_padded_base64_and_bounded() {
        for good in ["AAAA", "AAA=", "AA==", "+/+/"] {
            assert_eq!(Der::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "=", "A===", "AAA", "AA-_", "AAAA\n", "A=AA", "====", &"A".repeat(Der::LONGEST + 4)] {
            assert!(Der::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn chains_are_counted() {
        let chain = |n: usize| {
            serde_json::from_value::<Chain>(serde_json::json!({ "key": 1, "certificates": vec!["AAAA"; n] }))
        };
        assert!(chain(0).is_err() && chain(1).is_ok() && chain(8).is_ok() && chain(9).is_err());
    }

    #[test]
    fn a_challenge_is_answered_with_the_account_s_thumbprint() {
        let thumbprint = Thumbprint::parse(&"t".repeat(43)).unwrap();
        let token = ChallengeToken::parse("LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0").unwrap();
        assert_eq!(
            token.authorization(&thumbprint),
            format!("LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0.{}", "t".repeat(43))
        );
        for bad in ["", "../x", "a.b", "a/b", "é", &"a".repeat(129)] {
            assert!(ChallengeToken::parse(bad).is_none(), "{bad:?}");
        }
        for bad in [&"t".repeat(42), &"t".repeat(44), &"é".repeat(43), "t\n"] {
            assert!(Thumbprint::parse(bad).is_err(), "{bad:?}");
        }
    }
}
