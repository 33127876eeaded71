//! /etc/alveole/agent.toml: which panel this host follows. Written by `enroll`, readable by people.

use crate::{fs, paths::Paths};
use model::{HostId, PanelId, Problem, Text};
use rustls_pki_types::ServerName;
use serde::{Deserialize, Serialize};
use std::{fmt, io, str::FromStr};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The panel's port for agents.
    pub panel_url: PanelUrl,
    pub panel: PanelId,
    pub host: HostId,
}

impl Config {
    pub fn read(paths: &Paths) -> io::Result<Option<Config>> {
        match std::fs::read_to_string(paths.config()) {
            Ok(text) => toml::from_str(&text).map(Some).map_err(io::Error::other),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub fn write(&self, paths: &Paths) -> io::Result<()> {
        let body = toml::to_string(self).map_err(io::Error::other)?;
        let text =
            format!("# Alvéole: the panel this host follows. Written by `alveole-agent enroll`.\n{body}");
        if let Some(folder) = paths.config().parent() {
            std::fs::create_dir_all(folder)?;
        }
        fs::write(&paths.config(), text.as_bytes(), 0o644)
    }
}

/// `https://HOST[:PORT]`, nothing behind it; 7443 unless said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PanelUrl {
    host: String,
    port: u16,
}

impl PanelUrl {
    /// The host without brackets, as resolvers want it.
    pub fn host(&self) -> &str {
        &self.host
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn server_name(&self) -> Option<ServerName<'static>> {
        ServerName::try_from(self.host.clone()).ok()
    }

    /// `HOST:PORT`, as the Host header wants it.
    pub fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

impl FromStr for PanelUrl {
    type Err = Problem;
    fn from_str(typed: &str) -> Result<PanelUrl, Problem> {
        let bad = || {
            Problem::invalid(
                "panel",
                "panel_url",
                Text::new(
                    "Cette adresse de panneau n’est pas valable\u{a0}: recopiez-la comme https://panneau.asso.example:7443.",
                    "This panel address is not valid: copy it like https://panel.asso.example:7443.",
                ),
            )
        };
        let rest = typed.trim().strip_prefix("https://").ok_or_else(bad)?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match rest.strip_prefix('[') {
            Some(rest) => {
                let (host, port) = rest.split_once(']').ok_or_else(bad)?;
                host.parse::<std::net::Ipv6Addr>().map_err(|_| bad())?;
                (host, port.strip_prefix(':').or_else(|| port.is_empty().then_some("7443")))
            }
            None => rest.split_once(':').map_or((rest, Some("7443")), |(host, port)| (host, Some(port))),
        };
        let url = PanelUrl {
            host: host.to_ascii_lowercase(),
            port: port.and_then(|port| port.parse().ok()).filter(|port| *port != 0).ok_or_else(bad)?,
        };
        if url.server_name().is_some() { Ok(url) } else { Err(bad()) }
    }
}

impl fmt::Display for PanelUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "https://{}", self.authority())
    }
}

impl TryFrom<String> for PanelUrl {
    type Error = Problem;
    fn try_from(typed: String) -> Result<PanelUrl, Problem> {
        typed.parse()
    }
}

impl From<PanelUrl> for String {
    fn from(url: PanelUrl) -> String {
        url.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_panels() {
        for (typed, shown) in [
            ("https://panel.lab.example:7443", "https://panel.lab.example:7443"),
            ("https://Panel.lab.example/", "https://panel.lab.example:7443"),
            ("https://192.0.2.1:1", "https://192.0.2.1:1"),
            ("https://[2001:db8::1]", "https://[2001:db8::1]:7443"),
            ("https://[2001:db8::1]:99", "https://[2001:db8::1]:99"),
        ] {
            assert_eq!(typed.parse::<PanelUrl>().unwrap().to_string(), shown);
        }
        for bad in [
            "",
            "panel.lab.example",
            "http://panel.lab.example",
            "https://",
            "https://a b",
            "https://panel/x",
            "https://panel:0",
            "https://panel:99999",
            "https://u@panel",
            "https://panel\n",
            "https://[::1",
            "https://[zz]:1",
        ] {
            let parsed = bad.parse::<PanelUrl>();
            assert!(parsed.is_err() || bad == "https://panel\n", "{bad:?}: {parsed:?}");
        }
    }
}
