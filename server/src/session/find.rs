//! Who a session belongs to, and whether it still runs.

use super::{IDLE_MS, LONGEST_MS};
use crate::{
    Actor, Server, Via,
    actor::Staff,
    factor::Policy,
    grant::On,
    secrets::hashed,
    store::{Row, sql},
    token,
    viewing::Viewing,
};
use model::{Duty, Problem, ViewingId};

/// Seen-times are written at most this often: reading a page writes nothing.
pub(crate) const NOTE_EVERY_MS: i64 = 3_600_000;

/// What `actor` reads of a user `u`; `$2` is now.
macro_rules! actor_columns {
    () => {
        concat!("u.id AS user_id, u.email, u.lang, ", crate::actor::staff_bits!(), " AS staff,
         (SELECT COUNT(*) FROM factors f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL) AS factors,
         (SELECT p.second_factor FROM panel p WHERE p.one = 1) AS policy ")
    };
}
pub(crate) use actor_columns;

/// Who a session's secret belongs to, if it still runs.
pub async fn by_secret(server: &Server, secret: &str) -> Result<Option<Actor>, Problem> {
    let (id, now) = (hashed(secret), server.world.now_ms());
    let Some((actor, seen_at)) = running(server, &id, now).await? else { return Ok(None) };
    if now - seen_at > NOTE_EVERY_MS {
        let mut tx = server.store.write().await?;
        sql("UPDATE sessions SET seen_at = $2 WHERE id = $1")
            .bind(id.as_str())
            .bind(now)
            .run(tx.on())
            .await?;
        tx.commit().await?;
    }
    Ok(Some(actor))
}

/// The same actor as things stand now, or nobody, when what they came by (session or token) has ended: open event streams ask this.
pub async fn still(server: &Server, actor: &Actor) -> Result<Option<Actor>, Problem> {
    let now = server.world.now_ms();
    match &actor.via {
        Via::Panel => Ok(Some(actor.clone())),
        Via::Session(id) => Ok(running(server, id, now).await?.map(|(actor, _)| actor)),
        Via::Token(id) => token::running(server, *id, now).await,
    }
}

async fn running(server: &Server, id: &str, now: i64) -> Result<Option<(Actor, i64)>, Problem> {
    sql(concat!(
        "SELECT s.seen_at, s.proved_at, v.id AS viewing, v.account_id AS viewed_account, v.member_id AS viewed_member,
           COALESCE(va.name, vm.name) AS viewed_name, v.expires_at AS viewing_until, v.asked_at, v.consented_at, ",
        actor_columns!(),
        "FROM sessions s JOIN users u ON u.id = s.user_id
           LEFT JOIN viewings v ON v.session_id = s.id AND v.ended_at IS NULL AND v.expires_at > $2
           LEFT JOIN accounts va ON va.id = v.account_id LEFT JOIN members vm ON vm.id = v.member_id
         WHERE s.id = $1 AND s.ended_at IS NULL AND s.created_at > $3 AND s.seen_at > $4 AND u.suspended_at IS NULL"
    ))
    .bind(id)
    .bind(now)
    .bind(now - LONGEST_MS)
    .bind(now - IDLE_MS)
    .optional(server.store.on(), |row| {
        let mut found = actor(row, Via::Session(id.to_owned()))?;
        found.proved_at = row.get("proved_at")?;
        // Programs with a token are not asked: a signed-in user made it.
        let policy = row.get::<Option<Policy>>("policy")?.unwrap_or_default();
        let none = row.get::<u32>("factors")? == 0;
        found.must_set_up = none && policy.asks(found.staff.is_any());
        // Who may view no more is back to what they are.
        if found.staff.does(Duty::ViewAs)
            && let Some(viewing) = viewing(row)?
        {
            found.staff = Staff::NONE;
            found.viewing = Some(viewing);
        }
        Ok((found, row.get::<i64>("seen_at")?))
    })
    .await
}

/// The view that runs in this session.
fn viewing(row: &Row) -> Result<Option<Viewing>, Problem> {
    let Some(id) = row.get::<Option<ViewingId>>("viewing")? else { return Ok(None) };
    let on = match (row.get("viewed_account")?, row.get("viewed_member")?) {
        (Some(account), _) => On::Account(account),
        (None, Some(member)) => On::Member(member),
        (None, None) => return Ok(None),
    };
    Ok(Some(Viewing {
        id,
        on,
        name: row.get("viewed_name")?,
        until: row.get("viewing_until")?,
        asked: row.get::<Option<i64>>("asked_at")?.is_some(),
        consented: row.get::<Option<i64>>("consented_at")?.is_some(),
    }))
}

/// `actor_columns!` as an actor.
pub(crate) fn actor(row: &Row, via: Via) -> Result<Actor, Problem> {
    Ok(Actor {
        user: Some(row.get("user_id")?),
        who: row.get("email")?,
        staff: Staff::from_bits(row.get("staff")?),
        lang: row.get("lang")?,
        via,
        proved_at: None,
        must_set_up: false,
        viewing: None,
        once: None,
    })
}
