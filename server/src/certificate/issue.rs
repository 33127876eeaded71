//! One certificate, from the check to the host: what is missing is said, what was signed is looked at before it is believed.

use super::{
    Issuer,
    authority::Refusal,
    check,
    job::Claimed,
    store::{Stored, select_stored, stored},
};
use crate::{
    Actor, Server,
    store::{internal, sql},
    verify,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use model::{Chain, Der, Problem, SiteName, Text, text};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate, X509CertificationRequest};

const SECOND_MS: i64 = 1_000;
const MINUTE_MS: i64 = 60 * SECOND_MS;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;
/// The longest time over which what was asked for is counted.
pub(crate) const COUNTED_MS: i64 = 7 * DAY_MS;
/// The authority is asked again within this, whatever it said.
const LONGEST_MS: i64 = 6 * HOUR_MS;
/// Times the authority is asked about one certificate within an hour, by hand too: it counts what fails (Let's Encrypt: five).
const HOURLY: i64 = 4;

/// Has it signed, or notes why not.
pub(super) async fn told(server: &Server, issuer: &Issuer, claimed: Claimed) {
    let id = claimed.id;
    let outcome = async {
        let found = sql(select_stored!("WHERE c.id = $1 AND c.key_number = $2"))
            .bind(id)
            .bind(claimed.key)
            .optional(server.store.on(), stored)
            .await?;
        let Some(certificate) = found else { return Ok(()) };
        match attempt(server, issuer, &certificate, &claimed).await? {
            Ok(chain) => issued(server, issuer, certificate, &claimed, chain).await,
            Err(wait) => later(server, &claimed, &wait).await,
        }
    };
    if let Err(problem) = outcome.await {
        tracing::warn!(%id, %problem, "a certificate could not be looked after; its next turn tries again");
    }
}

/// Not now: why, and for how long.
struct Wait {
    text: Text,
    ms: i64,
    /// It was the authority that said no.
    refused: bool,
}

impl Wait {
    /// It was not even asked.
    fn before(text: Text, ms: i64) -> Wait {
        Wait { text, ms, refused: false }
    }
}

async fn attempt(
    server: &Server,
    issuer: &Issuer,
    certificate: &Stored,
    claimed: &Claimed,
) -> Result<Result<Vec<Der>, Wait>, Problem> {
    let Issuer { settings, authority, names } = issuer;
    let name = &certificate.name;
    let addresses = verify::addresses(server, certificate.host).await?;
    let missing = check::missing(server, settings, &**names, name, certificate.account, &addresses).await;
    if let Some(text) = missing {
        return Ok(Err(Wait::before(text, patience(claimed.tries))));
    }
    // One that is away is not asked, so that it counts for nothing.
    if let Err(Refusal { text, .. }) = authority.thumbprint(server).await {
        return Ok(Err(Wait::before(text, MINUTE_MS)));
    }
    if let Some(wait) = budget(server, issuer, certificate).await? {
        return Ok(Err(wait));
    }
    let ordered = match authority.order(server, name, &claimed.request).await {
        Ok(chain) => chain,
        Err(Refusal { text, too_often }) => {
            let ms = if too_often { LONGEST_MS } else { after_refusal(claimed.refusals + 1) };
            return Ok(Err(Wait { text, ms, refused: true }));
        }
    };
    if fits(&ordered, &claimed.request, name).is_none() {
        let name = name.unicode();
        let text = text!(
            "L’autorité a envoyé un certificat qui n’est pas pour {name} et sa clé\u{a0}: il n’est pas utilisé.",
            "The authority sent a certificate that is not for {name} and its key: it is not used."
        );
        return Ok(Err(Wait { text, ms: HOUR_MS, refused: true }));
    }
    Ok(Ok(ordered))
}

/// How long until the same is looked at again: soon while somebody may be changing the DNS, seldom when nobody seems to.
fn patience(tries: u32) -> i64 {
    match tries {
        0..=20 => 15 * SECOND_MS,
        21..=80 => MINUTE_MS,
        81..=200 => 10 * MINUTE_MS,
        _ => HOUR_MS,
    }
}

/// Twice as long each time the authority says no.
fn after_refusal(times: u32) -> i64 {
    (MINUTE_MS << times.min(8)).min(LONGEST_MS)
}

