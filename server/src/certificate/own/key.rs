//! A private key as somebody pastes it: PEM (RFC 7468) of the three forms in use.

use super::read::{LONGEST, bad};
use model::{Problem, Text};
use pem::Pem;
use pkcs8::{
    AlgorithmIdentifierRef, ObjectIdentifier, PrivateKeyInfoRef,
    der::{
        Decode, Encode,
        asn1::{AnyRef, OctetStringRef},
    },
};
use rustls::{crypto::ring::sign::any_supported_type, sign::SigningKey};
use rustls_pki_types::PrivateKeyDer;
use std::sync::Arc;

/// The key as PKCS #8, and its public half as certificates hold it (SubjectPublicKeyInfo).
pub(super) fn private_key(text: &str) -> Result<(Vec<u8>, Vec<u8>), Problem> {
    let malformed = || {
        bad(
            "key",
            "key_pem",
            Text::new(
                "Collez ici la clé privée, de «\u{a0}-----BEGIN PRIVATE KEY-----\u{a0}» à «\u{a0}-----END PRIVATE KEY-----\u{a0}», lignes comprises.",
                "Paste the private key here, from “-----BEGIN PRIVATE KEY-----” to “-----END PRIVATE KEY-----”, these lines included.",
            ),
        )
    };
    if text.len() > LONGEST {
        return Err(malformed());
    }
    let locked = text.contains("ENCRYPTED");
    let blocks = pem::parse_many(text).unwrap_or_default();
    let blocks: Vec<&Pem> = blocks.iter().filter(|block| block.tag().ends_with("PRIVATE KEY")).collect();
    if locked {
        return Err(bad(
            "key",
            "key_encrypted",
            Text::new(
                "Cette clé est protégée par un mot de passe\u{a0}: ôtez-le d’abord, par exemple avec «\u{a0}openssl pkey -in cle.pem -out cle-ouverte.pem\u{a0}».",
                "This key is protected by a password: take it off first, for instance with “openssl pkey -in key.pem -out open-key.pem”.",
            ),
        ));
    }
    let [block] = blocks[..] else { return Err(malformed()) };
    let der = match block.tag() {
        "PRIVATE KEY" => Some(block.contents().to_vec()),
        "RSA PRIVATE KEY" => wrapped(RSA, Some(AnyRef::NULL), block.contents()),
        "EC PRIVATE KEY" => of_curve(block.contents()),
        _ => None,
    };
    let der = der.ok_or_else(malformed)?;
    let signing = PrivateKeyDer::try_from(der.as_slice()).ok().and_then(|key| any_supported_type(&key).ok());
    let public = signing.and_then(|key: Arc<dyn SigningKey>| Some(key.public_key()?.to_vec()));
    let public = public.ok_or_else(|| {
        bad(
            "key",
            "key_kind",
            Text::new(
                "Cette clé n’est pas d’une sorte que les navigateurs et l’hôte connaissent\u{a0}: RSA de 2048 à 4096 bits, P-256 ou P-384.",
                "This key is of no kind that browsers and the host know: RSA of 2048 to 4096 bits, P-256 or P-384.",
            ),
        )
    })?;
    Ok((der, public))
}

/// rsaEncryption (RFC 8017), id-ecPublicKey (RFC 5480).
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// An older form of key as PKCS #8.
fn wrapped(oid: ObjectIdentifier, parameters: Option<AnyRef<'_>>, key: &[u8]) -> Option<Vec<u8>> {
    let key = OctetStringRef::new(key).ok()?;
    PrivateKeyInfoRef::new(AlgorithmIdentifierRef { oid, parameters }, key).to_der().ok()
}

/// SEC 1 (RFC 5915), which names its curve itself.
fn of_curve(key: &[u8]) -> Option<Vec<u8>> {
    let curve = sec1::EcPrivateKey::from_der(key).ok()?.parameters?.named_curve()?;
    wrapped(EC, Some(AnyRef::from(&curve)), key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::KeyPair;

    #[test]
    fn older_forms_of_keys_become_pkcs_8() {
        for text in [include_str!("samples/rsa-pkcs1.pem"), include_str!("samples/ec-sec1.pem")] {
            let (der, public) = private_key(text).unwrap();
            // As the agent reads it.
            let key = KeyPair::try_from(der.as_slice()).unwrap();
            assert_eq!(rcgen::PublicKeyData::subject_public_key_info(&key), public);
        }
    }
}
