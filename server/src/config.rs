//! /etc/alveole/panel.toml: what one panel process is told. A wrong key or value is refused by name, with its remedy.

use crate::{certificate, change, file, log, mail, site};
use model::{EmailAddress, Problem, ProblemKind, Secret, text};
use serde::Deserialize;
use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    str::FromStr,
};

/// Where the configuration is looked for.
pub const PATH: &str = "/etc/alveole/panel.toml";

/// The file as written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What people type: `https://panel.asso.example`, without a path.
    pub origin: Origin,
    /// Where people are served: an address, or several.
    #[serde(default = "people", deserialize_with = "one_or_more")]
    pub listen_people: Vec<SocketAddr>,
    /// Where agents dial in.
    #[serde(default = "agents", deserialize_with = "one_or_more")]
    pub listen_agents: Vec<SocketAddr>,
    /// Where hosts reach the agents' port, as it stands in the enrolment command. Without it: the origin's host.
    pub agents_url: Option<Origin>,
    /// Further names and addresses under which hosts may dial it: the panel's certificate names them.
    #[serde(default)]
    pub agents_names: Vec<String>,
    /// Database (SQLite) and certificate authority.
    #[serde(default = "state_dir")]
    pub state_dir: PathBuf,
    /// What browsers are sent besides pages.
    #[serde(default = "assets_dir")]
    pub assets_dir: PathBuf,
    /// `postgres://…`; without it, SQLite in the state folder.
    pub database: Option<Secret>,
    /// The people's certificate chain and key in PEM; without them, one signed by the panel's own authority.
    pub certificate: Option<PathBuf>,
    pub key: Option<PathBuf>,
    /// Networks whose X-Forwarded-For is believed.
    #[serde(default)]
    pub trusted_proxies: Vec<Network>,
    /// For how many days a deleted account comes back whole; with 0 it is erased within the hour.
    #[serde(default = "keep_deleted_days")]
    pub keep_deleted_days: i64,
    /// Where people write when they need help: stands at the foot of every page.
    pub contact: Option<EmailAddress>,
    /// How mails reach people; without it none is sent.
    pub mail: Option<mail::Settings>,
    /// Who signs the certificates of members' names; without it they show one of their host's own.
    pub acme: Option<certificate::Settings>,
    /// What leaves the house of the change log.
    #[serde(default)]
    pub changes: change::Settings,
    /// What members see of their sites' logs.
    #[serde(default)]
    pub logs: log::Settings,
    /// Below which domain sites have preview addresses; without it they have none.
    pub preview: Option<site::PreviewSettings>,
}

/// Ten years: more is a typing error, and nobody's data should lie that long.
const LONGEST_KEPT_DAYS: i64 = 3650;

fn keep_deleted_days() -> i64 {
    30
}

fn people() -> Vec<SocketAddr> {
    vec![SocketAddr::from(([0_u16; 8], 8443))]
}

fn agents() -> Vec<SocketAddr> {
    vec![SocketAddr::from(([0_u16; 8], 7443))]
}

fn state_dir() -> PathBuf {
    PathBuf::from("/var/lib/alveole-panel")
}

fn assets_dir() -> PathBuf {
    PathBuf::from("/usr/share/alveole-panel/assets")
}

/// `"[::]:8443"` as well as `["192.0.2.1:443", "[2001:db8::1]:443"]`.
fn one_or_more<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<SocketAddr>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "give an address with its port, such as \"[::]:8443\", or a list of them")]
    enum OneOrMore {
        One(SocketAddr),
        More(Vec<SocketAddr>),
    }
    match OneOrMore::deserialize(deserializer)? {
        OneOrMore::One(address) => Ok(vec![address]),
        OneOrMore::More(addresses) => Ok(addresses),
    }
}

impl Config {
    pub fn read(path: &Path) -> Result<Config, Problem> {
        Config::parse(&file::read_text(path)?).map_err(|why| {
            let path = path.display();
            let why = why.trim_end();
            Problem::new(
                ProblemKind::Invalid,
                "config",
                text!("{path} ne convient pas.\n{why}", "{path} does not do.\n{why}"),
            )
        })
    }

