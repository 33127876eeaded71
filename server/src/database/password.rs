//! Passwords of databases: made here, told once, kept as what MariaDB keeps.

use crate::world::World;
use model::{PasswordHash, Problem, Secret};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use std::fmt::Write;

/// Letters and digits alone: every configuration file takes them as they are.
const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// 32 of 62 letters: 190 bits. So no salt is needed, nor a slow hash.
const LENGTH: usize = 32;

pub(super) fn fresh(world: &dyn World) -> Result<(Secret, PasswordHash), Problem> {
    let mut password = String::with_capacity(LENGTH);
    while password.len() < LENGTH {
        let mut bytes = [0; 64];
        world.random(&mut bytes);
        // Of the 256 octets those that would make some letters likelier are left out.
        let fair = bytes.iter().filter(|byte| usize::from(**byte) < 4 * LETTERS.len());
        let letters = fair.map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]));
        password.extend(letters.take(LENGTH - password.len()));
    }
    let hash = hash(&password)?;
    Ok((Secret::new(password), hash))
}

/// mysql_native_password: `*` and SHA1(SHA1(password)).
fn hash(password: &str) -> Result<PasswordHash, Problem> {
    let once = digest(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
    let twice = digest(&SHA1_FOR_LEGACY_USE_ONLY, once.as_ref());
    PasswordHash::parse(&twice.as_ref().iter().fold("*".to_owned(), |mut text, byte| {
        let _ = write!(text, "{byte:02X}");
        text
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_differ_and_the_hash_is_mariadbs() {
        let (one, _) = fresh(&crate::RealWorld).unwrap();
        let (other, _) = fresh(&crate::RealWorld).unwrap();
        assert!(one != other && one.reveal().len() == LENGTH);
        // SELECT PASSWORD('mariadb')
        assert_eq!(hash("mariadb").unwrap().as_str(), "*54958E764CE10E50764C2EECBB71D01F08549980");
    }
}
