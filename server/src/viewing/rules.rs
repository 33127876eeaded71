//! Starting and ending a view, asking for consent and giving it.

use super::{LONGEST_MS, ViewingView};
use crate::{
    Actor, Server, Via,
    actor::not_found,
    change::{self, Act, Subject},
    grant::{self, On},
    store::{Row, Tx, sql},
    user,
};
use model::{AccountId, Duty, MemberId, Problem, ProblemKind, Right, Text, ViewingId};
use serde_json::json;

/// Characters of a reason, at least: "x" is none.
const SHORTEST: usize = 5;
const LONGEST: usize = 500;

macro_rules! columns {
    () => {
        "SELECT v.id, v.who, v.reason, v.account_id, v.member_id, COALESCE(a.name, m.name) AS name, v.started_at, v.expires_at,
           v.asked_at, v.consented_at
         FROM viewings v LEFT JOIN accounts a ON a.id = v.account_id LEFT JOIN members m ON m.id = v.member_id
         WHERE v.ended_at IS NULL AND v.expires_at > $1 AND "
    };
}

/// Staff begins to look at an account or a member as its users do; a view that runs in this session ends.
pub async fn start(server: &Server, actor: &Actor, on: On, reason: &str) -> Result<ViewingView, Problem> {
    match on {
        On::Account(id) => crate::account::must_see(server, actor, id).await?,
        On::Member(id) => drop(grant::access_to_member(server, actor, id).await?),
    }
    actor.must_do(Duty::ViewAs)?;
    let (Some(user), Via::Session(session)) = (actor.user, &actor.via) else {
        return Err(user::session_only());
    };
    let now = server.world.now_ms();
    actor.must_have_proved(now)?;
    let reason: String = reason.trim().chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    if reason.chars().count() < SHORTEST {
        let text = Text::new(
            "Écrivez pourquoi\u{a0}: le membre le lira dans son historique.",
            "Write why: the member will read it in the history.",
        );
        return Err(Problem::invalid("reason", "reason_empty", text));
    }
    let mut tx = server.store.write().await?;
    close(&mut tx, session, now).await?;
    let id: ViewingId = server.world.id();
    sql("INSERT INTO viewings (id, session_id, user_id, who, member_id, account_id, reason, started_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
    .bind(id)
    .bind(session.as_str())
    .bind(user)
    .bind(actor.who.as_str())
    .bind(on.member())
    .bind(on.account())
    .bind(reason)
    .bind(now)
    .bind(now + LONGEST_MS)
    .run(tx.on())
    .await?;
    // Event streams of what one saw as oneself, and as a view sees not, end.
    tx.wake_user(user);
    let view = load(&mut tx, id, now).await?;
    record(&mut tx, server, actor, "viewing.start", on, &view).await?;
    tx.commit().await?;
    Ok(view)
}

/// Back to oneself.
pub async fn end(server: &Server, actor: &Actor) -> Result<(), Problem> {
    let (Via::Session(session), Some(viewing)) = (&actor.via, &actor.viewing) else {
        return Err(none());
    };
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let view = load(&mut tx, viewing.id, now).await?;
    close(&mut tx, session, now).await?;
    if let Some(user) = actor.user {
        tx.wake_user(user);
    }
    record(&mut tx, server, actor, "viewing.end", viewing.on, &view).await?;
    tx.commit().await
}

async fn close(tx: &mut Tx, session: &str, now: i64) -> Result<(), Problem> {
    sql("UPDATE viewings SET ended_at = $2 WHERE session_id = $1 AND ended_at IS NULL AND expires_at > $2")
        .bind(session)
        .bind(now)
        .run(tx.on())
        .await
        .map(drop)
}

/// Whoever views asks the owner to be let act.
pub async fn ask(server: &Server, actor: &Actor) -> Result<ViewingView, Problem> {
    let viewing = actor.viewing.as_ref().ok_or_else(none)?;
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    sql("UPDATE viewings SET asked_at = COALESCE(asked_at, $2) WHERE id = $1 AND ended_at IS NULL")
        .bind(viewing.id)
        .bind(now)
        .run(tx.on())
        .await?;
    let view = load(&mut tx, viewing.id, now).await?;
    tx.commit().await?;
    Ok(view)
}

/// Views of what the signed-in user owns that ask for consent.
pub async fn pending(server: &Server, actor: &Actor) -> Result<Vec<ViewingView>, Problem> {
    let open = sql(concat!(
        columns!(),
        "v.asked_at IS NOT NULL AND v.consented_at IS NULL AND v.user_id <> $2
           AND (v.account_id IN (SELECT g.account_id FROM grants g WHERE g.user_id = $2 AND g.role = 'owner' AND g.revoked_at IS NULL)
             OR v.account_id IN (SELECT x.id FROM grants g JOIN accounts x ON x.member_id = g.member_id
               WHERE g.user_id = $2 AND g.role = 'owner' AND g.revoked_at IS NULL)
             OR v.member_id IN (SELECT g.member_id FROM grants g WHERE g.user_id = $2 AND g.role = 'owner' AND g.revoked_at IS NULL))
         ORDER BY v.id"
    ))
    .bind(server.world.now_ms())
    .bind(actor.user_text())
    .all(server.store.on(), view)
    .await?;
    Ok(open)
}

/// An owner lets whoever views act as a webmaster for the rest of the hour.
pub async fn consent(server: &Server, actor: &Actor, viewing: ViewingId) -> Result<ViewingView, Problem> {
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let asked = load(&mut tx, viewing, now).await?;
    let on = match (asked.account, asked.member) {
        (Some(account), _) => On::Account(account),
        (_, Some(member)) => On::Member(member),
        _ => return Err(not_found()),
    };
    // Nobody lets themselves in: neither who views, nor staff in the member's place.
    let access = grant::of(tx.on(), actor, on, now).await?;
    if actor.viewing.is_some() || !access.roles().iter().any(|role| role.gives(Right::Own)) {
        return Err(not_found());
    }
    actor.must_have_proved(now)?;
    let consented = sql(
        "UPDATE viewings SET consented_at = $2 WHERE id = $1 AND asked_at IS NOT NULL AND ended_at IS NULL",
    )
    .bind(viewing)
    .bind(now)
    .run(tx.on())
    .await?;
    if consented == 0 {
        return Err(not_found());
    }
    let view = load(&mut tx, viewing, now).await?;
    record(&mut tx, server, actor, "viewing.consent", on, &view).await?;
    tx.commit().await?;
    Ok(view)
}

/// Nothing to end, nothing to ask for.
fn none() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "not_viewing",
        Text::new(
            "Vous ne regardez pas (ou plus) comme un membre\u{a0}: la vue est terminée.",
            "You are not (or no longer) looking as a member does: the view is over.",
        ),
    )
}

