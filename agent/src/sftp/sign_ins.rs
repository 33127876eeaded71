//! Who came in over SFTP: what sshd wrote into the journal, which keeps it as long as the host's administrator wishes.

use crate::exec::Program;
use model::{SftpSignIn, UnixName};
use serde::Deserialize;
use std::{io, time::Duration};

const JOURNAL: &str = "/usr/bin/journalctl";
/// How many of an account are told.
const MOST: &str = "50";

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "__REALTIME_TIMESTAMP")]
    at: String,
    // Octets, where it is no text.
    #[serde(rename = "MESSAGE")]
    message: serde_json::Value,
}

pub fn sign_ins(account: &UnixName) -> io::Result<Vec<SftpSignIn>> {
    // A name has letters, digits and hyphens alone, none of which means anything in a pattern.
    let wanted = format!("^Accepted [a-z]+ for {account}(_[a-z0-9-]+)? from ");
    let said = Program::new(JOURNAL)
        .args([
            "--unit=alveole-sftp.service",
            "--since=-30d",
            "--reverse",
            "--output=json",
            "--quiet",
            "-n",
            MOST,
        ])
        .args(["--output-fields=MESSAGE", "--case-sensitive=yes", "--grep", &wanted])
        .timeout(Duration::from_secs(20))
        .most_output(256 * 1024)
        .run();
    match said {
        Ok(output) => Ok(read(account, &String::from_utf8_lossy(&output.stdout))),
        // journalctl ends so where nothing matches.
        Err(error) if error.stderr() == Some("") => Ok(Vec::new()),
        Err(error) => Err(io::Error::other(error)),
    }
}

fn read(account: &UnixName, lines: &str) -> Vec<SftpSignIn> {
    let read = |line: &str| {
        let Line { at, message } = serde_json::from_str(line).ok()?;
        accepted(account, at.parse::<i64>().ok()? / 1000, message.as_str()?)
    };
    lines.lines().filter_map(read).collect()
}

/// `Accepted publickey for NAME from ADDRESS port N ssh2: ED25519 SHA256:…`
fn accepted(account: &UnixName, at: i64, message: &str) -> Option<SftpSignIn> {
    let mut words = message.strip_prefix("Accepted ")?.split(' ').skip(2);
    let name = words.next()?.to_owned();
    let of = name.split_once('_').map_or(name.as_str(), |(account, _)| account);
    if of != account.as_str() || words.next()? != "from" {
        return None;
    }
    let address = words.next()?.parse::<std::net::IpAddr>().ok()?.to_string();
    let fingerprint = words.last().filter(|word| word.starts_with("SHA256:")).map(str::to_owned);
    Some(SftpSignIn { at, name, address, fingerprint })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_came_in_is_read_from_what_sshd_wrote() {
        let line = |message: &str| {
            serde_json::json!({ "__REALTIME_TIMESTAMP": "1700000000000123", "MESSAGE": message }).to_string()
        };
        let lines = [
            line("Accepted publickey for asso from 192.0.2.7 port 4242 ssh2: ED25519 SHA256:abc"),
            line("Accepted password for asso_photos from 2001:db8::1 port 1 ssh2"),
            line("Accepted password for asso2 from 192.0.2.7 port 1 ssh2"),
            line("Failed password for asso from 192.0.2.7 port 1 ssh2"),
            line("Accepted password for asso from nowhere port 1 ssh2"),
            r#"{"__REALTIME_TIMESTAMP":"1","MESSAGE":[65,255]}"#.to_owned(),
            "not json".to_owned(),
        ];
        let found = read(&"asso".parse().unwrap(), &lines.join("\n"));
        let sign_in = |name: &str, address: &str, fingerprint: Option<&str>| SftpSignIn {
            at: 1_700_000_000_000,
            name: name.into(),
            address: address.into(),
            fingerprint: fingerprint.map(str::to_owned),
        };
        assert_eq!(
            found,
            [sign_in("asso", "192.0.2.7", Some("SHA256:abc")), sign_in("asso_photos", "2001:db8::1", None)]
        );
    }
}