/// The authority counts per registrable domain; we count per member too, so that one cannot use up what all need.
async fn budget(server: &Server, issuer: &Issuer, certificate: &Stored) -> Result<Option<Wait>, Problem> {
    let now = server.world.now_ms();
    let domain = psl::domain_str(certificate.name.as_str()).unwrap_or(certificate.name.as_str());
    let mut tx = server.store.write().await?;
    let member: model::MemberId = sql("SELECT member_id FROM accounts WHERE id = $1")
        .bind(certificate.account)
        .one(tx.on(), |row| row.get("member_id"))
        .await?;
    let of_member = sql("SELECT COUNT(*) FROM certificate_orders WHERE member_id = $1 AND at > $2")
        .bind(member)
        .bind(now - DAY_MS)
        .one(tx.on(), |row| row.first::<i64>())
        .await?;
    let of_domain = sql("SELECT COUNT(*) FROM certificate_orders WHERE domain = $1 AND at > $2")
        .bind(domain)
        .bind(now - COUNTED_MS)
        .one(tx.on(), |row| row.first::<i64>())
        .await?;
    let of_name = sql("SELECT COUNT(*) FROM certificate_orders WHERE certificate_id = $1 AND at > $2")
        .bind(certificate.id)
        .bind(now - HOUR_MS)
        .one(tx.on(), |row| row.first::<i64>())
        .await?;
    if of_name >= HOURLY {
        let name = certificate.name.unicode();
        let text = text!(
            "L’autorité a déjà été sollicitée {HOURLY} fois en une heure pour {name}\u{a0}: le panneau réessaiera dans l’heure.",
            "The authority was asked {HOURLY} times within an hour about {name}: the panel tries again within the hour."
        );
        return Ok(Some(Wait::before(text, HOUR_MS / 4)));
    }
    let (daily, weekly) = (issuer.settings.per_member_daily, issuer.settings.per_domain_weekly);
    if of_member >= i64::from(daily) {
        let text = text!(
            "Ce membre a reçu {daily} certificats aujourd’hui\u{a0}: la suite viendra d’elle-même demain.",
            "This member was given {daily} certificates today: the others come by themselves tomorrow."
        );
        return Ok(Some(Wait::before(text, HOUR_MS)));
    }
    if of_domain >= i64::from(weekly) {
        let text = text!(
            "{domain} a reçu {weekly} certificats cette semaine, et l’autorité n’en donne guère plus\u{a0}: la suite viendra d’elle-même.",
            "{domain} was given {weekly} certificates this week, and the authority gives hardly more: the others come by themselves."
        );
        return Ok(Some(Wait::before(text, LONGEST_MS)));
    }
    let order: model::CertificateId = server.world.id();
    sql("INSERT INTO certificate_orders (id, certificate_id, member_id, domain, at) VALUES ($1, $2, $3, $4, $5)")
        .bind(order)
        .bind(certificate.id)
        .bind(member)
        .bind(domain)
        .bind(now)
        .run(tx.on())
        .await?;
    tx.commit().await?;
    Ok(None)
}

/// What is read of a certificate.
struct Read {
    issuer: String,
    not_before: i64,
    not_after: i64,
}

/// The first of a chain, if it is for this name and the key of this request.
fn fits(chain: &[Der], request: &Der, name: &SiteName) -> Option<Read> {
    if chain.len() > Chain::MOST {
        return None;
    }
    let decoded = |der: &Der| STANDARD.decode(der.as_str()).ok();
    let (own, request) = (decoded(chain.first()?)?, decoded(request)?);
    let (_, own) = X509Certificate::from_der(&own).ok()?;
    let (_, request) = X509CertificationRequest::from_der(&request).ok()?;
    if own.public_key().subject_public_key
        != request.certification_request_info.subject_pki.subject_public_key
    {
        return None;
    }
    let names = own.subject_alternative_name().ok().flatten()?;
    let named = names
        .value
        .general_names
        .iter()
        .any(|general| matches!(general, GeneralName::DNSName(dns) if *dns == name.as_str()));
    if !named {
        return None;
    }
    let organization =
        own.issuer().iter_organization().next().or_else(|| own.issuer().iter_common_name().next());
    Some(Read {
        issuer: organization.and_then(|name| name.as_str().ok()).unwrap_or("?").chars().take(100).collect(),
        not_before: own.validity().not_before.timestamp().saturating_mul(SECOND_MS),
        not_after: own.validity().not_after.timestamp().saturating_mul(SECOND_MS),
    })
}

