//! The job that sends. Several panel processes may run it: a mail is claimed by the very statement that moves its next try on, so that
//! one process has it, and another takes it a minute later if that one died.

use super::{
    Kind,
    carrier::Envelope,
    over::{Matter, is_over},
    render::Rendered,
};
use crate::{Server, store::sql};
use model::{AccountId, EmailAddress, Lang, MailId, MemberId, Problem, Text, UserId};
use std::time::Duration;
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};

/// How often the queue is looked at.
const ROUND: Duration = Duration::from_secs(2);
/// Mails tried within a minute, by all processes together: a mail server that is asked too much closes its door.
pub const PER_MINUTE: i64 = 60;
const MINUTE_MS: i64 = 60_000;
/// The longest wait between two tries.
const LONGEST_WAIT_MS: i64 = 6 * 3_600_000;
/// What could not be sent for so long is given up.
pub const GIVE_UP_MS: i64 = 3 * 24 * 3_600_000;

/// Runs until `stop` turns true. A mail on its way at that moment is tried again by the next process, under the same Message-ID.
pub async fn run(server: Server, mut stop: watch::Receiver<bool>) {
    if server.carrier.is_none() {
        return;
    }
    let rounds = async {
        let mut clock = interval(ROUND);
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            clock.tick().await;
            if let Err(problem) = send_due(&server).await {
                tracing::warn!(%problem, "mails could not be sent; the next round tries again");
            }
        }
    };
    tokio::select! {
        () = rounds => {}
        () = async { drop(stop.wait_for(|stop| *stop).await) } => {}
    }
}

/// Sends what is due; gives how many mails left.
pub async fn send_due(server: &Server) -> Result<usize, Problem> {
    let mut sent = 0;
    while let Some(claimed) = claim(server).await? {
        sent += usize::from(send(server, claimed).await?);
    }
    Ok(sent)
}

struct Claimed {
    id: MailId,
    at: i64,
    to: EmailAddress,
    kind: Kind,
    lang: Lang,
    tries: u32,
    expires_at: Option<i64>,
    user: Option<UserId>,
    member: Option<MemberId>,
    account: Option<AccountId>,
    about: Option<String>,
    mail: Rendered,
}

