//! Certificates that end without having been renewed: told to those who can mend what is missing, once each.

use super::{Facts, Kind, Letter, people::Reader, queue};
use crate::{
    Server,
    account::AccountView,
    store::{Tx, sql},
};
use model::{Problem, SiteId, Text};
use serde::{Deserialize, Serialize};

/// A name whose certificate ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ending {
    pub name: String,
    pub at: i64,
    /// Why it could not be renewed so far.
    pub missing: Text,
}

/// Tells owners and technical contacts of the account's member, and admins; gives how many. The caller has made sure that this panel
/// sends mail.
pub(crate) async fn certificates_end(
    tx: &mut Tx,
    server: &Server,
    account: &AccountView,
    site: SiteId,
    endings: Vec<Ending>,
) -> Result<usize, Problem> {
    let mut readers =
        sql("SELECT u.id, u.email, u.lang FROM users u WHERE u.suspended_at IS NULL AND u.id IN
           (SELECT g.user_id FROM grants g WHERE ((g.role = 'owner' AND (g.account_id = $1 OR g.member_id = $2))
               OR (g.role = 'admin' AND g.account_id IS NULL AND g.member_id IS NULL))
             AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $3)) ORDER BY u.id")
        .bind(account.id)
        .bind(account.member.id)
        .bind(server.world.now_ms())
        .all(tx.on(), |row| {
            Ok(Reader { user: Some(row.get("id")?), email: row.get("email")?, lang: row.get("lang")? })
        })
        .await?;
    technical_contacts(tx, account, &mut readers).await?;
    for reader in &readers {
        let facts = Facts {
            account: Some(account.name.to_string()),
            site: Some(site),
            endings: endings.clone(),
            ..Facts::default()
        };
        let letter = Letter {
            kind: Kind::CertificateEnds,
            to: &reader.email,
            lang: reader.lang.unwrap_or_default(),
            user: reader.user,
            member: Some(account.member.id),
            account: Some(account.id),
            about: Some(site.to_string()),
            facts,
            link: None,
        };
        queue(tx, server, &letter).await?;
    }
    Ok(readers.len())
}

/// And the technical contacts of the account's member, each address once.
pub(super) async fn technical_contacts(
    tx: &mut Tx,
    account: &AccountView,
    readers: &mut Vec<Reader>,
) -> Result<(), Problem> {
    let contacts = sql("SELECT c.email, m.lang FROM member_contacts c JOIN members m ON m.id = c.member_id
         WHERE c.member_id = $1 AND c.purpose = 'technical' AND c.email IS NOT NULL ORDER BY c.position")
    .bind(account.member.id)
    .all(tx.on(), |row| Ok(Reader { user: None, email: row.get("email")?, lang: Some(row.get("lang")?) }))
    .await?;
    for contact in contacts {
        if readers.iter().all(|reader| reader.email.key() != contact.email.key()) {
            readers.push(contact);
        }
    }
    Ok(())
}
