//! What the authority signs: the panel's own leaf, and one certificate per enrolled host.

use super::{Ca, broken, fingerprint};
use crate::file;
use model::{HostId, Problem, Text};
use rcgen::{
    CertificateParams, CertificateSigningRequestParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SanType, SerialNumber,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use std::{net::IpAddr, path::Path, time::Duration};

/// An agent's certificate. The agent renews it after two thirds of this (agent/src/identity/renew.rs), so that panel and host may be
/// apart for four months before one must be enrolled again.
const AGENT_DAYS: u64 = 365;
/// The panel's own leaf, remade when less than `LEAF_SLACK_DAYS` of it are left. Below what browsers accept (398 days).
const LEAF_DAYS: u64 = 390;
const LEAF_SLACK_DAYS: u64 = 60;
/// Certificates begin this much in the past, for clocks that are behind.
const BACKDATE_MS: u64 = DAY_MS;
pub(super) const DAY_MS: u64 = 86_400_000;
/// Octets of a certificate request, at most.
const LONGEST_CSR: usize = 8 * 1024;

/// A certificate just signed for a host.
#[derive(Clone, Debug)]
pub struct Issued {
    pub pem: String,
    pub certificate: HostCertificate,
}

/// What `host_certificates` keeps of a host's certificate.
#[derive(Clone, Debug)]
pub struct HostCertificate {
    /// SHA-256 of the DER.
    pub fingerprint: String,
    /// In hexadecimal.
    pub serial: String,
    /// When we signed it, to the second; its own beginning is a day earlier.
    pub issued_ms: u64,
    pub expires_ms: u64,
}

impl HostCertificate {
    /// Of a certificate that we signed.
    pub fn read(der: &[u8]) -> Option<HostCertificate> {
        let (_, parsed) = x509_parser::parse_x509_certificate(der).ok()?;
        let ms = |seconds: i64| u64::try_from(seconds).ok()?.checked_mul(1000);
        Some(HostCertificate {
            fingerprint: fingerprint(der),
            serial: super::peer::hex(parsed.raw_serial()),
            issued_ms: ms(parsed.validity().not_before.timestamp())?.checked_add(BACKDATE_MS)?,
            expires_ms: ms(parsed.validity().not_after.timestamp())?,
        })
    }
}

/// A certificate chain with its key, ready for rustls.
pub struct Leaf {
    pub chain: Vec<CertificateDer<'static>>,
    pub key: PrivateKeyDer<'static>,
    pub not_after_ms: u64,
}

impl Ca {
    /// Signs for `host`. Of the request only the public key is used, after its signature was verified: what else it
    /// asks for (names, extensions) is the agent's word, and the agent has none here (CVE-2011-3872, CVE-2012-3867).
    pub fn sign_agent(&self, csr: &str, host: HostId, now_ms: u64) -> Result<Issued, Problem> {
        if csr.len() > LONGEST_CSR {
            return Err(bad_csr());
        }
        let request = CertificateSigningRequestParams::from_pem(csr).map_err(|_| bad_csr())?;
        let raw = rcgen::PublicKeyData::der_bytes(&request.public_key);
        if request.public_key.algorithm() != &PKCS_ECDSA_P256_SHA256 || raw.len() != 65 || raw[0] != 4 {
            return Err(bad_csr());
        }
        let mut params = self.params(&format!("alveole host {host}"), now_ms, AGENT_DAYS)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let uri = format!("alveole:host:{host}").try_into().map_err(|error| self.trouble(&error))?;
        params.subject_alt_names = vec![SanType::URI(uri)];
        let certificate =
            params.signed_by(&request.public_key, &self.issuer()?).map_err(|error| self.trouble(&error))?;
        let kept = HostCertificate::read(certificate.der())
            .ok_or_else(|| self.trouble(&"the certificate just signed cannot be read"))?;
        Ok(Issued { pem: certificate.pem(), certificate: kept })
    }

    /// The panel's own leaf for these names and addresses: kept in the folder, remade when it nears its end or when
    /// a name is missing from it.
    pub fn leaf(&self, names: &[String], now_ms: u64) -> Result<Leaf, Problem> {
        let (pem_path, key_path) = (self.folder().join("panel.pem"), self.folder().join("panel.key"));
        if let Some(leaf) = self.kept_leaf(&pem_path, &key_path, names, now_ms) {
            return Ok(leaf);
        }
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(|error| self.trouble(&error))?;
        let common = names.first().map_or("alveole", String::as_str);
        let mut params = self.params(common, now_ms, LEAF_DAYS)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        for name in names {
            params.subject_alt_names.push(match name.parse::<IpAddr>() {
                Ok(address) => SanType::IpAddress(address),
                Err(_) => SanType::DnsName(name.clone().try_into().map_err(|error| self.trouble(&error))?),
            });
        }
        let certificate = params.signed_by(&key, &self.issuer()?).map_err(|error| self.trouble(&error))?;
        file::write_private(&key_path, key.serialize_pem().as_bytes())?;
        file::write_private(&pem_path, certificate.pem().as_bytes())?;
        tracing::info!(names = names.join(" "), "made the panel's certificate");
        Ok(Leaf {
            chain: vec![certificate.der().clone(), self.certificate().clone()],
            key: PrivateKeyDer::try_from(key.serialize_der()).map_err(|error| self.trouble(&error))?,
            not_after_ms: now_ms + LEAF_DAYS * DAY_MS,
        })
    }

    /// The leaf on disk, when it is ours, has time left, names all that is asked, and fits its key.
    fn kept_leaf(&self, pem: &Path, key: &Path, names: &[String], now_ms: u64) -> Option<Leaf> {
        let der = CertificateDer::from_pem_slice(file::read_text(pem).ok()?.as_bytes()).ok()?;
        let key_pair = KeyPair::from_pem(&file::read_text(key).ok()?).ok()?;
        let (_, parsed) = x509_parser::parse_x509_certificate(&der).ok()?;
        let (_, authority) = x509_parser::parse_x509_certificate(self.certificate()).ok()?;
        parsed.verify_signature(Some(authority.public_key())).ok()?;
        let not_after_ms = u64::try_from(parsed.validity().not_after.timestamp()).ok()? * 1000;
        let named = super::peer::names_of(&parsed);
        let fits = not_after_ms > now_ms + LEAF_SLACK_DAYS * DAY_MS
            && parsed.public_key().subject_public_key.data == key_pair.public_key_raw()
            && names.iter().all(|name| named.contains(name));
        let key = PrivateKeyDer::try_from(key_pair.serialize_der()).ok()?;
        fits.then(|| Leaf { chain: vec![der.clone(), self.certificate().clone()], key, not_after_ms })
    }

    fn params(&self, common_name: &str, now_ms: u64, days: u64) -> Result<CertificateParams, Problem> {
        let mut params =
            CertificateParams::new(Vec::<String>::new()).map_err(|error| self.trouble(&error))?;
        params.distinguished_name = DistinguishedName::new();
        // RFC 5280 bounds a common name at 64 characters; nothing reads it but people.
        params.distinguished_name.push(DnType::CommonName, common_name.chars().take(64).collect::<String>());
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        lifetime(&mut params, now_ms, days);
        let mut serial = [0_u8; 16];
        getrandom::fill(&mut serial).map_err(|error| broken(self.folder(), &error.to_string()))?;
        serial[0] &= 0x7f;
        params.serial_number = Some(SerialNumber::from_slice(&serial));
        Ok(params)
    }

    fn issuer(&self) -> Result<Issuer<'static, &KeyPair>, Problem> {
        Issuer::from_ca_cert_der(self.certificate(), &self.key).map_err(|error| self.trouble(&error))
    }

    fn trouble(&self, error: &dyn std::fmt::Display) -> Problem {
        broken(self.folder(), &error.to_string())
    }
}

