//! Passwords: Argon2id (RFC 9106) with OWASP's parameters, hashed two at a time so that sign-ins cannot take all the memory.

use crate::store::internal;
use argon2::{
    Algorithm, Argon2, Block, Params, PasswordHash, Version,
    password_hash::{Output, Salt, SaltString},
};
use model::{Problem, Secret};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;

/// More is not even looked at.
pub(super) const LONGEST_BYTES: usize = 1024;

/// How many hashes run at once.
const AT_ONCE: usize = 2;

/// Turns at hashing, and the memory it takes: kept and used again, because what is given back to the allocator from ever new threads stays
/// with them (64 sign-ins at once took 600 MiB).
#[derive(Clone)]
pub struct Hashers {
    turns: Arc<Semaphore>,
    memory: Arc<Mutex<Vec<Vec<Block>>>>,
}

impl Default for Hashers {
    fn default() -> Hashers {
        Hashers { turns: Arc::new(Semaphore::new(AT_ONCE)), memory: Arc::default() }
    }
}

fn argon2() -> Result<Argon2<'static>, Problem> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|error| internal("argon2", &error))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// A PHC string of the password.
pub(crate) async fn hash(hashers: &Hashers, password: &Secret, salt: [u8; 16]) -> Result<String, Problem> {
    let password = password.clone();
    run(hashers, move |memory| phc(&argon2()?, password.reveal().as_bytes(), salt, memory)).await
}

/// Whether the password is the stored one. Nothing stored takes as long as something: a dummy is hashed instead.
pub(crate) async fn verify(
    hashers: &Hashers,
    password: &Secret,
    stored: Option<String>,
) -> Result<bool, Problem> {
    let password = password.clone();
    run(hashers, move |memory| {
        static DUMMY: OnceLock<String> = OnceLock::new();
        if password.reveal().len() > LONGEST_BYTES {
            return Ok(false);
        }
        let known = stored.is_some();
        let stored = match stored {
            Some(stored) => stored,
            None => match DUMMY.get() {
                Some(dummy) => dummy.clone(),
                None => {
                    let dummy = phc(&argon2()?, b"nobody", [7; 16], memory)?;
                    DUMMY.get_or_init(|| dummy).clone()
                }
            },
        };
        Ok(is(password.reveal().as_bytes(), &stored, memory)? && known)
    })
    .await
}

fn phc(
    argon2: &Argon2<'_>,
    password: &[u8],
    salt: [u8; 16],
    memory: &mut Vec<Block>,
) -> Result<String, Problem> {
    let failed = |error: argon2::password_hash::Error| internal("argon2", &error);
    let mut out = [0; Params::DEFAULT_OUTPUT_LEN];
    fill(argon2, password, &salt, &mut out, memory)?;
    let salt = SaltString::encode_b64(&salt).map_err(failed)?;
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: argon2.params().try_into().map_err(failed)?,
        salt: Some(salt.as_salt()),
        hash: Some(Output::new(&out).map_err(failed)?),
    };
    Ok(hash.to_string())
}

/// Whether a PHC string is this password's, with the parameters that stand in it.
fn is(password: &[u8], stored: &str, memory: &mut Vec<Block>) -> Result<bool, Problem> {
    let failed = |error: argon2::password_hash::Error| internal("a stored password", &error);
    let parsed = PasswordHash::new(stored).map_err(failed)?;
    let (Some(salt), Some(hash)) = (parsed.salt, parsed.hash) else { return Ok(false) };
    let algorithm = Algorithm::try_from(parsed.algorithm).map_err(failed)?;
    let version = parsed.version.unwrap_or(Version::V0x13.into());
    let version = Version::try_from(version).map_err(|error| internal("a stored password", &error))?;
    let params = Params::try_from(&parsed).map_err(failed)?;
    let mut octets = [0; Salt::MAX_LENGTH];
    let salt = salt.decode_b64(&mut octets).map_err(failed)?;
    let mut out = vec![0; hash.len()];
    fill(&Argon2::new(algorithm, version, params), password, salt, &mut out, memory)?;
    Ok(out.ct_eq(hash.as_bytes()).into())
}

fn fill(
    argon2: &Argon2<'_>,
    password: &[u8],
    salt: &[u8],
    out: &mut [u8],
    memory: &mut Vec<Block>,
) -> Result<(), Problem> {
    memory.resize(argon2.params().block_count(), Block::default());
    let done = argon2.hash_password_into_with_memory(password, salt, out, memory);
    done.map_err(|error| internal("argon2", &error))
}

async fn run<T: Send + 'static>(
    hashers: &Hashers,
    work: impl FnOnce(&mut Vec<Block>) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let turn = hashers.turns.clone().acquire_owned().await.map_err(|error| internal("hashers", &error))?;
    let kept = hashers.memory.clone();
    let worked = tokio::task::spawn_blocking(move || {
        let mut memory = lock(&kept).pop().unwrap_or_default();
        let done = work(&mut memory);
        lock(&kept).push(memory);
        // With the work, not with who asked for it: one who goes away frees no turn for another while it still runs.
        drop(turn);
        done
    });
    worked.await.map_err(|error| internal("hashing", &error))?
}

/// A panic while somebody held it leaves memory as good as any.
fn lock(kept: &Mutex<Vec<Vec<Block>>>) -> MutexGuard<'_, Vec<Vec<Block>>> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::PasswordHasher;

    #[tokio::test]
    async fn hashes_verify_and_nobody_never_does() {
        let hashers = Hashers::default();
        let secret = Secret::new("quatre mots au hasard");
        let hash = hash(&hashers, &secret, [1; 16]).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify(&hashers, &secret, Some(hash.clone())).await.unwrap());
        assert!(!verify(&hashers, &Secret::new("autre"), Some(hash)).await.unwrap());
        assert!(!verify(&hashers, &Secret::new("nobody"), None).await.unwrap());
        // As argon2's own functions write and read it, other parameters too.
        let own = argon2().unwrap();
        let salt = SaltString::encode_b64(&[1; 16]).unwrap();
        let theirs = own.hash_password(b"quatre mots au hasard", &salt).unwrap().to_string();
        assert_eq!(theirs, super::hash(&hashers, &secret, [1; 16]).await.unwrap());
        let small = Argon2::new(Algorithm::Argon2i, Version::V0x10, Params::new(64, 3, 2, Some(20)).unwrap());
        let small = small.hash_password(b"quatre mots au hasard", &salt).unwrap().to_string();
        assert!(verify(&hashers, &secret, Some(small.clone())).await.unwrap(), "{small}");
        assert!(!verify(&hashers, &Secret::new("autre"), Some(small)).await.unwrap());
    }

    #[tokio::test]
    async fn as_many_hash_at_once_as_there_are_turns_whoever_goes_away() {
        let hashers = Hashers::default();
        let secret = Secret::new("quatre mots au hasard");
        for _ in 0..6 {
            // Asked, begun, and gone.
            let asked = hash(&hashers, &secret, [1; 16]);
            drop(tokio::time::timeout(std::time::Duration::from_millis(1), asked).await);
        }
        let all = hashers.turns.acquire_many(AT_ONCE as u32).await.unwrap();
        let kept = lock(&hashers.memory).len();
        assert!((1..=AT_ONCE).contains(&kept), "{kept}");
        drop(all);
    }
}
