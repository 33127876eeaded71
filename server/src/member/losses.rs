//! What goes with a member: its accounts, their sites, and who has a role on them. Shown before anybody asks, and to who approves.

use super::{access::must_see, store};
use crate::{
    Actor, Server,
    account::Standing,
    store::{Tx, sql},
};
use model::{AccountId, DatabaseName, Duty, MemberId, Problem, Role, SiteName, Text, UnixName};
use serde::Serialize;
use utoipa::ToSchema;

/// What would be deleted with a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Losses {
    pub accounts: Vec<LostAccount>,
    /// Who has a role on the member itself.
    pub users: Vec<LostRole>,
    /// Accounts of which nothing is left but their names.
    pub erased: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LostAccount {
    #[schema(value_type = String)]
    pub id: AccountId,
    #[schema(value_type = String)]
    pub name: UnixName,
    pub state: Standing,
    /// Each by its main name.
    #[schema(value_type = Vec<String>)]
    pub sites: Vec<SiteName>,
    #[schema(value_type = Vec<String>)]
    pub databases: Vec<DatabaseName>,
    pub users: Vec<LostRole>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LostRole {
    pub email: String,
    #[schema(value_type = String)]
    pub role: Role,
}

/// For those who could ask for it.
pub async fn losses(server: &Server, actor: &Actor, member: MemberId) -> Result<Losses, Problem> {
    actor.must_do_what_others_see(Duty::SeeMembers, Duty::Administer)?;
    must_see(server, actor, member).await?;
    store::read(server, member).await?;
    found(server, member).await
}

async fn found(server: &Server, member: MemberId) -> Result<Losses, Problem> {
    let on = || server.store.on();
    let mut accounts =
        sql("SELECT id, name, state FROM accounts WHERE member_id = $1 AND state <> 'erased' ORDER BY name")
            .bind(member)
            .all(on(), |row| {
                Ok(LostAccount {
                    id: row.get("id")?,
                    name: row.get("name")?,
                    state: row.get("state")?,
                    sites: vec![],
                    databases: vec![],
                    users: vec![],
                })
            })
            .await?;
    let sites = sql("SELECT s.account_id, n.name FROM accounts a JOIN sites s ON s.account_id = a.id
           JOIN names n ON n.site_id = s.id WHERE a.member_id = $1 AND n.position = 0 ORDER BY n.name")
    .bind(member)
    .all(on(), |row| Ok((row.get::<AccountId>("account_id")?, row.get::<SiteName>("name")?)))
    .await?;
    let databases = sql("SELECT d.account_id, d.name FROM accounts a JOIN databases d ON d.account_id = a.id
         WHERE a.member_id = $1 AND d.deleted_at IS NULL ORDER BY d.name")
    .bind(member)
    .all(on(), |row| Ok((row.get::<AccountId>("account_id")?, row.get::<DatabaseName>("name")?)))
    .await?;
    // Two halves, and put in order here: SQLite would else go through the roles or the users of everybody.
    let mut roles = sql("SELECT g.account_id, u.email, g.role FROM grants g JOIN users u ON u.id = g.user_id
         WHERE g.member_id = $1 AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $2)
         UNION ALL SELECT g.account_id, u.email, g.role FROM accounts a JOIN grants g ON g.account_id = a.id JOIN users u ON u.id = g.user_id
         WHERE a.member_id = $1 AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $2)")
    .bind(member)
    .bind(server.world.now_ms())
    .all(on(), |row| {
        let role = LostRole { email: row.get("email")?, role: row.get("role")? };
        Ok((row.get::<Option<AccountId>>("account_id")?, role))
    })
    .await?;
    roles.sort_by_cached_key(|(_, role)| (role.email.to_lowercase(), role.role));
    let erased = sql("SELECT COUNT(*) FROM accounts WHERE member_id = $1 AND state = 'erased'")
        .bind(member)
        .one(on(), |row| row.first::<u32>())
        .await?;
    for account in &mut accounts {
        let own = sites.iter().filter(|(of, _)| *of == account.id);
        account.sites = own.map(|(_, name)| name.clone()).collect();
        let own = databases.iter().filter(|(of, _)| *of == account.id);
        account.databases = own.map(|(_, name)| name.clone()).collect();
        let own = roles.iter().filter(|(of, _)| *of == Some(account.id));
        account.users = own.map(|(_, role)| role.clone()).collect();
    }
    let users = roles.into_iter().filter(|(of, _)| of.is_none()).map(|(_, role)| role).collect();
    Ok(Losses { accounts, users, erased })
}

/// The same in lines, for those who approve.
pub(crate) async fn lines(server: &Server, member: MemberId) -> Result<Vec<Text>, Problem> {
    let Losses { accounts, users, .. } = found(server, member).await?;
    let mut lines: Vec<Text> = accounts.iter().map(line).collect();
    if !users.is_empty() {
        let users = emails(&users);
        lines.push(model::text!("Rôles sur le membre\u{a0}: {users}", "Roles on the member: {users}"));
    }
    Ok(lines)
}

fn line(account: &LostAccount) -> Text {
    let name = &account.name;
    let sites: Vec<String> = account.sites.iter().map(SiteName::unicode).collect();
    let (sites, users) = (sites.join(", "), emails(&account.users));
    let (fr_sites, en_sites) = match sites.is_empty() {
        true => ("aucun site".to_owned(), "no site".to_owned()),
        false => (format!("sites\u{a0}: {sites}"), format!("sites: {sites}")),
    };
    let databases = account.databases.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
    let (fr_databases, en_databases) = match databases.is_empty() {
        true => (String::new(), String::new()),
        false => {
            (format!("\u{a0}; bases de données\u{a0}: {databases}"), format!("; databases: {databases}"))
        }
    };
    let (fr_users, en_users) = match users.is_empty() {
        true => ("personne n’y a de rôle".to_owned(), "nobody has a role on it".to_owned()),
        false => (format!("accès\u{a0}: {users}"), format!("access: {users}")),
    };
    model::text!(
        "Compte {name} ({fr_sites}{fr_databases}\u{a0}; {fr_users})",
        "Account {name} ({en_sites}{en_databases}; {en_users})"
    )
}

fn emails(roles: &[LostRole]) -> String {
    let mut emails: Vec<&str> = roles.iter().map(|role| role.email.as_str()).collect();
    emails.dedup();
    emails.join(", ")
}

/// A member's accounts that are not erased, host by host, as all writers take hosts; the caller holds the member.
pub(super) async fn live(tx: &mut Tx, member: MemberId) -> Result<Vec<AccountId>, Problem> {
    sql("SELECT id FROM accounts WHERE member_id = $1 AND state <> 'erased' ORDER BY host_id, id")
        .bind(member)
        .all(tx.on(), |row| row.get("id"))
        .await
}
