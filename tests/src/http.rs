//! HTTP as the tests speak it: to the panel over TLS with its own CA, to a host as a visitor.

use serde_json::Value;
use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// An answer, whole.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    /// The JSON body of a success; else an error that shows the answer.
    pub fn ok(self, what: &str) -> Result<Value, String> {
        if (200..300).contains(&self.status) {
            Ok(self.json())
        } else {
            Err(format!("{what}: {} {}", self.status, self.body))
        }
    }
}

/// A client of one panel; cookies are kept.
#[derive(Clone)]
pub struct Panel {
    agent: ureq::Agent,
    pub url: String,
    token: Option<String>,
    /// Sent as Idempotency-Key.
    key: Option<String>,
    /// Sent as X-Forwarded-For.
    address: Option<String>,
}

impl Panel {
    /// `url` is the public origin; `ca` the PEM of the panel's CA.
    pub fn new(url: &str, ca: &str) -> Result<Panel, String> {
        let certificate = Certificate::from_pem(ca.as_bytes()).map_err(|error| error.to_string())?.to_owned();
        let tls = TlsConfig::builder().root_certs(RootCerts::from([certificate])).build();
        let agent = ureq::Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .new_agent();
        Ok(Panel { agent, url: url.trim_end_matches('/').to_owned(), token: None, key: None, address: None })
    }

    /// The same panel, asked with an API token.
    pub fn with_token(&self, token: &str) -> Panel {
        Panel { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same, where a creation sent again with this key happens once.
    pub fn with_key(&self, key: &str) -> Panel {
        Panel { key: Some(key.to_owned()), ..self.clone() }
    }

    /// The same, asked from another address, to a panel that takes us for a proxy.
    pub fn from_address(&self, address: &str) -> Panel {
        Panel { address: Some(address.to_owned()), ..self.clone() }
    }

    pub fn get(&self, path: &str) -> Result<Reply, String> {
        self.ask("GET", path, "", None)
    }

    /// A file, however long; gives its octets, and keeps none of them.
    pub fn download(&self, path: &str) -> Result<u64, String> {
        let mut request = ureq::http::Request::builder().uri(format!("{}{path}", self.url));
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        let request = request.body(String::new()).map_err(|error| error.to_string())?;
        let patient =
            self.agent.configure_request(request).timeout_global(Some(Duration::from_secs(900))).build();
        let response = self.agent.run(patient).map_err(|error| format!("{path}: {error}"))?;
        if response.status() != 200 {
            return Err(format!("{path}: {}", response.status()));
        }
        let mut file = response.into_body().into_with_config().limit(u64::MAX).reader();
        std::io::copy(&mut file, &mut std::io::sink()).map_err(|error| format!("{path}: {error}"))
    }

    pub fn json(&self, method: &str, path: &str, body: &Value) -> Result<Reply, String> {
        self.ask(method, path, "application/json", Some(body.to_string()))
    }

    /// Posts a form as a browser on the panel's own page does.
    pub fn form(&self, path: &str, fields: &[(&str, &str)]) -> Result<Reply, String> {
        let body: Vec<String> =
            fields.iter().map(|(key, value)| format!("{key}={}", encode(value))).collect();
        self.ask("POST", path, "application/x-www-form-urlencoded", Some(body.join("&")))
    }

    pub fn ask(&self, method: &str, path: &str, kind: &str, body: Option<String>) -> Result<Reply, String> {
        let url = if path.starts_with("https://") { path.to_owned() } else { format!("{}{path}", self.url) };
        let mut request = ureq::http::Request::builder().method(method).uri(&url).header("Origin", &self.url);
        if !kind.is_empty() {
            request = request.header("Content-Type", kind);
        }
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        if let Some(key) = &self.key {
            request = request.header("Idempotency-Key", key);
        }
        if let Some(address) = &self.address {
            request = request.header("X-Forwarded-For", address);
        }
        let request = request.body(body.unwrap_or_default()).map_err(|error| error.to_string())?;
        let mut response = self.agent.run(request).map_err(|error| format!("{method} {url}: {error}"))?;
        let headers = response
            .headers()
            .iter()
            .map(|(key, value)| (key.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let status = response.status().as_u16();
        let body = response.body_mut().read_to_string().map_err(|error| error.to_string())?;
        Ok(Reply { status, headers, body })
    }
}

/// Percent-encodes a form's value (WHATWG URL §5.2, conservatively).
fn encode(value: &str) -> String {
    value
        .bytes()
        .map(|b| if b.is_ascii_alphanumeric() { (b as char).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// Asks a host for a page of a site, as a visitor whose DNS leads there.
pub fn visit(address: &str, name: &str, path: &str) -> Result<Reply, String> {
    visit_with(address, format!("GET {path} HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n"))
}

/// Sends `request` as it stands to port 80 of a host and reads the whole answer.
pub fn visit_with(address: &str, request: impl AsRef<[u8]>) -> Result<Reply, String> {
    let failed = |error: std::io::Error| format!("{address}: {error}");
    let to = (address, 80).to_socket_addrs().map_err(failed)?.next().ok_or("no address")?;
    let mut stream = TcpStream::connect_timeout(&to, Duration::from_secs(5)).map_err(failed)?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).map_err(failed)?;
    stream.write_all(request.as_ref()).map_err(failed)?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).map_err(failed)?;
    parse(&String::from_utf8_lossy(&bytes)).ok_or_else(|| format!("{address}: not HTTP"))
}

fn parse(text: &str) -> Option<Reply> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    let chunked = headers
        .iter()
        .any(|(key, value)| key.eq_ignore_ascii_case("transfer-encoding") && value == "chunked");
    let body = if chunked { unchunk(body) } else { body.to_owned() };
    Some(Reply { status, headers, body })
}

fn unchunk(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
        let Some(chunk) = rest.get(..size).filter(|chunk| !chunk.is_empty()) else { break };
        whole.push_str(chunk);
        body = rest.get(size + 2..).unwrap_or_default();
    }
    whole
}
