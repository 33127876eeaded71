//! An address or a network of addresses, as lists of who may come name them: `192.0.2.7`, `2001:db8::/32`.

use crate::{Problem, newtype::string_newtype, text};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Kept as written anew: `192.0.2.0/24`, `2001:db8::1`. The bits after the prefix are zero.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network(String);

string_newtype!(Network);

impl Network {
    pub fn parse(typed: &str) -> Result<Network, Problem> {
        let typed = typed.trim_matches(' ');
        read(typed).map(Network).ok_or_else(|| {
            let shown: String = typed.chars().filter(|c| !c.is_control()).take(50).collect();
            Problem::invalid(
                "addresses",
                "network_malformed",
                text!(
                    "«\u{a0}{shown}\u{a0}» n’est pas une adresse IP ni un réseau\u{a0}: écrivez par exemple 192.0.2.7, 192.0.2.0/24 ou 2001:db8::/32.",
                    "“{shown}” is neither an IP address nor a network: write for instance 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32."
                ),
            )
        })
    }
}

fn read(typed: &str) -> Option<String> {
    if typed.len() > 64 {
        return None;
    }
    let (address, prefix) = match typed.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (typed, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let bits: u8 = if address.is_ipv4() { 32 } else { 128 };
    let Some(prefix) = prefix else { return Some(address.to_string()) };
    let plain = (1..=3).contains(&prefix.len()) && prefix.bytes().all(|b| b.is_ascii_digit());
    let prefix = plain.then(|| prefix.parse::<u8>().ok()).flatten().filter(|prefix| *prefix <= bits)?;
    let value = match address {
        IpAddr::V4(address) => u128::from(u32::from(address)) << 96,
        IpAddr::V6(address) => u128::from(address),
    };
    let host = value.checked_shl(u32::from(prefix)).unwrap_or(0);
    if prefix == bits {
        return Some(address.to_string());
    }
    (host == 0).then(|| format!("{address}/{prefix}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_networks_and_nothing_else() {
        for (typed, kept) in [
            ("192.0.2.7", "192.0.2.7"),
            (" 192.0.2.0/24 ", "192.0.2.0/24"),
            ("192.0.2.7/32", "192.0.2.7"),
            ("2001:DB8:0::/32", "2001:db8::/32"),
            ("::1", "::1"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("::/0", "::/0"),
        ] {
            assert_eq!(Network::parse(typed).unwrap().as_str(), kept);
        }
        let long = "1".repeat(1 << 20);
        for bad in [
            "",
            "all",
            "asso.example",
            "192.0.2.7/24",
            "192.0.2.0/33",
            "192.0.2",
            "192.0.2.0/+8",
            "2001:db8::1/32",
            "fe80::1%eth0",
            "1.2.3.4\n5.6.7.8",
            "1.2.3.4'",
            "1.2.3.4 \"",
            "%{REMOTE_ADDR}",
            "-1.2.3.4",
            "1.2.3.4\0",
            "192.0.2.0/024x",
            &long,
        ] {
            assert!(Network::parse(bad).is_err(), "{bad:.30?}");
        }
    }
}
