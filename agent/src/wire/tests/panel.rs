//! A panel of a few lines for the tests: its own authority, TLS 1.3, the enrolment path and the WebSocket.

use futures_util::{SinkExt, StreamExt};
use model::{
    HostId, PanelId,
    wire::{self, EnrolAnswer, EnrolRequest, FromAgent, FromPanel, PROTOCOL, RenewAnswer, RenewRequest},
};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, SanType,
};
use rustls::{RootCertStore, ServerConfig, server::WebPkiClientVerifier};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde::de::DeserializeOwned;
use std::{sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_tungstenite::{WebSocketStream, tungstenite::Message};

/// When its certificates for hosts begin, in seconds since 1970, and how many days they last: TLS judges them by the real clock.
pub const BEGINS: u64 = 1_600_000_000;
pub const DAYS: u64 = 9_000;

pub const PATIENCE: Duration = Duration::from_secs(10);

pub struct Panel {
    pub id: PanelId,
    pub host: HostId,
    pub port: u16,
    listener: TcpListener,
    acceptor: TlsAcceptor,
    authority: CertificateDer<'static>,
    authority_pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Panel {
    /// Shows a certificate for `name`.
    pub async fn open(name: &str) -> Panel {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap();
        let (authority, authority_pem) = (certificate.der().clone(), certificate.pem());
        let issuer = Issuer::new(params, key);
        let leaf_key = KeyPair::generate().unwrap();
        let mut leaf = CertificateParams::new(vec![name.to_owned()]).unwrap();
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let leaf = leaf.signed_by(&leaf_key, &issuer).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(authority.clone()).unwrap();
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone())
            .allow_unauthenticated()
            .build()
            .unwrap();
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_client_cert_verifier(verifier)
            .with_single_cert(
                vec![leaf.der().clone(), authority.clone()],
                PrivateKeyDer::try_from(leaf_key.serialize_der()).unwrap(),
            )
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Panel {
            id: PanelId::new(1, &[1; 10]),
            host: HostId::new(2, &[2; 10]),
            port: listener.local_addr().unwrap().port(),
            listener,
            acceptor: TlsAcceptor::from(Arc::new(config)),
            authority,
            authority_pem,
            issuer,
        }
    }

    pub fn url(&self) -> crate::config::PanelUrl {
        format!("https://localhost:{}", self.port).parse().unwrap()
    }

    pub fn token(&self) -> String {
        format!("{}.{}.{}", self.host.simple(), crate::fs::hash(&self.authority), "s".repeat(43))
    }

    pub async fn accept(&self) -> std::io::Result<TlsStream<TcpStream>> {
        let (tcp, _) = timeout(PATIENCE, self.listener.accept()).await.unwrap().unwrap();
        self.acceptor.accept(tcp).await
    }

    /// Reads one enrolment and answers what `answer` makes of it.
    pub async fn enrols(&self, answer: impl FnOnce(&Panel, EnrolRequest) -> (u16, String)) {
        self.answers("/enroll", answer).await;
    }

    /// Reads one renewal, which must come with a certificate, and answers with the certificate that `signed` makes of it.
    pub async fn renews(&self, signed: impl FnOnce(&Panel, RenewRequest) -> String) {
        let answer = |panel: &Panel, request| {
            (200, serde_json::to_string(&RenewAnswer { certificate: signed(panel, request) }).unwrap())
        };
        self.answers("/renew", answer).await;
    }

    async fn answers<Request: DeserializeOwned>(
        &self,
        path: &str,
        answer: impl FnOnce(&Panel, Request) -> (u16, String),
    ) {
        let Ok(mut stream) = self.accept().await else { return };
        assert_eq!(stream.get_ref().1.peer_certificates().is_some(), path == "/renew", "{path}");
        let mut heard = Vec::new();
        let body = loop {
            let mut buffer = [0; 4096];
            let n = stream.read(&mut buffer).await.unwrap();
            assert!(n > 0);
            heard.extend_from_slice(&buffer[..n]);
            let text = String::from_utf8_lossy(&heard).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                assert!(head.starts_with(&format!("POST {path} HTTP/1.1\r\n")), "{head}");
                if body.ends_with('}') {
                    break body.to_owned();
                }
            }
        };
        let (status, body) = answer(self, serde_json::from_str(&body).unwrap());
        let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all((head + &body).as_bytes()).await.unwrap();
        let _ = stream.shutdown().await;
    }

    /// What a panel in order answers to an enrolment.
    pub fn certifies(&self, request: EnrolRequest) -> (u16, String) {
        let certificate = self.signs(&request.csr);
        let (panel, host, ca) = (self.id, self.host, self.authority_pem.clone());
        (200, serde_json::to_string(&EnrolAnswer { panel, host, certificate, ca }).unwrap())
    }

    /// A certificate for the host.
    pub fn signs(&self, csr: &str) -> String {
        let csr = CertificateSigningRequestParams::from_pem(csr).unwrap();
        let mut params = CertificateParams::default();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let uri = format!("alveole:host:{}", self.host);
        params.subject_alt_names = vec![SanType::URI(uri.try_into().unwrap())];
        params.not_before = rcgen::date_time_ymd(1970, 1, 1) + Duration::from_secs(BEGINS);
        params.not_after = params.not_before + Duration::from_secs(DAYS * 86_400);
        params.signed_by(&csr.public_key, &self.issuer).unwrap().pem()
    }

    /// An agent that was greeted, and what it said first.
    pub async fn greets(&self) -> (Agent, FromAgent) {
        let stream = self.accept().await.unwrap();
        assert!(stream.get_ref().1.peer_certificates().is_some(), "no client certificate");
        let mut agent = Agent(tokio_tungstenite::accept_async(stream).await.unwrap());
        let hello = agent.hear().await;
        agent.say(&FromPanel::Welcome { protocol: PROTOCOL, panel: self.id }).await;
        (agent, hello)
    }
}

/// The panel's end of a connection.
pub struct Agent(pub WebSocketStream<TlsStream<TcpStream>>);

impl Agent {
    pub async fn say(&mut self, frame: &FromPanel) {
        self.0.send(Message::Text(wire::encode(frame).unwrap().into())).await.unwrap();
    }

    pub async fn hear(&mut self) -> FromAgent {
        loop {
            match timeout(PATIENCE, self.0.next()).await.expect("no word").unwrap().unwrap() {
                Message::Text(text) => return wire::decode(&text).unwrap(),
                Message::Close(_) => panic!("closed"),
                _ => {}
            }
        }
    }

    pub async fn is_closed(&mut self) -> bool {
        loop {
            match timeout(PATIENCE, self.0.next()).await.expect("still open") {
                None | Some(Err(_) | Ok(Message::Close(_))) => return true,
                Some(Ok(_)) => {}
            }
        }
    }
}
