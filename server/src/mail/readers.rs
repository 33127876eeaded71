//! Whom a mail about an account goes to: users by their role, and contacts of its member, each address once.

use super::{Facts, Kind, Letter, queue};
use crate::{
    Server,
    account::AccountView,
    store::{Tx, sql},
};
use model::{EmailAddress, Lang, Problem, UserId};

pub(super) struct Reader {
    /// None: a contact of the member who is no user.
    pub user: Option<UserId>,
    pub email: EmailAddress,
    pub lang: Option<Lang>,
}

#[derive(Clone, Copy)]
pub(super) enum Those {
    /// Who has any role on it, and all contacts.
    Concerned,
    /// Owners and admins, and technical contacts.
    Owning,
    /// Owners, managers and webmasters, and technical contacts.
    Working,
}

macro_rules! users {
    ($role:literal) => {
        concat!(
            "SELECT u.id, u.email, u.lang FROM users u WHERE u.suspended_at IS NULL AND u.id IN
               (SELECT g.user_id FROM grants g WHERE ",
            $role,
            " AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $3)) ORDER BY u.id"
        )
    };
}

impl Those {
    /// $1 the account, $2 its member, $3 now.
    fn users(self) -> &'static str {
        match self {
            Those::Concerned => users!("(g.account_id = $1 OR g.member_id = $2)"),
            Those::Owning => users!(
                "((g.role = 'owner' AND (g.account_id = $1 OR g.member_id = $2))
                 OR (g.role = 'admin' AND g.account_id IS NULL AND g.member_id IS NULL))"
            ),
            Those::Working => users!(
                "g.role IN ('owner', 'manager', 'webmaster') AND (g.account_id = $1 OR g.member_id = $2)"
            ),
        }
    }

    async fn read(self, tx: &mut Tx, account: &AccountView, now: i64) -> Result<Vec<Reader>, Problem> {
        let mut readers = sql(self.users())
            .bind(account.id)
            .bind(account.member.id)
            .bind(now)
            .all(tx.on(), |row| {
                Ok(Reader { user: Some(row.get("id")?), email: row.get("email")?, lang: row.get("lang")? })
            })
            .await?;
        let contacts =
            sql("SELECT c.email, m.lang FROM member_contacts c JOIN members m ON m.id = c.member_id
             WHERE c.member_id = $1 AND ($2 = '' OR c.purpose = $2) AND c.email IS NOT NULL ORDER BY c.position")
            .bind(account.member.id)
            .bind(if matches!(self, Those::Concerned) { "" } else { "technical" })
            .all(tx.on(), |row| {
                Ok(Reader { user: None, email: row.get("email")?, lang: Some(row.get("lang")?) })
            })
            .await?;
        for contact in contacts {
            if readers.iter().all(|reader| reader.email.key() != contact.email.key()) {
                readers.push(contact);
            }
        }
        Ok(readers)
    }
}

/// Writes to each of them in their own language; gives how many.
pub(super) async fn tell_those(
    tx: &mut Tx,
    server: &Server,
    account: &AccountView,
    those: Those,
    (kind, about, facts): (Kind, Option<String>, Facts),
) -> Result<usize, Problem> {
    let readers = those.read(tx, account, server.world.now_ms()).await?;
    for reader in &readers {
        let letter = Letter {
            kind,
            to: &reader.email,
            lang: reader.lang.unwrap_or_default(),
            user: reader.user,
            member: Some(account.member.id),
            account: Some(account.id),
            about: about.clone(),
            facts: facts.clone(),
            link: None,
        };
        queue(tx, server, &letter).await?;
    }
    Ok(readers.len())
}
