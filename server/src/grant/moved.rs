//! Whoever shares an account or a member with somebody whose access moved to another address reads that in its history.

use crate::{
    Server,
    change::{Act, Subject},
    store::{Tx, sql},
};
use model::{AccountId, EmailAddress, GrantId, MemberId, Problem, UserId};
use serde_json::json;

/// One act for each account and each member that the user has a role on; how it was made sure who they are is for staff alone.
pub(crate) async fn moved(
    tx: &mut Tx,
    server: &Server,
    user: UserId,
    (old, new): (&EmailAddress, &EmailAddress),
) -> Result<Vec<Act>, Problem> {
    let held = sql("SELECT MIN(x.grant_id) AS grant_id, x.account_id, x.member_id FROM (
           SELECT g.id AS grant_id, a.id AS account_id, a.member_id FROM grants g JOIN accounts a ON a.id = g.account_id
             WHERE g.user_id = $1 AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $2) AND a.state <> 'erased'
           UNION ALL SELECT g.id, a.id, a.member_id FROM grants g JOIN accounts a ON a.member_id = g.member_id
             WHERE g.user_id = $1 AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $2) AND a.state <> 'erased'
           UNION ALL SELECT g.id, NULL, g.member_id FROM grants g
             WHERE g.user_id = $1 AND g.member_id IS NOT NULL AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $2)) x
         GROUP BY x.account_id, x.member_id ORDER BY x.member_id, x.account_id")
    .bind(user)
    .bind(server.world.now_ms())
    .all(tx.on(), |row| {
        let on: (Option<AccountId>, MemberId) = (row.get("account_id")?, row.get("member_id")?);
        Ok((row.get::<GrantId>("grant_id")?, on))
    })
    .await?;
    let act = |(grant, (account, member))| {
        let mut act = Act::new("grant.move", Subject::new("grant", grant, new));
        act.account = account;
        act.member = Some(member);
        act.before = Some(json!({ "email": old }));
        act.after = Some(json!({ "email": new }));
        act
    };
    Ok(held.into_iter().map(act).collect())
}
