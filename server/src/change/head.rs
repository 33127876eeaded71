//! The chain's head leaves the house each week: once it lies in mailboxes, who can write the database can no longer rewrite what came before.

use super::chain::head_on;
use crate::{
    Server, mail,
    store::{Tx, sql},
};
use model::{EmailAddress, Lang, Problem, UserId};

const WEEK_MS: i64 = 7 * 24 * 3_600_000;

/// Mails the head to those it is for, if a week has passed; gives to how many. The week is claimed by the statement that moves it on, in the
/// transaction that queues the mails: of several panel processes one does it, and a process cut off here has not.
pub async fn mail_head(server: &Server) -> Result<usize, Problem> {
    let to_nobody = server.config.changes.mail_head_to.as_ref().is_some_and(Vec::is_empty);
    if server.carrier.is_none() || to_nobody {
        return Ok(0);
    }
    let now = server.world.now_ms();
    let due = "SELECT one FROM change_log WHERE one = 1 AND (head_mailed_at IS NULL OR head_mailed_at <= $1)";
    // Mostly it is not time, and then nobody is made to wait.
    if sql(due).bind(now - WEEK_MS).optional(server.store.on(), |_| Ok(())).await?.is_none() {
        return Ok(0);
    }
    let mut tx = server.store.write().await?;
    let mine = sql("UPDATE change_log SET head_mailed_at = $1
         WHERE one = 1 AND (head_mailed_at IS NULL OR head_mailed_at <= $2)")
    .bind(now)
    .bind(now - WEEK_MS)
    .run(tx.on())
    .await?;
    let head = head_on(server, tx.on()).await?;
    if mine == 0 || head.position == 0 {
        return Ok(0);
    }
    let readers = readers(&mut tx, server, now).await?;
    for (user, to, lang) in &readers {
        let facts = mail::Facts {
            head: Some(mail::Head { position: head.position, hash: head.hash.clone(), at: head.at }),
            ..mail::Facts::default()
        };
        let letter = mail::Letter {
            kind: mail::Kind::ChainHead,
            to,
            lang: *lang,
            user: *user,
            member: None,
            account: None,
            about: None,
            facts,
            link: None,
        };
        mail::queue(&mut tx, server, &letter).await?;
    }
    tx.commit().await?;
    Ok(readers.len())
}

/// The addresses of the configuration, or every admin in their language.
async fn readers(
    tx: &mut Tx,
    server: &Server,
    now: i64,
) -> Result<Vec<(Option<UserId>, EmailAddress, Lang)>, Problem> {
    if let Some(to) = &server.config.changes.mail_head_to {
        return Ok(to.iter().map(|to| (None, to.clone(), Lang::default())).collect());
    }
    sql("SELECT u.id, u.email, u.lang FROM users u WHERE u.suspended_at IS NULL AND u.id IN
           (SELECT g.user_id FROM grants g WHERE g.role = 'admin' AND g.account_id IS NULL AND g.member_id IS NULL
             AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $1)) ORDER BY u.id")
    .bind(now)
    .all(tx.on(), |row| {
        let lang: Option<Lang> = row.get("lang")?;
        Ok((Some(row.get("id")?), row.get("email")?, lang.unwrap_or_default()))
    })
    .await
}
