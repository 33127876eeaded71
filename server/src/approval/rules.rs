//! Asking, approving, refusing.

use super::{
    ApprovalView, Ask, Kind, OPEN_MS,
    carry::{carry_out, details, hold, turn_down},
};
use crate::{
    Actor, Server, Via,
    actor::{Staff, not_found, staff_bits},
    change::{self, Act, Subject},
    store::{Row, Tx, internal, sql},
    user,
};
use model::{ApprovalId, Duty, Problem, ProblemKind, Secret, Text, UserId};
use serde_json::json;

/// `$2` is now. `staff`: the staff roles of whose access is to be given back.
macro_rules! columns {
    () => {
        concat!(
            "SELECT p.id, p.kind, p.label, p.ask, p.by_user, p.by_who, p.created_at, p.expires_at, (SELECT ",
            staff_bits!(),
            " FROM users u WHERE p.kind = 'recover' AND u.id = SUBSTR(p.open_key, LENGTH('recover ') + 1)) AS staff
             FROM approvals p WHERE p.answered_at IS NULL AND p.expires_at > $2 "
        )
    };
}

/// Puts an act before a second person; nothing else happens yet.
pub(crate) async fn ask(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    ask: Ask,
    about: Subject,
) -> Result<ApprovalView, Problem> {
    let by = actor.user.ok_or_else(not_found)?;
    let now = server.world.now_ms();
    let id: ApprovalId = server.world.id();
    let kind = ask.kind();
    let text = serde_json::to_string(&ask).map_err(|error| internal("an approval", &error))?;
    let open_key = format!("{} {}", kind.code(), about.id);
    // One whose time is over makes room.
    sql("UPDATE approvals SET open_key = NULL WHERE open_key = $2 AND expires_at <= $1")
        .bind(now)
        .bind(open_key.as_str())
        .run(tx.on())
        .await?;
    let asked =
        sql("INSERT INTO approvals (id, ask, kind, label, open_key, by_user, by_who, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (open_key) DO NOTHING")
        .bind(id)
        .bind(text)
        .bind(kind)
        .bind(about.label.as_str())
        .bind(open_key)
        .bind(by)
        .bind(actor.who.as_str())
        .bind(now)
        .bind(now + OPEN_MS)
        .run(tx.on())
        .await?;
    if asked == 0 {
        return Err(Problem::new(
            ProblemKind::Conflict,
            "approval_open",
            Text::new(
                "C’est déjà demandé, et attend l’accord d’une deuxième personne.",
                "This is asked for already, and waits for a second person's approval.",
            ),
        ));
    }
    let mut act = act("approval.create", id, kind, &about.label);
    // All that is asked: who asked for what, and why, stands in the history whatever becomes of it.
    act.after = Some(serde_json::to_value(&ask).map_err(|error| internal("an approval", &error))?);
    change::record(tx, &*server.world, actor, act).await?;
    let found = sql(concat!(columns!(), "AND p.id = $1"))
        .bind(id)
        .bind(now)
        .one(tx.on(), |row| view(row, actor))
        .await?;
    Ok(found.0)
}

/// What waits, oldest first.
pub async fn list(server: &Server, actor: &Actor) -> Result<Vec<ApprovalView>, Problem> {
    first(server, actor, u32::MAX).await
}

/// The first few of it.
pub async fn first(server: &Server, actor: &Actor, most: u32) -> Result<Vec<ApprovalView>, Problem> {
    actor.must(Duty::SeeUsers)?;
    let found = sql(concat!(columns!(), "ORDER BY p.id LIMIT $1"))
        .bind(most)
        .bind(server.world.now_ms())
        .all(server.store.on(), |row| view(row, actor))
        .await?;
    let mut open = Vec::new();
    for (mut view, asked) in found {
        // Why and for whom is for those who decide: a board that reads along needs no one's address.
        if view.may {
            view.details = details(server, &asked).await?;
        }
        open.push(view);
    }
    Ok(open)
}

/// What of this kind waits on one thing, if it does; for the thing's own page.
pub async fn open(
    server: &Server,
    actor: &Actor,
    kind: Kind,
    subject: &str,
) -> Result<Option<ApprovalView>, Problem> {
    actor.must(Duty::SeeUsers)?;
    let found = sql(concat!(columns!(), "AND p.open_key = $1"))
        .bind(format!("{} {subject}", kind.code()))
        .bind(server.world.now_ms())
        .optional(server.store.on(), |row| view(row, actor))
        .await?;
    Ok(found.map(|(view, _)| view))
}

/// What an approval brought about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approved {
    pub approval: ApprovalView,
    /// The secret of a one-time link, for a new admin who has no password and gets no mail.
    pub link: Option<Secret>,
}

