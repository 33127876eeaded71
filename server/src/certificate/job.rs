//! The job that keeps certificates: begins them for new names, lets go of those whose name is gone, renews, and has what is due signed.
//! Several panel processes may run it: a certificate is claimed by the very statement that moves its next try on.

use super::{
    Issuer, advice, issue,
    store::{Stored, select_stored, stored},
    warn,
};
use crate::{Actor, Server, store::sql, wake::Wake};
use model::{AccountId, CertificateId, HostId, Problem, SiteName, Thumbprint, UnixName};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{Semaphore, watch},
    time::{MissedTickBehavior, interval},
};

/// How often turns are looked at; a change of an account is heard at once.
const ROUND: Duration = Duration::from_secs(5);
/// Orders at once.
const AT_ONCE: usize = 16;
/// Names begun, let go or renewed in one go.
const MOST: i64 = 200;
/// A claimed certificate is tried again after this, should its process have died.
const CLAIM_MS: i64 = 5 * 60_000;
/// What a host has to write before the authority may look.
const TOLD_MS: i64 = 5_000;
/// A renewal that does not come is begun again after this.
pub(super) const RENEW_AGAIN_MS: i64 = 24 * 3_600_000;

/// Runs until `stop` turns true. An order under way is taken up again by the next process.
pub async fn run(server: Server, mut stop: watch::Receiver<bool>) {
    tokio::select! {
        () = rounds(&server) => {}
        // An authority that does not answer keeps nobody from stopping.
        () = async { drop(stop.wait_for(|stop| *stop).await) } => {}
    }
}

async fn rounds(server: &Server) {
    let (permits, advised) = (Arc::new(Semaphore::new(AT_ONCE)), Arc::new(Semaphore::new(1)));
    let mut wakes = server.store.waker().subscribe();
    let mut clock = interval(ROUND);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = clock.tick() => {}
            wake = wakes.next() => match wake {
                Some(Wake::Account(_) | Wake::All) => {}
                Some(_) => continue,
                None => return,
            },
        }
        // Beside the rest: nobody waits for advice.
        if let Some((issuer, permit)) = server.issuer.clone().zip(advised.clone().try_acquire_owned().ok()) {
            let server = server.clone();
            tokio::spawn(async move {
                let _permit = permit;
                if let Err(problem) = advice::ask(&server, &issuer).await {
                    tracing::warn!(%problem, "the authority's advice could not be kept; the next round tries again");
                }
            });
        }
        if let Err(problem) = begin_due(server, &permits).await {
            tracing::warn!(%problem, "certificates could not be looked after; the next round tries again");
        }
    }
}

/// Begins what is due, as far as there is room, and writes to those whose certificate ends. Without an authority there are only those
/// that members brought.
async fn begin_due(server: &Server, permits: &Arc<Semaphore>) -> Result<(), Problem> {
    follow(server).await?;
    if let Some(issuer) = &server.issuer {
        prepare(server, issuer).await?;
        while let Ok(permit) = permits.clone().try_acquire_owned() {
            let Some(claimed) = claim(server).await? else { break };
            let (server, issuer) = (server.clone(), issuer.clone());
            tokio::spawn(async move {
                let _permit = permit;
                issue::told(&server, &issuer, claimed).await;
            });
        }
    }
    warn::warn(server).await.map(drop)
}

/// One round to its end: for tests. Gives how many were asked for.
pub async fn round(server: &Server) -> Result<usize, Problem> {
    let mut asked = 0;
    if let Some(issuer) = &server.issuer {
        advice::ask(server, issuer).await?;
        follow(server).await?;
        prepare(server, issuer).await?;
        while let Some(claimed) = claim(server).await? {
            issue::told(server, issuer, claimed).await;
            asked += 1;
        }
    } else {
        follow(server).await?;
    }
    warn::warn(server).await?;
    Ok(asked)
}

/// What goes with names, and what sites make of the certificates there are.
async fn follow(server: &Server) -> Result<(), Problem> {
    let_go(server).await?;
    crate::site::secure(server).await
}