/// Two thirds into its life, a little earlier for each by chance: not all of a host on the same day.
fn renewal(server: &Server, read: &Read) -> i64 {
    let life = (read.not_after - read.not_before).max(0);
    let mut random = [0];
    server.world.random(&mut random);
    read.not_before + life * 2 / 3 - life / 30 * i64::from(random[0]) / 256
}

async fn issued(
    server: &Server,
    issuer: &Issuer,
    mut certificate: Stored,
    claimed: &Claimed,
    chain: Vec<Der>,
) -> Result<(), Problem> {
    let read = fits(&chain, &claimed.request, &certificate.name)
        .ok_or_else(|| internal("a chain was checked", "and no longer fits"))?;
    let renew_at = renewal(server, &read);
    let text = serde_json::to_string(&chain).map_err(|error| internal("a chain", &error))?;
    let thumbprint = issuer.authority.thumbprint(server).await;
    let thumbprint = thumbprint.map_err(|refusal| internal("a thumbprint", &refusal.text.en))?;
    let mut tx = server.store.write().await?;
    let kept = sql("UPDATE certificates SET chain = $3, chain_key = key_number, issuer = $4, not_before = $5, not_after = $6, renew_at = $7,
           text_fr = NULL, text_en = NULL, tries = 0, refusals = 0, thumbprint = $8, version = version + 1 WHERE id = $1 AND key_number = $2")
        .bind(certificate.id)
        .bind(claimed.key)
        .bind(text)
        .bind(read.issuer)
        .bind(read.not_before)
        .bind(read.not_after)
        .bind(renew_at)
        .bind(thumbprint.as_str())
        .run(tx.on())
        .await?;
    if kept == 0 {
        return Ok(());
    }
    certificate.chain = Some(Chain { key: claimed.key, certificates: chain });
    certificate.thumbprint = Some(thumbprint);
    let want = certificate.want();
    certificate.act(server, &mut tx, &Actor::panel(), "certificate.issue", want).await?;
    tx.commit().await
}

async fn later(server: &Server, claimed: &Claimed, wait: &Wait) -> Result<(), Problem> {
    let mut tx = server.store.write().await?;
    let before =
        sql("SELECT account_id, text_fr, text_en FROM certificates WHERE id = $1 AND key_number = $2")
            .bind(claimed.id)
            .bind(claimed.key)
            .optional(tx.on(), |row| {
                Ok((row.get::<model::AccountId>("account_id")?, row.text("text_fr", "text_en")?))
            })
            .await?;
    let Some((account, said)) = before else { return Ok(()) };
    sql("UPDATE certificates SET text_fr = $3, text_en = $4, next_at = $5, refusals = refusals + $6
         WHERE id = $1 AND key_number = $2")
    .bind(claimed.id)
    .bind(claimed.key)
    .bind(&*wait.text.fr)
    .bind(&*wait.text.en)
    .bind(server.world.now_ms() + wait.ms)
    .bind(u32::from(wait.refused))
    .run(tx.on())
    .await?;
    // Open pages hear what is new to them; somebody waits there.
    if said.as_ref() != Some(&wait.text) {
        tx.wake_account(account);
    }
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn der(bytes: &[u8]) -> Der {
        STANDARD.encode(bytes).parse().unwrap()
    }

    #[test]
    fn what_was_signed_is_looked_at_before_it_is_believed() {
        let name: SiteName = "www.asso.example".parse().unwrap();
        let (key, other) = (rcgen::KeyPair::generate().unwrap(), rcgen::KeyPair::generate().unwrap());
        let params = |name: &str| rcgen::CertificateParams::new([name.to_owned()]).unwrap();
        let request = der(params(name.as_str()).serialize_request(&key).unwrap().der());
        let signed = |name: &str, key| der(params(name).self_signed(key).unwrap().der());
        assert!(fits(&[signed(name.as_str(), &key)], &request, &name).is_some());
        assert!(fits(&[signed(name.as_str(), &other)], &request, &name).is_none());
        assert!(fits(&[signed("other.example", &key)], &request, &name).is_none());
        assert!(fits(&[], &request, &name).is_none());
        assert!(fits(std::slice::from_ref(&request), &request, &name).is_none());
    }

    #[test]
    fn what_is_missing_is_looked_at_often_at_first() {
        assert_eq!((patience(1), patience(20)), (15 * SECOND_MS, 15 * SECOND_MS));
        assert_eq!((patience(21), patience(300)), (MINUTE_MS, HOUR_MS));
        assert_eq!((after_refusal(1), after_refusal(40)), (2 * MINUTE_MS, 256 * MINUTE_MS));
    }
}
