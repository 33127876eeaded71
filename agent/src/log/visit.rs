//! One line of the access log: JSON as nginx writes it (`log_format alveole escape=json`). What visitors sent stands in it, so nothing of
//! it is believed: octets that are no UTF-8 are replaced, texts cut, control characters shown as what they are.

use model::{SiteName, Visit};
use serde::Deserialize;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How every line begins, for a look that costs nothing.
const BEGINS: &[u8] = b"{\"name\":\"";

const LONGEST_PATH: usize = 2000;
const LONGEST_REFERRER: usize = 1000;
const LONGEST_AGENT: usize = 500;
const LONGEST_METHOD: usize = 20;

/// As nginx writes it. What is a number may be empty or odd in a request that was none, so that all of them are read as texts.
#[derive(Deserialize)]
struct Raw {
    name: String,
    time: f64,
    address: String,
    method: String,
    path: String,
    status: String,
    octets: u64,
    seconds: f64,
    referrer: String,
    agent: String,
}

/// The name a line is about, without reading the rest. Names hold nothing that JSON escapes.
pub fn name_of(line: &[u8]) -> Option<&str> {
    let rest = line.strip_prefix(BEGINS)?;
    let end = rest.iter().take(256).position(|b| *b == b'"')?;
    std::str::from_utf8(&rest[..end]).ok()
}

/// When a line was written, in milliseconds.
pub fn time_of(line: &[u8]) -> Option<u64> {
    parse(line).map(|raw| ms(raw.time))
}

fn parse(line: &[u8]) -> Option<Raw> {
    serde_json::from_str(&String::from_utf8_lossy(line)).ok()
}

fn ms(seconds: f64) -> u64 {
    (seconds * 1000.0).round() as u64
}

/// Reads one line; what is no line of ours is `None`.
pub fn read(line: &[u8], short: bool) -> Option<Visit> {
    let raw = parse(line)?;
    Some(Visit {
        at: ms(raw.time),
        name: SiteName::parse(&raw.name).ok()?,
        address: address(&raw.address, short)?,
        method: clean(&raw.method, LONGEST_METHOD),
        path: clean(&raw.path, LONGEST_PATH),
        status: raw.status.parse().unwrap_or(0),
        octets: raw.octets,
        took: ms(raw.seconds),
        referrer: clean(&raw.referrer, LONGEST_REFERRER),
        agent: clean(&raw.agent, LONGEST_AGENT),
    })
}

/// An address as it is, or its network: /24 of IPv4, /48 of IPv6.
pub fn address(text: &str, short: bool) -> Option<String> {
    let address: IpAddr = text.parse().ok()?;
    Some(match address.to_canonical() {
        address if !short => address.to_string(),
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{}/24", Ipv4Addr::new(a, b, c, 0))
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    })
}

/// Cut, and with nothing in it that moves a cursor or turns the direction of what follows (Unicode UAX #9).
pub fn clean(text: &str, longest: usize) -> String {
    let mut out = String::with_capacity(text.len().min(longest));
    for c in text.chars().take(longest) {
        match c {
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' => {
                out.extend(c.escape_unicode())
            }
            c if c.is_control() => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A line as nginx writes it.
    pub fn line(name: &str, ms: u64, path: &str, status: u16) -> String {
        format!(
            "{{\"name\":\"{name}\",\"time\":{}.{:03},\"address\":\"192.0.2.77\",\"method\":\"GET\",\"path\":\"{path}\",\"status\":\"{status}\",\"octets\":12,\"seconds\":0.004,\"referrer\":\"\",\"agent\":\"Mozilla/5.0\"}}\n",
            ms / 1000,
            ms % 1000
        )
    }

    #[test]
    fn a_line_is_read_whole() {
        let text = line("www.a.example", 1_795_795_200_123, "/x?y=1", 404);
        assert_eq!(name_of(text.as_bytes()), Some("www.a.example"));
        let visit = read(text.trim_end().as_bytes(), false).unwrap();
        assert_eq!((visit.at, visit.status, visit.took, visit.octets), (1_795_795_200_123, 404, 4, 12));
        assert_eq!((visit.address.as_str(), visit.path.as_str()), ("192.0.2.77", "/x?y=1"));
        assert_eq!(read(text.as_bytes(), true).unwrap().address, "192.0.2.0/24");
        assert_eq!(address("2001:db8:1:2::3", true).unwrap(), "2001:db8:1::/48");
        assert_eq!(address("::ffff:192.0.2.9", true).unwrap(), "192.0.2.0/24");
    }

    #[test]
    fn hostile_lines_stay_lines() {
        // What nginx makes of quotes, newlines and octets that are no UTF-8 (ngx_escape_json).
        let odd = line("a.example", 1, r#"/\",\"name\":\"b.example\n{\u0000"#, 200);
        let visit = read(odd.as_bytes(), false).unwrap();
        assert_eq!(visit.name.as_str(), "a.example");
        assert_eq!(visit.path, "/\",\"name\":\"b.example\\n{\\u{0}");
        let mut raw = line("a.example", 1, "/x", 200).into_bytes();
        let at = raw.windows(2).position(|two| two == b"/x").unwrap() + 1;
        raw[at] = 0xff;
        assert_eq!(read(&raw, false).unwrap().path, "/\u{fffd}");
        assert_eq!(
            read(line("a.example", 1, "/\u{202e}fdp", 200).as_bytes(), false).unwrap().path,
            "/\\u{202e}fdp"
        );
        let long = line("a.example", 1, &"x".repeat(1 << 20), 414);
        assert_eq!(read(long.as_bytes(), false).unwrap().path.len(), LONGEST_PATH);
        for none in
            ["", "{}", "{\"name\":\"", "1.2.3.4 - - [27/Nov/2026] \"GET /\"", "{\"name\":\"a.example\"}"]
        {
            assert_eq!(read(none.as_bytes(), false), None, "{none}");
        }
    }
}
