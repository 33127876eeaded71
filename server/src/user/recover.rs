//! Somebody who has lost password, factors and address. Support states the new address and how it knows who it is; a second person
//! approves; then the access moves to the new address, and a link to choose a password goes there. Nobody of the cooperative sees it.

use super::{links, rules};
use crate::{
    Actor, Server, Via,
    actor::{Staff, not_found, staff_bits},
    approval::{self, ApprovalView, Ask},
    change::{self, Act, Subject},
    factor, grant, mail, search, session,
    store::{Tx, sql},
};
use model::{Duty, EmailAddress, Lang, Problem, ProblemKind, Text, UserId, text};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

/// What is asked, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRecovery {
    /// The address the user has now.
    pub email: String,
    /// How it was made sure who they are.
    pub reason: String,
}

/// Characters of a reason, at least: "x" is none.
const SHORTEST: usize = 10;
const LONGEST: usize = 500;

/// Puts a user's recovery before a second person; the address they had is told.
pub async fn ask_recovery(
    server: &Server,
    actor: &Actor,
    user: UserId,
    new: NewRecovery,
) -> Result<ApprovalView, Problem> {
    actor.must_do_what_others_see(Duty::SeeUsers, Duty::SendLinks)?;
    rules::show(server, actor, user).await?;
    actor.must_have_proved(server.world.now_ms())?;
    if server.carrier.is_none() {
        return Err(mail::off());
    }
    let email = EmailAddress::parse(&new.email)?;
    let reason: String = new.reason.trim().chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    if reason.chars().count() < SHORTEST {
        let text = Text::new(
            "Dites comment vous avez vérifié l’identité de la personne\u{a0}: la deuxième personne le lira, et cela restera dans l’historique.",
            "Say how you made sure who it is: the second person will read it, and it stays in the history.",
        );
        return Err(Problem::invalid("reason", "reason_empty", text));
    }
    // Who has a token has not shown to be there; and each request writes to somebody.
    if matches!(actor.via, Via::Token(_)) {
        return Err(rules::session_only());
    }
    let mut tx = server.store.write().await?;
    let lost = lost(&mut tx, server, actor, user, &email).await?;
    let ask = Ask::Recover { user, email: email.as_str().to_owned(), reason };
    let asked = approval::ask(&mut tx, server, actor, ask, Subject::new("user", user, &lost.email)).await?;
    // Visits are noted once an hour: the next one shall be noted, however soon it comes. (Until then the user's sessions look an hour older.)
    let unnoted = server.world.now_ms() - session::NOTE_EVERY_MS - 1;
    sql("UPDATE sessions SET seen_at = $2 WHERE user_id = $1 AND ended_at IS NULL AND seen_at > $2")
        .bind(user)
        .bind(unnoted)
        .run(tx.on())
        .await?;
    let told = mail::Moved { user, old: &lost.email, lang: lost.lang, new: &email };
    mail::recovery_asked(&mut tx, server, &told, &asked).await?;
    tx.commit().await?;
    Ok(asked)
}

/// What the second person's approval brings about.
pub(crate) async fn recover(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    (user, asked_at): (UserId, i64),
    email: &EmailAddress,
    reason: &str,
) -> Result<(), Problem> {
    if server.carrier.is_none() {
        return Err(mail::off());
    }
    let now = server.world.now_ms();
    let lost = lost(tx, server, actor, user, email).await?;
    if let Some(problem) = recovery_hindrance(actor, user, lost.staff) {
        return Err(problem);
    }
    let seen = sql("SELECT COUNT(*) FROM sessions WHERE user_id = $1 AND (created_at > $2 OR seen_at > $2)")
        .bind(user)
        .bind(asked_at)
        .one(tx.on(), |row| row.first::<i64>())
        .await?;
    if seen > 0 {
        let text = Text::new(
            "Cette personne s’est connectée depuis la demande\u{a0}: elle n’a donc pas tout perdu, ou quelqu’un d’autre est entré. Refusez la demande et parlez-lui\u{a0}; au besoin, faites suspendre l’utilisateur, puis demandez à nouveau.",
            "This person has signed in since it was asked: so they have not lost everything, or somebody else got in. Refuse the request and talk to them; if need be have the user suspended, then ask anew.",
        );
        return Err(Problem::new(ProblemKind::Conflict, "user_signed_in", text));
    }
    sql("UPDATE users SET email = $2, email_key = $3, password = NULL WHERE id = $1")
        .bind(user)
        .bind(email)
        .bind(email.key())
        .run(tx.on())
        .await?;
    search::put(tx, search::Kind::User, user, &[email]).await?;
    let factors = factor::take_all(tx, user).await?;
    session::shut_out(tx, user, now, None).await?;
    let link = links::new(tx, &*server.world, user).await?;
    let mut act = Act::new("user.recover", Subject::new("user", user, email));
    act.before = Some(json!({ "email": lost.email, "factors": factors }));
    act.after = Some(json!({ "email": email, "reason": reason }));
    change::record(tx, &*server.world, actor, act).await?;
    let acts = grant::moved(tx, server, user, (&lost.email, email)).await?;
    change::record_all(tx, &*server.world, actor, acts).await?;
    let told = mail::Moved { user, old: &lost.email, lang: lost.lang, new: email };
    mail::recovered(tx, server, &told, &link).await
}

