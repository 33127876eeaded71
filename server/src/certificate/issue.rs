//! One certificate, from the check to the host: what is missing is said, what was signed is looked at before it is believed.

use super::{
    Issuer,
    authority::Refusal,
    budget::{Wait, budget},
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
use model::{Chain, Der, Problem, SiteName, Thumbprint, text};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate, X509CertificationRequest};

pub(super) const SECOND_MS: i64 = 1_000;
pub(super) const MINUTE_MS: i64 = 60 * SECOND_MS;
pub(super) const HOUR_MS: i64 = 60 * MINUTE_MS;
pub(super) const DAY_MS: i64 = 24 * HOUR_MS;
/// The authority is asked again within this, whatever it said.
pub(super) const LONGEST_MS: i64 = 6 * HOUR_MS;

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
            Ok(signed) => issued(server, certificate, &claimed, signed).await,
            Err(wait) => later(server, &claimed, &wait).await,
        }
    };
    if let Err(problem) = outcome.await {
        tracing::warn!(%id, %problem, "a certificate could not be looked after; its next turn tries again");
    }
}

async fn attempt(
    server: &Server,
    issuer: &Issuer,
    certificate: &Stored,
    claimed: &Claimed,
) -> Result<Result<Signed, Wait>, Problem> {
    let Issuer { settings, authority, names } = issuer;
    let name = &certificate.name;
    let addresses = verify::addresses(server, certificate.host).await?;
    let missing = check::missing(server, settings, &**names, name, certificate.account, &addresses).await;
    if let Some(text) = missing {
        return Ok(Err(Wait::before(text, patience(claimed.tries))));
    }
    // One that is away is not asked, so that it counts for nothing.
    let thumbprint = match authority.thumbprint(server).await {
        Ok(thumbprint) => thumbprint,
        Err(Refusal { text, .. }) => return Ok(Err(Wait::before(text, MINUTE_MS))),
    };
    if let Some(wait) = budget(server, issuer, certificate).await? {
        return Ok(Err(wait));
    }
    let chain = match authority.order(server, name, &claimed.request).await {
        Ok(chain) => chain,
        Err(Refusal { text, too_often }) => {
            let ms = if too_often { LONGEST_MS } else { after_refusal(claimed.refusals + 1) };
            return Ok(Err(Wait { text, ms, refused: true }));
        }
    };
    let Some(read) = fits(&chain, &claimed.request, name) else {
        let name = name.unicode();
        let text = text!(
            "L’autorité a envoyé un certificat qui n’est pas pour {name} et sa clé\u{a0}: il n’est pas utilisé.",
            "The authority sent a certificate that is not for {name} and its key: it is not used."
        );
        return Ok(Err(Wait { text, ms: HOUR_MS, refused: true }));
    };
    Ok(Ok(Signed { chain, read, thumbprint }))
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

/// What the authority signed, looked at.
struct Signed {
    chain: Vec<Der>,
    read: Read,
    thumbprint: Thumbprint,
}

/// What is read of a certificate.
pub(super) struct Read {
    pub issuer: String,
    pub not_before: i64,
    pub not_after: i64,
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
    Some(read(&own))
}

/// Who signed it, and from when to when it is valid.
pub(super) fn read(own: &X509Certificate<'_>) -> Read {
    let organization =
        own.issuer().iter_organization().next().or_else(|| own.issuer().iter_common_name().next());
    Read {
        issuer: organization.and_then(|name| name.as_str().ok()).unwrap_or("?").chars().take(100).collect(),
        not_before: own.validity().not_before.timestamp().saturating_mul(SECOND_MS),
        not_after: own.validity().not_after.timestamp().saturating_mul(SECOND_MS),
    }
}

/// How often the authority is asked for its advice: it may want a certificate back that lives for months.
pub(super) fn advice_every(not_before: i64, not_after: i64) -> i64 {
    ((not_after - not_before) / 20).clamp(SECOND_MS, LONGEST_MS)
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
    mut certificate: Stored,
    claimed: &Claimed,
    Signed { chain, read, thumbprint }: Signed,
) -> Result<(), Problem> {
    let renew_at = renewal(server, &read);
    let text = serde_json::to_string(&chain).map_err(|error| internal("a chain", &error))?;
    let mut tx = server.store.write().await?;
    let kept = sql("UPDATE certificates SET chain = $3, chain_key = key_number, issuer = $4, not_before = $5, not_after = $6, renew_at = $7,
           text_fr = NULL, text_en = NULL, tries = 0, refusals = 0, warned_days = NULL, given = NULL, thumbprint = $8, advice_at = $9, version = version + 1 WHERE id = $1 AND key_number = $2")
        .bind(certificate.id)
        .bind(claimed.key)
        .bind(text)
        .bind(read.issuer)
        .bind(read.not_before)
        .bind(read.not_after)
        .bind(renew_at)
        .bind(thumbprint.as_str())
        .bind(server.world.now_ms() + advice_every(read.not_before, read.not_after))
        .run(tx.on())
        .await?;
    if kept == 0 {
        return Ok(());
    }
    certificate.chain = Some(Chain { key: claimed.key, certificates: chain });
    certificate.thumbprint = Some(thumbprint);
    certificate.given = None;
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
