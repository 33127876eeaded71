//! Reading and locking accounts, always scoped by owner.

use super::{AccountPlan, AccountView, Cause, Standing};
use crate::{
    Actor, Server,
    actor::{not_found, scoped},
    change, grant,
    paging::{Listing, Order, Page},
    store::{Row, Tx, sql},
    views::Ref,
};
use model::{AccountId, ChangeState, Duty, MemberId, Problem, Right, TenantUid};
use sqlx::{Any, Executor};

/// The columns of `view`; `a` is the account.
macro_rules! columns {
    () => {
        "SELECT a.id, a.name, a.uid, a.php, a.state, a.reason, a.reason_code, a.reason_reference, a.deleted_at, a.erase_at, a.created_at, a.version,
           m.id AS member_id, m.name AS member_name, h.id AS host_id, h.name AS host_name,
           h.connected_at, h.last_seen_at, h.frozen_at, r.state AS host_state,
           p.id AS plan_id, p.name AS plan_name, p.sites_max, p.names_max, p.databases_max, p.php_workers, p.disk_mb, p.memory_mb,
           p.files_max, p.cpu_percent, p.processes_max, p.mails_hour, p.mails_day,
           (SELECT COUNT(*) FROM sites s WHERE s.account_id = a.id) AS sites,
           (SELECT COUNT(*) FROM databases d WHERE d.account_id = a.id AND d.deleted_at IS NULL) AS databases "
    };
}

/// What an account is shown with.
macro_rules! joins {
    () => {
        " JOIN members m ON m.id = a.member_id JOIN plans p ON p.id = a.plan_id JOIN hosts h ON h.id = a.host_id
           LEFT JOIN resources r ON r.host_id = a.host_id AND r.kind = 'account' AND r.key = a.id "
    };
}

/// One account.
pub async fn show(server: &Server, actor: &Actor, account: AccountId) -> Result<AccountView, Problem> {
    load(server.store.on(), server, actor, account).await
}

pub(super) async fn load<'c>(
    on: impl Executor<'c, Database = Any>,
    server: &Server,
    actor: &Actor,
    account: AccountId,
) -> Result<AccountView, Problem> {
    let now = server.world.now_ms();
    let found = sql(scoped!(
        actor,
        concat!(columns!(), "FROM accounts a", joins!(), "WHERE a.id = $3 AND a.state <> 'erased' AND"),
        ""
    ))
    .bind(actor.holder())
    .bind(now)
    .bind(account)
    .optional(on, |row| view(row, now))
    .await?;
    found.ok_or_else(not_found)
}

/// Not found unless the actor may see the account.
pub async fn must_see(server: &Server, actor: &Actor, account: AccountId) -> Result<(), Problem> {
    let found =
        sql(scoped!(actor, "SELECT a.id FROM accounts a WHERE a.id = $3 AND a.state <> 'erased' AND", ""))
            .bind(actor.holder())
            .bind(server.world.now_ms())
            .bind(account)
            .optional(server.store.on(), |_| Ok(()))
            .await?;
    found.ok_or_else(not_found)
}

/// Locks the account until the transaction ends and gives it as it stands; everything that changes an account or its sites begins here,
/// so that limits hold under parallel requests.
pub(crate) async fn lock(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    account: AccountId,
) -> Result<AccountView, Problem> {
    sql("UPDATE accounts SET version = version WHERE id = $1").bind(account).run(tx.on()).await?;
    load(tx.on(), server, actor, account).await
}

/// The same, for who has this right on it.
pub(crate) async fn lock_for(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    account: AccountId,
    right: Right,
) -> Result<AccountView, Problem> {
    let of = lock(tx, server, actor, account).await?;
    grant::of_account(tx.on(), actor, account, server.world.now_ms()).await?.must(right)?;
    Ok(of)
}

/// The accounts an actor may see, by name; `q` is part of the account's, the member's or a domain's name.
pub async fn list(
    server: &Server,
    actor: &Actor,
    listing: &Listing,
    state: Option<Standing>,
) -> Result<Page<AccountView>, Problem> {
    listed(server, actor, listing, state, None, None, Order::default()).await
}

/// The same, of those suspended for this reason, in another order.
pub async fn list_for(
    server: &Server,
    actor: &Actor,
    listing: &Listing,
    state: Option<Standing>,
    code: Option<Cause>,
    order: Order,
) -> Result<Page<AccountView>, Problem> {
    listed(server, actor, listing, state, code, None, order).await
}

