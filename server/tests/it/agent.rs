//! An agent as the panel sees one: real TLS, real WebSocket, a ledger in memory.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::{SinkExt, StreamExt};
use model::{
    ChangeId, HostFacts, Kind, PanelId, Resource, SealKey,
    transfer::SESSION_HEADER,
    wire::{
        self, EnrolAnswer, FromAgent, FromPanel, PROTOCOL, Position, RenewAnswer, ReportItem, ReportState,
    },
};
use rcgen::{CertificateParams, KeyPair};
use rustls::{ClientConfig, RootCertStore, time_provider::TimeProvider};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, UnixTime, pem::PemObject};
use server::{Server, listen};
use std::{collections::BTreeMap, io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::watch,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, client::IntoClientRequest},
};
use uuid::Uuid;

pub const PATIENCE: Duration = Duration::from_secs(60);

/// A panel's agents' port; it ends with the test.
pub struct Port {
    pub server: Server,
    pub address: SocketAddr,
    _stop: watch::Sender<bool>,
}

impl Port {
    pub async fn open(server: &Server) -> Port {
        let listener = listen::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let faces = listen::Faces::open(server).unwrap();
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(listen::serve(faces.agents(listener).unwrap(), stopped));
        Port { server: server.clone(), address, _stop: stop }
    }

    /// TLS with this client certificate, or none.
    pub async fn tls(&self, identity: Option<&Identity>) -> io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(self.server.ca.certificate().clone()).unwrap();
        let at = u64::try_from(self.server.world.now_ms()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_details(provider, Arc::new(At(at)))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_root_certificates(roots);
        let config = match identity {
            Some(identity) => {
                let chain = vec![CertificateDer::from_pem_slice(identity.certificate.as_bytes()).unwrap()];
                let key = PrivateKeyDer::try_from(identity.key.serialize_der()).unwrap();
                builder.with_client_auth_cert(chain, key).unwrap()
            }
            None => builder.with_no_client_auth(),
        };
        let stream = TcpStream::connect(self.address).await?;
        TlsConnector::from(Arc::new(config)).connect("localhost".try_into().unwrap(), stream).await
    }

