//! Gives one resource of a host a new generation although what is wanted may be the same: a person's consent travels so, and so does the
//! end of what an adopted host holds besides (one way only, law 1).

use crate::{
    resource,
    store::{Tx, sql},
};
use model::{AccountId, ChangeId, Consent, HostId, Kind, Problem};
use uuid::Uuid;

/// A resource as it shall stand from now on.
#[derive(Clone, Debug)]
pub struct Touch {
    pub kind: Kind,
    pub key: Uuid,
    pub account: Option<AccountId>,
    pub consent: Option<Consent>,
}

/// A consent as the column keeps it: the wire's own words.
pub fn consent_code(consent: Consent) -> &'static str {
    match consent {
        Consent::PutBack => "put_back",
        Consent::Keep => "keep",
        Consent::Delete => "delete",
    }
}

pub fn consent_of(code: &str) -> Option<Consent> {
    [Consent::PutBack, Consent::Keep, Consent::Delete]
        .into_iter()
        .find(|consent| consent_code(*consent) == code)
}

/// A resource the panel has keeps its body; one it has not is to go.
pub async fn touch(
    tx: &mut Tx,
    change: ChangeId,
    now: i64,
    host: HostId,
    touch: Touch,
) -> Result<(), Problem> {
    let Touch { kind, key, account, consent } = touch;
    let (generation, epoch): (u64, u64) =
        sql("UPDATE hosts SET generation = generation + 1 WHERE id = $1 RETURNING generation, epoch")
            .bind(host)
            .one(tx.on(), |row| Ok((row.get("generation")?, row.get("epoch")?)))
            .await?;
    sql("INSERT INTO resources (host_id, kind, key, account_id, generation, change_id, body, deleted_at, consent, state)
         VALUES ($1, $2, $3, $4, $5, $6, NULL, $7, $8, 'wanted')
         ON CONFLICT (host_id, kind, key) DO UPDATE SET generation = excluded.generation, change_id = excluded.change_id,
           consent = excluded.consent, state = 'wanted', text_fr = NULL, text_en = NULL, drift = NULL")
        .bind(host)
        .bind(kind.code())
        .bind(key)
        .bind(account)
        .bind(generation)
        .bind(change)
        .bind(now)
        .bind(consent.map(consent_code))
        .run(tx.on())
        .await?;
    resource::start(tx, resource::Start { change, host, kind, key, account, epoch, generation, now }).await?;
    tx.wake_host(host);
    Ok(())
}
