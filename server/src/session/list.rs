//! One's sessions: where, when, with what.

use super::{IDLE_MS, LONGEST_MS};
use crate::{Actor, Server, Via, actor::not_found, store::sql};
use model::Problem;
use serde::Serialize;
use utoipa::ToSchema;

/// How much of a session's id names it outside the store: enough to tell a user's sessions apart.
pub(super) const HANDLE: usize = 16;

/// A session as pages and the API show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SessionView {
    pub id: String,
    /// Where it began.
    pub address: Option<String>,
    /// The family of its browser: `Firefox`.
    pub browser: Option<String>,
    pub created_at: i64,
    /// To the hour.
    pub seen_at: i64,
    /// The one that asks.
    pub this: bool,
}

/// The actor's sessions that run, the latest first.
pub async fn list(server: &Server, actor: &Actor) -> Result<Vec<SessionView>, Problem> {
    let user = actor.user.ok_or_else(not_found)?;
    let now = server.world.now_ms();
    let own = match &actor.via {
        Via::Session(session) => session.as_str(),
        _ => "",
    };
    sql("SELECT id, address, browser, created_at, seen_at FROM sessions
         WHERE user_id = $1 AND ended_at IS NULL AND created_at > $2 AND seen_at > $3 ORDER BY created_at DESC LIMIT 100")
    .bind(user)
    .bind(now - LONGEST_MS)
    .bind(now - IDLE_MS)
    .all(server.store.on(), |row| {
        let id: String = row.get("id")?;
        Ok(SessionView {
            this: id == own,
            id: id.chars().take(HANDLE).collect(),
            address: row.get("address")?,
            browser: row.get("browser")?,
            created_at: row.get("created_at")?,
            seen_at: row.get("seen_at")?,
        })
    })
    .await
}
