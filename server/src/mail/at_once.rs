//! Trying a mail at once that waits for its next try: what kept it back is mended, and nobody waits six hours for the next one.

use super::{MailView, State, off, rules::load};
use crate::{
    Actor, Server,
    change::{self, Act, Done, Subject},
    store::sql,
};
use model::{Duty, MailId, Problem, ProblemKind, Text};
use serde_json::json;

/// A mail that was tried just now may still be on its way: it is left alone for so long.
const UNDER_WAY_MS: i64 = 60_000;

/// The next round of the job takes it. The same mail: nobody gets it twice.
pub async fn at_once(server: &Server, actor: &Actor, mail: MailId) -> Result<Done<MailView>, Problem> {
    actor.must_do_what_others_see(Duty::SeeMails, Duty::SendLinks)?;
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let moved = sql("UPDATE mails SET next_at = $2 WHERE id = $1 AND state = 'queued' AND tries > 0 AND next_at > $2 AND tried_at <= $3")
        .bind(mail)
        .bind(now)
        .bind(now - UNDER_WAY_MS)
        .run(tx.on())
        .await?;
    let found = load(&mut tx, mail).await?;
    if server.carrier.is_none() {
        return Err(off());
    }
    if moved == 0 {
        return Err(not_waiting(found.view.state));
    }
    let mut act = Act::new("mail.try", Subject::new("mail", mail, &found.to));
    act.account = found.view.account;
    act.member = found.member;
    act.after = Some(json!({ "kind": found.view.kind }));
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    tx.commit().await?;
    Ok(Done { item: found.view, change: Some(change) })
}

fn not_waiting(state: State) -> Problem {
    let text = match state {
        State::Queued => Text::new(
            "Ce courriel est essayé en ce moment, ou vient de l’être\u{a0}: regardez la liste dans une minute.",
            "This mail is being tried now, or was just now: look at the list in a minute.",
        ),
        State::Sent => Text::new("Ce courriel est déjà parti.", "This mail was sent already."),
        State::Failed => Text::new(
            "Ce courriel est abandonné\u{a0}: renvoyez-le plutôt.",
            "This mail was given up: send it again instead.",
        ),
    };
    Problem::new(ProblemKind::Conflict, "mail_not_waiting", text)
}
