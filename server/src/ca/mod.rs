//! The panel's own certificate authority: made once, kept in the state folder, trusted by its agents and by nobody else.

mod issue;
mod peer;
pub mod tls;

pub use issue::{HostCertificate, Issued, Leaf};
pub(crate) use peer::hex;
pub use peer::{fingerprint, host_of};

use crate::file;
use model::{Problem, ProblemKind, text};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use std::path::{Path, PathBuf};

/// How long the authority itself lives. Every agent holds its certificate: replacing it means enrolling every host again.
const CA_DAYS: u64 = 20 * 365;

/// The authority: its folder, its certificate and its key.
pub struct Ca {
    folder: PathBuf,
    certificate: CertificateDer<'static>,
    pem: String,
    key: KeyPair,
}

impl std::fmt::Debug for Ca {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ca").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Ca {
    /// Reads the authority in `folder`, making it the first time. The key is written before the certificate: whoever
    /// finds the certificate finds its key, and a start that was cut in between begins again.
    pub fn open(folder: &Path, now_ms: u64) -> Result<Ca, Problem> {
        let (key_path, certificate_path) = (folder.join("ca.key"), folder.join("ca.pem"));
        if !certificate_path.exists() {
            file::private_folder(folder)?;
            let (pem, key) = make(now_ms).map_err(|error| broken(folder, &error.to_string()))?;
            file::write_private(&key_path, key.as_bytes())?;
            file::write_private(&certificate_path, pem.as_bytes())?;
            tracing::info!(folder = %folder.display(), "made the panel's certificate authority");
        }
        let pem = file::read_text(&certificate_path)?;
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes())
            .map_err(|error| broken(&certificate_path, &error.to_string()))?;
        let key = KeyPair::from_pem(&file::read_text(&key_path)?)
            .map_err(|error| broken(&key_path, &error.to_string()))?;
        let ca = Ca { folder: folder.to_owned(), certificate, pem, key };
        if !ca.key_fits() {
            return Err(broken(&key_path, "it is not this certificate's key"));
        }
        Ok(ca)
    }

    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// As agents and browsers are given it.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// SHA-256 of the certificate in DER, 64 hexadecimal digits: what an enrolment token carries.
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.certificate)
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn key_fits(&self) -> bool {
        x509_parser::parse_x509_certificate(&self.certificate)
            .is_ok_and(|(_, parsed)| parsed.public_key().subject_public_key.data == self.key.public_key_raw())
    }
}

fn make(now_ms: u64) -> Result<(String, String), rcgen::Error> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = CertificateParams::new(Vec::<String>::new())?;
    params.distinguished_name.push(DnType::CommonName, "Alvéole panel CA");
    // One level only: what this authority signs can sign nothing.
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    issue::lifetime(&mut params, now_ms, CA_DAYS);
    let certificate = params.self_signed(&key)?;
    Ok((certificate.pem(), key.serialize_pem()))
}

fn broken(path: &Path, why: &str) -> Problem {
    let path = path.display();
    Problem::new(
        ProblemKind::Internal,
        "ca_unreadable",
        text!(
            "L’autorité de certification du panneau ne se lit pas ({path}\u{a0}: {why})\u{a0}: remettez ce dossier depuis une sauvegarde (alveole-panel restore).",
            "The panel's certificate authority cannot be read ({path}: {why}): bring this folder back from a backup (alveole-panel restore)."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_once_and_found_again() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("ca");
        let first = Ca::open(&folder, 1_700_000_000_000).unwrap();
        let second = Ca::open(&folder, 1_800_000_000_000).unwrap();
        assert_eq!(first.fingerprint(), second.fingerprint());
        assert_eq!(first.fingerprint().len(), 64);
        for name in ["ca.key", "ca.pem"] {
            assert_eq!(file::mode(&folder.join(name)).unwrap(), 0o600);
        }
        assert_eq!(file::mode(&folder).unwrap(), 0o700);
    }

    #[test]
    fn a_foreign_key_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("ca");
        Ca::open(&folder, 1).unwrap();
        let other = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        std::fs::write(folder.join("ca.key"), other.serialize_pem()).unwrap();
        assert_eq!(Ca::open(&folder, 1).unwrap_err().code, "ca_unreadable");
    }
}
