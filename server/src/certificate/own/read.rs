//! A certificate as somebody pastes it, looked at before a host is given it: PEM (RFC 7468), X.509 (RFC 5280).

use super::{
    super::issue::{MINUTE_MS, Read, read as read_of},
    key::private_key,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use model::{Chain, Day, Der, Problem, Secret, SiteName, Text, text};
use pem::Pem;
use x509_parser::{
    certificate::X509Certificate,
    oid_registry::Oid,
    prelude::{FromDer, GeneralName},
    public_key::PublicKey,
};

/// Characters of what may be pasted; certificates looked through.
pub(super) const LONGEST: usize = 128 * 1024;
const MOST: usize = 32;

/// What was given, put in order.
pub struct Own {
    /// PKCS #8 (RFC 5958), DER.
    pub key: Vec<u8>,
    /// The name's own first, each signed by the one after it; without the root, which browsers have.
    pub chain: Vec<Der>,
    pub read: Read,
    /// What it is for, as it says: names, or `*.` and all names one label longer.
    names: Vec<String>,
}

impl Own {
    pub fn is_for(&self, name: &SiteName) -> bool {
        self.names.iter().any(|own| match own.strip_prefix("*.") {
            Some(parent) => name.as_str().split_once('.').is_some_and(|(_, rest)| rest == parent),
            None => own == name.as_str(),
        })
    }

    /// What it is for, in one line.
    pub fn names(&self) -> String {
        let more = if self.names.len() > 10 { ", …" } else { "" };
        self.names.iter().take(10).map(String::as_str).collect::<Vec<_>>().join(", ") + more
    }
}

/// Reads both, or says of which field what is wrong with it.
pub fn own(chain: &str, key: &Secret, now: i64) -> Result<Own, Problem> {
    let given = certificates(chain)?;
    let parsed: Vec<X509Certificate<'_>> = given.iter().map(parse).collect::<Result<_, _>>()?;
    let (key, public) = private_key(key.reveal())?;
    let first = parsed.iter().position(|one| one.public_key().raw == public).ok_or_else(|| {
        bad(
            "key",
            "key_mismatch",
            Text::new(
                "Cette clé n’est celle d’aucun des certificats collés\u{a0}: prenez celle qui a servi à demander ce certificat.",
                "This key belongs to none of the pasted certificates: take the one this certificate was asked for with.",
            ),
        )
    })?;
    let own = &parsed[first];
    current(own, now)?;
    let order = order(&parsed, first)?;
    for place in &order {
        strong(&parsed[*place])?;
    }
    for place in &order[1..] {
        current(&parsed[*place], now)?;
    }
    if own
        .extended_key_usage()
        .ok()
        .flatten()
        .is_some_and(|usage| !usage.value.server_auth && !usage.value.any)
    {
        return Err(bad(
            "chain",
            "certificate_purpose",
            Text::new(
                "Ce certificat n’est pas fait pour un serveur web (usage «\u{a0}serverAuth\u{a0}»)\u{a0}: demandez-en un pour un site.",
                "This certificate is not made for a web server (usage “serverAuth”): ask for one for a site.",
            ),
        ));
    }
    let chain: Vec<Der> = order
        .iter()
        .map(|place| {
            Der::parse(&STANDARD.encode(given[*place].contents())).map_err(|problem| problem.on("chain"))
        })
        .collect::<Result<_, _>>()?;
    // It is good for as long as the first of the chain to end.
    let not_after = order.iter().map(|place| read_of(&parsed[*place]).not_after).min().unwrap_or(now);
    Ok(Own { key, chain, read: Read { not_after, ..read_of(own) }, names: dns_names(own) })
}

fn certificates(text: &str) -> Result<Vec<Pem>, Problem> {
    let malformed = || {
        bad(
            "chain",
            "certificate_pem",
            Text::new(
                "Collez ici le certificat et ceux qui l’accompagnent, de «\u{a0}-----BEGIN CERTIFICATE-----\u{a0}» à «\u{a0}-----END CERTIFICATE-----\u{a0}», lignes comprises.",
                "Paste the certificate and those that came with it here, from “-----BEGIN CERTIFICATE-----” to “-----END CERTIFICATE-----”, these lines included.",
            ),
        )
    };
    if text.len() > LONGEST {
        return Err(malformed());
    }
    let blocks = pem::parse_many(text).map_err(|_| malformed())?;
    if blocks.iter().any(|block| block.tag().ends_with("PRIVATE KEY")) {
        return Err(bad(
            "chain",
            "certificate_has_key",
            Text::new(
                "Une clé privée est collée ici\u{a0}: elle a son propre champ, plus bas.",
                "A private key is pasted here: it has a field of its own, below.",
            ),
        ));
    }
    let blocks: Vec<Pem> = blocks.into_iter().filter(|block| block.tag() == "CERTIFICATE").collect();
    if blocks.is_empty() || blocks.len() > MOST { Err(malformed()) } else { Ok(blocks) }
}

fn parse(block: &Pem) -> Result<X509Certificate<'_>, Problem> {
    match X509Certificate::from_der(block.contents()) {
        Ok(([], parsed)) => Ok(parsed),
        _ => Err(bad(
            "chain",
            "certificate_damaged",
            Text::new(
                "Un des certificats collés est abîmé\u{a0}: copiez-le à nouveau, en entier.",
                "One of the pasted certificates is damaged: copy it again, whole.",
            ),
        )),
    }
}