/// Tells the address they have that nothing comes of it.
pub(crate) async fn recovery_refused(
    tx: &mut Tx,
    server: &Server,
    user: UserId,
    email: &EmailAddress,
) -> Result<(), Problem> {
    if server.carrier.is_none() {
        return Ok(());
    }
    let Lost { email: old, lang, .. } = load(tx, server, user).await?;
    mail::recovery_refused(tx, server, &mail::Moved { user, old: &old, lang, new: email }).await
}

/// Why this one cannot approve the recovery of a user who does this for the cooperative.
pub(crate) fn recovery_hindrance(actor: &Actor, user: UserId, staff: Staff) -> Option<Problem> {
    if actor.user == Some(user) {
        return Some(oneself());
    }
    if staff.does(Duty::Administer) && actor.user.is_some() {
        return Some(rules::is_admin());
    }
    if !staff.is_any() || actor.staff.does(Duty::Administer) {
        return None;
    }
    // Two who are no admins do not become, between them, another of the staff.
    let text = Text::new(
        "Cette personne fait partie de l’équipe\u{a0}: seule une personne de l’administration peut donner son accord.",
        "This person is of the staff: only an admin can approve.",
    );
    Some(Problem::new(ProblemKind::Denied, "staff_only", text))
}

fn oneself() -> Problem {
    let text = Text::new(
        "C’est vous\u{a0}: demandez à une autre personne de l’équipe.",
        "This is you: ask somebody else of the staff.",
    );
    Problem::new(ProblemKind::Conflict, "user_self", text)
}

/// Who has lost it all.
struct Lost {
    email: EmailAddress,
    lang: Lang,
    staff: Staff,
}

async fn load(tx: &mut Tx, server: &Server, user: UserId) -> Result<Lost, Problem> {
    let found =
        sql(concat!("SELECT u.email, u.lang, ", staff_bits!(), " AS staff FROM users u WHERE u.id = $1"))
            .bind(user)
            .bind(server.world.now_ms())
            .optional(tx.on(), |row| {
                Ok(Lost {
                    email: row.get("email")?,
                    lang: row.get::<Option<Lang>>("lang")?.unwrap_or_default(),
                    staff: Staff::from_bits(row.get("staff")?),
                })
            })
            .await?;
    found.ok_or_else(not_found)
}

/// Locks the user; refused where nobody may do this, or not with this address.
async fn lost(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    user: UserId,
    email: &EmailAddress,
) -> Result<Lost, Problem> {
    rules::hold(tx, user).await?;
    let found = load(tx, server, user).await?;
    if actor.user == Some(user) {
        return Err(oneself());
    }
    rules::must_not_be_admin(tx, server, actor, user).await?;
    let taken = sql("SELECT COUNT(*) FROM users WHERE email_key = $1")
        .bind(email.key())
        .one(tx.on(), |row| row.first::<i64>())
        .await?;
    if email.key() == found.email.key() {
        let text = Text::new(
            "C’est déjà son adresse\u{a0}: si elle la lit encore, envoyez-lui un lien.",
            "This is their address already: if they still read it, send them a link.",
        );
        return Err(Problem::invalid("email", "email_same", text));
    }
    if taken > 0 {
        return Err(Problem::invalid(
            "email",
            "email_taken",
            text!(
                "{email} se connecte déjà\u{a0}: donnez-lui un rôle, ou une autre adresse.",
                "{email} signs in already: give that user a role, or another address."
            ),
        ));
    }
    Ok(found)
}
