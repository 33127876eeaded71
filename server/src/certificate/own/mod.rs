//! Certificates that members bring themselves: looked at, their key sealed to the host, in place of the panel's own until shortly before
//! their end.

mod key;
mod read;
mod seal;

pub(crate) use seal::seal;

use super::{
    CertificateView,
    issue::DAY_MS,
    list,
    store::{Stored, select_stored, stored},
};
use crate::{
    Actor, Server, account,
    change::{self, Done},
    resource,
    site::{act_on, lock_with_row},
    store::{Tx, internal, sql},
};
use model::{
    CertificateId, Given, HostFacts, HostId, Problem, ProblemKind, Right, SealKey, Secret, SiteId, SiteName,
    Text, text,
};
use read::Own;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// The panel gets one of its own so long before the end of one that nobody replaced; of a short life the last tenth.
const LAST_MS: i64 = 3 * DAY_MS;

/// A certificate for a site, as pasted.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOwn {
    /// PEM (RFC 7468): the certificate and those that vouch for it, in any order.
    pub chain: String,
    /// PEM: its private key, without a password. It is sealed to the site's host, and shown to nobody again.
    #[schema(value_type = String)]
    pub key: Secret,
}

/// What a certificate one brought is used for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OwnView {
    /// The site's names that show it now.
    #[schema(value_type = Vec<String>)]
    pub names: Vec<SiteName>,
    /// Those it is not for: they keep what they had.
    #[schema(value_type = Vec<String>)]
    pub others: Vec<SiteName>,
    pub issuer: String,
    pub not_after: i64,
}

/// Takes a certificate for every name of a site it is for.
pub async fn bring(
    server: &Server,
    actor: &Actor,
    site: SiteId,
    new: NewOwn,
) -> Result<Done<OwnView>, Problem> {
    // Who may not see the site learns nothing about certificates.
    crate::site::show(server, actor, site).await?;
    let now = server.world.now_ms();
    let own = read::own(&new.chain, &new.key, now)?;
    let mut tx = server.store.write().await?;
    let (of, row) = lock_with_row(&mut tx, server, actor, site, now).await?;
    account::must_stay(&of)?;
    let (names, others): (Vec<SiteName>, Vec<SiteName>) =
        row.names.iter().cloned().partition(|name| own.is_for(name));
    if names.is_empty() {
        return Err(for_no_name(&own));
    }
    let to = seal_key(&mut tx, of.host.id).await?;
    let sealed = seal::seal(&*server.world, &to, &own.key)?;
    let mut wants = Vec::new();
    for name in &names {
        let certificate = place(&mut tx, server, (&of, name), &own).await?;
        let given = Given { key: certificate.key, sealed: sealed.clone() };
        let (id, given) = (certificate.id, Some(given));
        keep(&mut tx, id, given.as_ref()).await?;
        wants.push(Stored { given, ..certificate }.want());
    }
    let mut act = act_on("certificate.bring", &of, &row);
    act.after = Some(json!({ "names": names, "issuer": own.read.issuer, "not_after": own.read.not_after }));
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    resource::write(&mut tx, change, now, wants).await?;
    tx.commit().await?;
    let view = OwnView { names, others, issuer: own.read.issuer, not_after: own.read.not_after };
    Ok(Done { item: view, change: Some(change) })
}

/// The row of a name, with the next number of key and this chain for it.
async fn place(
    tx: &mut Tx,
    server: &Server,
    (of, name): (&account::AccountView, &SiteName),
    own: &Own,
) -> Result<Stored, Problem> {
    let now = server.world.now_ms();
    let chain = serde_json::to_string(&own.chain).map_err(|error| internal("a chain", &error))?;
    let read = &own.read;
    let id: CertificateId = server.world.id();
    let placed = sql("INSERT INTO certificates (id, name, account_id, host_id, key_number, tries, refusals, next_at, created_at, version,
           chain, chain_key, issuer, not_before, not_after, renew_at)
         VALUES ($1, $2, $3, $4, 1, 0, 0, $5, $5, 1, $6, 1, $7, $8, $9, $10)
         ON CONFLICT (name) DO UPDATE SET key_number = certificates.key_number + 1, chain_key = certificates.key_number + 1,
           chain = excluded.chain, issuer = excluded.issuer, not_before = excluded.not_before, not_after = excluded.not_after,
           renew_at = excluded.renew_at, request = NULL, advice_at = NULL, text_fr = NULL, text_en = NULL, tries = 0, refusals = 0,
           warned_days = NULL, proven_at = NULL, version = certificates.version + 1
         WHERE certificates.account_id = excluded.account_id AND certificates.host_id = excluded.host_id")
    .bind(id)
    .bind(name)
    .bind(of.id)
    .bind(of.host.id)
    .bind(now)
    .bind(chain)
    .bind(read.issuer.as_str())
    .bind(read.not_before)
    .bind(read.not_after)
    .bind(read.not_after - LAST_MS.min((read.not_after - read.not_before) / 10))
    .run(tx.on())
    .await?;
    if placed == 0 {
        return Err(passing(name));
    }
    sql(select_stored!("WHERE c.name = $1")).bind(name).one(tx.on(), stored).await
}

