//! Asks a host from outside which certificate it shows for a name.

use super::ask::{Seen, no_way};
use crate::ca;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use model::{Certificate, SiteName};
use rustls::{
    ClientConfig, DigitallySignedStruct, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::TlsConnector;

/// For connection and handshake together.
const PATIENCE: Duration = Duration::from_secs(3);

/// Believes every certificate: which one is shown is the question. That its key is there too is proved all the same.
#[derive(Debug)]
struct Any(Arc<CryptoProvider>);

impl ServerCertVerifier for Any {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// The first certificate that is shown for a name.
async fn shown(address: SocketAddr, name: &SiteName) -> io::Result<Vec<u8>> {
    let provider = ca::tls::provider();
    let config = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Any(provider)))
        .with_no_client_auth();
    let server = ServerName::try_from(name.to_string()).map_err(io::Error::other)?;
    let handshake = async {
        let stream = TcpStream::connect(address).await?;
        TlsConnector::from(Arc::new(config)).connect(server, stream).await
    };
    let stream = timeout(PATIENCE, handshake).await.map_err(|_| io::ErrorKind::TimedOut)??;
    let certificates = stream.get_ref().1.peer_certificates().unwrap_or_default();
    certificates.first().map(|first| first.to_vec()).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// Whether an address shows the certificate that is wanted. Without a chain it is the host's own, and any will do.
pub(super) async fn ask(address: SocketAddr, certificate: &Certificate) -> Seen {
    let wanted = certificate
        .chain
        .as_ref()
        .and_then(|chain| STANDARD.decode(chain.certificates.first()?.as_str()).ok());
    match shown(address, &certificate.name).await {
        Ok(seen) if wanted.is_none_or(|wanted| wanted == seen) => Seen::Proof,
        Ok(_) => Seen::WrongProof,
        Err(error) if no_way(&error) => Seen::NoWay(format!("{address}: {error}")),
        Err(error) => Seen::Silent(format!("{address}: {error}")),
    }
}
