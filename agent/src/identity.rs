//! Who this host is: a key that was made here and never leaves, a certificate of the panel's authority, and that authority.

use crate::{fs, paths::Paths};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use std::{io, path::PathBuf};

pub struct Identity {
    pub key: PrivateKeyDer<'static>,
    pub certificate: CertificateDer<'static>,
    pub authority: CertificateDer<'static>,
}

/// The three files of an identity.
pub fn files(paths: &Paths) -> [PathBuf; 3] {
    ["key.pem", "cert.pem", "ca.pem"].map(|name| paths.state().join(name))
}

impl Identity {
    /// `None` on a host that is not enrolled.
    pub fn read(paths: &Paths) -> io::Result<Option<Identity>> {
        let [key, certificate, authority] = files(paths);
        let key = match std::fs::read(&key) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        Ok(Some(Identity {
            key: PrivateKeyDer::from_pem_slice(&key).map_err(io::Error::other)?,
            certificate: CertificateDer::from_pem_slice(&std::fs::read(&certificate)?)
                .map_err(io::Error::other)?,
            authority: CertificateDer::from_pem_slice(&std::fs::read(&authority)?)
                .map_err(io::Error::other)?,
        }))
    }

    /// Writes a new identity. The key comes last of the three: until then the old one, if any, stays whole or nothing is there.
    pub fn write(paths: &Paths, key: &str, certificate: &str, authority: &str) -> io::Result<()> {
        std::fs::create_dir_all(paths.state())?;
        fs::folder(&paths.state(), 0o700)?;
        let [key_file, certificate_file, authority_file] = files(paths);
        fs::write(&authority_file, authority.as_bytes(), 0o600)?;
        fs::write(&certificate_file, certificate.as_bytes(), 0o600)?;
        fs::write(&key_file, key.as_bytes(), 0o600)?;
        fs::flush_folder(&paths.state())
    }
}
