//! A certificate that is not renewed in time is told of, while there is time to mend what is missing: to those who can.

use super::issue::{DAY_MS, HOUR_MS};
use crate::{
    Actor, Server, account, mail,
    store::{Row, sql},
};
use model::{AccountId, CertificateId, Problem, ProblemKind, SiteId, SiteName, Text};
use std::collections::BTreeMap;

/// Days before the end at which people hear of it.
const DAYS: [i64; 3] = [14, 7, 1];
/// Certificates looked at in one go.
const MOST: i64 = 500;
/// A renewal is given so long before its silence counts as failure.
const SILENT_MS: i64 = HOUR_MS;

struct Ending {
    id: CertificateId,
    name: SiteName,
    not_after: i64,
    days: i64,
    missing: Text,
}

/// Writes about those whose renewal has failed so far, and those that members brought and have not replaced; gives how many mails.
pub(super) async fn warn(server: &Server) -> Result<usize, Problem> {
    if server.carrier.is_none() {
        return Ok(0);
    }
    let now = server.world.now_ms();
    let mut sites: BTreeMap<(AccountId, SiteId), Vec<Ending>> = BTreeMap::new();
    sql("SELECT c.id, c.name, c.not_before, c.not_after, c.warned_days, c.text_fr, c.text_en, c.account_id, n.site_id,
           CASE WHEN c.chain_key = c.key_number THEN 'brought' ELSE 'failing' END AS how
         FROM certificates c JOIN accounts a ON a.id = c.account_id JOIN names n ON n.name = c.name
         WHERE c.id IN (SELECT id FROM certificates WHERE chain_key < key_number AND not_after > $1 AND not_after <= $1 + 14 * $2
             UNION ALL SELECT id FROM certificates WHERE given IS NOT NULL AND not_after > $1 AND not_after <= $1 + 14 * $2)
           AND (c.not_after - $1) * 3 <= c.not_after - c.not_before
           AND (c.warned_days IS NULL OR (c.warned_days > 7 AND c.not_after <= $1 + 7 * $2) OR (c.warned_days > 1 AND c.not_after <= $1 + $2))
           AND (c.text_fr IS NOT NULL OR c.renew_at <= $3 OR c.chain_key = c.key_number) AND a.state IN ('active', 'suspended')
         ORDER BY c.account_id, c.id LIMIT $4")
    .bind(now)
    .bind(DAY_MS)
    .bind(now + super::job::RENEW_AGAIN_MS - SILENT_MS)
    .bind(MOST)
    .all(server.store.on(), |row| {
        if let Some(ending) = ending(row, now)? {
            sites.entry((row.get("account_id")?, row.get("site_id")?)).or_default().push(ending);
        }
        Ok(())
    })
    .await?;
    let mut sent = 0;
    for ((account, site), endings) in sites {
        match tell(server, account, site, endings).await {
            // It went meanwhile.
            Err(problem) if problem.kind == ProblemKind::NotFound => {}
            other => sent += other?,
        }
    }
    Ok(sent)
}

/// `None`: a short life, of which so many days are not the end.
fn ending(row: &Row, now: i64) -> Result<Option<Ending>, Problem> {
    let (not_before, not_after): (i64, i64) = (row.get("not_before")?, row.get("not_after")?);
    let warned: Option<i64> = row.get("warned_days")?;
    let due = due(not_after - not_before, not_after - now)
        .filter(|days| warned.is_none_or(|warned| *days < warned));
    let Some(days) = due else { return Ok(None) };
    let silent = Text::new(
        "L’hôte n’a pas encore envoyé la nouvelle clé\u{a0}: il ne répond pas, ou il est occupé. La coopérative s’en occupe.",
        "The host has not sent the new key yet: it does not answer, or is busy. The cooperative looks after it.",
    );
    let brought = Text::new(
        "C’est un certificat que vous avez apporté\u{a0}: apportez le suivant. Sinon, le panneau en demandera un lui-même trois jours avant la fin, là où la coopérative a choisi une autorité.",
        "It is a certificate that you brought: bring the next one. Else the panel asks for one itself three days before the end, where the cooperative has chosen an authority.",
    );
    let usual = if row.get::<String>("how")? == "brought" { brought } else { silent };
    let missing = row.text("text_fr", "text_en")?.unwrap_or(usual);
    Ok(Some(Ending { id: row.get("id")?, name: row.get("name")?, not_after, days, missing }))
}

/// Of which of the days it is time to speak; those that are more than the last third of its life are none.
fn due(life: i64, left: i64) -> Option<i64> {
    DAYS.into_iter().filter(|days| left <= days * DAY_MS && days * DAY_MS * 3 <= life).min()
}

async fn tell(
    server: &Server,
    account: AccountId,
    site: SiteId,
    endings: Vec<Ending>,
) -> Result<usize, Problem> {
    let mut tx = server.store.write().await?;
    let of = account::lock(&mut tx, server, &Actor::panel(), account).await?;
    let mut told = Vec::new();
    for ending in endings {
        let mine = sql("UPDATE certificates SET warned_days = $2
             WHERE id = $1 AND (chain_key < key_number OR given IS NOT NULL) AND (warned_days IS NULL OR warned_days > $2)")
        .bind(ending.id)
        .bind(ending.days)
        .run(tx.on())
        .await?;
        // Another process may have told of it, or it was renewed.
        if mine > 0 {
            told.push(mail::Ending {
                name: ending.name.unicode(),
                at: ending.not_after,
                missing: ending.missing,
            });
        }
    }
    let sent =
        if told.is_empty() { 0 } else { mail::certificates_end(&mut tx, server, &of, site, told).await? };
    tx.commit().await?;
    Ok(sent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_lives_are_spoken_of_late() {
        let due = |life: i64, left: i64| due(life * DAY_MS, left * DAY_MS);
        assert_eq!(
            [15, 14, 8, 7, 2, 1].map(|left| due(90, left)),
            [None, Some(14), Some(14), Some(7), Some(7), Some(1)]
        );
        assert_eq!([3, 1].map(|left| due(6, left)), [None, Some(1)]);
        assert_eq!(super::due(100_000, 10_000), None);
    }
}