/// A second person says yes: it happens now, in this one's name, with who asked on record.
pub async fn approve(server: &Server, actor: &Actor, id: ApprovalId) -> Result<Approved, Problem> {
    actor.must(Duty::SeeUsers)?;
    in_person(actor)?;
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    // First what it is about, then the approval: so does who asks.
    let (_, asked, _) = waiting(&mut tx, server, actor, id).await?;
    hold(&mut tx, &asked).await?;
    let (open, asked, by) = take(&mut tx, server, actor, id, "approved").await?;
    actor.must_have_proved(now)?;
    if actor.user == Some(by) {
        return Err(own());
    }
    // Who asked must still be one who may: a removed admin's wishes go with the role.
    let asker = sql(concat!(
        "SELECT ",
        staff_bits!(),
        " AS staff FROM users u WHERE u.id = $1 AND u.suspended_at IS NULL"
    ))
    .bind(by)
    .bind(now)
    .optional(tx.on(), |row| Ok(Staff::from_bits(row.get("staff")?)))
    .await?;
    if !asker.is_some_and(|staff| staff.does(open.kind.duty())) {
        return Err(not_found());
    }
    record(&mut tx, server, actor, "approval.approve", id, open.kind, &open.label).await?;
    let link = carry_out(&mut tx, server, actor, (asked, open.created_at)).await?;
    tx.commit().await?;
    Ok(Approved { approval: open, link })
}

/// `alveole-panel approvals approve ID`: the way out for a cooperative with a single admin. Whoever can run it is root on the panel.
pub async fn approve_by_command(server: &Server, id: ApprovalId) -> Result<Approved, Problem> {
    approve(server, &Actor::panel(), id).await
}

/// Says no; who asked may so withdraw.
pub async fn refuse(server: &Server, actor: &Actor, id: ApprovalId) -> Result<ApprovalView, Problem> {
    actor.must(Duty::SeeUsers)?;
    in_person(actor)?;
    let mut tx = server.store.write().await?;
    let (open, asked, by) = take(&mut tx, server, actor, id, "refused").await?;
    let verb = if actor.user == Some(by) { "approval.withdraw" } else { "approval.refuse" };
    record(&mut tx, server, actor, verb, id, open.kind, &open.label).await?;
    turn_down(&mut tx, server, &asked).await?;
    tx.commit().await?;
    Ok(open)
}

/// The second of two is a person at a keyboard: a token that was given away, or stolen, is not.
fn in_person(actor: &Actor) -> Result<(), Problem> {
    if matches!(actor.via, Via::Token(_)) { Err(user::session_only()) } else { Ok(()) }
}

/// One that waits, for whose duty it is: as it is shown, what is asked, and who asked.
async fn waiting(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    id: ApprovalId,
) -> Result<(ApprovalView, Ask, UserId), Problem> {
    let found = sql(concat!(columns!(), "AND p.id = $1"))
        .bind(id)
        .bind(server.world.now_ms())
        .optional(tx.on(), |row| {
            let (view, asked) = view(row, actor)?;
            Ok((view, asked, row.get("by_user")?))
        })
        .await?;
    let found = found.ok_or_else(not_found)?;
    actor.must_do(found.0.kind.duty())?;
    Ok(found)
}

/// Answers it, once.
async fn take(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    id: ApprovalId,
    answer: &'static str,
) -> Result<(ApprovalView, Ask, UserId), Problem> {
    let now = server.world.now_ms();
    let found = waiting(tx, server, actor, id).await?;
    let answered =
        sql("UPDATE approvals SET answered_at = $2, answered_who = $3, answer = $4, open_key = NULL
         WHERE id = $1 AND answered_at IS NULL")
        .bind(id)
        .bind(now)
        .bind(actor.who.as_str())
        .bind(answer)
        .run(tx.on())
        .await?;
    if answered == 0 { Err(not_found()) } else { Ok(found) }
}

async fn record(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    verb: &'static str,
    id: ApprovalId,
    kind: Kind,
    label: &str,
) -> Result<(), Problem> {
    change::record(tx, &*server.world, actor, act(verb, id, kind, label)).await.map(drop)
}

fn act(verb: &'static str, id: ApprovalId, kind: Kind, label: &str) -> Act {
    let mut act = Act::new(verb, Subject::new("approval", id, label));
    act.after = Some(json!({ "act": kind }));
    act
}

fn own() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "approval_own",
        Text::new(
            "Vous l’avez demandé\u{a0}: une deuxième personne doit donner son accord.",
            "You asked for it: a second person has to approve.",
        ),
    )
}

fn view(row: &Row, actor: &Actor) -> Result<(ApprovalView, Ask), Problem> {
    let asked: String = row.get("ask")?;
    let asked: Ask = serde_json::from_str(&asked).map_err(|error| internal("an approval", &error))?;
    let kind: Kind = row.get("kind")?;
    let (own, may) = (actor.user == Some(row.get("by_user")?), actor.staff.does(kind.duty()));
    let staff = Staff::from_bits(row.get::<Option<u32>>("staff")?.unwrap_or_default());
    let hindrance = if own { Some(self::own()) } else { asked.hindrance(actor, staff) };
    let view = ApprovalView {
        id: row.get("id")?,
        kind,
        label: row.get("label")?,
        subject: asked.subject(),
        details: vec![],
        by: row.get("by_who")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
        own,
        may,
        hindrance: hindrance.filter(|_| may).map(|problem| problem.text),
    };
    Ok((view, asked))
}