    /// One request, one answer: status and body.
    pub async fn ask(&self, identity: Option<&Identity>, request: &str) -> io::Result<(u16, String)> {
        let mut stream = self.tls(identity).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        timeout(PATIENCE, stream.read_to_end(&mut answer)).await.map_err(io::Error::other)??;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| io::Error::other(format!("no answer: {answer}")))?;
        Ok((status, answer.split_once("\r\n\r\n").map_or("", |(_, body)| body).to_owned()))
    }

    /// `alveole-agent enroll` with the command the panel gave.
    pub async fn enrol(&self, command: &str) -> Result<Identity, (u16, String)> {
        let key = KeyPair::generate().unwrap();
        let csr = CertificateParams::default().serialize_request(&key).unwrap().pem().unwrap();
        let token = command.rsplit(' ').next().unwrap();
        let body = serde_json::json!({ "token": token, "csr": csr }).to_string();
        let request = format!(
            "POST /enroll HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let (status, body) = self.ask(None, &request).await.unwrap();
        if status != 200 {
            return Err((status, body));
        }
        let answer: EnrolAnswer = serde_json::from_str(&body).unwrap();
        assert_eq!(answer.ca, self.server.ca.pem());
        Ok(Identity { key, certificate: answer.certificate, panel: answer.panel })
    }

    /// `alveole-agent renew`, with the identity that is to be renewed.
    pub async fn renew(
        &self,
        identity: Option<&Identity>,
        panel: PanelId,
    ) -> Result<Identity, (u16, String)> {
        let key = KeyPair::generate().unwrap();
        let csr = CertificateParams::default().serialize_request(&key).unwrap().pem().unwrap();
        let body = serde_json::json!({ "csr": csr }).to_string();
        let request = format!(
            "POST /renew HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let (status, body) = self.ask(identity, &request).await.unwrap();
        if status != 200 {
            return Err((status, body));
        }
        let answer: RenewAnswer = serde_json::from_str(&body).unwrap();
        Ok(Identity { key, certificate: answer.certificate, panel })
    }

    /// The upgrade to a WebSocket, or the status it was refused with.
    pub async fn dial(&self, identity: Option<&Identity>) -> Result<Socket, String> {
        let stream = self.tls(identity).await.map_err(|error| error.to_string())?;
        match tokio_tungstenite::client_async("wss://localhost/agent", stream).await {
            Ok((socket, _)) => Ok(socket),
            Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => Err(answer.status().to_string()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// A session the panel asked for, dialled with its secret; or the status it was refused with.
    pub async fn session(&self, identity: Option<&Identity>, secret: &str) -> Result<Socket, String> {
        let stream = self.tls(identity).await.map_err(|error| error.to_string())?;
        let mut request = "wss://localhost/session".into_client_request().unwrap();
        request.headers_mut().insert(SESSION_HEADER, secret.parse().unwrap());
        match tokio_tungstenite::client_async(request, stream).await {
            Ok((socket, _)) => Ok(socket),
            Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => Err(answer.status().to_string()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// An agent that has said hello.
    pub async fn connect(&self, identity: &Identity, ledger: Ledger) -> Agent {
        let mut agent = Agent { socket: self.dial(Some(identity)).await.unwrap(), ledger };
        let hello = FromAgent::Hello {
            protocol: PROTOCOL,
            agent_version: "0.1.0-test".into(),
            position: agent.ledger.position,
            facts: Box::new(facts()),
            now_ms: self.server.world.now_ms().try_into().unwrap(),
        };
        agent.say(&hello).await;
        assert!(matches!(agent.hear().await, FromPanel::Welcome { .. }));
        agent
    }
}

/// What opens secrets sealed to a host here.
pub fn seal() -> crypto_box::SecretKey {
    crypto_box::SecretKey::from_bytes([7; 32])
}

pub fn seal_key() -> SealKey {
    SealKey::parse(&STANDARD.encode(seal().public_key().as_bytes())).unwrap()
}

fn facts() -> HostFacts {
    HostFacts {
        kinds: HostFacts::all_kinds(),
        seal: Some(seal_key()),
        sessions: true,
        sftp: true,
        dumps: true,
        sftp_logins: true,
        ..HostFacts::default()
    }
}

#[derive(Debug)]
struct At(u64);

impl TimeProvider for At {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_millis(self.0)))
    }
}

pub type Socket = WebSocketStream<TlsStream<TcpStream>>;

/// What enrolment gives an agent.
pub struct Identity {
    pub key: KeyPair,
    pub certificate: String,
    pub panel: PanelId,
}

/// What outlives a connection.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    pub position: Option<Position>,
    pub resources: BTreeMap<(Kind, Uuid), Resource>,
}

pub struct Agent {
    pub socket: Socket,
    pub ledger: Ledger,
}

impl Agent {
    pub async fn say(&mut self, frame: &FromAgent) {
        self.socket.send(Message::Text(wire::encode(frame).unwrap().into())).await.unwrap();
    }

    /// The next frame; `None` when the panel has closed.
    pub async fn hear_or_end(&mut self) -> Option<FromPanel> {
        loop {
            match timeout(PATIENCE, self.socket.next()).await.expect("the panel says nothing") {
                Some(Ok(Message::Text(text))) => return Some(wire::decode(&text).unwrap()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    pub async fn hear(&mut self) -> FromPanel {
        self.hear_or_end().await.expect("the panel closed")
    }

    /// Takes the next frame of changes as the real ledger would, and acknowledges it.
    pub async fn take(&mut self) -> Vec<Resource> {
        let mut all = Vec::new();
        loop {
            let FromPanel::Changes { panel, epoch, from, to, resources, more } = self.hear().await else {
                panic!("no changes");
            };
            let have = self.ledger.position.filter(|position| position.epoch == epoch);
            assert_eq!(from, if all.is_empty() { have.map_or(0, |have| have.generation) } else { from });
            assert!(resources.iter().all(|resource| from < resource.generation && resource.generation <= to));
            all.extend(resources);
            if more {
                continue;
            }
            if from == 0 {
                self.ledger.resources.clear();
            }
            for resource in &all {
                self.ledger.resources.insert((resource.kind, resource.key), resource.clone());
            }
            let change = all.last().map(|resource| resource.change);
            self.ledger.position = Some(Position { panel, epoch, generation: to, change });
            self.say(&FromAgent::Ack { generation: to }).await;
            return all;
        }
    }

    pub async fn report(&mut self, resource: &Resource, state: ReportState) {
        self.say(&FromAgent::Report { items: vec![item(resource, state)] }).await;
    }

    /// The reason the panel gives when it ends the connection.
    pub async fn refusal(&mut self) -> String {
        match self.hear().await {
            FromPanel::Refused { text } => {
                assert_eq!(self.hear_or_end().await, None);
                text.en.into_owned()
            }
            other => panic!("{other:?}"),
        }
    }

    /// Nothing is sent: what a ping of ours brings back is the first thing heard.
    pub async fn hears_nothing(&mut self) {
        self.socket.send(Message::Ping(b"anything?".as_slice().into())).await.unwrap();
        loop {
            match timeout(PATIENCE, self.socket.next()).await.unwrap() {
                Some(Ok(Message::Pong(_))) => return,
                Some(Ok(Message::Ping(_))) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

pub fn item(resource: &Resource, state: ReportState) -> ReportItem {
    let Resource { kind, key, generation, .. } = *resource;
    ReportItem { kind, key, generation, state, text: None, drift: None, request: None }
}

/// A change nobody made.
pub fn foreign_change() -> ChangeId {
    ChangeId::new(1_700_000_000_000, &[9; 10])
}
