//! `[acme]` in panel.toml: the authority that signs members' certificates. Without it names show a certificate of the host's own.

use model::EmailAddress;
use serde::Deserialize;
use std::{net::SocketAddr, path::PathBuf};

/// Let's Encrypt, where nothing else is said.
const DIRECTORY: &str = "https://acme-v02.api.letsencrypt.org/directory";
const CAA: &str = "letsencrypt.org";

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Settings {
    /// RFC 8555 §7.1.1.
    pub directory: String,
    /// Whom the authority writes to.
    pub contact: EmailAddress,
    /// Certificates (PEM) by which the authority's own server is known; for one that is not known to everybody.
    pub ca_file: Option<PathBuf>,
    /// What CAA records call the authority (RFC 8659); empty: they are not asked for.
    pub caa: Vec<String>,
    /// Whom names are asked of; empty: as this machine does (/etc/resolv.conf).
    pub resolvers: Vec<SocketAddr>,
    /// Certificates a member may be given within a day.
    pub per_member_daily: u32,
    /// Certificates a registrable domain may be given within a week: below the authority's own limit.
    pub per_domain_weekly: u32,
}

/// As it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    directory: Option<String>,
    contact: String,
    #[serde(default)]
    agreed: bool,
    ca_file: Option<PathBuf>,
    caa: Option<Vec<String>>,
    #[serde(default)]
    resolvers: Vec<SocketAddr>,
    per_member_daily: Option<u32>,
    per_domain_weekly: Option<u32>,
}

impl TryFrom<Written> for Settings {
    type Error = String;
    fn try_from(written: Written) -> Result<Settings, String> {
        let Written { directory, contact, agreed, ca_file, caa, resolvers, .. } = written;
        if !agreed {
            return Err(
                "`acme.agreed`: read the authority's terms of service, then write `agreed = true`.".into()
            );
        }
        let contact = EmailAddress::parse(&contact)
            .map_err(|_| format!("`acme.contact`: \"{contact}\" is no e-mail address."))?;
        let own = directory.is_some();
        let directory = directory.unwrap_or_else(|| DIRECTORY.into());
        if !directory.starts_with("https://") {
            return Err("`acme.directory`: give the authority's https:// address.".into());
        }
        let default = if own { vec![] } else { vec![CAA.to_owned()] };
        Ok(Settings {
            directory,
            contact,
            ca_file,
            caa: caa.unwrap_or(default),
            resolvers,
            per_member_daily: written.per_member_daily.unwrap_or(50),
            per_domain_weekly: written.per_domain_weekly.unwrap_or(40),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(toml: &str) -> Result<Settings, String> {
        toml::from_str(toml).map_err(|error| error.to_string())
    }

    #[test]
    fn terms_are_agreed_to_and_the_rest_has_a_default() {
        let settings = read("contact = \"admin@asso.example\"\nagreed = true").unwrap();
        assert_eq!((settings.directory.as_str(), &settings.caa[..]), (DIRECTORY, &[CAA.to_owned()][..]));
        let own =
            "contact = \"admin@asso.example\"\nagreed = true\ndirectory = \"https://ca.asso.example/dir\"";
        assert!(read(own).unwrap().caa.is_empty());
        for (toml, named) in [
            ("contact = \"admin@asso.example\"", "acme.agreed"),
            ("contact = \"admin\"\nagreed = true", "acme.contact"),
            ("contact = \"a@b.example\"\nagreed = true\ndirectory = \"http://x\"", "acme.directory"),
            ("contact = \"a@b.example\"\nagreed = true\nresolvers = [\"ns1\"]", "resolvers"),
        ] {
            assert!(read(toml).unwrap_err().contains(named), "{toml}");
        }
    }
}
