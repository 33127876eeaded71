//! Whoever shares an account or a member with somebody whose access moved to another address reads that in its history.

use super::mine::{held, view};
use crate::{
    Server,
    change::{Act, Subject},
    store::{Tx, sql},
};
use model::{EmailAddress, Problem, UserId};
use serde_json::json;

/// One act for each account and each member that the user has a role on, where their address is seen already; how it was made sure who they
/// are is for staff alone.
pub(crate) async fn moved(
    tx: &mut Tx,
    server: &Server,
    user: UserId,
    (old, new): (&EmailAddress, &EmailAddress),
) -> Result<Vec<Act>, Problem> {
    let mut held = sql(held!("ORDER BY m.id, a.id, g.id"))
        .bind(user)
        .bind(server.world.now_ms())
        .all(tx.on(), view)
        .await?;
    // Several roles on one thing are one access to it.
    held.dedup_by_key(|grant| (grant.member.id, grant.account.as_ref().map(|account| account.id)));
    let act = |grant: super::MyGrant| {
        let mut act = Act::new("grant.move", Subject::new("grant", grant.id, new));
        act.account = grant.account.map(|account| account.id);
        act.member = Some(grant.member.id);
        act.before = Some(json!({ "email": old }));
        act.after = Some(json!({ "email": new }));
        act
    };
    Ok(held.into_iter().map(act).collect())
}
