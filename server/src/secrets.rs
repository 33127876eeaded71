//! Secrets of ours: 256 random bits, shown once, kept as their hash.

use crate::world::World;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::Secret;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// A fresh secret: 43 characters of base64url.
pub fn fresh(world: &dyn World) -> Secret {
    let mut bytes = [0; 32];
    world.random(&mut bytes);
    Secret::new(URL_SAFE_NO_PAD.encode(bytes))
}

/// Letters and digits alone: every configuration file takes them as they are.
const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// 32 of 62 letters: 190 bits.
const LENGTH: usize = 32;

/// A fresh password for a program, or for a person who keeps it in a store of passwords.
pub fn letters(world: &dyn World) -> Secret {
    let mut password = String::with_capacity(LENGTH);
    while password.len() < LENGTH {
        let mut bytes = [0; 64];
        world.random(&mut bytes);
        // Of the 256 octets those that would make some letters likelier are left out.
        let fair = bytes.iter().filter(|byte| usize::from(**byte) < 4 * LETTERS.len());
        let letters = fair.map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]));
        password.extend(letters.take(LENGTH - password.len()));
    }
    Secret::new(password)
}

/// What the store keeps of a secret, or of anything that need not be told: its sha256, hexadecimal. Our secrets have 256 random bits, so no salt and no slow hash are needed.
pub fn hashed(secret: &str) -> String {
    Sha256::digest(secret.as_bytes()).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_hashes_are_known() {
        let world = crate::RealWorld;
        assert_ne!(fresh(&world).reveal(), fresh(&world).reveal());
        assert_eq!(fresh(&world).reveal().len(), 43);
        assert_eq!(hashed("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
