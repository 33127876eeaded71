//! What the panel knows already, and a file might bring again: numbers, addresses, users.

use crate::store::sql;
use model::{MemberNumber, Problem};
use sqlx::AnyConnection;
use std::collections::{HashMap, HashSet};

pub(super) struct Known {
    /// Names of members by number.
    pub numbers: HashMap<u32, String>,
    /// At which member an address stands: as a contact's, or as that of somebody with a role on it or on one of its accounts.
    pub emails: HashMap<String, Holder>,
    /// Addresses of users.
    pub users: HashSet<String>,
}

pub(super) struct Holder {
    pub number: MemberNumber,
    pub name: String,
}

impl Known {
    pub async fn load(on: &mut AnyConnection) -> Result<Known, Problem> {
        let numbers = sql("SELECT number, name FROM members")
            .all(&mut *on, |row| Ok((row.get::<u32>("number")?, row.get("name")?)))
            .await?;
        let emails = sql("SELECT c.email_key, m.number, m.name FROM member_contacts c JOIN members m ON m.id = c.member_id
             WHERE c.email_key IS NOT NULL
             UNION ALL SELECT u.email_key, m.number, m.name FROM grants g JOIN users u ON u.id = g.user_id
               JOIN members m ON m.id = g.member_id WHERE g.revoked_at IS NULL
             UNION ALL SELECT u.email_key, m.number, m.name FROM grants g JOIN users u ON u.id = g.user_id
               JOIN accounts a ON a.id = g.account_id JOIN members m ON m.id = a.member_id WHERE g.revoked_at IS NULL
             ORDER BY 2 DESC")
        .all(&mut *on, |row| {
            Ok((row.get("email_key")?, Holder { number: row.get("number")?, name: row.get("name")? }))
        })
        .await?;
        let users = sql("SELECT email_key FROM users").all(&mut *on, |row| row.get("email_key")).await?;
        // Of several, the member with the lowest number is named.
        Ok(Known {
            numbers: numbers.into_iter().collect(),
            emails: emails.into_iter().collect(),
            users: users.into_iter().collect(),
        })
    }
}