async fn prepare(server: &Server, issuer: &Issuer) -> Result<(), Problem> {
    let new = new_names(server).await?;
    let renew = to_renew(server).await?;
    if new.is_empty() && renew.is_empty() && !any_wanted(server).await? {
        return Ok(());
    }
    let thumbprint = issuer.authority.thumbprint(server).await;
    for name in new {
        // While the authority is away a row says so, and the host makes its key already.
        begin(server, name, thumbprint.as_ref().ok()).await?;
    }
    // Nothing else is begun that could not be asked for.
    let Ok(thumbprint) = thumbprint else { return Ok(()) };
    for certificate in renew {
        renew_one(server, certificate, &thumbprint).await?;
    }
    for certificate in told_otherwise(server, &thumbprint).await? {
        tell(server, certificate, &thumbprint).await?;
    }
    Ok(())
}

struct New {
    name: SiteName,
    account: AccountId,
    account_name: UnixName,
    host: HostId,
}

async fn new_names(server: &Server) -> Result<Vec<New>, Problem> {
    sql("SELECT n.name, a.id, a.name AS account_name, a.host_id FROM names n JOIN sites s ON s.id = n.site_id
           JOIN accounts a ON a.id = s.account_id LEFT JOIN certificates c ON c.name = n.name
         WHERE c.id IS NULL AND a.state IN ('active', 'suspended') ORDER BY n.name LIMIT $1")
    .bind(MOST)
    .all(server.store.on(), |row| {
        Ok(New {
            name: row.get("name")?,
            account: row.get("id")?,
            account_name: row.get("account_name")?,
            host: row.get("host_id")?,
        })
    })
    .await
}

/// Wants a key of the host; what comes back is its request.
async fn begin(server: &Server, new: New, thumbprint: Option<&Thumbprint>) -> Result<(), Problem> {
    let now = server.world.now_ms();
    let id: CertificateId = server.world.id();
    let mut tx = server.store.write().await?;
    // The name may have gone since the list was made.
    let inserted = sql("INSERT INTO certificates (id, name, account_id, host_id, thumbprint, key_number, tries, refusals, next_at, created_at, version)
         SELECT $1, n.name, $3, $4, $6, 1, 0, 0, $5, $5, 1 FROM names n JOIN sites s ON s.id = n.site_id
         WHERE n.name = $2 AND s.account_id = $3 ON CONFLICT (name) DO NOTHING")
    .bind(id)
    .bind(&new.name)
    .bind(new.account)
    .bind(new.host)
    .bind(now)
    .bind(thumbprint.map(Thumbprint::as_str))
    .run(tx.on())
    .await?;
    if inserted == 0 {
        return Ok(());
    }
    let New { name, account, account_name, host } = new;
    let thumbprint = thumbprint.cloned();
    let begun =
        Stored { id, name, account, account_name, host, thumbprint, key: 1, chain: None, given: None };
    let want = begun.want();
    begun.act(server, &mut tx, &Actor::panel(), "certificate.request", want).await?;
    tx.commit().await
}

/// Certificates whose name is no site's any more, or another account's.
async fn let_go(server: &Server) -> Result<(), Problem> {
    let gone = sql(select_stored!(
        "LEFT JOIN names n ON n.name = c.name LEFT JOIN sites s ON s.id = n.site_id
         WHERE s.id IS NULL OR s.account_id <> c.account_id OR a.host_id <> c.host_id ORDER BY c.id LIMIT $1"
    ))
    .bind(MOST)
    .all(server.store.on(), stored)
    .await?;
    for certificate in gone {
        let mut tx = server.store.write().await?;
        if sql("DELETE FROM certificates WHERE id = $1").bind(certificate.id).run(tx.on()).await? == 0 {
            continue;
        }
        certificate.act(server, &mut tx, &Actor::panel(), "certificate.delete", certificate.gone()).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn to_renew(server: &Server) -> Result<Vec<Stored>, Problem> {
    sql(select_stored!(
        "WHERE c.renew_at <= $1 AND c.chain_key = c.key_number AND a.state IN ('active', 'suspended') ORDER BY c.renew_at LIMIT $2"
    ))
    .bind(server.world.now_ms())
    .bind(MOST)
    .all(server.store.on(), stored)
    .await
}

/// A new key for the new certificate; the old pair serves meanwhile.
async fn renew_one(server: &Server, mut certificate: Stored, thumbprint: &Thumbprint) -> Result<(), Problem> {
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let moved = sql("UPDATE certificates SET key_number = key_number + 1, request = NULL, tries = 0, refusals = 0, next_at = $3, renew_at = $4, thumbprint = $5,
           version = version + 1 WHERE id = $1 AND key_number = $2")
    .bind(certificate.id)
    .bind(certificate.key)
    .bind(now)
    .bind(now + RENEW_AGAIN_MS)
    .bind(thumbprint.as_str())
    .run(tx.on())
    .await?;
    if moved == 0 {
        return Ok(());
    }
    certificate.key += 1;
    certificate.thumbprint = Some(thumbprint.clone());
    let want = certificate.want();
    certificate.act(server, &mut tx, &Actor::panel(), "certificate.request", want).await?;
    tx.commit().await
}

/// Whether any certificate is waited for.
async fn any_wanted(server: &Server) -> Result<bool, Problem> {
    let one = sql("SELECT id FROM certificates WHERE chain_key IS NULL OR chain_key < key_number LIMIT 1");
    Ok(one.optional(server.store.on(), |_| Ok(())).await?.is_some())
}

/// Those that are waited for, whose host would answer challenges of another authority, or none.
async fn told_otherwise(server: &Server, thumbprint: &Thumbprint) -> Result<Vec<Stored>, Problem> {
    sql(select_stored!(
        "WHERE (c.chain_key IS NULL OR c.chain_key < c.key_number) AND (c.thumbprint IS NULL OR c.thumbprint <> $1)
           AND a.state IN ('active', 'suspended') ORDER BY c.id LIMIT $2"
    ))
    .bind(thumbprint.as_str())
    .bind(MOST)
    .all(server.store.on(), stored)
    .await
}

/// The host learns what to answer; then the authority is asked.
async fn tell(server: &Server, mut certificate: Stored, thumbprint: &Thumbprint) -> Result<(), Problem> {
    let mut tx = server.store.write().await?;
    let told = sql("UPDATE certificates SET thumbprint = $3, next_at = $4, version = version + 1 WHERE id = $1 AND key_number = $2")
        .bind(certificate.id)
        .bind(certificate.key)
        .bind(thumbprint.as_str())
        .bind(server.world.now_ms() + TOLD_MS)
        .run(tx.on())
        .await?;
    if told == 0 {
        return Ok(());
    }
    certificate.thumbprint = Some(thumbprint.clone());
    let want = certificate.want();
    certificate.act(server, &mut tx, &Actor::panel(), "certificate.request", want).await?;
    tx.commit().await
}

/// A certificate whose turn it is.
pub(super) struct Claimed {
    pub id: CertificateId,
    pub tries: u32,
    /// How often the authority said no so far.
    pub refusals: u32,
    /// The host's request, and the number of its key.
    pub request: model::Der,
    pub key: u32,
}

async fn claim(server: &Server) -> Result<Option<Claimed>, Problem> {
    let now = server.world.now_ms();
    // Mostly there is nothing, and then nobody is made to wait.
    let due = sql("SELECT id FROM certificates WHERE next_at <= $1 AND request IS NOT NULL
         AND (chain_key IS NULL OR chain_key < key_number) LIMIT 1")
    .bind(now)
    .optional(server.store.on(), |_| Ok(()))
    .await?;
    if due.is_none() {
        return Ok(None);
    }
    let mut tx = server.store.write().await?;
    let claimed = sql("UPDATE certificates SET tries = tries + 1, next_at = $1 + $2
         WHERE id = (SELECT id FROM certificates WHERE next_at <= $1 AND request IS NOT NULL
             AND (chain_key IS NULL OR chain_key < key_number) ORDER BY next_at, id LIMIT 1)
           AND next_at <= $1 RETURNING id, tries, refusals, request, key_number")
    .bind(now)
    .bind(CLAIM_MS)
    .optional(tx.on(), |row| {
        Ok(Claimed {
            id: row.get("id")?,
            tries: row.get("tries")?,
            refusals: row.get("refusals")?,
            request: row.get::<String>("request")?.parse()?,
            key: row.get("key_number")?,
        })
    })
    .await?;
    tx.commit().await?;
    Ok(claimed)
}