async fn claim(server: &Server) -> Result<Option<Claimed>, Problem> {
    let now = server.world.now_ms();
    // Mostly there is nothing, and then nobody is made to wait.
    let due = sql("SELECT id FROM mails WHERE state = 'queued' AND next_at <= $1 LIMIT 1")
        .bind(now)
        .optional(server.store.on(), |_| Ok(()))
        .await?;
    if due.is_none() {
        return Ok(None);
    }
    let mut tx = server.store.write().await?;
    let claimed = sql("UPDATE mails SET tries = tries + 1, tried_at = $1, next_at = $1 + $2
         WHERE id = (SELECT id FROM mails WHERE state = 'queued' AND next_at <= $1 ORDER BY next_at, id LIMIT 1)
           AND state = 'queued' AND next_at <= $1 AND (SELECT COUNT(*) FROM mails WHERE tried_at > $1 - $2) < $3
         RETURNING id, at, address, kind, lang, subject, body_text, body_html, tries, expires_at,
           user_id, member_id, account_id, about")
    .bind(now)
    .bind(MINUTE_MS)
    .bind(PER_MINUTE)
    .optional(tx.on(), |row| {
        Ok(Claimed {
            id: row.get("id")?,
            at: row.get("at")?,
            to: row.get("address")?,
            kind: row.get("kind")?,
            lang: row.get("lang")?,
            tries: row.get("tries")?,
            expires_at: row.get("expires_at")?,
            user: row.get("user_id")?,
            member: row.get("member_id")?,
            account: row.get("account_id")?,
            about: row.get("about")?,
            mail: Rendered {
                subject: row.get("subject")?,
                text: row.get("body_text")?,
                html: row.get("body_html")?,
            },
        })
    })
    .await?;
    tx.commit().await?;
    Ok(claimed)
}

async fn send(server: &Server, claimed: Claimed) -> Result<bool, Problem> {
    let Some(carrier) = &server.carrier else { return Ok(false) };
    if over(server, &claimed).await? {
        let (id, kind) = (claimed.id, claimed.kind.code());
        tracing::info!(mail = %id, kind, to = claimed.to.masked(), "not sent: what it is about is over");
        let text = Text::new(
            "Ce qu’il disait n’était plus vrai au moment de l’envoi\u{a0}: il n’est pas parti.",
            "What it said was no longer true when it was to be sent: it did not leave.",
        );
        give_up(server, id, &text, Some(server.world.now_ms())).await?;
        return Ok(false);
    }
    let Claimed { id, at, to, kind, lang, tries, expires_at, mail, .. } = claimed;
    if expires_at.is_some_and(|expires| expires <= server.world.now_ms()) {
        tracing::warn!(mail = %id, kind = kind.code(), to = to.masked(), "not sent: its link has expired");
        let text = Text::new(
            "Le lien qu’il contenait a expiré avant l’envoi\u{a0}: envoyez-le à nouveau.",
            "The link in it expired before it could be sent: send it again.",
        );
        give_up(server, id, &text, None).await?;
        return Ok(false);
    }
    match carrier.carry(&Envelope { id, kind, to: &to, lang, at }, mail).await {
        Ok(()) => {
            tracing::info!(mail = %id, kind = kind.code(), to = to.masked(), "mail sent");
            done(server, id).await?;
            Ok(true)
        }
        Err(trouble) => {
            let said = trouble.said_without(to.as_str(), &to.masked());
            tracing::warn!(mail = %id, kind = kind.code(), to = to.masked(), said, "mail not sent");
            let text = trouble.text();
            let now = server.world.now_ms();
            let next = now + wait(tries);
            if trouble.for_good || next > at + GIVE_UP_MS {
                give_up(server, id, &text, None).await?;
            } else {
                later(server, id, tries, next, &text).await?;
            }
            Ok(false)
        }
    }
}

async fn over(server: &Server, claimed: &Claimed) -> Result<bool, Problem> {
    let to = claimed.to.key();
    let matter = Matter {
        kind: claimed.kind,
        to: &to,
        user: claimed.user,
        member: claimed.member,
        account: claimed.account,
        about: claimed.about.as_deref(),
    };
    let mut on = server.store.read().await?;
    is_over(&mut on, server.world.now_ms(), &matter).await
}

/// A minute, then twice as long each time.
fn wait(tries: u32) -> i64 {
    MINUTE_MS.checked_shl(tries.saturating_sub(1).min(20)).unwrap_or(LONGEST_WAIT_MS).min(LONGEST_WAIT_MS)
}

async fn done(server: &Server, id: MailId) -> Result<(), Problem> {
    let mut tx = server.store.write().await?;
    sql("UPDATE mails SET state = 'sent', sent_at = $2, body_text = NULL, body_html = NULL, error_fr = NULL, error_en = NULL WHERE id = $1")
        .bind(id)
        .bind(server.world.now_ms())
        .run(tx.on())
        .await?;
    tx.commit().await
}

/// `over_at`: nothing went wrong, there was nothing left to say.
async fn give_up(server: &Server, id: MailId, why: &Text, over_at: Option<i64>) -> Result<(), Problem> {
    let mut tx = server.store.write().await?;
    sql("UPDATE mails SET state = 'failed', body_text = NULL, body_html = NULL, error_fr = $2, error_en = $3, over_at = $4 WHERE id = $1 AND state = 'queued'")
        .bind(id)
        .bind(&*why.fr)
        .bind(&*why.en)
        .bind(over_at)
        .run(tx.on())
        .await?;
    tx.commit().await
}

/// Unless another process has taken it meanwhile.
async fn later(server: &Server, id: MailId, tries: u32, next: i64, why: &Text) -> Result<(), Problem> {
    let mut tx = server.store.write().await?;
    sql("UPDATE mails SET next_at = $3, error_fr = $4, error_en = $5 WHERE id = $1 AND state = 'queued' AND tries = $2")
        .bind(id)
        .bind(tries)
        .bind(next)
        .bind(&*why.fr)
        .bind(&*why.en)
        .run(tx.on())
        .await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_six_hours() {
        let minutes: Vec<i64> = (1..=12).map(|tries| wait(tries) / MINUTE_MS).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]);
        assert_eq!(wait(u32::MAX), LONGEST_WAIT_MS);
    }
}
