//! How often an authority is asked: its patience is counted (per registrable domain, and per name), and ours is too (per member).

use super::{
    Issuer,
    issue::{DAY_MS, HOUR_MS, LONGEST_MS},
    store::Stored,
};
use crate::{Server, store::sql};
use model::{Problem, Text, text};

/// The longest time over which what was asked for is counted.
pub(crate) const COUNTED_MS: i64 = 7 * DAY_MS;
/// Times the authority is asked about one certificate within an hour, by hand too: it counts what fails (Let's Encrypt: five).
const HOURLY: i64 = 4;

/// Not now: why, and for how long.
pub(super) struct Wait {
    pub text: Text,
    pub ms: i64,
    /// It was the authority that said no.
    pub refused: bool,
}

impl Wait {
    /// It was not even asked.
    pub fn before(text: Text, ms: i64) -> Wait {
        Wait { text, ms, refused: false }
    }
}

/// The authority counts per registrable domain; we count per member too, so that one cannot use up what all need.
pub(super) async fn budget(
    server: &Server,
    issuer: &Issuer,
    certificate: &Stored,
) -> Result<Option<Wait>, Problem> {
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