async fn record(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    verb: &'static str,
    on: On,
    view: &ViewingView,
) -> Result<(), Problem> {
    let mut act = Act::new(verb, Subject::new("viewing", view.id, &view.name));
    act.account = on.account();
    act.member = on.member();
    if let On::Account(id) = on {
        act.member = sql("SELECT member_id FROM accounts WHERE id = $1")
            .bind(id)
            .one(tx.on(), |row| row.get("member_id"))
            .await?;
    }
    act.after = Some(json!({ "who": view.who, "reason": view.reason, "until": view.expires_at }));
    change::record(tx, &*server.world, actor, act).await.map(drop)
}

async fn load(tx: &mut Tx, id: ViewingId, now: i64) -> Result<ViewingView, Problem> {
    let found = sql(concat!(columns!(), "v.id = $2")).bind(now).bind(id).optional(tx.on(), view).await?;
    found.ok_or_else(not_found)
}

fn view(row: &Row) -> Result<ViewingView, Problem> {
    Ok(ViewingView {
        id: row.get("id")?,
        who: row.get("who")?,
        reason: row.get("reason")?,
        account: row.get::<Option<AccountId>>("account_id")?,
        member: row.get::<Option<MemberId>>("member_id")?,
        name: row.get("name")?,
        started_at: row.get("started_at")?,
        expires_at: row.get("expires_at")?,
        asked: row.get::<Option<i64>>("asked_at")?.is_some(),
        consented: row.get::<Option<i64>>("consented_at")?.is_some(),
    })
}