/// The name came from another account, whose certificate has not been let go of yet.
fn passing(name: &SiteName) -> Problem {
    let name = name.unicode();
    Problem::new(
        ProblemKind::Conflict,
        "certificate_passing",
        text!(
            "Le nom {name} vient de changer de compte et son ancien certificat s’en va\u{a0}: réessayez dans une minute.",
            "The name {name} has just changed its account and its old certificate is leaving: try again in a minute."
        ),
    )
}

async fn keep(tx: &mut Tx, id: CertificateId, given: Option<&Given>) -> Result<(), Problem> {
    let text =
        given.map(serde_json::to_string).transpose().map_err(|error| internal("a given key", &error))?;
    sql("UPDATE certificates SET given = $2 WHERE id = $1").bind(id).bind(text).run(tx.on()).await.map(drop)
}

/// Back to a certificate that the panel gets: the one that was brought serves until then.
pub async fn back(
    server: &Server,
    actor: &Actor,
    id: CertificateId,
    expected: Option<i64>,
) -> Result<Done<CertificateView>, Problem> {
    let now = server.world.now_ms();
    let account = list::account_of(server, actor, id).await?;
    // The authority may take its time, and where it is away, the job tells the host when it is back: nobody's writes wait for it.
    let thumbprint = match &server.issuer {
        Some(issuer) => issuer.authority.thumbprint(server).await.ok(),
        None => None,
    };
    let mut tx = server.store.write().await?;
    let of = account::lock_for(&mut tx, server, actor, account, Right::Sites).await?;
    account::must_stay(&of)?;
    let before = list::load(&mut tx, id, now).await?;
    crate::views::stale(expected, before.version)?;
    let mut certificate = sql(select_stored!("WHERE c.id = $1")).bind(id).one(tx.on(), stored).await?;
    if !before.own {
        return Ok(Done { item: before, change: None });
    }
    if server.issuer.is_none() {
        return Err(nothing_else());
    }
    certificate.key += 1;
    certificate.thumbprint = thumbprint;
    sql("UPDATE certificates SET key_number = $2, request = NULL, tries = 0, refusals = 0, next_at = $3, renew_at = $4, thumbprint = $5,
           version = version + 1 WHERE id = $1")
    .bind(id)
    .bind(certificate.key)
    .bind(now)
    .bind(now + super::job::RENEW_AGAIN_MS)
    .bind(certificate.thumbprint.as_ref().map(|thumbprint| thumbprint.as_str().to_owned()))
    .run(tx.on())
    .await?;
    let want = certificate.want();
    let change = certificate.act(server, &mut tx, actor, "certificate.request", want).await?;
    let item = list::load(&mut tx, id, now).await?;
    tx.commit().await?;
    Ok(Done { item, change: Some(change) })
}

async fn seal_key(tx: &mut Tx, host: HostId) -> Result<SealKey, Problem> {
    let facts = sql("SELECT facts FROM hosts WHERE id = $1")
        .bind(host)
        .optional(tx.on(), |row| row.get::<Option<String>>("facts"))
        .await?
        .flatten();
    seal_of(facts.as_deref())
}

/// What secrets for a host are sealed to, by what its agent told.
pub(crate) fn seal_of(facts: Option<&str>) -> Result<SealKey, Problem> {
    let seal = facts.and_then(|facts| serde_json::from_str::<HostFacts>(facts).ok()?.seal);
    seal.ok_or_else(|| {
        Problem::new(
            ProblemKind::Conflict,
            "no_seal",
            Text::new(
                "L’hôte de ce compte ne sait pas encore recevoir de clé\u{a0}: la coopérative doit y mettre à jour alveole-agent, puis le laisser se connecter.",
                "This account's host cannot receive keys yet: the cooperative has to update alveole-agent there and let it connect.",
            ),
        )
    })
}

fn for_no_name(own: &Own) -> Problem {
    let names = own.names();
    Problem::invalid(
        "chain",
        "certificate_names",
        text!(
            "Ce certificat n’est pour aucun nom de ce site\u{a0}: il est pour {names}. Ajoutez ce nom au site, ou prenez le certificat d’un de ses noms.",
            "This certificate is for no name of this site: it is for {names}. Add that name to the site, or take the certificate of one of its names."
        ),
    )
}

fn nothing_else() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "no_authority",
        Text::new(
            "Ce panneau n’a pas d’autorité de certification qui prendrait la relève\u{a0}: donnez un autre certificat, ou gardez celui-ci.",
            "This panel has no certificate authority to take over: give another certificate, or keep this one.",
        ),
    )
}
