//! Passwords: Argon2id (RFC 9106) with OWASP's parameters, hashed two at a time so that sign-ins cannot take all the memory.

use crate::store::internal;
use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version,
    password_hash::SaltString,
};
use model::{Problem, Secret};
use std::sync::{Arc, OnceLock};
use tokio::sync::Semaphore;

/// More is not even looked at.
pub(super) const LONGEST_BYTES: usize = 1024;

/// How many hashes run at once.
#[derive(Clone)]
pub struct Hashers(Arc<Semaphore>);

impl Default for Hashers {
    fn default() -> Hashers {
        Hashers(Arc::new(Semaphore::new(2)))
    }
}

fn argon2() -> Result<Argon2<'static>, Problem> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|error| internal("argon2", &error))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// A PHC string of the password.
pub(crate) async fn hash(hashers: &Hashers, password: &Secret, salt: [u8; 16]) -> Result<String, Problem> {
    let password = password.clone();
    run(hashers, move || {
        let salt = SaltString::encode_b64(&salt).map_err(|error| internal("salt", &error))?;
        let hash = argon2()?.hash_password(password.reveal().as_bytes(), &salt);
        hash.map(|hash| hash.to_string()).map_err(|error| internal("argon2", &error))
    })
    .await
}

/// Whether the password is the stored one. Nothing stored takes as long as something: a dummy is hashed instead.
pub(crate) async fn verify(
    hashers: &Hashers,
    password: &Secret,
    stored: Option<String>,
) -> Result<bool, Problem> {
    let password = password.clone();
    run(hashers, move || {
        static DUMMY: OnceLock<String> = OnceLock::new();
        if password.reveal().len() > LONGEST_BYTES {
            return Ok(false);
        }
        let argon2 = argon2()?;
        let known = stored.is_some();
        let stored = match stored {
            Some(stored) => stored,
            None => match DUMMY.get() {
                Some(dummy) => dummy.clone(),
                None => {
                    let salt = SaltString::encode_b64(&[7; 16]).map_err(|error| internal("salt", &error))?;
                    let dummy =
                        argon2.hash_password(b"nobody", &salt).map_err(|error| internal("argon2", &error))?;
                    DUMMY.get_or_init(|| dummy.to_string()).clone()
                }
            },
        };
        let parsed = PasswordHash::new(&stored).map_err(|error| internal("a stored password", &error))?;
        let right = argon2.verify_password(password.reveal().as_bytes(), &parsed).is_ok();
        Ok(known && right)
    })
    .await
}

async fn run<T: Send + 'static>(
    hashers: &Hashers,
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let _turn = hashers.0.acquire().await.map_err(|error| internal("hashers", &error))?;
    tokio::task::spawn_blocking(work).await.map_err(|error| internal("hashing", &error))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn hashes_verify_and_nobody_never_does() {
        let hashers = Hashers::default();
        let secret = Secret::new("quatre mots au hasard");
        let hash = hash(&hashers, &secret, [1; 16]).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify(&hashers, &secret, Some(hash.clone())).await.unwrap());
        assert!(!verify(&hashers, &Secret::new("autre"), Some(hash)).await.unwrap());
        assert!(!verify(&hashers, &Secret::new("nobody"), None).await.unwrap());
    }
}
