//! Who speaks: the certificate that was verified, and the address, believed from a trusted proxy alone.

use crate::config::Network;
use rustls_pki_types::CertificateDer;
use std::net::IpAddr;

/// The certificate rustls verified on this connection, if the peer showed one. A request extension: no header can forge it.
#[derive(Clone, Debug)]
pub struct PeerCertificate(pub CertificateDer<'static>);

/// The address attempt limits and the audit trail go by. A request extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// The client behind trusted proxies: the last address of X-Forwarded-For that is not itself such a proxy.
/// From any other peer the header is only what the peer wishes (CVE-2026-43634).
pub fn address(peer: IpAddr, forwarded: &[&str], trusted: &[Network]) -> ClientAddress {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut client = peer.to_canonical();
    let mut hops: Vec<&str> = forwarded.iter().flat_map(|line| line.split(',')).map(str::trim).collect();
    while is_trusted(client) {
        let Some(hop) = hops.pop() else { break };
        match hop.parse::<IpAddr>() {
            Ok(address) => client = address.to_canonical(),
            Err(_) => break,
        }
    }
    ClientAddress(client)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_counts_from_trusted_proxies_alone() {
        let trusted: Vec<Network> =
            ["10.0.0.0/8", "::1"].map(|n| Network::try_from(n.to_owned()).unwrap()).to_vec();
        for (peer, header, client) in [
            ("192.0.2.9", vec!["198.51.100.1"], "192.0.2.9"),
            ("10.0.0.1", vec!["198.51.100.1"], "198.51.100.1"),
            ("::ffff:10.0.0.1", vec!["198.51.100.1, 10.2.2.2"], "198.51.100.1"),
            ("10.0.0.1", vec!["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", vec!["198.51.100.1", "10.1.1.1"], "198.51.100.1"),
            ("10.0.0.1", vec!["rubbish"], "10.0.0.1"),
            ("10.0.0.1", vec![], "10.0.0.1"),
            ("::1", vec!["2001:db8::9"], "2001:db8::9"),
        ] {
            let found = address(peer.parse().unwrap(), &header, &trusted);
            assert_eq!(found.0, client.parse::<IpAddr>().unwrap(), "{peer} {header:?}");
        }
    }
}
