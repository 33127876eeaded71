//! What the panel does about a site's HTTPS by itself: visitors are sent there name by name, as certificates come into place and end;
//! what browsers are told to remember grows.

use super::{
    HstsReach, HttpsView, Redirect, SiteRow,
    https::{self, HSTS_DAY_MS},
    rules, settings, store,
};
use crate::{
    Actor, Server, account, change, resource,
    store::{Tx, sql},
};
use model::{AccountId, CertificateId, Problem, ProblemKind, SiteId};
use std::collections::BTreeSet;

/// Sites looked after in one go.
const MOST: i64 = 200;

/// Seen from outside to be shown, and not noted yet; `$1` is now.
const PROVEN: &str = "SELECT s.account_id, s.id FROM certificates c JOIN names n ON n.name = c.name
       JOIN sites s ON s.id = n.site_id AND s.account_id = c.account_id JOIN accounts a ON a.id = s.account_id
       JOIN resources r ON r.host_id = c.host_id AND r.kind = 'certificate' AND r.key = c.id
     WHERE c.proven_at IS NULL AND c.chain_key = c.key_number AND c.not_after > $1 AND r.state = 'verified'
       AND a.state IN ('active', 'suspended') ORDER BY s.id LIMIT $2";
/// At their end.
const ENDED: &str = "SELECT s.account_id, s.id FROM certificates c JOIN names n ON n.name = c.name
       JOIN sites s ON s.id = n.site_id AND s.account_id = c.account_id JOIN accounts a ON a.id = s.account_id
     WHERE c.proven_at IS NOT NULL AND c.not_after <= $1 AND a.state IN ('active', 'suspended') LIMIT $2";
/// Lost with their host's disk.
const LOST: &str = "SELECT s.account_id, s.id FROM certificates c JOIN names n ON n.name = c.name
       JOIN sites s ON s.id = n.site_id AND s.account_id = c.account_id JOIN accounts a ON a.id = s.account_id
     WHERE c.proven_at <= $1 AND c.chain_key IS NULL AND a.state IN ('active', 'suspended') LIMIT $2";
/// `$1`: those who were told a day until then were told so long enough.
const GROWS: &str = "SELECT s.account_id, s.id FROM sites s JOIN accounts a ON a.id = s.account_id
     WHERE s.hsts IN ('names', 'subdomains') AND s.hsts_at <= $1 AND s.hsts_long_at IS NULL
       AND a.state IN ('active', 'suspended')
       AND NOT EXISTS (SELECT 1 FROM names n LEFT JOIN certificates c ON c.name = n.name WHERE n.site_id = s.id AND n.preview_at IS NULL AND c.proven_at IS NULL)
     ORDER BY s.id LIMIT $2";

/// Brings every site to where its certificates are.
pub(crate) async fn secure(server: &Server) -> Result<(), Problem> {
    let now = server.world.now_ms();
    let mut sites: BTreeSet<(AccountId, SiteId)> = BTreeSet::new();
    for (statement, at) in [(PROVEN, now), (ENDED, now), (LOST, now), (GROWS, now - HSTS_DAY_MS)] {
        let found = sql(statement)
            .bind(at)
            .bind(MOST)
            .all(server.store.on(), |row| Ok((row.get("account_id")?, row.get("id")?)))
            .await?;
        sites.extend(found);
    }
    for (account, site) in sites {
        match one(server, account, site).await {
            // It went meanwhile.
            Err(problem) if problem.kind == ProblemKind::NotFound => {}
            other => other?,
        }
    }
    Ok(())
}

async fn one(server: &Server, account: AccountId, id: SiteId) -> Result<(), Problem> {
    let (now, actor) = (server.world.now_ms(), Actor::panel());
    let mut tx = server.store.write().await?;
    let of = account::lock(&mut tx, server, &actor, account).await?;
    let before = store::row(&mut tx, id).await?;
    note(&mut tx, id, now).await?;
    let mut after = store::row(&mut tx, id).await?;
    after.https = grown(&after, now);
    if after.https != before.https {
        https::write(&mut tx, id, &after.https).await?;
    }
    let told = |site: &SiteRow| (site.on_host(), settings::sends_to_main(site));
    if told(&before) != told(&after) {
        let summary = |site: &SiteRow| serde_json::to_value(site.on_host()).ok();
        let mut act = rules::act("site.secure", &of, &after);
        (act.before, act.after) = (summary(&before), summary(&after));
        let change = change::record(&mut tx, &*server.world, &actor, act).await?;
        resource::write(&mut tx, change, now, vec![account::site_want(&of, &after)]).await?;
    }
    tx.commit().await
}

/// Which of the site's certificates are in place. One by one, in the order in which a host's requests lock them.
async fn note(tx: &mut Tx, site: SiteId, now: i64) -> Result<(), Problem> {
    let ids: Vec<CertificateId> = sql(
        "SELECT c.id FROM certificates c JOIN names n ON n.name = c.name WHERE n.site_id = $1 ORDER BY c.id",
    )
    .bind(site)
    .all(tx.on(), |row| row.get("id"))
    .await?;
    for id in ids {
        sql("UPDATE certificates SET proven_at = CASE
               WHEN chain_key IS NULL OR not_after <= $2 THEN NULL
               WHEN proven_at IS NULL AND chain_key = key_number AND EXISTS (SELECT 1 FROM resources r
                 WHERE r.host_id = certificates.host_id AND r.kind = 'certificate' AND r.key = certificates.id AND r.state = 'verified') THEN $2
               ELSE proven_at END WHERE id = $1")
            .bind(id)
            .bind(now)
            .run(tx.on())
            .await?;
    }
    Ok(())
}

fn grown(site: &SiteRow, now: i64) -> HttpsView {
    let mut https = site.https.clone();
    if !site.is_proven() {
        return https;
    }
    if https.redirect == Redirect::Auto {
        https.redirect = Redirect::On;
    }
    let long_enough = https.hsts_at.is_some_and(|at| at <= now - HSTS_DAY_MS);
    if https.hsts != HstsReach::Off && https.hsts_long_at.is_none() && long_enough {
        https.hsts_long_at = Some(now);
    }
    https
}