/// Sets the span a certificate is valid in.
pub(super) fn lifetime(params: &mut CertificateParams, now_ms: u64, days: u64) {
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    params.not_before = epoch + Duration::from_millis(now_ms.saturating_sub(BACKDATE_MS));
    params.not_after = epoch + Duration::from_millis(now_ms + days * DAY_MS);
}

fn bad_csr() -> Problem {
    Problem::invalid(
        "csr",
        "bad_csr",
        Text::new(
            "La demande de certificat de l’agent ne se lit pas\u{a0}: mettez l’agent à jour, puis enrôlez l’hôte à nouveau.",
            "The agent's certificate request cannot be read: update the agent, then enrol the host again.",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ca::host_of;

    const NOW: u64 = 1_800_000_000_000;

    fn ca() -> (tempfile::TempDir, Ca) {
        let dir = tempfile::tempdir().unwrap();
        let ca = Ca::open(&dir.path().join("ca"), NOW).unwrap();
        (dir, ca)
    }

    fn der(pem: &str) -> CertificateDer<'static> {
        CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()
    }

    #[test]
    fn of_a_request_only_the_key_is_used() {
        let (_dir, ca) = ca();
        let host = HostId::new(NOW, &[1; 10]);
        let key = KeyPair::generate().unwrap();
        // An agent that asks to be the panel, and another host.
        let mut asked = CertificateParams::new(vec!["panel.asso.example".to_owned()]).unwrap();
        asked.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        asked.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let csr = asked.serialize_request(&key).unwrap().pem().unwrap();
        let issued = ca.sign_agent(&csr, host, NOW).unwrap();
        let certificate = der(&issued.pem);
        assert_eq!(host_of(&certificate), Some(host));
        assert_eq!(fingerprint(&certificate), issued.certificate.fingerprint);
        assert_eq!(issued.certificate.issued_ms, NOW);
        assert_eq!(issued.certificate.expires_ms, NOW + AGENT_DAYS * DAY_MS);
        let (_, parsed) = x509_parser::parse_x509_certificate(&certificate).unwrap();
        assert!(!parsed.is_ca());
        let usage = parsed.extended_key_usage().unwrap().unwrap().value;
        assert!(usage.client_auth && !usage.server_auth && !usage.any);
        assert!(crate::ca::peer::names_of(&parsed).is_empty());
    }

    #[test]
    fn requests_that_are_none_are_refused() {
        let (_dir, ca) = ca();
        let host = HostId::new(NOW, &[1; 10]);
        let key = KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
        let other_curve = CertificateParams::default().serialize_request(&key).unwrap().pem().unwrap();
        let good = KeyPair::generate().unwrap();
        let good = CertificateParams::default().serialize_request(&good).unwrap();
        let mut forged = good.der().to_vec();
        let last = forged.len() - 1;
        forged[last] ^= 1;
        let huge = "x".repeat(LONGEST_CSR + 1);
        assert!(CertificateSigningRequestParams::from_der(&forged.into()).is_err());
        for csr in ["", "-----BEGIN CERTIFICATE REQUEST-----", &other_curve, &huge] {
            assert_eq!(ca.sign_agent(csr, host, NOW).unwrap_err().code, "bad_csr");
        }
    }

    #[test]
    fn the_leaf_is_kept_until_it_nears_its_end_or_lacks_a_name() {
        let (_dir, ca) = ca();
        let names = ["panel.asso.example".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
        let first = ca.leaf(&names, NOW).unwrap();
        assert_eq!(ca.leaf(&names, NOW + 300 * DAY_MS).unwrap().chain, first.chain);
        let later = ca.leaf(&names, NOW + 331 * DAY_MS).unwrap();
        assert_ne!(later.chain, first.chain);
        let more = [names[0].clone(), "autre.example".to_owned()];
        assert_ne!(ca.leaf(&more, NOW + 332 * DAY_MS).unwrap().chain, later.chain);
    }
}
