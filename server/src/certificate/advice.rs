//! The authority's own word on when to renew (RFC 9773): it may have to take certificates back before their end.

use super::{Issuer, issue::advice_every};
use crate::{
    Server,
    store::{internal, sql},
};
use model::{CertificateId, Der, Problem};

/// Certificates asked about in one go.
const MOST: i64 = 50;

struct Due {
    id: CertificateId,
    own: Der,
    not_before: i64,
    not_after: i64,
    renew_at: i64,
    advice_at: i64,
}

/// Asks about those whose turn it is, and moves their renewal to where the authority wishes it.
pub(super) async fn ask(server: &Server, issuer: &Issuer) -> Result<(), Problem> {
    let due = sql("SELECT c.id, c.chain, c.not_before, c.not_after, c.renew_at, c.advice_at
         FROM certificates c JOIN accounts a ON a.id = c.account_id
         WHERE c.advice_at <= $1 AND c.chain_key = c.key_number AND a.state IN ('active', 'suspended') ORDER BY c.advice_at LIMIT $2")
    .bind(server.world.now_ms())
    .bind(MOST)
    .all(server.store.on(), |row| {
        let chain: Vec<Der> = serde_json::from_str(&row.get::<String>("chain")?)
            .map_err(|error| internal("a stored chain", &error))?;
        Ok(Due {
            id: row.get("id")?,
            own: chain.into_iter().next().ok_or_else(|| internal("a stored chain", "it is empty"))?,
            not_before: row.get("not_before")?,
            not_after: row.get("not_after")?,
            renew_at: row.get("renew_at")?,
            advice_at: row.get("advice_at")?,
        })
    })
    .await?;
    for one in due {
        let next = server.world.now_ms() + advice_every(one.not_before, one.not_after);
        if !moved(server, one.id, ADVICE, (one.advice_at, next)).await? {
            continue;
        }
        let Some((start, end)) = issuer.authority.advice(server, &one.own).await else { continue };
        // What was chosen within the time it wishes stays chosen.
        if (start..=end).contains(&one.renew_at) || start > end {
            continue;
        }
        let mut random = [0; 2];
        server.world.random(&mut random);
        let part = i64::from(u16::from_le_bytes(random));
        let chosen = start.saturating_add(end.saturating_sub(start).saturating_mul(part) >> 16);
        // Never so late that nothing may go wrong any more.
        let latest = one.not_after - (one.not_after - one.not_before) / 10;
        moved(server, one.id, RENEWAL, (one.renew_at, chosen.min(latest))).await?;
    }
    Ok(())
}

const ADVICE: &str = "UPDATE certificates SET advice_at = $3 WHERE id = $1 AND advice_at = $2";
const RENEWAL: &str = "UPDATE certificates SET renew_at = $3 WHERE id = $1 AND renew_at = $2";

/// Moves a time on, unless somebody else did.
async fn moved(
    server: &Server,
    id: CertificateId,
    statement: &'static str,
    (from, to): (i64, i64),
) -> Result<bool, Problem> {
    let mut tx = server.store.write().await?;
    let moved = sql(statement).bind(id).bind(from).bind(to).run(tx.on()).await?;
    tx.commit().await?;
    Ok(moved > 0)
}
