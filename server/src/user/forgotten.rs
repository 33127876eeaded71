//! A forgotten password: whoever types an address is told the same, in the same time, whether it is a user's or not.

use super::links;
use crate::{
    Server,
    mail::{self, Kind, Letter},
    secrets::{fresh, hashed},
    session::{Refusal, Tries, network},
    store::sql,
};
use model::{EmailAddress, Lang, Problem, ProblemKind, UserId, text};
use std::net::IpAddr;

/// What the form sends, and from where.
#[derive(Clone, Debug)]
pub struct Forgotten {
    pub email: String,
    /// The client's address, trusted proxies taken into account.
    pub address: IpAddr,
    /// The page's language: for users who never chose one.
    pub lang: Lang,
}

/// Mails to one user within the window, whoever asks: nobody's mailbox is filled through us.
const PER_USER: i64 = 5;
/// Asked from one address (IPv6: one /64), whoever is meant.
const PER_ADDRESS: i64 = 20;

/// Queues a mail with a one-time link, if the address is a user's who may act.
pub async fn forgotten(server: &Server, asked: Forgotten) -> Result<(), Refusal> {
    if server.carrier.is_none() {
        return Err(no_mail().into());
    }
    let email = EmailAddress::parse(&asked.email)?;
    let buckets = vec![
        (format!("forgotten:{}", hashed(&email.key())), PER_USER),
        (format!("forgotten-from:{}", network(asked.address)), PER_ADDRESS),
    ];
    // Not given back: every mail counts.
    let _counted = Tries::take(server, buckets).await.map_err(too_many)?;
    let mut tx = server.store.write().await?;
    let found = sql("SELECT id, email, lang FROM users WHERE email_key = $1 AND suspended_at IS NULL")
        .bind(email.key())
        .optional(tx.on(), |row| {
            Ok((
                row.get::<UserId>("id")?,
                row.get::<EmailAddress>("email")?,
                row.get::<Option<Lang>>("lang")?,
            ))
        })
        .await?;
    // As much work without a user: a mail is written, rendered, taken out again, and the database made to keep it all, which is what takes time.
    let (user, to, lang) = match found {
        Some((user, to, lang)) => (Some(user), to, lang),
        None => (None, email, None),
    };
    let link = match user {
        Some(user) => links::new(&mut tx, &*server.world, user).await?,
        None => fresh(&*server.world),
    };
    let letter = Letter {
        kind: Kind::Reset,
        to: &to,
        lang: lang.unwrap_or(asked.lang),
        user,
        member: None,
        account: None,
        about: None,
        facts: mail::Facts::default(),
        link: Some(&link),
    };
    let queued = mail::queue(&mut tx, server, &letter).await?;
    if user.is_none() {
        mail::unqueue(&mut tx, queued).await?;
    }
    tx.commit().await?;
    Ok(())
}

fn no_mail() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "mail_off",
        text!(
            "Ce panneau n’envoie pas de courriel\u{a0}: demandez un nouveau lien à votre coopérative.",
            "This panel sends no mail: ask your cooperative for a new link."
        ),
    )
}

/// The reason is another than at signing in, and so is the remedy.
fn too_many(refusal: Refusal) -> Refusal {
    let Refusal { mut problem, retry_after_s } = refusal;
    if let Some(seconds) = retry_after_s {
        let minutes = (seconds + 59) / 60;
        problem.text = text!(
            "Trop de demandes\u{a0}: le dernier lien envoyé reste bon, regardez vos courriels, indésirables compris. Sinon, réessayez dans {minutes} min.",
            "Too many requests: the last link that was sent still works, look at your mail and at your spam. Else try again in {minutes} min."
        );
    }
    Refusal { problem, retry_after_s }
}
