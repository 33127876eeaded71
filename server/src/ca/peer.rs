//! Who a verified certificate stands for.

use model::HostId;
use sha2::{Digest, Sha256};
use std::{fmt::Write, net::IpAddr};
use x509_parser::{certificate::X509Certificate, extensions::GeneralName};

const URI: &str = "alveole:host:";

/// SHA-256 of a certificate's DER in hexadecimal.
pub fn fingerprint(der: &[u8]) -> String {
    hex(&Sha256::digest(der))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// The host an agent's certificate was signed for: its one subject alternative name, a URI. Anything else is no host.
pub fn host_of(der: &[u8]) -> Option<HostId> {
    let (rest, parsed) = x509_parser::parse_x509_certificate(der).ok()?;
    let names = parsed.subject_alternative_name().ok()??;
    match names.value.general_names.as_slice() {
        [GeneralName::URI(uri)] if rest.is_empty() => uri.strip_prefix(URI)?.parse().ok(),
        _ => None,
    }
}

/// The DNS names and addresses a server's certificate is for, as text.
pub(super) fn names_of(parsed: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(names)) = parsed.subject_alternative_name() else { return Vec::new() };
    let text = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(octets) => {
            let four = <[u8; 4]>::try_from(*octets).map(IpAddr::from);
            let address = four.or_else(|_| <[u8; 16]>::try_from(*octets).map(IpAddr::from));
            address.ok().map(|address| address.to_string())
        }
        _ => None,
    };
    names.value.general_names.iter().filter_map(text).collect()
}
