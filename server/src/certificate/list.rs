//! What people see of certificates, and the one thing they can do: have it tried now.

use super::{CertificateState, CertificateView};
use crate::{
    Actor, Server,
    actor::{not_found, scoped},
    change::Done,
    paging::{Listing, Page, bad_cursor},
    store::{Row, Tx, sql},
    views::{Ref, stale},
};
use model::{AccountId, CertificateId, Problem, ProblemKind, Right, SiteId, Text};

macro_rules! columns {
    () => {
        "SELECT c.id, c.name, c.text_fr, c.text_en, c.issuer, c.not_before, c.not_after, c.renew_at, c.next_at, c.proven_at, c.chain_key,
           c.key_number, c.given, c.version, a.id AS account_id, a.name AS account_name, n.site_id
         FROM certificates c JOIN accounts a ON a.id = c.account_id LEFT JOIN names n ON n.name = c.name "
    };
}

/// The certificates of a site's names, by name.
pub async fn list_of_site(
    server: &Server,
    actor: &Actor,
    site: SiteId,
    listing: &Listing,
) -> Result<Page<CertificateView>, Problem> {
    // Who may not see the site sees no certificate either.
    crate::site::show(server, actor, site).await?;
    let now = server.world.now_ms();
    let [after] = listing.after()?;
    let found = sql(concat!(
        columns!(),
        "WHERE n.site_id = $1 AND ($2 = '' OR c.name > $2) ORDER BY c.name LIMIT $3"
    ))
    .bind(site)
    .bind(after)
    .bind(listing.fetch())
    .all(server.store.on(), |row| view(row, now))
    .await?;
    Ok(listing.page(found, |certificate| [certificate.name.to_string()]))
}

/// All one may see: those that never were, then those that end first. `q` is part of the name.
pub async fn list(
    server: &Server,
    actor: &Actor,
    listing: &Listing,
) -> Result<Page<CertificateView>, Problem> {
    let now = server.world.now_ms();
    let [end, id] = listing.after()?;
    let end = if end.is_empty() { -1 } else { end.parse::<i64>().map_err(|_| bad_cursor())? };
    let found = sql(scoped!(
        actor,
        concat!(
            columns!(),
            "WHERE a.state <> 'erased' AND c.name LIKE $3 ESCAPE '\\'
               AND (COALESCE(c.not_after, 0) > $4 OR (COALESCE(c.not_after, 0) = $4 AND c.id > $5)) AND"
        ),
        "ORDER BY COALESCE(c.not_after, 0), c.id LIMIT $6"
    ))
    .bind(actor.holder())
    .bind(now)
    .bind(listing.pattern())
    .bind(end)
    .bind(id)
    .bind(listing.fetch())
    .all(server.store.on(), |row| view(row, now))
    .await?;
    let key = |certificate: &CertificateView| {
        [certificate.not_after.unwrap_or_default().to_string(), certificate.id.to_string()]
    };
    Ok(listing.page(found, key))
}

/// What is missing is looked at again now, and not when its turn comes.
pub async fn try_now(
    server: &Server,
    actor: &Actor,
    id: CertificateId,
    expected: Option<i64>,
) -> Result<Done<CertificateView>, Problem> {
    let now = server.world.now_ms();
    let account = account_of(server, actor, id).await?;
    let mut tx = server.store.write().await?;
    let of = crate::account::lock_for(&mut tx, server, actor, account, Right::Sites).await?;
    if server.issuer.is_none() {
        return Err(no_authority());
    }
    let before = load(&mut tx, id, now).await?;
    stale(expected, before.version)?;
    // Where one is in place and no other is wanted, there is nothing to try.
    let moved = sql("UPDATE certificates SET tries = 0, next_at = $2
         WHERE id = $1 AND (chain_key IS NULL OR chain_key < key_number)")
    .bind(id)
    .bind(now)
    .run(tx.on())
    .await?;
    if moved > 0 {
        tx.wake_account(of.id);
    }
    let item = load(&mut tx, id, now).await?;
    tx.commit().await?;
    Ok(Done { item, change: None })
}

/// Whose a certificate is, for who may see it.
pub(super) async fn account_of(
    server: &Server,
    actor: &Actor,
    id: CertificateId,
) -> Result<AccountId, Problem> {
    sql(scoped!(
        actor,
        "SELECT c.account_id FROM certificates c JOIN accounts a ON a.id = c.account_id WHERE c.id = $3 AND",
        ""
    ))
    .bind(actor.holder())
    .bind(server.world.now_ms())
    .bind(id)
    .optional(server.store.on(), |row| row.get::<AccountId>("account_id"))
    .await?
    .ok_or_else(not_found)
}

/// One certificate of an account that the caller has locked.
pub(super) async fn load(tx: &mut Tx, id: CertificateId, now: i64) -> Result<CertificateView, Problem> {
    sql(concat!(columns!(), "WHERE c.id = $1"))
        .bind(id)
        .optional(tx.on(), |row| view(row, now))
        .await?
        .ok_or_else(not_found)
}

fn no_authority() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "no_authority",
        Text::new(
            "Ce panneau n’a pas d’autorité de certification\u{a0}: la coopérative doit en choisir une ([acme] dans panel.toml).",
            "This panel has no certificate authority: the cooperative has to choose one ([acme] in panel.toml).",
        ),
    )
}

fn view(row: &Row, now: i64) -> Result<CertificateView, Problem> {
    let not_after: Option<i64> = row.get("not_after")?;
    let text = row.text("text_fr", "text_en")?;
    let chained: Option<u32> = row.get("chain_key")?;
    let state = match (chained.and(not_after), &text) {
        (Some(end), _) if end > now => CertificateState::Valid,
        (_, Some(_)) => CertificateState::Missing,
        (Some(_), None) => CertificateState::Expired,
        (None, None) => CertificateState::Coming,
    };
    let next_at: i64 = row.get("next_at")?;
    Ok(CertificateView {
        id: row.get("id")?,
        name: row.get("name")?,
        account: Ref { id: row.get("account_id")?, name: row.get("account_name")? },
        site: row.get("site_id")?,
        state,
        next_at: text.is_some().then_some(next_at),
        text,
        issuer: row.get("issuer")?,
        not_before: row.get("not_before")?,
        not_after,
        renew_at: row.get("renew_at")?,
        own: row.get::<Option<String>>("given")?.is_some() && chained == Some(row.get("key_number")?),
        proven_at: row.get("proven_at")?,
        version: row.get("version")?,
    })
}
