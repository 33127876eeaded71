//! Who this host is: a key that was made here and never leaves, a certificate of the panel's authority, and that authority.

mod ask;
pub mod enroll;
pub mod renew;
pub mod seal;

use crate::{fs, paths::Paths};
use model::{HostId, Text, text};
use pem::Pem;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use std::{fmt::Display, io, path::Path};
use x509_parser::{certificate::X509Certificate, extensions::GeneralName};

/// All of it stands in one file, so that a key never stands beside another key's certificate.
pub struct Identity {
    pub key: PrivateKeyDer<'static>,
    pub certificate: CertificateDer<'static>,
    pub authority: CertificateDer<'static>,
    pem: String,
}

impl Identity {
    /// `None` on a host that is not enrolled.
    pub fn read(paths: &Paths) -> io::Result<Option<Identity>> {
        Identity::read_from(&paths.identity())
    }

    /// The one before the last renewal: a panel restored from an older copy knows that one and not the new one.
    pub fn before(paths: &Paths) -> io::Result<Option<Identity>> {
        Identity::read_from(&paths.identity_before())
    }

    fn read_from(path: &Path) -> io::Result<Option<Identity>> {
        match std::fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            other => Identity::parse(other?).map(Some),
        }
    }

    /// Key, certificate, authority, one after the other in PEM.
    fn parse(pem: String) -> io::Result<Identity> {
        let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(io::Error::other)?;
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
        let [certificate, authority] = <[_; 2]>::try_from(certificates.map_err(io::Error::other)?)
            .map_err(|_| io::Error::other("an identity is a key and two certificates"))?;
        Ok(Identity { key, certificate, authority, pem })
    }

    pub fn write(&self, paths: &Paths) -> io::Result<()> {
        std::fs::create_dir_all(paths.state())?;
        fs::folder(&paths.state(), 0o700)?;
        fs::write(&paths.identity(), self.pem.as_bytes(), 0o600)?;
        fs::flush_folder(&paths.state())
    }

    /// The one before becomes the one in use, and this one the one before, at once: the panel may be put back once more.
    pub fn swap(paths: &Paths) -> io::Result<()> {
        nix::fcntl::renameat2(
            nix::fcntl::AT_FDCWD,
            &paths.identity(),
            nix::fcntl::AT_FDCWD,
            &paths.identity_before(),
            nix::fcntl::RenameFlags::RENAME_EXCHANGE,
        )?;
        fs::flush_folder(&paths.state())
    }

    /// Keeps it as the one before.
    fn set_aside(&self, paths: &Paths) -> io::Result<()> {
        fs::write(&paths.identity_before(), self.pem.as_bytes(), 0o600)
    }

    /// Whether the certificate was signed for this host: its one alternative name, a URI.
    pub fn is_of(&self, host: HostId) -> bool {
        let Ok((_, parsed)) = parsed(&self.certificate) else { return false };
        let named = parsed.subject_alternative_name().ok().flatten();
        named.is_some_and(|named| {
            matches!(&named.value.general_names[..], [GeneralName::URI(uri)] if *uri == format!("alveole:host:{host}"))
        })
    }

    /// When the certificate begins and ends, in seconds since 1970.
    fn span(&self) -> Option<(i64, i64)> {
        let (_, parsed) = parsed(&self.certificate).ok()?;
        let validity = parsed.validity();
        Some((validity.not_before.timestamp(), validity.not_after.timestamp()))
    }
}

/// A new key, and the request for its certificate.
struct Request {
    key: rcgen::KeyPair,
    csr: String,
}

impl Request {
    fn new() -> Result<Request, Text> {
        let made = || {
            let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
            let csr = rcgen::CertificateParams::default().serialize_request(&key)?.pem()?;
            Ok(Request { key, csr })
        };
        made().map_err(|error: rcgen::Error| broken(&error))
    }

    /// The identity, if the certificate is for our key and of this authority: a panel that errs is noticed here, not tomorrow.
    fn becomes(&self, certificate: &str, authority: &CertificateDer<'static>) -> Result<Identity, Text> {
        let der = CertificateDer::from_pem_slice(certificate.as_bytes())
            .map_err(|_| misbehaves("an unreadable certificate"))?;
        let (_, ours) = parsed(&der).map_err(|_| misbehaves("an unreadable certificate"))?;
        let (_, theirs) = parsed(authority).map_err(|_| misbehaves("an unreadable authority"))?;
        let signed = ours.verify_signature(Some(theirs.public_key())).is_ok();
        if !signed || ours.public_key().subject_public_key.data.as_ref() != self.key.public_key_raw() {
            return Err(misbehaves("a certificate that is not for this key"));
        }
        let certificates = [&der, authority].map(|der| Pem::new("CERTIFICATE", der.as_ref()));
        let pem = self.key.serialize_pem() + &pem::encode_many(&certificates);
        Identity::parse(pem).map_err(|error| broken(&error))
    }
}

type Parsed<'a> =
    Result<(&'a [u8], X509Certificate<'a>), x509_parser::nom::Err<x509_parser::error::X509Error>>;

fn parsed<'a>(certificate: &'a CertificateDer<'_>) -> Parsed<'a> {
    x509_parser::parse_x509_certificate(certificate)
}

fn misbehaves(what: &str) -> Text {
    text!(
        "Le panneau a répondu de travers ({what})\u{a0}: mettez à jour le panneau et l’agent, puis recommencez.",
        "The panel answered wrongly ({what}): update panel and agent, then try again."
    )
}

fn broken(error: &dyn Display) -> Text {
    text!(
        "La clé de cet hôte n’a pas pu être préparée ({error})\u{a0}: c’est un défaut de l’agent, signalez-le.",
        "This host's key could not be prepared ({error}): this is a fault of the agent, report it."
    )
}

fn disk(error: &io::Error) -> Text {
    text!(
        "L’identité de l’hôte n’a pas pu être lue ou écrite ({error})\u{a0}: lancez la commande en root, et vérifiez le disque.",
        "The host's identity could not be read or written ({error}): run the command as root, and check the disk."
    )
}
