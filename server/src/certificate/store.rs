//! The table `certificates`, and the resources made of it.

use crate::{
    Actor, Server,
    change::{self, Act, Subject},
    resource::{self, Want},
    store::{Row, Tx, internal, sql},
};
use model::{
    AccountId, Body, Certificate, CertificateId, Chain, ChangeId, Der, Given, HostId, Kind, Problem,
    SiteName, Thumbprint, UnixName, wire::KeyRequest,
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
    pub thumbprint: Option<Thumbprint>,
    pub key: u32,
    pub chain: Option<Chain>,
    pub given: Option<Given>,
}

macro_rules! select_stored {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.name, c.account_id, a.name AS account_name, c.host_id, c.thumbprint, c.key_number, c.chain, c.chain_key, c.given
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
    let given: Option<String> = row.get("given")?;
    let given = given.map(|text| serde_json::from_str(&text)).transpose();
    let given = given.map_err(|error| internal("a given key", &error))?;
    Ok(Stored {
        id: row.get("id")?,
        name: row.get("name")?,
        account: row.get("account_id")?,
        account_name: row.get("account_name")?,
        host: row.get("host_id")?,
        thumbprint: row.get::<Option<String>>("thumbprint")?.map(|text| text.parse()).transpose()?,
        key: row.get("key_number")?,
        chain,
        given,
    })
}

impl Stored {
    pub fn want(&self) -> Want {
        let body = Certificate {
            id: self.id,
            account_id: self.account,
            account: self.account_name.clone(),
            name: self.name.clone(),
            thumbprint: self.thumbprint.clone(),
            key: self.key,
            chain: self.chain.clone(),
            given: self.given.clone(),
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

/// A host sent its request for a key. One for the key of the chain in use: that key was lost, and the chain with it, also where a person
/// had given them.
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
           chain_key = CASE WHEN chain_key = $3 THEN NULL ELSE chain_key END,
           given = CASE WHEN chain_key = $3 THEN NULL ELSE given END
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

/// Forgets the certificates of an account that is erased; gives what its host has to let go of.
pub(crate) async fn let_go_of(tx: &mut Tx, account: AccountId) -> Result<Vec<Want>, Problem> {
    let certificates = sql(select_stored!("WHERE c.account_id = $1 ORDER BY c.id"))
        .bind(account)
        .all(tx.on(), stored)
        .await?;
    // One by one, in the order in which a host's requests lock them.
    for certificate in &certificates {
        sql("DELETE FROM certificates WHERE id = $1").bind(certificate.id).run(tx.on()).await?;
    }
    Ok(certificates.iter().map(Stored::gone).collect())
}