/// The first few accounts that are suspended because they are unpaid, by name.
pub async fn unpaid(server: &Server, actor: &Actor, most: u32) -> Result<Vec<AccountView>, Problem> {
    actor.must(Duty::SeeMembers)?;
    let now = server.world.now_ms();
    sql(concat!(
        columns!(),
        "FROM accounts a",
        joins!(),
        "WHERE a.state = 'suspended' AND a.reason_code = 'unpaid' ORDER BY a.name LIMIT $1"
    ))
    .bind(most)
    .all(server.store.on(), |row| view(row, now))
    .await
}

/// The accounts of one member.
pub async fn list_of_member(
    server: &Server,
    actor: &Actor,
    member: MemberId,
    listing: &Listing,
) -> Result<Page<AccountView>, Problem> {
    listed(server, actor, listing, None, None, Some(member), Order::default()).await
}

macro_rules! ordered {
    ($actor:expr, $key:literal, $beyond:literal, $direction:literal) => {
        scoped!(
            $actor,
            concat!(columns!(), "FROM (SELECT a.* FROM accounts a WHERE a.state <> 'erased' AND"),
            concat!(
                " AND ($3 = '' OR a.",
                $key,
                $beyond,
                "$3)
                  AND ($4 = '%' OR a.name LIKE $4 ESCAPE '\\'
                    OR a.member_id IN (SELECT s.id FROM members s WHERE s.name_key LIKE $4 ESCAPE '\\')
                    OR a.id IN (SELECT d.account_id FROM domains d WHERE d.name LIKE $4 ESCAPE '\\'))
                  AND ($5 = '' OR a.state = $5) AND ($6 = '' OR a.member_id = $6) AND ($8 = '' OR a.reason_code = $8)
                  ORDER BY a.",
                $key,
                $direction,
                " LIMIT $7) a",
                joins!(),
                "ORDER BY a.",
                $key,
                $direction
            )
        )
    };
}

async fn listed(
    server: &Server,
    actor: &Actor,
    listing: &Listing,
    state: Option<Standing>,
    code: Option<Cause>,
    member: Option<MemberId>,
    order: Order,
) -> Result<Page<AccountView>, Problem> {
    let now = server.world.now_ms();
    let statement = match order {
        Order::Name => ordered!(actor, "name", " > ", ""),
        Order::NameDown => ordered!(actor, "name", " < ", " DESC"),
        Order::Created => ordered!(actor, "id", " > ", ""),
        Order::CreatedDown => ordered!(actor, "id", " < ", " DESC"),
    };
    let accounts = sql(statement)
        .bind(actor.holder())
        .bind(now)
        .bind(listing.after_in(order)?)
        .bind(listing.pattern())
        .bind(state.map_or("", Standing::code))
        .bind(member.map(|member| member.to_string()).unwrap_or_default())
        .bind(listing.fetch())
        .bind(code.map_or("", Cause::code))
        .all(server.store.on(), |row| view(row, now))
        .await?;
    Ok(listing.page(accounts, |account| {
        let key = match order {
            Order::Name | Order::NameDown => account.name.to_string(),
            Order::Created | Order::CreatedDown => account.id.to_string(),
        };
        [order.code().to_owned(), key]
    }))
}

fn view(row: &Row, now: i64) -> Result<AccountView, Problem> {
    let away =
        change::host_away(row.get("connected_at")?, row.get("last_seen_at")?, row.get("frozen_at")?, now);
    let host_state: Option<ChangeState> = row.get("host_state")?;
    Ok(AccountView {
        id: row.get("id")?,
        name: row.get("name")?,
        uid: row.get::<TenantUid>("uid")?,
        member: Ref { id: row.get("member_id")?, name: row.get("member_name")? },
        plan: AccountPlan {
            id: row.get("plan_id")?,
            name: row.get("plan_name")?,
            sites_max: row.get("sites_max")?,
            names_max: row.get("names_max")?,
            databases_max: row.get("databases_max")?,
            php_workers: row.get("php_workers")?,
            disk_mb: row.get("disk_mb")?,
            memory_mb: row.get("memory_mb")?,
            files_max: row.get("files_max")?,
            cpu_percent: row.get("cpu_percent")?,
            processes_max: row.get("processes_max")?,
            mails_hour: row.get("mails_hour")?,
            mails_day: row.get("mails_day")?,
        },
        host: Ref { id: row.get("host_id")?, name: row.get("host_name")? },
        php: row.get("php")?,
        state: row.get("state")?,
        reason: row.get("reason")?,
        code: row.get("reason_code")?,
        reference: row.get("reason_reference")?,
        deleted_at: row.get("deleted_at")?,
        erase_at: row.get("erase_at")?,
        host_state: change::shown(host_state.unwrap_or(ChangeState::Wanted), away),
        sites: row.get("sites")?,
        databases: row.get("databases")?,
        created_at: row.get("created_at")?,
        version: row.get("version")?,
    })
}
