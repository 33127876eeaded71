//! `alveole-agent enroll`: a single-use token and a key made here become a certificate.

use crate::{
    config::{Config, PanelUrl},
    identity::Identity,
    paths::Paths,
    wire::{
        connect::{dial, of_tls},
        tls::{self, Pinned},
    },
};
use model::{
    HostId, Secret, Text, text,
    wire::{EnrolAnswer, EnrolRequest},
};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use serde::Deserialize;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

/// Octets of an answer, at most.
const LONGEST_ANSWER: u64 = 64 * 1024;
const ANSWER: Duration = Duration::from_secs(30);

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
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).map_err(|error| broken(&error))?;
    let csr = rcgen::CertificateParams::default()
        .serialize_request(&key)
        .and_then(|request| request.pem())
        .map_err(|error| broken(&error))?;
    let pinned = Pinned::new(token.fingerprint.clone());
    let request = EnrolRequest { token: token.whole.reveal().to_owned(), csr };
    let answer = ask(url, pinned.clone(), &request).await?;
    if answer.host != token.host {
        return Err(misbehaves("another host's certificate"));
    }
    verify(&answer, &key, &pinned)?;
    Identity::write(paths, &key.serialize_pem(), &answer.certificate, &answer.ca)
        .map_err(|error| disk(&error))?;
    let config = Config { panel_url: url.clone(), panel: answer.panel, host: answer.host };
    config.write(paths).map_err(|error| disk(&error))?;
    Ok(config)
}

/// The certificate must be for our key and from the pinned authority: a panel that errs is noticed here, not tomorrow.
fn verify(answer: &EnrolAnswer, key: &rcgen::KeyPair, pinned: &Pinned) -> Result<(), Text> {
    let authority = CertificateDer::from_pem_slice(answer.ca.as_bytes())
        .map_err(|_| misbehaves("an unreadable authority"))?;
    if pinned.authority().as_ref() != Some(&authority) {
        return Err(misbehaves("another authority"));
    }
    let certificate = CertificateDer::from_pem_slice(answer.certificate.as_bytes())
        .map_err(|_| misbehaves("an unreadable certificate"))?;
    let (_, ours) = x509_parser::parse_x509_certificate(&certificate)
        .map_err(|_| misbehaves("an unreadable certificate"))?;
    let (_, theirs) =
        x509_parser::parse_x509_certificate(&authority).map_err(|_| misbehaves("an unreadable authority"))?;
    let signed = ours.verify_signature(Some(theirs.public_key())).is_ok();
    if !signed || ours.public_key().subject_public_key.data.as_ref() != key.public_key_raw() {
        return Err(misbehaves("a certificate that is not for this key"));
    }
    Ok(())
}

/// One HTTP/1.1 request (RFC 9112), after which the connection ends.
async fn ask(
    url: &PanelUrl,
    pinned: std::sync::Arc<Pinned>,
    request: &EnrolRequest,
) -> Result<EnrolAnswer, Text> {
    let config = tls::of_enrolment(pinned).map_err(|error| broken(&error))?;
    let mut stream = dial(url, config).await.map_err(|unreachable| unreachable.text(url))?;
    let body = serde_json::to_vec(request).map_err(|error| broken(&error))?;
    let head = format!(
        "POST /enroll HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        url.authority(),
        body.len()
    );
    let talk = async {
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(&body).await?;
        stream.flush().await?;
        let mut answer = Vec::new();
        let mut reader = (&mut stream).take(LONGEST_ANSWER);
        match reader.read_to_end(&mut answer).await {
            // The other side may hang up without TLS's farewell; the length of the body tells whether all is there.
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(answer),
            Err(error) => Err(error),
            Ok(_) => Ok(answer),
        }
    };
    let answer = match timeout(ANSWER, talk).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => return Err(of_tls(error).text(url)),
        Err(_) => return Err(crate::wire::connect::Unreachable::TookTooLong.text(url)),
    };
    let (status, body) = split(&answer).ok_or_else(|| misbehaves("no HTTP answer"))?;
    if status == 200 {
        return serde_json::from_slice(body).map_err(|_| misbehaves("an unreadable answer"));
    }
    match serde_json::from_slice::<PanelSays>(body) {
        Ok(said) => Err(said.text),
        Err(_) => Err(text!(
            "Le panneau a refusé l’enrôlement (HTTP {status})\u{a0}: regardez son journal.",
            "The panel refused the enrolment (HTTP {status}): look into its log."
        )),
    }
}

/// A refusal, as the panel's API says it.
#[derive(Deserialize)]
struct PanelSays {
    text: Text,
}

/// Status and body of an answer whose body is as long as it says.
fn split(answer: &[u8]) -> Option<(u16, &[u8])> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let body = &answer[end + 4..];
    match length {
        Some(length) if length == body.len() => Some((status, body)),
        None if body.is_empty() => Some((status, body)),
        _ => None,
    }
}

fn misbehaves(what: &str) -> Text {
    text!(
        "Le panneau a répondu de travers ({what})\u{a0}: mettez à jour le panneau et l’agent, puis demandez un nouveau jeton.",
        "The panel answered wrongly ({what}): update panel and agent, then ask for a new token."
    )
}

fn broken(error: &dyn std::fmt::Display) -> Text {
    text!(
        "La clé de cet hôte n’a pas pu être préparée ({error})\u{a0}: c’est un défaut de l’agent, signalez-le.",
        "This host's key could not be prepared ({error}): this is a fault of the agent, report it."
    )
}

fn disk(error: &std::io::Error) -> Text {
    text!(
        "L’identité de l’hôte n’a pas pu être lue ou écrite ({error})\u{a0}: lancez la commande en root, et vérifiez le disque.",
        "The host's identity could not be read or written ({error}): run the command as root, and check the disk."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_and_answers() {
        let host = HostId::new(1, &[1; 10]);
        let good = format!(" {}.{}.{}\n", host.simple(), "a".repeat(64), "B_-".repeat(14) + "x");
        let token = Token::parse(&good).unwrap();
        assert_eq!(token.host, host);
        assert!(!format!("{token:?}").contains("B_-"));
        for bad in ["", "a.b", &good.replace("aaaa", "AAAA"), &good.replace("x\n", ""), &format!("{good}.x")]
        {
            assert!(Token::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(split(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"), Some((200, &b"{}"[..])));
        assert_eq!(split(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{}"), None);
        assert_eq!(split(b"HTTP/1.1 403 Forbidden\r\n\r\n"), Some((403, &b""[..])));
        assert_eq!(split(b"SSH-2.0-x\r\n\r\n"), None);
    }
}
