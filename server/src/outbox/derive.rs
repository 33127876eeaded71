//! What a host is told of an account's mail.

use crate::store::{Tx, sql};
use model::{AccountId, AccountMail, HostFacts, Problem};

/// `None`: all is as usual, or its host has no outbox and could not read more.
pub(crate) async fn of_account(tx: &mut Tx, account: AccountId) -> Result<Option<AccountMail>, Problem> {
    let (mail, facts) =
        sql("SELECT p.mails_hour, p.mails_day, a.mail_release, a.mail_discard, h.facts FROM accounts a
           JOIN plans p ON p.id = a.plan_id JOIN hosts h ON h.id = a.host_id WHERE a.id = $1")
        .bind(account)
        .one(tx.on(), |row| {
            let mail = AccountMail {
                hour: row.get("mails_hour")?,
                day: row.get("mails_day")?,
                release: row.get("mail_release")?,
                discard: row.get("mail_discard")?,
            };
            Ok((mail, row.get::<Option<String>>("facts")?))
        })
        .await?;
    let facts = facts.and_then(|facts| serde_json::from_str::<HostFacts>(&facts).ok()).unwrap_or_default();
    Ok((facts.outbox && !mail.is_usual()).then_some(mail))
}
