//! Who cannot get in just now, because there were too many tries: what support is called about.

use super::{halfway, sign_in, tries::WINDOW_MS};
use crate::{
    Actor, Server,
    store::{Row, sql},
    views::{Ref, RefShape},
};
use model::{Duty, Problem, UserId};
use serde::Serialize;
use utoipa::ToSchema;

/// Named, the last first; who else is locked out is not shown until one of these is no more.
const MOST: i64 = 10;

/// Who is locked out, for a quarter of an hour at most. (A browser they signed in with before has tries of its own,
/// which are not looked at here.)
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct LockedOut {
    /// Whose password was right, and the second factor wrong too often.
    pub users: Vec<LockedUser>,
    /// Addresses whose password was wrong too often: how many. Which ones nobody knows, users' or not: only their hashes are kept.
    pub addresses: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LockedUser {
    #[schema(value_type = RefShape)]
    pub user: Ref<UserId>,
    /// The last try that was counted.
    pub at: i64,
}

pub async fn locked_out(server: &Server, actor: &Actor) -> Result<LockedOut, Problem> {
    actor.must(Duty::SeeUsers)?;
    let since = server.world.now_ms() - WINDOW_MS;
    let users = sql("SELECT u.id, u.email, x.at FROM (SELECT bucket, MAX(at) AS at FROM attempts WHERE at > $1 AND bucket LIKE 'factor:%'
           GROUP BY bucket HAVING COUNT(*) >= $2) x JOIN users u ON u.id = SUBSTR(x.bucket, 8) ORDER BY x.at DESC LIMIT $3")
    .bind(since)
    .bind(halfway::PER_USER)
    .bind(MOST)
    .all(server.store.on(), |row| {
        Ok(LockedUser { user: Ref { id: row.get("id")?, name: row.get("email")? }, at: row.get("at")? })
    })
    .await?;
    let addresses =
        sql("SELECT COUNT(*) FROM (SELECT bucket FROM attempts WHERE at > $1 AND bucket LIKE 'user:%'
           GROUP BY bucket HAVING COUNT(*) >= $2) x")
        .bind(since)
        .bind(sign_in::PER_USER)
        .one(server.store.on(), Row::first)
        .await?;
    Ok(LockedOut { users, addresses })
}
