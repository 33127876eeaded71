//! Passwords of databases: made here, told once, kept as what MariaDB keeps.

use crate::{secrets, world::World};
use model::{PasswordHash, Problem, Secret};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use std::fmt::Write;

pub(super) fn fresh(world: &dyn World) -> Result<(Secret, PasswordHash), Problem> {
    // Of 190 random bits: no salt is needed, nor a slow hash.
    let password = secrets::letters(world);
    let hash = hash(password.reveal())?;
    Ok((password, hash))
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
        assert!(one != other && one.reveal().len() == 32);
        // SELECT PASSWORD('mariadb')
        assert_eq!(hash("mariadb").unwrap().as_str(), "*54958E764CE10E50764C2EECBB71D01F08549980");
    }
}
