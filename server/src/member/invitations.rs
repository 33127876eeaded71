//! Inviting the owners that came with an import, at the cooperative's pace: so many now, or so many an hour by themselves.

use crate::{
    Actor, Server,
    change::{self, Act, Done, Subject},
    mail,
    store::{Tx, sql},
    user,
};
use model::{Duty, MemberId, Problem, ProblemKind, Text, UserId, text};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

/// Invitations written at once, at most: one-time links are good for an hour, and 60 mails leave in a minute.
pub const MOST_AT_ONCE: u32 = 500;
/// A little less than an hour: the hourly job does not come to the second.
const HOUR_MS: i64 = 55 * 60_000;
/// Members named in one mail.
const NAMED: usize = 3;

/// Who waits, and what is done about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Invitations {
    /// Imported owners who were not invited yet.
    pub waiting: u32,
    pub invited: u32,
    /// How many are invited in an hour by themselves.
    pub hourly: Option<u32>,
    /// This panel sends mail at all.
    pub mails: bool,
}

/// An owner waits while the role is held, and unless the member is being deleted; who lost it is not invited any more.
macro_rules! waiting {
    () => {
        waiting!("IS NULL")
    };
    ($erased:literal) => {
        concat!(
            "FROM imported_owners o JOIN users u ON u.id = o.user_id JOIN members m ON m.id = o.member_id
         WHERE o.invited_at IS NULL AND u.suspended_at IS NULL AND m.erase_at ",
            $erased,
            "
           AND EXISTS (SELECT 1 FROM grants g WHERE g.user_id = o.user_id AND g.member_id = o.member_id
             AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $1)) "
        )
    };
}

pub async fn invitations(server: &Server, actor: &Actor) -> Result<Invitations, Problem> {
    actor.must(Duty::KeepMembers)?;
    let on = server.store.on();
    let waiting = sql(concat!("SELECT COUNT(DISTINCT o.user_id) ", waiting!()))
        .bind(server.world.now_ms())
        .one(on, |row| row.first::<u32>())
        .await?;
    let invited = sql("SELECT COUNT(DISTINCT user_id) FROM imported_owners WHERE invited_at IS NOT NULL")
        .one(on, |row| row.first::<u32>())
        .await?;
    let hourly =
        sql("SELECT invite_hourly FROM panel").one(on, |row| row.get::<Option<u32>>("invite_hourly")).await?;
    Ok(Invitations { waiting, invited, hourly, mails: server.carrier.is_some() })
}

/// Whether anybody waits: found at once, where counting looks at each of them.
pub async fn any_waits(server: &Server, actor: &Actor) -> Result<bool, Problem> {
    actor.must(Duty::SeeMembers)?;
    let found = sql(concat!("SELECT o.user_id ", waiting!(), "LIMIT 1"))
        .bind(server.world.now_ms())
        .optional(server.store.on(), |_| Ok(()))
        .await?;
    Ok(found.is_some())
}

/// Invites the next ones, those imported first; gives how things stand afterwards.
pub async fn invite_next(server: &Server, actor: &Actor, count: u32) -> Result<Done<Invitations>, Problem> {
    actor.must_do_what_others_see(Duty::SeeMembers, Duty::KeepMembers)?;
    bounded("count", count)?;
    if server.carrier.is_none() {
        return Err(mail::off().on("count"));
    }
    actor.must_have_proved(server.world.now_ms())?;
    let mut tx = server.store.write().await?;
    let change = invite(&mut tx, server, actor, count).await?;
    if change.is_none() && any_ending(&mut tx, server).await? {
        return Err(ending().on("count"));
    }
    tx.commit().await?;
    Ok(Done { item: invitations(server, actor).await?, change })
}

/// Whether somebody would wait if their member were not being deleted.
async fn any_ending(tx: &mut Tx, server: &Server) -> Result<bool, Problem> {
    let found = sql(concat!("SELECT o.user_id ", waiting!("IS NOT NULL"), "LIMIT 1"))
        .bind(server.world.now_ms())
        .optional(tx.on(), |_| Ok(()))
        .await?;
    Ok(found.is_some())
}

fn ending() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "member_ending",
        Text::new(
            "Les personnes qui restent à inviter le sont par des membres en cours de suppression\u{a0}: annulez d’abord la suppression, sur la fiche du membre.",
            "Who is left to invite is so by members that are being deleted: call the deletion off first, on the member's page.",
        ),
    )
}