    /// Reads the text; the error names the key and what it should be.
    pub fn parse(toml: &str) -> Result<Config, String> {
        let config: Config = toml::from_str(toml).map_err(|error| error.to_string())?;
        if config.certificate.is_some() != config.key.is_some() {
            return Err("`certificate` and `key` go together: give both, or neither.".into());
        }
        for (key, listen) in
            [("listen_people", &config.listen_people), ("listen_agents", &config.listen_agents)]
        {
            if listen.is_empty() {
                return Err(format!("`{key}` is empty: give at least one address, such as \"[::]:8443\"."));
            }
        }
        for name in &config.agents_names {
            if !is_host(name) {
                return Err(format!(
                    "`agents_names`: \"{name}\" is neither a host name nor an address: write it without scheme and port."
                ));
            }
        }
        if !(0..=LONGEST_KEPT_DAYS).contains(&config.keep_deleted_days) {
            return Err(format!(
                "`keep_deleted_days` is {}: give a whole number of days from 0 (erased within the hour) to {LONGEST_KEPT_DAYS}; without it, 30.",
                config.keep_deleted_days
            ));
        }
        let database = config.database.as_ref().map(Secret::reveal).unwrap_or("postgres:");
        if !database.starts_with("postgres:") && !database.starts_with("postgresql:") {
            return Err(
                "`database` must be postgres://USER:PASSWORD@HOST/NAME; leave it out for SQLite.".into()
            );
        }
        Ok(config)
    }

    /// The database's URL for the store.
    pub fn database_url(&self) -> String {
        match &self.database {
            Some(url) => url.reveal().to_owned(),
            None => format!("sqlite://{}", self.sqlite_path().display()),
        }
    }

    pub fn sqlite_path(&self) -> PathBuf {
        self.state_dir.join("panel.db")
    }

    /// How long a deleted account comes back whole, in milliseconds.
    pub fn keep_deleted_ms(&self) -> i64 {
        self.keep_deleted_days * 24 * 3_600_000
    }

    pub fn ca_dir(&self) -> PathBuf {
        self.state_dir.join("ca")
    }

    /// The URL agents dial, as it stands in the enrolment command.
    pub fn agents_url(&self) -> String {
        if let Some(url) = &self.agents_url {
            return url.as_str().to_owned();
        }
        let host = self.origin.host();
        let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        format!("https://{host}:{}", self.listen_agents.first().map_or(7443, SocketAddr::port))
    }

    /// Everything the panel's own certificate is for.
    pub fn own_names(&self) -> Vec<String> {
        let urls = std::iter::once(&self.origin).chain(&self.agents_url).map(Origin::host);
        let fixed = ["localhost", "127.0.0.1", "::1"];
        let mut names = Vec::new();
        for name in urls.chain(self.agents_names.iter().map(String::as_str)).chain(fixed) {
            let name = name.to_owned();
            let name = name.parse::<IpAddr>().map_or(name, |address| address.to_string());
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

/// The panel's public origin: `https://` host, optional port (RFC 6454).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Origin(String);

impl Origin {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Without scheme and port; an IPv6 address without brackets.
    pub fn host(&self) -> &str {
        let authority = self.0.trim_start_matches("https://");
        match authority.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or(rest),
            None => authority.split(':').next().unwrap_or(authority),
        }
    }
}

impl FromStr for Origin {
    type Err = String;
    fn from_str(typed: &str) -> Result<Origin, String> {
        let wrong = || {
            Err(format!(
                "\"{typed}\": give the origin as https://panel.asso.example, with a port if it is not 443"
            ))
        };
        let typed = typed.strip_suffix('/').unwrap_or(typed).to_ascii_lowercase();
        let Some(authority) = typed.strip_prefix("https://") else { return wrong() };
        let (host, port) = match authority.strip_prefix('[') {
            Some(rest) => match rest.split_once(']') {
                Some((host, after)) if host.contains(':') => {
                    (host, after.strip_prefix(':').or(after.is_empty().then_some("443")))
                }
                _ => return wrong(),
            },
            None => match authority.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (authority, Some("443")),
            },
        };
        let port = port.and_then(|port| port.parse::<u16>().ok());
        if !is_host(host) || port.is_none_or(|port| port == 0) {
            return wrong();
        }
        Ok(Origin(typed.strip_suffix(":443").unwrap_or(&typed).to_owned()))
    }
}

impl TryFrom<String> for Origin {
    type Error = String;
    fn try_from(typed: String) -> Result<Origin, String> {
        typed.parse()
    }
}

/// A host name (single labels allowed: `localhost`, `panel`) or an address.
pub(crate) fn is_host(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.parse::<IpAddr>().is_ok() || (name.len() <= 253 && name.split('.').all(label))
}

/// An address, or a network with its prefix: `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    pub fn contains(&self, address: IpAddr) -> bool {
        fn same(a: u128, b: u128, bits: u32, prefix: u8) -> bool {
            let drop = bits - u32::from(prefix);
            drop >= 128 || (a >> drop) == (b >> drop)
        }
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(a), IpAddr::V4(b)) => same(a.to_bits().into(), b.to_bits().into(), 32, self.prefix),
            (IpAddr::V6(a), IpAddr::V6(b)) => same(a.to_bits(), b.to_bits(), 128, self.prefix),
            _ => false,
        }
    }
}

