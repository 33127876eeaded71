//! Putting mails into the queue: in the transaction of the act that causes them, so that both happen or neither.

use super::{
    Facts, Kind,
    render::{Told, render},
};
use crate::{
    Server,
    store::{Tx, sql},
    user::LINK_MS,
};
use model::{AccountId, EmailAddress, Lang, MailId, MemberId, Problem, ProblemKind, Secret, Text, UserId};

/// A mail to be written.
pub(crate) struct Letter<'a> {
    pub kind: Kind,
    pub to: &'a EmailAddress,
    pub lang: Lang,
    pub user: Option<UserId>,
    pub member: Option<MemberId>,
    pub account: Option<AccountId>,
    /// What it is about, where that can be over before it is sent: an invitation, a grant, an approval.
    pub about: Option<String>,
    pub facts: Facts,
    /// The one-time link in it.
    pub link: Option<&'a Secret>,
}

/// Renders and queues. The caller has made sure that this panel sends mail.
pub(crate) async fn queue(tx: &mut Tx, server: &Server, letter: &Letter<'_>) -> Result<MailId, Problem> {
    let Letter { kind, to, lang, user, member, account, about, facts, link } = letter;
    let told = Told { kind: *kind, lang: *lang, account: *account, facts, link: *link };
    let mail = render(&server.config.origin, &told)?;
    let facts = serde_json::to_string(facts).map_err(|error| crate::store::internal("facts", &error))?;
    let (id, now): (MailId, _) = (server.world.id(), server.world.now_ms());
    sql("INSERT INTO mails (id, at, address, address_key, kind, lang, subject, user_id, member_id, account_id, facts,
           body_text, body_html, state, tries, next_at, expires_at, about)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'queued', 0, $2, $14, $15)")
    .bind(id)
    .bind(now)
    .bind(*to)
    .bind(to.key())
    .bind(*kind)
    .bind(*lang)
    .bind(mail.subject)
    .bind(*user)
    .bind(*member)
    .bind(*account)
    .bind(facts)
    .bind(mail.text)
    .bind(mail.html)
    .bind(link.map(|_| now + LINK_MS))
    .bind(about.as_deref())
    .run(tx.on())
    .await?;
    Ok(id)
}

/// Takes one out again before anybody saw it.
pub(crate) async fn unqueue(tx: &mut Tx, mail: MailId) -> Result<(), Problem> {
    sql("DELETE FROM mails WHERE id = $1").bind(mail).run(tx.on()).await.map(drop)
}

/// Whether an invitation goes by mail: as asked, and unless that was said, if this panel can.
pub(crate) fn by_mail(server: &Server, asked: Option<bool>) -> Result<bool, Problem> {
    match (asked, &server.carrier) {
        (Some(true), None) => Err(off().on("mail")),
        (asked, carrier) => Ok(asked.unwrap_or(carrier.is_some())),
    }
}

/// Without mail, members cannot ask anybody in: the link that sets a first password would pass through their hands.
pub(crate) fn off_for_members() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "mail_off",
        Text::new(
            "Ce panneau n’envoie pas de courriel, et l’invitation part par courriel\u{a0}: demandez à la coopérative de donner l’accès.",
            "This panel sends no mail, and invitations go by mail: ask the cooperative to give access.",
        ),
    )
}

/// This panel sends no mail.
pub(crate) fn off() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "mail_off",
        Text::new(
            "Ce panneau n’envoie pas de courriel\u{a0}: la table [mail] manque dans panel.toml. Transmettez le lien vous-même.",
            "This panel sends no mail: the table [mail] is missing in panel.toml. Pass the link on yourself.",
        ),
    )
}
