//! Who works on an account now: a key that somebody else added may still be in their hands.

use crate::{Server, store::sql};
use model::{AccountId, Problem, Right, Role};
use std::collections::BTreeSet;

/// By what history calls them: users whose role lets them change sites, admins, and the panel itself.
pub(crate) async fn makers(server: &Server, account: AccountId) -> Result<BTreeSet<String>, Problem> {
    let held: Vec<(String, Option<Role>)> = sql(
        "SELECT u.email, g.role FROM grants g JOIN users u ON u.id = g.user_id JOIN accounts a ON a.id = $1
         WHERE (g.account_id = a.id OR g.member_id = a.member_id) AND g.revoked_at IS NULL
           AND (g.expires_at IS NULL OR g.expires_at > $2)",
    )
    .bind(account)
    .bind(server.world.now_ms())
    .all(server.store.on(), |row| {
        let role: String = row.get("role")?;
        Ok((row.get("email")?, Role::from_code(&role)))
    })
    .await?;
    let mut here: BTreeSet<String> = held
        .into_iter()
        .filter(|(_, role)| role.is_some_and(|role| role.gives(Right::Sites)))
        .map(|(email, _)| email)
        .collect();
    let admins: Vec<String> = sql(
        "SELECT u.email FROM grants g JOIN users u ON u.id = g.user_id WHERE g.member_id IS NULL AND g.account_id IS NULL
           AND g.role = 'admin' AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $1)",
    )
    .bind(server.world.now_ms())
    .all(server.store.on(), |row| row.get("email"))
    .await?;
    here.extend(admins);
    here.insert(crate::Actor::panel().who);
    Ok(here)
}