impl TryFrom<String> for Network {
    type Error = String;
    fn try_from(typed: String) -> Result<Network, String> {
        let wrong = || format!("\"{typed}\": give an address or a network, such as 10.0.0.0/8");
        let (address, prefix) = typed.split_once('/').map_or((typed.as_str(), None), |(a, p)| (a, Some(p)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(most), |prefix| prefix.parse::<u8>().map_err(|_| wrong()))?;
        if prefix > most { Err(wrong()) } else { Ok(Network { address, prefix }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_file_is_enough() {
        let config = Config::parse("origin = \"https://Panel.Asso.example:8443/\"").unwrap();
        assert_eq!(config.origin.as_str(), "https://panel.asso.example:8443");
        assert_eq!(config.agents_url(), "https://panel.asso.example:7443");
        assert_eq!(config.database_url(), "sqlite:///var/lib/alveole-panel/panel.db");
        assert_eq!(config.own_names(), ["panel.asso.example", "localhost", "127.0.0.1", "::1"]);
        assert_eq!(config.listen_people[0].to_string(), "[::]:8443");
        assert_eq!(config.keep_deleted_days, 30);
    }

    #[test]
    fn everything_that_can_be_said() {
        let config = Config::parse(
            r#"
            origin = "https://panel.asso.example"
            listen_people = ["192.0.2.1:443", "[2001:db8::1]:443"]
            listen_agents = "[::]:7000"
            agents_url = "https://[2001:db8::1]:7443"
            agents_names = ["agents.asso.example"]
            assets_dir = "/srv/assets"
            state_dir = "/srv/panel"
            database = "postgres://alveole:secret@db/alveole"
            certificate = "/etc/ssl/panel.pem"
            key = "/etc/ssl/panel.key"
            trusted_proxies = ["10.0.0.0/8", "::1"]
            keep_deleted_days = 0
            contact = "aide@asso.example"
            "#,
        )
        .unwrap();
        assert_eq!(config.agents_url(), "https://[2001:db8::1]:7443");
        assert_eq!(config.keep_deleted_ms(), 0);
        assert_eq!(config.contact.as_ref().map(EmailAddress::as_str), Some("aide@asso.example"));
        assert_eq!(config.own_names()[..3], ["panel.asso.example", "2001:db8::1", "agents.asso.example"]);
        assert!(!format!("{config:?}").contains("secret"));
        assert!(config.trusted_proxies[0].contains("10.9.9.9".parse().unwrap()));
        assert!(config.trusted_proxies[0].contains("::ffff:10.9.9.9".parse().unwrap()));
        assert!(!config.trusted_proxies[0].contains("11.0.0.1".parse().unwrap()));
        assert!(config.trusted_proxies[1].contains("::1".parse().unwrap()));
        assert!(!config.trusted_proxies[1].contains("::2".parse().unwrap()));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let with = |line: &str| {
            Config::parse(&format!("origin = \"https://panel.asso.example\"\n{line}")).unwrap_err()
        };
        for (line, named) in [
            ("colour = \"blue\"", "colour"),
            ("certificate = \"/x\"", "`key`"),
            ("database = \"mysql://x\"", "`database`"),
            ("agents_names = [\"https://x\"]", "`agents_names`"),
            ("trusted_proxies = [\"10.0.0.0/33\"]", "trusted_proxies"),
            ("listen_people = []", "`listen_people`"),
            ("listen_agents = [\"7443\"]", "listen_agents"),
            ("keep_deleted_days = -1", "`keep_deleted_days` is -1: give a whole number of days from 0"),
            ("keep_deleted_days = 4000", "`keep_deleted_days` is 4000"),
            ("keep_deleted_days = \"30\"", "keep_deleted_days"),
            ("contact = \"aide\"", "contact"),
            ("[mail]\nfrom = \"panel@asso.example\"", "`mail`"),
            ("[mail]\nfrom = \"panel\"\nfolder = \"/x\"", "`mail.from`"),
            ("[changes]\nmail_head_to = [\"board\"]", "`mail_head_to`: \"board\""),
            ("[changes]\nmail_head = []", "mail_head"),
        ] {
            let error = with(line);
            assert!(error.contains(named), "{line}: {error}");
        }
        for origin in
            ["http://panel.example", "https://", "https://a/b", "https://a b", "https://a:0", "panel.example"]
        {
            let error = Config::parse(&format!("origin = \"{origin}\"")).unwrap_err();
            assert!(error.contains("origin"), "{error}");
        }
        assert!(Config::parse("").unwrap_err().contains("origin"));
    }
}
