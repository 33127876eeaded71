//! `alveole-agent enroll`: a single-use token and a key made here become a certificate.

use super::{Identity, Request, ask, disk, misbehaves};
use crate::{
    config::{Config, PanelUrl},
    paths::Paths,
    wire::tls::{self, Pinned},
};
use model::{
    HostId, Secret, Text,
    wire::{EnrolAnswer, EnrolRequest},
};
use rustls_pki_types::{CertificateDer, pem::PemObject};

/// A token taken apart: `<HostId>.<fingerprint of the authority>.<secret>`.
#[derive(Debug)]
pub struct Token {
    whole: Secret,
    host: HostId,
    fingerprint: String,
}

impl Token {
    pub fn parse(pasted: &str) -> Result<Token, Text> {
        let pasted = pasted.trim();
        let bad = || {
            Text::new(
                "Ce jeton d’enrôlement est incomplet\u{a0}: recopiez toute la commande donnée par le panneau.",
                "This enrolment token is incomplete: copy the panel's whole command.",
            )
        };
        let parts: Vec<&str> = pasted.split('.').collect();
        let [host, fingerprint, secret] = parts[..] else { return Err(bad()) };
        let is_hex = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        let is_secret = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        let fits = host.len() == 32
            && is_hex(host)
            && fingerprint.len() == 64
            && is_hex(fingerprint)
            && secret.len() == 43
            && secret.bytes().all(is_secret);
        if !fits {
            return Err(bad());
        }
        let host = host.parse().map_err(|_| bad())?;
        Ok(Token { whole: Secret::new(pasted), host, fingerprint: fingerprint.to_owned() })
    }
}

/// Enrols this host. What it already has (ledger, homes, sites) stays as it is.
pub async fn enroll(paths: &Paths, url: &PanelUrl, token: &Token, again: bool) -> Result<Config, Text> {
    let enrolled = Identity::read(paths).map_err(|error| disk(&error))?;
    if enrolled.is_some() && !again {
        return Err(Text::new(
            "Cet hôte est déjà enrôlé\u{a0}: ajoutez --again pour lui donner une nouvelle identité (ses sites et son registre restent).",
            "This host is enrolled already: add --again to give it a new identity (its sites and its ledger stay).",
        ));
    }
    let request = Request::new()?;
    let pinned = Pinned::new(token.fingerprint.clone());
    let tls = tls::of_enrolment(pinned.clone()).map_err(|error| super::broken(&error))?;
    let body = EnrolRequest { token: token.whole.reveal().to_owned(), csr: request.csr.clone() };
    let answer: EnrolAnswer = ask::post(url, tls, "/enroll", &body).await?;
    if answer.host != token.host {
        return Err(misbehaves("another host's certificate"));
    }
    let authority = CertificateDer::from_pem_slice(answer.ca.as_bytes())
        .map_err(|_| misbehaves("an unreadable authority"))?;
    if pinned.authority().as_ref() != Some(&authority) {
        return Err(misbehaves("another authority"));
    }
    let identity = request.becomes(&answer.certificate, &authority)?;
    let config = Config { panel_url: url.clone(), panel: answer.panel, host: answer.host };
    // Cut off in between, the host is seen to be of two minds (`Identity::is_of`) and is enrolled again.
    config.write(paths).map_err(|error| disk(&error))?;
    identity.write(paths).map_err(|error| disk(&error))?;
    // What this host was before is no way back to the panel it follows now.
    crate::fs::remove(&paths.identity_before()).map_err(|error| disk(&error))?;
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens() {
        let host = HostId::new(1, &[1; 10]);
        let good = format!(" {}.{}.{}\n", host.simple(), "a".repeat(64), "B_-".repeat(14) + "x");
        let token = Token::parse(&good).unwrap();
        assert_eq!(token.host, host);
        assert!(!format!("{token:?}").contains("B_-"));
        for bad in ["", "a.b", &good.replace("aaaa", "AAAA"), &good.replace("x\n", ""), &format!("{good}.x")]
        {
            assert!(Token::parse(bad).is_err(), "{bad:?}");
        }
    }
}