/// How many are invited in an hour from now on; none says that nobody is, but by hand.
pub async fn set_invitations_hourly(
    server: &Server,
    actor: &Actor,
    hourly: Option<u32>,
) -> Result<Done<Invitations>, Problem> {
    actor.must_do_what_others_see(Duty::SeeMembers, Duty::KeepMembers)?;
    if let Some(hourly) = hourly {
        bounded("hourly", hourly)?;
        if server.carrier.is_none() {
            return Err(mail::off().on("hourly"));
        }
    }
    actor.must_have_proved(server.world.now_ms())?;
    let mut tx = server.store.write().await?;
    let before = sql("SELECT invite_hourly FROM panel")
        .one(tx.on(), |row| row.get::<Option<u32>>("invite_hourly"))
        .await?;
    if before == hourly {
        drop(tx);
        return Ok(Done { item: invitations(server, actor).await?, change: None });
    }
    sql("UPDATE panel SET invite_hourly = $1").bind(hourly.map(i64::from)).run(tx.on()).await?;
    let mut act = Act::new("panel.invite_hourly", Subject::new("panel", server.store.panel(), ""));
    act.before = Some(json!({ "hourly": before }));
    act.after = Some(json!({ "hourly": hourly }));
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    tx.commit().await?;
    Ok(Done { item: invitations(server, actor).await?, change: Some(change) })
}

/// The hourly job: invites as many as the cooperative said, once an hour however many processes there are and however often they start.
pub async fn invite_hourly(server: &Server) -> Result<(), Problem> {
    if server.carrier.is_none() {
        return Ok(());
    }
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let claimed = sql("UPDATE panel SET invited_at = $1 WHERE invite_hourly IS NOT NULL AND (invited_at IS NULL OR invited_at <= $2)
         RETURNING invite_hourly")
    .bind(now)
    .bind(now - HOUR_MS)
    .optional(tx.on(), |row| row.first::<u32>())
    .await?;
    if let Some(count) = claimed {
        invite(&mut tx, server, &Actor::panel(), count.min(MOST_AT_ONCE)).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn bounded(field: &'static str, count: u32) -> Result<(), Problem> {
    if (1..=MOST_AT_ONCE).contains(&count) {
        return Ok(());
    }
    let text = text!("De 1 à {MOST_AT_ONCE}.", "From 1 to {MOST_AT_ONCE}.");
    Err(Problem::invalid(field, "count_bounds", text))
}

/// One mail a person, however many members they own.
async fn invite(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    count: u32,
) -> Result<Option<model::ChangeId>, Problem> {
    // Two at once would invite the same people.
    sql("UPDATE panel SET one = 1").run(tx.on()).await?;
    let now = server.world.now_ms();
    let users = sql(concat!(
        "SELECT o.user_id, MIN(o.imported_at) AS first ",
        waiting!(),
        "GROUP BY o.user_id ORDER BY first, o.user_id LIMIT $2"
    ))
    .bind(now)
    .bind(count)
    .all(tx.on(), |row| row.get::<UserId>("user_id"))
    .await?;
    if users.is_empty() {
        return Ok(None);
    }
    for user in &users {
        let members =
            sql("SELECT m.id, m.name, m.lang FROM imported_owners o JOIN members m ON m.id = o.member_id
             WHERE o.user_id = $1 AND o.invited_at IS NULL AND m.erase_at IS NULL ORDER BY m.sort_key, m.id")
            .bind(*user)
            .all(tx.on(), |row| {
                Ok((row.get::<MemberId>("id")?, row.get::<String>("name")?, row.get::<model::Lang>("lang")?))
            })
            .await?;
        let Some((first, _, lang)) = members.first().cloned() else { continue };
        let link = user::link_if_needed(tx, &*server.world, *user).await?;
        mail::invite_to_members(tx, server, *user, (first, lang), &named(members), None, link.as_ref())
            .await?;
        sql("UPDATE imported_owners SET invited_at = $2 WHERE user_id = $1 AND invited_at IS NULL
           AND member_id IN (SELECT m.id FROM members m WHERE m.erase_at IS NULL)")
        .bind(*user)
        .bind(now)
        .run(tx.on())
        .await?;
    }
    let mut act = Act::new("member.invite", Subject::new("panel", server.store.panel(), ""));
    act.after = Some(json!({ "invited": users.len() }));
    change::record(tx, &*server.world, actor, act).await.map(Some)
}

/// The members' names as one line; of many, the first ones.
fn named(members: Vec<(MemberId, String, model::Lang)>) -> String {
    let more = members.len() > NAMED;
    let mut names: Vec<String> = members.into_iter().take(NAMED).map(|(_, name, _)| name).collect();
    names.extend(more.then(|| "…".to_owned()));
    names.join(", ")
}
