//! `[mail]` in panel.toml: from whom, and which way mails leave.

use crate::config::is_host;
use model::EmailAddress;
use serde::Deserialize;
use std::{net::IpAddr, path::PathBuf};

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Settings {
    pub from: Sender,
    pub way: Way,
}

/// `Alvéole <panel@asso.example>`, or the address alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    pub name: Option<String>,
    pub address: EmailAddress,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// Nothing leaves: each mail becomes a file there. For the demo and tests.
    Folder(PathBuf),
    Smtp(Smtp),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Smtp {
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// User, and the file that holds the password.
    pub login: Option<(String, PathBuf)>,
    /// Whose signature on the server's certificate counts, in place of the system's authorities.
    pub ca_file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// From the first octet (RFC 8314 §3.3).
    Tls,
    /// Begun in the clear, never continued so.
    Starttls,
    /// Within this machine only.
    None,
}

/// As it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    from: String,
    folder: Option<PathBuf>,
    smtp: Option<String>,
    port: Option<u16>,
    security: Option<Security>,
    user: Option<String>,
    password_file: Option<PathBuf>,
    ca_file: Option<PathBuf>,
}

impl TryFrom<Written> for Settings {
    type Error = String;
    fn try_from(written: Written) -> Result<Settings, String> {
        let Written { from, folder, smtp, port, security, user, password_file, ca_file } = written;
        let from = sender(&from)?;
        let way = match (folder, smtp) {
            (Some(folder), None) => {
                let paths = [&password_file, &ca_file];
                if port.is_some()
                    || security.is_some()
                    || user.is_some()
                    || paths.iter().any(|path| path.is_some())
                {
                    return Err("`mail.folder` stands alone: `port`, `security`, `user`, `password_file` and `ca_file` go with `smtp`.".into());
                }
                if !folder.is_absolute() {
                    return Err(
                        "`mail.folder`: give the whole path, such as \"/var/lib/alveole-panel/mail\".".into(),
                    );
                }
                Way::Folder(folder)
            }
            (None, Some(host)) => Way::Smtp(smtp_way(host, port, security, (user, password_file), ca_file)?),
            _ => {
                return Err("`mail`: give either `smtp`, the name of your mail server, or `folder`, to keep mails as files.".into());
            }
        };
        Ok(Settings { from, way })
    }
}

fn smtp_way(
    host: String,
    port: Option<u16>,
    security: Option<Security>,
    login: (Option<String>, Option<PathBuf>),
    ca_file: Option<PathBuf>,
) -> Result<Smtp, String> {
    if !is_host(&host) {
        return Err(format!(
            "`mail.smtp`: \"{host}\" is neither a host name nor an address: write it without scheme and port."
        ));
    }
    let security = security.unwrap_or(Security::Tls);
    let loopback = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    if security == Security::None && !loopback {
        return Err(format!(
            "`mail.security` can be \"none\" only within this machine (127.0.0.1, ::1 or localhost): for {host} take \"tls\" or \"starttls\"."
        ));
    }
    let port = port.unwrap_or(match security {
        Security::Tls => 465,
        Security::Starttls => 587,
        Security::None => 25,
    });
    if port == 0 {
        return Err("`mail.port`: 0 is no port; leave it out for the usual one.".into());
    }
    if security == Security::None && ca_file.is_some() {
        return Err("`mail.ca_file` says whose certificates count, and with `security = \"none\"` there is none: leave one of them out.".into());
    }
    let login = match login {
        (Some(user), Some(file)) => Some((user, file)),
        (None, None) => None,
        _ => return Err("`mail.user` and `mail.password_file` go together: give both, or neither.".into()),
    };
    Ok(Smtp { host, port, security, login, ca_file })
}

fn sender(typed: &str) -> Result<Sender, String> {
    let wrong = || {
        format!(
            "`mail.from`: \"{typed}\": give an address, such as panel@asso.example or \"Alvéole <panel@asso.example>\"."
        )
    };
    if typed.chars().any(char::is_control) {
        return Err(wrong());
    }
    let (name, address) = match typed.trim().strip_suffix('>') {
        Some(rest) => {
            let (name, address) = rest.split_once('<').ok_or_else(wrong)?;
            let name = name.trim();
            let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
            (Some(name.to_owned()).filter(|name| !name.is_empty()), address)
        }
        None => (None, typed),
    };
    let address = EmailAddress::parse(address).map_err(|_| wrong())?;
    Ok(Sender { name, address })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &str) -> Result<Settings, String> {
        toml::from_str(lines).map_err(|error| error.to_string())
    }

    #[test]
    fn what_can_be_said() {
        let settings = read("from = \"Alvéole <panel@asso.example>\"\nsmtp = \"mail.asso.example\"\nuser = \"panel\"\npassword_file = \"/etc/alveole/smtp\"").unwrap();
        assert_eq!(settings.from.name.as_deref(), Some("Alvéole"));
        assert_eq!(settings.from.address.as_str(), "panel@asso.example");
        let Way::Smtp(smtp) = settings.way else { panic!("no SMTP") };
        assert_eq!((smtp.port, smtp.security), (465, Security::Tls));
        assert_eq!(smtp.login.unwrap().0, "panel");
        let port = |lines: &str| match read(&format!("from = \"a@asso.example\"\n{lines}")).unwrap().way {
            Way::Smtp(smtp) => smtp.port,
            Way::Folder(_) => panic!("no SMTP"),
        };
        assert_eq!(port("smtp = \"192.0.2.1\"\nsecurity = \"starttls\""), 587);
        assert_eq!(port("smtp = \"::1\"\nsecurity = \"none\""), 25);
        assert_eq!(port("smtp = \"localhost\"\nsecurity = \"none\"\nport = 2525"), 2525);
        let folder = read("from = \"a@asso.example\"\nfolder = \"/tmp/mail\"").unwrap().way;
        assert_eq!(folder, Way::Folder("/tmp/mail".into()));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_remedy() {
        let from = "from = \"a@asso.example\"";
        for (lines, named) in [
            (String::new(), "from"),
            ("from = \"a@asso.example\\nBcc: b@asso.example\"\nfolder = \"/x\"".to_owned(), "`mail.from`"),
            ("from = \"Alvéole\"\nfolder = \"/x\"".to_owned(), "`mail.from`"),
            (from.to_owned(), "`mail`"),
            (format!("{from}\nsmtp = \"h\"\nfolder = \"/x\""), "`mail`"),
            (format!("{from}\nfolder = \"x\""), "`mail.folder`"),
            (format!("{from}\nfolder = \"/x\"\nport = 25"), "`mail.folder`"),
            (format!("{from}\nsmtp = \"smtp://h:25\""), "`mail.smtp`"),
            (format!("{from}\nsmtp = \"mail.asso.example\"\nsecurity = \"none\""), "`mail.security`"),
            (format!("{from}\nsmtp = \"h\"\nsecurity = \"ssl\""), "security"),
            (format!("{from}\nsmtp = \"h\"\nport = 0"), "`mail.port`"),
            (format!("{from}\nsmtp = \"h\"\nuser = \"u\""), "`mail.password_file`"),
            (format!("{from}\nfolder = \"/x\"\nca_file = \"/y\""), "`mail.folder`"),
            (format!("{from}\nsmtp = \"::1\"\nsecurity = \"none\"\nca_file = \"/y\""), "`mail.ca_file`"),
            (format!("{from}\nsmtp = \"h\"\npassword = \"p\""), "password"),
        ] {
            let error = read(&lines).unwrap_err();
            assert!(error.contains(named), "{lines}: {error}");
        }
    }
}
