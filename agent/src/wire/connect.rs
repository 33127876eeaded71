//! From a URL to a TLS connection, with a limit on every wait and a reason for every failure.

use crate::config::PanelUrl;
use model::{Text, text};
use rustls::{CertificateError, ClientConfig};
use std::{io, sync::Arc, time::Duration};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{TlsConnector, client::TlsStream};

const DIAL: Duration = Duration::from_secs(10);

/// Why the panel could not be reached.
#[derive(Debug)]
pub enum Unreachable {
    Dial(io::Error),
    TookTooLong,
    /// The chain holds no certificate of the expected authority, or one for another name.
    Certificate(CertificateError),
    /// It does not want our certificate.
    Unwelcome,
    Tls(io::Error),
}

pub async fn dial(url: &PanelUrl, config: Arc<ClientConfig>) -> Result<TlsStream<TcpStream>, Unreachable> {
    let Some(name) = url.server_name() else {
        return Err(Unreachable::Dial(io::ErrorKind::InvalidInput.into()));
    };
    let tcp = timeout(DIAL, TcpStream::connect((url.host(), url.port())))
        .await
        .map_err(|_| Unreachable::TookTooLong)?
        .map_err(Unreachable::Dial)?;
    // Small frames must not wait for others.
    tcp.set_nodelay(true).map_err(Unreachable::Dial)?;
    timeout(DIAL, TlsConnector::from(config).connect(name, tcp))
        .await
        .map_err(|_| Unreachable::TookTooLong)?
        .map_err(of_tls)
}

/// What a TLS failure means for people.
pub fn of_tls(error: io::Error) -> Unreachable {
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()).cloned();
    match tls {
        Some(rustls::Error::InvalidCertificate(reason)) => Unreachable::Certificate(reason),
        Some(rustls::Error::AlertReceived(_)) => Unreachable::Unwelcome,
        _ => Unreachable::Tls(error),
    }
}

impl Unreachable {
    pub fn text(&self, url: &PanelUrl) -> Text {
        match self {
            Unreachable::Dial(error) => text!(
                "Le panneau {url} ne répond pas ({error})\u{a0}: vérifiez l’adresse, le nom et le pare-feu (l’hôte appelle, TCP {}).",
                "The panel {url} does not answer ({error}): check the address, the name and the firewall (the host dials, TCP {}).",
                url.port()
            ),
            Unreachable::TookTooLong => text!(
                "Le panneau {url} ne répond pas à temps\u{a0}: vérifiez l’adresse et le pare-feu (l’hôte appelle, TCP {}).",
                "The panel {url} does not answer in time: check the address and the firewall (the host dials, TCP {}).",
                url.port()
            ),
            Unreachable::Certificate(CertificateError::UnknownIssuer) => text!(
                "Ce qui répond à {url} n’est pas le panneau attendu (autre autorité de certification)\u{a0}: vérifiez l’adresse\u{a0}; si le panneau a été réinstallé, demandez un nouveau jeton.",
                "What answers at {url} is not the expected panel (another certificate authority): check the address; if the panel was reinstalled, ask for a new token."
            ),
            Unreachable::Certificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            ) => text!(
                "Le certificat du panneau ne porte pas le nom de {url}\u{a0}: appelez-le par le nom de sa configuration (panel.toml), ou ajoutez-y celui-ci.",
                "The panel's certificate does not carry the name in {url}: call it by the name in its configuration (panel.toml), or add this one there."
            ),
            Unreachable::Certificate(
                CertificateError::Expired
                | CertificateError::ExpiredContext { .. }
                | CertificateError::NotValidYet
                | CertificateError::NotValidYetContext { .. },
            ) => text!(
                "Le certificat du panneau {url} n’est pas valable en ce moment\u{a0}: vérifiez l’horloge de l’hôte (timedatectl) et celle du panneau.",
                "The certificate of the panel {url} is not valid now: check the host's clock (timedatectl) and the panel's."
            ),
            Unreachable::Certificate(reason) => text!(
                "Le certificat du panneau {url} ne convient pas ({reason:?})\u{a0}: vérifiez l’adresse.",
                "The certificate of the panel {url} does not do ({reason:?}): check the address."
            ),
            Unreachable::Unwelcome => text!(
                "Le panneau {url} n’accepte pas le certificat de cet hôte\u{a0}: son accès a été révoqué ou a expiré\u{a0}; enrôlez-le à nouveau depuis sa page (alveole-agent enroll --again).",
                "The panel {url} does not accept this host's certificate: its access was revoked or has expired; enrol it again from its page (alveole-agent enroll --again)."
            ),
            Unreachable::Tls(error) => text!(
                "La connexion chiffrée avec {url} a échoué ({error})\u{a0}: vérifiez que c’est bien le port des agents.",
                "The encrypted connection to {url} failed ({error}): check that it is the agents' port."
            ),
        }
    }
}
