//! The end of a member's record. Its number, and its accounts' names and uids, are not given again.

use super::{MemberView, losses::live, store};
use crate::{
    Actor, Server,
    change::{self, Act, Subject},
    search,
    store::{Tx, sql},
};
use model::{ChangeId, MemberId, Problem};
use serde_json::json;

/// Takes out of the store what hangs on a member, and the member; its accounts are erased, or there never were any.
pub(super) async fn remove(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    member: &MemberView,
) -> Result<ChangeId, Problem> {
    for statement in [
        "DELETE FROM imported_owners WHERE member_id = $1",
        "DELETE FROM member_words WHERE member_id = $1",
        "DELETE FROM member_contacts WHERE member_id = $1",
        "DELETE FROM member_statuses WHERE member_id = $1",
        "DELETE FROM invitations WHERE member_id = $1 OR account_id IN (SELECT a.id FROM accounts a WHERE a.member_id = $1)",
        "DELETE FROM viewings WHERE member_id = $1 OR account_id IN (SELECT a.id FROM accounts a WHERE a.member_id = $1)",
        "DELETE FROM grants WHERE member_id = $1 OR account_id IN (SELECT a.id FROM accounts a WHERE a.member_id = $1)",
        "INSERT INTO past_accounts (name, uid) SELECT a.name, a.uid FROM accounts a WHERE a.member_id = $1",
        "DELETE FROM accounts WHERE member_id = $1",
        "DELETE FROM members WHERE id = $1",
    ] {
        sql(statement).bind(member.id).run(tx.on()).await?;
    }
    sql("UPDATE panel SET member_number_floor = $1 WHERE member_number_floor < $1")
        .bind(member.number)
        .run(tx.on())
        .await?;
    search::forget(tx, search::Kind::Member, member.id).await?;
    let mut act = Act::new("member.delete", Subject::new("member", member.id, &member.name));
    act.before = Some(json!({ "number": member.number, "name": member.name }));
    change::record(tx, &*server.world, actor, act).await
}

/// The hourly job: members whose deletion was agreed on go when their time has come and none of their accounts is left. Gives how many.
pub async fn purge(server: &Server) -> Result<usize, Problem> {
    let now = server.world.now_ms();
    let due: Vec<MemberId> = sql("SELECT m.id FROM members m WHERE m.erase_at <= $1
           AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.member_id = m.id AND a.state <> 'erased') ORDER BY m.id LIMIT 1000")
    .bind(now)
    .all(server.store.on(), |row| row.get("id"))
    .await?;
    let mut gone = 0;
    for id in due {
        let mut tx = server.store.write().await?;
        // Another process may have been faster, or somebody kept it since the list was made.
        if !store::hold(&mut tx, id).await? {
            continue;
        }
        let member = store::load(&mut tx, id).await?;
        if member.erase_at.is_none_or(|at| at > now) || !live(&mut tx, id).await?.is_empty() {
            continue;
        }
        remove(&mut tx, server, &Actor::panel(), &member).await?;
        tx.commit().await?;
        gone += 1;
    }
    Ok(gone)
}
