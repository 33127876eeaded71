//! The tables `certificates` and `certificate_orders`.

use super::{CertificateState, CertificateView};
use crate::{
    Actor, Server,
    actor::{not_found, scoped},
    change::{self, Act, Done, Subject},
    paging::{Listing, Page},
    resource::{self, Want},
    store::{Row, Tx, internal, sql},
};
use model::{
    AccountId, Body, Certificate, CertificateId, Chain, ChangeId, Der, HostId, Kind, Problem, ProblemKind,
    Right, SiteId, SiteName, Text, Thumbprint, UnixName, wire::KeyRequest,
};
use serde_json::json;

/// A certificate as its resource is derived from it.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub id: CertificateId,
    pub name: SiteName,
    pub account: AccountId,
    pub account_name: UnixName,
    pub host: HostId,
    pub key: u32,
    pub chain: Option<Chain>,
}

macro_rules! select_stored {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.name, c.account_id, a.name AS account_name, c.host_id, c.key_number, c.chain, c.chain_key
             FROM certificates c JOIN accounts a ON a.id = c.account_id ",
            $rest
        )
    };
}
pub(super) use select_stored;

pub(super) fn stored(row: &Row) -> Result<Stored, Problem> {
    let (text, key): (Option<String>, Option<u32>) = (row.get("chain")?, row.get("chain_key")?);
    let chain = match text.zip(key) {
        Some((text, key)) => {
            let certificates: Vec<Der> =
                serde_json::from_str(&text).map_err(|error| internal("a stored chain", &error))?;
            Some(Chain { key, certificates })
        }
        None => None,
    };
    Ok(Stored {
        id: row.get("id")?,
        name: row.get("name")?,
        account: row.get("account_id")?,
        account_name: row.get("account_name")?,
        host: row.get("host_id")?,
        key: row.get("key_number")?,
        chain,
    })
}

impl Stored {
    pub fn want(&self, thumbprint: Option<Thumbprint>) -> Want {
        let body = Certificate {
            id: self.id,
            account_id: self.account,
            account: self.account_name.clone(),
            name: self.name.clone(),
            thumbprint,
            key: self.key,
            chain: self.chain.clone(),
        };
        Want::put(self.host, self.account, Body::Certificate(body))
    }

    pub fn gone(&self) -> Want {
        Want::gone(self.host, self.account, Kind::Certificate, self.id.uuid())
    }

    /// Records what the panel does with it by itself, and has the host follow.
    pub async fn act(
        &self,
        server: &Server,
        tx: &mut Tx,
        actor: &Actor,
        verb: &'static str,
        want: Want,
    ) -> Result<ChangeId, Problem> {
        let mut act = Act::new(verb, Subject::new("certificate", self.id, self.name.unicode()));
        act.member = sql("SELECT member_id FROM accounts WHERE id = $1")
            .bind(self.account)
            .one(tx.on(), |row| row.get("member_id"))
            .await
            .map(Some)?;
        act.account = Some(self.account);
        act.after = self
            .chain
            .as_ref()
            .filter(|chain| chain.key == self.key)
            .map(|chain| json!({ "key": chain.key }));
        let change = change::record(tx, &*server.world, actor, act).await?;
        resource::write(tx, change, server.world.now_ms(), vec![want]).await?;
        Ok(change)
    }
}

/// A host sent its request for a key. One for the key of the chain in use: that key was lost, and the chain with it.
pub(crate) async fn requested(
    tx: &mut Tx,
    host: HostId,
    key: uuid::Uuid,
    request: &KeyRequest,
    now: i64,
) -> Result<(), Problem> {
    let account = sql(
        "UPDATE certificates SET request = $4, next_at = CASE WHEN request IS NULL OR request <> $4 THEN $5 ELSE next_at END,
           chain = CASE WHEN chain_key = $3 THEN NULL ELSE chain END,
           chain_key = CASE WHEN chain_key = $3 THEN NULL ELSE chain_key END
         WHERE id = $1 AND host_id = $2 AND key_number = $3 RETURNING account_id",
    )
    .bind(key)
    .bind(host)
    .bind(request.key)
    .bind(request.csr.as_str())
    .bind(now)
    .optional(tx.on(), |row| row.get::<AccountId>("account_id"))
    .await?;
    if let Some(account) = account {
        tx.wake_account(account);
    }
    Ok(())
}

macro_rules! columns {
    () => {
        "SELECT c.id, c.name, c.text_fr, c.text_en, c.issuer, c.not_before, c.not_after, c.renew_at, c.next_at, c.chain_key, c.version
         FROM certificates c JOIN accounts a ON a.id = c.account_id "
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
        "JOIN names n ON n.name = c.name WHERE n.site_id = $1 AND ($2 = '' OR c.name > $2) ORDER BY c.name LIMIT $3"
    ))
    .bind(site)
    .bind(after)
    .bind(listing.fetch())
    .all(server.store.on(), |row| view(row, now))
    .await?;
    Ok(listing.page(found, |certificate| [certificate.name.to_string()]))
}

/// What is missing is looked at again now, and not when its turn comes.
pub async fn try_now(
    server: &Server,
    actor: &Actor,
    id: CertificateId,
    expected: Option<i64>,
) -> Result<Done<CertificateView>, Problem> {
    let now = server.world.now_ms();
    let account = sql(scoped!(
        actor,
        "SELECT c.account_id FROM certificates c JOIN accounts a ON a.id = c.account_id WHERE c.id = $3 AND",
        ""
    ))
    .bind(actor.holder())
    .bind(now)
    .bind(id)
    .optional(server.store.on(), |row| row.get::<AccountId>("account_id"))
    .await?
    .ok_or_else(not_found)?;
    if server.issuer.is_none() {
        return Err(no_authority());
    }
    let mut tx = server.store.write().await?;
    let of = crate::account::lock_for(&mut tx, server, actor, account, Right::Sites).await?;
    let before = sql(concat!(columns!(), "WHERE c.id = $1"))
        .bind(id)
        .optional(tx.on(), |row| view(row, now))
        .await?
        .ok_or_else(not_found)?;
    crate::views::stale(expected, before.version)?;
    if before.state != CertificateState::Valid {
        sql("UPDATE certificates SET tries = 0, next_at = $2 WHERE id = $1")
            .bind(id)
            .bind(now)
            .run(tx.on())
            .await?;
        tx.wake_account(of.id);
    }
    tx.commit().await?;
    Ok(Done { item: before, change: None })
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
        state,
        next_at: text.is_some().then_some(next_at),
        text,
        issuer: row.get("issuer")?,
        not_before: row.get("not_before")?,
        not_after,
        renew_at: row.get("renew_at")?,
        version: row.get("version")?,
    })
}
