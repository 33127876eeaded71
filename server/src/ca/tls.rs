//! The two TLS faces: one for people, one for agents.

use super::{Ca, Leaf};
use crate::{World, file};
use model::{Problem, ProblemKind, text};
use rustls::{
    RootCertStore, ServerConfig,
    crypto::CryptoProvider,
    server::{ClientHello, ResolvesServerCert, WebPkiClientVerifier},
    sign::CertifiedKey,
    time_provider::TimeProvider,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, UnixTime, pem::PemObject};
use std::{
    path::Path,
    sync::{Arc, RwLock},
    time::Duration,
};

/// The certificate a port shows: replaced while it serves, when it was renewed.
#[derive(Debug)]
pub struct Shown(RwLock<Arc<CertifiedKey>>);

impl Shown {
    pub fn new(leaf: Leaf) -> Result<Arc<Shown>, Problem> {
        Ok(Arc::new(Shown(RwLock::new(certified(leaf)?))))
    }

    pub fn replace(&self, leaf: Leaf) -> Result<(), Problem> {
        let next = certified(leaf)?;
        *self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner) = next;
        Ok(())
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone())
    }
}

/// A certificate chain and key from files an admin named.
pub fn leaf_from_files(certificate: &Path, key: &Path) -> Result<Leaf, Problem> {
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(file::read_text(certificate)?.as_bytes())
            .collect::<Result<_, _>>()
            .map_err(|error| unusable(certificate, &error))?;
    let Some(first) = chain.first() else {
        return Err(unusable(certificate, &"no certificate in it"));
    };
    let (_, parsed) =
        x509_parser::parse_x509_certificate(first).map_err(|error| unusable(certificate, &error))?;
    let not_after_ms = u64::try_from(parsed.validity().not_after.timestamp()).unwrap_or(0) * 1000;
    let key = PrivateKeyDer::from_pem_slice(file::read_text(key)?.as_bytes())
        .map_err(|error| unusable(key, &error))?;
    Ok(Leaf { chain, key, not_after_ms })
}

/// For people: TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1.
pub fn for_people(shown: Arc<Shown>) -> Result<Arc<ServerConfig>, Problem> {
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| internal(&error))?
        .with_no_client_auth()
        .with_cert_resolver(shown);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// For agents: TLS 1.3 alone, a client certificate of our own authority, or none at all (to enrol). Whether a
/// certificate was revoked is asked of the store at each connection, not here.
pub fn for_agents(ca: &Ca, shown: Arc<Shown>, world: Arc<dyn World>) -> Result<Arc<ServerConfig>, Problem> {
    let mut roots = RootCertStore::empty();
    roots.add(ca.certificate().clone()).map_err(|error| internal(&error))?;
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider())
        .allow_unauthenticated()
        .build()
        .map_err(|error| internal(&error))?;
    let mut config = ServerConfig::builder_with_details(provider(), Arc::new(Clock(world)))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|error| internal(&error))?
        .with_client_cert_verifier(verifier)
        .with_cert_resolver(shown);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // A resumed session skips the certificate; agents connect rarely and every connection shows its own.
    config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(Arc::new(config))
}

/// The world's clock, by which agents' certificates are judged.
struct Clock(Arc<dyn World>);

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

impl TimeProvider for Clock {
    fn current_time(&self) -> Option<UnixTime> {
        let now = u64::try_from(self.0.now_ms()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_millis(now)))
    }
}

pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn certified(leaf: Leaf) -> Result<Arc<CertifiedKey>, Problem> {
    let key = CertifiedKey::from_der(leaf.chain, leaf.key, &provider()).map_err(|error| internal(&error))?;
    Ok(Arc::new(key))
}

fn internal(error: &dyn std::fmt::Display) -> Problem {
    Problem::new(
        ProblemKind::Internal,
        "tls",
        text!(
            "Le chiffrement ne se prépare pas ({error})\u{a0}: vérifiez le certificat et sa clé.",
            "Encryption cannot be set up ({error}): check the certificate and its key."
        ),
    )
}

fn unusable(path: &Path, error: &dyn std::fmt::Display) -> Problem {
    let path = path.display();
    Problem::new(
        ProblemKind::Internal,
        "certificate_unusable",
        text!(
            "Ce fichier ne convient pas ({path}\u{a0}: {error})\u{a0}: il faut un certificat et sa clé, en PEM.",
            "This file does not do ({path}: {error}): a certificate and its key are needed, in PEM."
        ),
    )
}
