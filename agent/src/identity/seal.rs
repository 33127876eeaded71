//! The key that secrets for this host are sealed to (libsodium's sealed boxes). Made here at first need, and it never leaves.

use crate::{fs, paths::Paths};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use crypto_box::SecretKey;
use model::{SealKey, Sealed};
use std::io;

/// What others seal with.
pub fn public(paths: &Paths) -> io::Result<SealKey> {
    let key = match read(paths)? {
        Some(key) => key,
        None => make(paths)?,
    };
    SealKey::parse(&STANDARD.encode(key.public_key().as_bytes())).map_err(io::Error::other)
}

/// What is inside. `Ok(None)`: it was sealed to another key, or ours is damaged.
pub fn open(paths: &Paths, sealed: &Sealed) -> io::Result<Option<Vec<u8>>> {
    let key = match read(paths) {
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            tracing::error!(%error, "what was sealed to this host opens no more");
            None
        }
        other => other?,
    };
    let Some(key) = key else { return Ok(None) };
    let sealed = STANDARD.decode(sealed.as_str()).map_err(io::Error::other)?;
    Ok(key.unseal(&sealed).ok())
}

fn read(paths: &Paths) -> io::Result<Option<SecretKey>> {
    let fs::There::File(bytes) = fs::look(&paths.seal())? else { return Ok(None) };
    let bytes: Option<[u8; 32]> =
        STANDARD.decode(bytes.trim_ascii()).ok().and_then(|key| key.try_into().ok());
    // Secrets stand sealed to it: a new one in its place would only hide that they are lost.
    let bytes =
        bytes.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the key for sealing is damaged"))?;
    Ok(Some(SecretKey::from_bytes(bytes)))
}

fn make(paths: &Paths) -> io::Result<SecretKey> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    fs::write(&paths.seal(), format!("{}\n", STANDARD.encode(bytes)).as_bytes(), 0o600)?;
    fs::flush_folder(&paths.state())?;
    Ok(SecretKey::from_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn what_is_sealed_to_the_host_opens_there_alone() {
        let roots = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let [here, there] = roots.each_ref().map(|root| Paths::below(root.path()));
        for paths in [&here, &there] {
            std::fs::create_dir_all(paths.state()).unwrap();
        }
        let [key, other] = [&here, &there].map(|paths| public(paths).unwrap());
        assert_eq!(public(&here).unwrap(), key, "made once");
        assert_ne!(key, other);
        assert_eq!(std::fs::metadata(here.seal()).unwrap().permissions().mode() & 0o777, 0o600);
        let bytes: [u8; 32] = STANDARD.decode(key.as_str()).unwrap().try_into().unwrap();
        let sealed = crypto_box::PublicKey::from_bytes(bytes)
            .seal(&mut crypto_box::aead::OsRng, b"secret")
            .map(|sealed| Sealed::parse(&STANDARD.encode(sealed)).unwrap())
            .unwrap();
        assert_eq!(open(&here, &sealed).unwrap().as_deref(), Some(&b"secret"[..]));
        assert_eq!(open(&there, &sealed).unwrap(), None);
        std::fs::write(here.seal(), "rubbish").unwrap();
        assert!(public(&here).is_err());
        assert_eq!(open(&here, &sealed).unwrap(), None);
    }
}