/// Whether a certificate may vouch for others (RFC 5280 §4.2.1.3, §4.2.1.9).
fn signs(one: &X509Certificate<'_>) -> bool {
    let usage = one.key_usage().ok().flatten();
    one.is_ca() && usage.is_none_or(|usage| usage.value.key_cert_sign())
}

/// From the name's own on, each by who signed it. What does not belong to it is left out, the root too.
fn order(parsed: &[X509Certificate<'_>], first: usize) -> Result<Vec<usize>, Problem> {
    let is_root = |one: &X509Certificate<'_>| one.subject() == one.issuer();
    if is_root(&parsed[first]) {
        return Err(bad(
            "chain",
            "certificate_self_signed",
            Text::new(
                "Ce certificat s’est signé lui-même\u{a0}: les navigateurs mettraient en garde devant le site. Celui que le panneau demande de lui-même fait mieux.",
                "This certificate signed itself: browsers would warn before the site. The one the panel asks for by itself does better.",
            ),
        ));
    }
    let mut order = vec![first];
    while let Some(last) = order.last().map(|place| &parsed[*place]) {
        let signer = parsed.iter().enumerate().find(|(place, one)| {
            !order.contains(place)
                && one.subject() == last.issuer()
                && signs(one)
                && last.verify_signature(Some(one.public_key())).is_ok()
        });
        match signer {
            Some((_, root)) if is_root(root) => return Ok(order),
            Some((place, _)) if order.len() < Chain::MOST => order.push(place),
            Some(_) => break,
            None if order.len() > 1 => return Ok(order),
            None => {
                let signer = last.issuer().iter_common_name().next().and_then(|name| name.as_str().ok());
                let signer: String = signer.unwrap_or("?").chars().take(100).collect();
                return Err(bad(
                    "chain",
                    "chain_incomplete",
                    text!(
                        "Il manque le certificat de «\u{a0}{signer}\u{a0}», qui a signé celui-ci\u{a0}: collez-le après, votre autorité le donne (certificat intermédiaire, ou «\u{a0}fullchain\u{a0}»).",
                        "The certificate of “{signer}”, which signed this one, is missing: paste it after it, your authority gives it (intermediate certificate, or “fullchain”)."
                    ),
                ));
            }
        }
    }
    Err(bad(
        "chain",
        "chain_length",
        Text::new("Une chaîne a 8 certificats au plus.", "A chain has 8 certificates at most."),
    ))
}

fn current(one: &X509Certificate<'_>, now: i64) -> Result<(), Problem> {
    let Read { not_before, not_after, .. } = read_of(one);
    let day = |ms: i64| Day::from_ms(ms).to_string();
    if not_after <= now {
        let end = day(not_after);
        return Err(bad(
            "chain",
            "certificate_expired",
            text!(
                "Un certificat collé a expiré le {end}\u{a0}: il en faut un qui soit valable.",
                "A pasted certificate expired on {end}: one that is valid is needed."
            ),
        ));
    }
    // Clocks differ a little.
    if not_before > now + 5 * MINUTE_MS {
        let begin = day(not_before);
        return Err(bad(
            "chain",
            "certificate_early",
            text!(
                "Un certificat collé n’est valable qu’à partir du {begin}\u{a0}: donnez-le ce jour-là.",
                "A pasted certificate is valid from {begin} on only: give it on that day."
            ),
        ));
    }
    Ok(())
}

/// Signatures that browsers accept: SHA-2 over RSA (PKCS #1 v1.5 and PSS, RFC 8017) or ECDSA (RFC 5758).
const SIGNATURES: [&str; 7] = [
    "1.2.840.113549.1.1.10",
    "1.2.840.113549.1.1.11",
    "1.2.840.113549.1.1.12",
    "1.2.840.113549.1.1.13",
    "1.2.840.10045.4.3.2",
    "1.2.840.10045.4.3.3",
    "1.2.840.10045.4.3.4",
];

fn strong(one: &X509Certificate<'_>) -> Result<(), Problem> {
    let oid: &Oid<'_> = &one.signature_algorithm.algorithm;
    let key = match one.public_key().parsed() {
        Ok(PublicKey::RSA(rsa)) => rsa.key_size() >= 2048,
        Ok(PublicKey::EC(point)) => point.key_size() >= 256,
        _ => false,
    };
    if key && SIGNATURES.contains(&oid.to_id_string().as_str()) {
        return Ok(());
    }
    Err(bad(
        "chain",
        "certificate_weak",
        Text::new(
            "Un certificat collé est trop faible pour les navigateurs d’aujourd’hui (clé de moins de 2048 bits, signature SHA-1 ou d’une sorte qu’ils ne connaissent pas)\u{a0}: demandez-en un autre à votre autorité.",
            "A pasted certificate is too weak for today's browsers (key below 2048 bits, signature by SHA-1 or of a kind they do not know): ask your authority for another.",
        ),
    ))
}

fn dns_names(one: &X509Certificate<'_>) -> Vec<String> {
    let names = one.subject_alternative_name().ok().flatten();
    let names = names.iter().flat_map(|names| &names.value.general_names);
    let dns = names.filter_map(|name| match name {
        GeneralName::DNSName(dns) => Some(dns.to_ascii_lowercase()),
        _ => None,
    });
    dns.take(1000).collect()
}

pub(super) fn bad(field: &'static str, code: &'static str, text: Text) -> Problem {
    Problem::invalid(field, code, text)
}

#[cfg(test)]
mod tests {
    use super::{super::super::issue::DAY_MS, *};
    use rcgen::{
        BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    };

    const NOW: i64 = 1_800_000_000_000;

    /// A root, what it vouches for, and a leaf for these names; each in PEM, the leaf's key last.
    struct Made {
        root: String,
        between: String,
        leaf: String,
        key: String,
    }

    fn authority(name: &str) -> (CertificateParams, KeyPair) {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        (params, KeyPair::generate().unwrap())
    }

    fn made(names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> Made {
        let (root, root_key) = authority("Racine");
        let root_pem = root.self_signed(&root_key).unwrap().pem();
        let (between, between_key) = authority("Entre");
        let signer = Issuer::new(root, root_key);
        let between_pem = between.signed_by(&between_key, &signer).unwrap().pem();
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut leaf = CertificateParams::new(names).unwrap();
        change(&mut leaf);
        let key = KeyPair::generate().unwrap();
        let leaf = leaf.signed_by(&key, &Issuer::new(between, between_key)).unwrap().pem();
        Made { root: root_pem, between: between_pem, leaf, key: key.serialize_pem() }
    }

    fn read(chain: &str, key: &str) -> Result<Own, (&'static str, Option<&'static str>)> {
        own(chain, &Secret::new(key), NOW).map_err(|problem| (problem.code, problem.field))
    }

    #[test]
    fn a_chain_is_put_in_order_and_what_does_not_belong_to_it_left_out() {
        let made = made(&["asso.example", "*.asso.example"], |_| ());
        let stranger = self::made(&["x.example"], |_| ());
        let text = [&made.root, &stranger.leaf, &made.between, &stranger.between, &made.leaf];
        let own = read(&text.map(String::as_str).join("\n"), &made.key).unwrap();
        let wanted = [&made.leaf, &made.between]
            .map(|pem| Der::parse(&STANDARD.encode(pem::parse(pem).unwrap().contents())).unwrap());
        assert_eq!(own.chain, wanted);
        let is_for = |name: &str| own.is_for(&name.parse().unwrap());
        assert!(is_for("asso.example") && is_for("www.asso.example"));
        assert!(!is_for("a.b.asso.example") && !is_for("asso.example.org") && !is_for("other.example"));
        assert_eq!(own.names(), "asso.example, *.asso.example");
    }

    #[test]
    fn what_is_wrong_is_said_of_its_field() {
        let made = made(&["asso.example"], |_| ());
        let whole = format!("{}{}", made.leaf, made.between);
        let other = self::made(&["asso.example"], |_| ());
        for (chain, key, code, field) in [
            ("", made.key.as_str(), "certificate_pem", "chain"),
            ("bonjour", &made.key, "certificate_pem", "chain"),
            (&format!("{whole}{}", made.key), &made.key, "certificate_has_key", "chain"),
            (&whole.replace("MII", "AII"), &made.key, "certificate_damaged", "chain"),
            (&made.leaf, &made.key, "chain_incomplete", "chain"),
            (&format!("{}{}", made.leaf, other.between), &made.key, "chain_incomplete", "chain"),
            (&whole, "", "key_pem", "key"),
            (&whole, &whole, "key_pem", "key"),
            (&whole, &format!("{}{}", made.key, other.key), "key_pem", "key"),
            (&whole, &other.key, "key_mismatch", "key"),
            (&whole, include_str!("samples/ec-locked.pem"), "key_encrypted", "key"),
            (&whole, include_str!("samples/pkcs8-locked.pem"), "key_encrypted", "key"),
            (&whole, include_str!("samples/rsa-1024.pem"), "key_kind", "key"),
            (
                include_str!("samples/sha1-chain.pem"),
                include_str!("samples/rsa-pkcs1.pem"),
                "certificate_weak",
                "chain",
            ),
        ] {
            assert_eq!(read(chain, key).err(), Some((code, Some(field))), "{chain}");
        }
        let alone = CertificateParams::new(["asso.example".to_owned()]).unwrap();
        let key = KeyPair::generate().unwrap();
        let alone = alone.self_signed(&key).unwrap().pem();
        assert_eq!(
            read(&alone, &key.serialize_pem()).err(),
            Some(("certificate_self_signed", Some("chain")))
        );
    }

    #[test]
    fn it_is_valid_now_and_for_a_server() {
        let day = |n: i64| {
            std::time::UNIX_EPOCH + std::time::Duration::from_millis((NOW + n * DAY_MS).cast_unsigned())
        };
        let ask = |change: fn(&mut CertificateParams, [std::time::SystemTime; 2]), at: [i64; 2]| {
            let made = made(&["asso.example"], |params| change(params, at.map(day)));
            read(&format!("{}{}", made.leaf, made.between), &made.key).err().map(|(code, _)| code)
        };
        let span = |params: &mut CertificateParams, [from, to]: [std::time::SystemTime; 2]| {
            (params.not_before, params.not_after) = (from.into(), to.into());
        };
        assert_eq!(ask(span, [-90, 1]), None);
        assert_eq!(ask(span, [-90, -1]), Some("certificate_expired"));
        assert_eq!(ask(span, [2, 90]), Some("certificate_early"));
        let client: fn(&mut CertificateParams, [std::time::SystemTime; 2]) =
            |params, _| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        assert_eq!(ask(client, [0, 1]), Some("certificate_purpose"));
    }
}
