//! Before the authority is asked: does the name lead to this host, is its port 80 ours, may this authority sign for it? What is missing
//! is said so that the member can do it.

use super::Settings;
use crate::{
    Server,
    verify::{self, Seen},
};
use futures_util::future::BoxFuture;
use model::{AccountId, SiteName, Text, text};
use std::net::{IpAddr, SocketAddr};

/// A tag in lower case, and the domain it names.
pub type Caa = (String, String);

/// What tells where names lead; tests have one of their own. An error is the DNS's own, in its words.
pub trait Names: Send + Sync {
    /// IPv4 and IPv6 addresses; none is an empty list.
    fn addresses<'a>(&'a self, name: &'a SiteName) -> BoxFuture<'a, Result<Vec<IpAddr>, String>>;

    /// The CAA records of exactly this name.
    fn caa<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Vec<Caa>, String>>;
}

/// The CAA records that count for a name: those of the nearest ancestor that has any (RFC 8659 §3).
async fn caa(names: &dyn Names, name: &SiteName) -> Result<Vec<Caa>, String> {
    let mut at = Some(name.as_str());
    while let Some(name) = at {
        let records = names.caa(name).await?;
        if !records.is_empty() {
            return Ok(records);
        }
        at = name.split_once('.').map(|(_, parent)| parent);
    }
    Ok(Vec::new())
}

/// Whether one of these may sign (RFC 8659 §4.2). Without any record about signing, everybody may.
fn allows(records: &[Caa], authorities: &[String]) -> bool {
    let mut about = records.iter().filter(|(tag, _)| tag == "issue").peekable();
    about.peek().is_none() || about.any(|(_, domain)| authorities.iter().any(|authority| authority == domain))
}

/// What is missing; `None`: the authority can be asked.
pub async fn missing(
    server: &Server,
    settings: &Settings,
    names: &dyn Names,
    name: &SiteName,
    account: AccountId,
    host: &[IpAddr],
) -> Option<Text> {
    let found = match names.addresses(name).await {
        Ok(found) => found,
        Err(error) => return Some(no_answer(name, &error)),
    };
    if let Some(text) = leads_elsewhere(name, &found, host) {
        return Some(text);
    }
    let port = server.verifier.port();
    for address in found {
        let nonce = verify::nonce(server);
        match verify::ask(SocketAddr::new(address, port), name, account, &nonce).await {
            // A suspended site's challenges are answered all the same.
            Seen::Proof | Seen::Absent(503) => {}
            // This machine has no IPv6: nothing is known of that address.
            Seen::NoWay(_) => {}
            _ => return Some(not_ours(name, address)),
        }
    }
    if settings.caa.is_empty() {
        return None;
    }
    match caa(names, name).await {
        Ok(records) if allows(&records, &settings.caa) => None,
        Ok(_) => Some(forbidden(name, &settings.caa[0])),
        Err(error) => Some(no_answer(name, &error)),
    }
}

/// Every address of the name must be the host's: the authority may ask any of them.
fn leads_elsewhere(name: &SiteName, found: &[IpAddr], host: &[IpAddr]) -> Option<Text> {
    let name = name.unicode();
    let records = |lang: &str| {
        let one = |address: &IpAddr| format!("{} {address}", if address.is_ipv4() { "A" } else { "AAAA" });
        host.iter().map(one).collect::<Vec<_>>().join(if lang == "fr" { " et " } else { " and " })
    };
    let (fr, en) = (records("fr"), records("en"));
    if found.is_empty() {
        return Some(text!(
            "{name} ne mène encore nulle part\u{a0}: chez qui tient son DNS, ajoutez {fr}. Le certificat viendra de lui-même.",
            "{name} leads nowhere yet: where its DNS is kept, add {en}. The certificate comes by itself."
        ));
    }
    let other = found.iter().find(|address| !host.contains(address))?;
    Some(text!(
        "{name} mène à {other}, qui n’est pas cet hôte\u{a0}: chez qui tient son DNS, mettez {fr} et enlevez les autres adresses. Le certificat viendra de lui-même.",
        "{name} leads to {other}, which is not this host: where its DNS is kept, put {en} and take other addresses away. The certificate comes by itself."
    ))
}

fn not_ours(name: &SiteName, address: IpAddr) -> Text {
    let name = name.unicode();
    text!(
        "{name} mène bien à {address}, mais le port 80 de cette adresse ne répond pas comme cet hôte\u{a0}: un pare-feu, ou un autre serveur, est devant. Le panneau réessaiera.",
        "{name} does lead to {address}, but port 80 of that address does not answer as this host: a firewall or another server stands before it. The panel will try again."
    )
}

fn forbidden(name: &SiteName, authority: &str) -> Text {
    let name = name.unicode();
    text!(
        "Un enregistrement CAA interdit à notre autorité de signer pour {name}\u{a0}: chez qui tient son DNS, ajoutez CAA 0 issue \"{authority}\".",
        "A CAA record forbids our authority to sign for {name}: where its DNS is kept, add CAA 0 issue \"{authority}\"."
    )
}

fn no_answer(name: &SiteName, error: &str) -> Text {
    let name = name.unicode();
    text!(
        "Le DNS de {name} ne répond pas ({error})\u{a0}: le panneau réessaiera.",
        "The DNS of {name} does not answer ({error}): the panel will try again."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caa_says_who_may_sign() {
        let record = |tag: &str, domain: &str| (tag.to_owned(), domain.to_owned());
        let ours = ["letsencrypt.org".to_owned()];
        assert!(allows(&[], &ours));
        assert!(allows(&[record("iodef", "mailto:x@y.example")], &ours));
        assert!(allows(&[record("issue", "other.example"), record("issue", "letsencrypt.org")], &ours));
        assert!(!allows(&[record("issue", "other.example")], &ours));
        // An empty value: nobody may.
        assert!(!allows(&[record("issue", "")], &ours));
    }

    #[test]
    fn every_address_must_be_the_hosts() {
        let name: SiteName = "www.asso.example".parse().unwrap();
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let host = [ip("192.0.2.1"), ip("2001:db8::1")];
        assert_eq!(leads_elsewhere(&name, &[ip("192.0.2.1")], &host), None);
        let text = leads_elsewhere(&name, &[ip("192.0.2.1"), ip("2001:db8::9")], &host).unwrap();
        assert!(
            text.fr.contains("2001:db8::9") && text.fr.contains("A 192.0.2.1 et AAAA 2001:db8::1"),
            "{text:?}"
        );
        assert!(leads_elsewhere(&name, &[], &host).unwrap().en.contains("leads nowhere yet"));
    }
}
