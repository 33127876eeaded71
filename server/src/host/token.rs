//! The enrolment token: the host it is for, the authority to trust, and a secret that is only stored hashed.

use crate::ca::{Ca, hex};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use model::{HostId, Problem, ProblemKind, Secret, Text};
use sha2::{Digest, Sha256};

/// How long a token can be used.
pub const LIFETIME_MS: i64 = 30 * 60 * 1000;

/// A token as it was pasted, taken apart. Nothing of it has been checked against the store.
#[derive(Debug, PartialEq, Eq)]
pub struct Pasted {
    pub host: HostId,
    pub ca_fingerprint: String,
    /// SHA-256 of the secret, as `enrolments.id` keeps it.
    pub id: String,
}

/// Makes a token: what is shown once, and what is stored.
pub fn make(host: HostId, ca: &Ca, random: [u8; 32]) -> (Secret, String) {
    let secret = BASE64_URL_SAFE_NO_PAD.encode(random);
    (Secret::new(format!("{}.{}.{secret}", host.simple(), ca.fingerprint())), hash(&secret))
}

pub fn parse(token: &Secret) -> Result<Pasted, Problem> {
    let token = token.reveal().trim();
    let mut parts = token.split('.');
    let (Some(host), Some(fingerprint), Some(secret), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(not_a_token());
    };
    let is_hex = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if host.len() != 32
        || !is_hex(host)
        || fingerprint.len() != 64
        || !is_hex(fingerprint)
        || secret.len() != 43
    {
        return Err(not_a_token());
    }
    let host = host.parse().map_err(|_| not_a_token())?;
    Ok(Pasted { host, ca_fingerprint: fingerprint.to_owned(), id: hash(secret) })
}

fn hash(secret: &str) -> String {
    hex(&Sha256::digest(secret))
}

pub fn not_a_token() -> Problem {
    Problem::invalid(
        "token",
        "token_malformed",
        Text::new(
            "Ce jeton d’enrôlement est incomplet\u{a0}: recopiez toute la commande donnée par le panneau.",
            "This enrolment token is incomplete: copy the panel's whole command.",
        ),
    )
}

/// The same answer whatever is wrong with it: never issued, used, expired, another host's.
pub fn refused() -> Problem {
    Problem::new(
        ProblemKind::Denied,
        "token_refused",
        Text::new(
            "Ce jeton d’enrôlement ne vaut pas ou plus\u{a0}: il sert une fois, pendant 30 minutes. Demandez-en un autre sur la page de l’hôte.",
            "This enrolment token is not, or no longer, good: it works once, within 30 minutes. Ask for another on the host's page.",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_made_is_read_and_only_its_hash_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let ca = Ca::open(&dir.path().join("ca"), 1).unwrap();
        let host = HostId::new(1, &[1; 10]);
        let (token, stored) = make(host, &ca, [7; 32]);
        let pasted = parse(&Secret::new(format!(" {}\n", token.reveal()))).unwrap();
        assert_eq!(pasted, Pasted { host, ca_fingerprint: ca.fingerprint(), id: stored.clone() });
        assert!(!token.reveal().contains(&stored));
        assert_eq!(token.reveal().len(), 32 + 1 + 64 + 1 + 43);
    }

    proptest! {
        #[test]
        fn anything_else_is_refused(text in "[0-9a-f.]{0,160}|.{0,40}") {
            prop_assert!(parse(&Secret::new(text)).is_err());
        }
    }
}
