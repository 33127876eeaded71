//! The API over HTTPS.

use crate::{Exit, Failure, config::Config};
use model::{Lang, text};
use serde_json::Value;
use std::{io::Read, time::Duration};
use ureq::{
    Agent, SendBody,
    http::{Request, Response},
    tls::{Certificate, RootCerts, TlsConfig},
};

const PREFIX: &str = "/api/v1";
const PATIENCE: Duration = Duration::from_secs(60);
/// A change that is not settled by then is waited for by people.
const LISTENING: Duration = Duration::from_secs(300);

/// A file of a million changes takes minutes.
const DOWNLOADING: Duration = Duration::from_secs(3600);

pub struct Client {
    agent: Agent,
    config: Config,
    lang: Lang,
}

/// A success: its body, and the change that it made.
pub struct Answer {
    pub body: Value,
    pub change: Option<String>,
}

impl Client {
    pub fn new(config: Config, lang: Lang) -> Result<Client, Failure> {
        let roots = match &config.ca {
            Some(pem) => {
                let ca = Certificate::from_pem(pem.as_bytes())
                    .map_err(|error| Failure::new(Exit::Usage, format!("ca{}{error}", lang.colon())))?;
                RootCerts::from([ca.to_owned()])
            }
            None => RootCerts::PlatformVerifier,
        };
        let agent = Agent::config_builder()
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(Duration::from_secs(10)))
            .build()
            .new_agent();
        Ok(Client { agent, config, lang })
    }

    pub fn get(&self, path: &str) -> Result<Answer, Failure> {
        self.ask("GET", path, None)
    }

    pub fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer, Failure> {
        let text = body.map(Value::to_string).unwrap_or_default();
        self.said(self.send(method, path, text, PATIENCE)?)
    }

    fn said(&self, mut response: Response<ureq::Body>) -> Result<Answer, Failure> {
        let change = response.headers().get("alveole-change").and_then(|value| value.to_str().ok());
        let change = change.map(str::to_owned);
        let status = response.status();
        let text = response.body_mut().read_to_string().map_err(|error| self.unreachable(&error))?;
        let body = if text.is_empty() { Ok(Value::Null) } else { serde_json::from_str(&text) };
        // Another web server may answer there, and a proxy for a panel that is away.
        let body: Value = body.map_err(|_| self.unreachable(&status))?;
        if status.is_success() {
            return Ok(Answer { body, change });
        }
        if status.is_server_error() || status.is_redirection() {
            return Err(self.unreachable(&body["detail"].as_str().unwrap_or(status.as_str())));
        }
        let detail = body["detail"].as_str().map(str::to_owned);
        let detail = detail.unwrap_or_else(|| format!("{} {status}", self.config.panel));
        let field = body["field"].as_str().map(|field| format!("{field}{}", self.lang.colon()));
        Err(Failure::new(Exit::Refused, field.unwrap_or_default() + &detail))
    }

    /// A stream of server-sent events.
    pub fn listen(&self, path: &str) -> Result<impl Read + use<>, Failure> {
        let response = self.send("GET", path, String::new(), LISTENING)?;
        if !response.status().is_success() {
            return Err(self.unreachable(&response.status()));
        }
        Ok(response.into_body().into_reader())
    }

    /// A file, however long it is; a refusal is told as everywhere.
    pub fn download(&self, path: &str) -> Result<impl Read + use<>, Failure> {
        let response = self.send("GET", path, String::new(), DOWNLOADING)?;
        if response.status().is_success() {
            return Ok(response.into_body().into_reader());
        }
        let status = response.status();
        Err(self.said(response).err().unwrap_or_else(|| self.unreachable(&status)))
    }

    /// A file as the body, however long it is.
    pub fn upload(&self, path: &str, file: impl Read + Send + Sync + 'static) -> Result<Answer, Failure> {
        let kind = Some("application/octet-stream");
        self.said(self.run("PUT", path, (SendBody::from_owned_reader(file), kind), DOWNLOADING)?)
    }

    fn send(
        &self,
        method: &str,
        path: &str,
        body: String,
        patience: Duration,
    ) -> Result<Response<ureq::Body>, Failure> {
        let kind = (!body.is_empty()).then_some("application/json");
        self.run(method, path, (SendBody::from_owned_reader(std::io::Cursor::new(body)), kind), patience)
    }

    fn run(
        &self,
        method: &str,
        path: &str,
        (body, kind): (SendBody<'_>, Option<&str>),
        patience: Duration,
    ) -> Result<Response<ureq::Body>, Failure> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{PREFIX}{path}", self.config.panel))
            .header("Accept-Language", self.lang.code())
            .header("Authorization", format!("Bearer {}", self.config.token.reveal()));
        if let Some(kind) = kind {
            request = request.header("Content-Type", kind);
        }
        let request = request.body(body);
        let request = request.map_err(|error| self.unreachable(&error))?;
        let request = self.agent.configure_request(request).timeout_global(Some(patience)).build();
        self.agent.run(request).map_err(|error| self.unreachable(&error))
    }

    pub fn unreachable(&self, why: &dyn std::fmt::Display) -> Failure {
        let panel = &self.config.panel;
        let text = text!(
            "Le panneau {panel} ne répond pas comme il faut ({why})\u{a0}: vérifiez son adresse, son autorité (--ca) et le réseau.",
            "The panel {panel} does not answer as it should ({why}): check its address, its authority (--ca) and the network."
        );
        Failure::new(Exit::Unreachable, text.pick(self.lang))
    }
}

/// A value in a path or a query (RFC 3986, §2.3: unreserved characters stay).
pub fn encode(value: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
    value.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
