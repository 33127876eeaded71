//! The tables `databases` and `database_users`, always scoped by owner.

use super::{DatabaseUserView, DatabaseView};
use crate::{
    Actor, Server,
    account::AccountView,
    actor::{not_found, scoped},
    change,
    paging::{Listing, Page},
    store::{Row, Tx, among, internal, sql},
    views::Ref,
};
use model::{
    AccountId, ChangeState, DatabaseId, DatabaseName, DatabaseRights, DatabaseUserName, Engine, HostId,
    PasswordHash, Problem,
};
use sqlx::{Any, AnyConnection, Executor};
use std::collections::BTreeMap;

macro_rules! columns {
    () => {
        "SELECT d.id, d.engine, d.name, d.deleted_at, d.erase_at, d.created_at, d.version, a.id AS account_id, a.name AS account_name,
           h.id AS host_id, h.name AS host_name, h.connected_at, h.last_seen_at, h.frozen_at,
           r.state, r.text_fr, r.text_en, r.change_id
         FROM databases d JOIN accounts a ON a.id = d.account_id JOIN hosts h ON h.id = d.host_id
           LEFT JOIN resources r ON r.host_id = d.host_id AND r.kind = 'database' AND r.key = d.id "
    };
}

/// Writes a new database down; `false`: the name is somebody's already.
pub(super) async fn insert(
    tx: &mut Tx,
    id: DatabaseId,
    of: &AccountView,
    name: &DatabaseName,
    now: i64,
) -> Result<bool, Problem> {
    let inserted = sql("INSERT INTO databases (id, account_id, host_id, engine, name, created_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, 1) ON CONFLICT (name) DO NOTHING")
    .bind(id)
    .bind(of.id)
    .bind(of.host.id)
    .bind(Engine::Mariadb)
    .bind(name)
    .bind(now)
    .run(tx.on())
    .await?;
    Ok(inserted > 0)
}

/// A database as its resource is derived from it.
#[derive(Clone, Debug)]
pub(super) struct DatabaseRow {
    pub id: DatabaseId,
    pub host: HostId,
    pub engine: Engine,
    pub name: DatabaseName,
    pub deleted_at: Option<i64>,
    pub users: Vec<UserRow>,
}

#[derive(Clone, Debug)]
pub(super) struct UserRow {
    pub name: DatabaseUserName,
    /// `None`: it signs in by being the account.
    pub password: Option<PasswordHash>,
    pub rights: DatabaseRights,
}

macro_rules! select_rows {
    ($of:literal) => {
        concat!(
            "SELECT d.id, d.host_id, d.engine, d.name, d.deleted_at, u.name AS user_name, u.password, u.rights
             FROM databases d LEFT JOIN database_users u ON u.database_id = d.id WHERE ",
            $of,
            " = $1 ORDER BY d.id, u.name"
        )
    };
}

/// All databases of an account that the caller has locked, deleted ones too.
pub(super) async fn rows(tx: &mut Tx, account: AccountId) -> Result<Vec<DatabaseRow>, Problem> {
    let mut rows = BTreeMap::new();
    sql(select_rows!("d.account_id")).bind(account).all(tx.on(), |row| gather(row, &mut rows)).await?;
    Ok(rows.into_values().collect())
}

/// One database of an account that the caller has locked.
pub(super) async fn row(tx: &mut Tx, database: DatabaseId) -> Result<DatabaseRow, Problem> {
    let mut rows = BTreeMap::new();
    sql(select_rows!("d.id")).bind(database).all(tx.on(), |row| gather(row, &mut rows)).await?;
    rows.remove(&database).ok_or_else(not_found)
}

fn gather(row: &Row, rows: &mut BTreeMap<DatabaseId, DatabaseRow>) -> Result<(), Problem> {
    let id: DatabaseId = row.get("id")?;
    let new = DatabaseRow {
        id,
        host: row.get("host_id")?,
        engine: row.get("engine")?,
        name: row.get("name")?,
        deleted_at: row.get("deleted_at")?,
        users: vec![],
    };
    let database = rows.entry(id).or_insert(new);
    if let Some(name) = row.get::<Option<DatabaseUserName>>("user_name")? {
        let password: String = row.get("password")?;
        let password = (!password.is_empty()).then(|| password.parse()).transpose()?;
        database.users.push(UserRow { name, password, rights: row.get("rights")? });
    }
    Ok(())
}

/// The databases of an account, by name; `q` is part of it. Deleted ones are among them until they are erased.
pub async fn list(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    listing: &Listing,
) -> Result<Page<DatabaseView>, Problem> {
    crate::account::must_see(server, actor, account).await?;
    let now = server.world.now_ms();
    let [after] = listing.after()?;
    let found = sql(concat!(
        columns!(),
        "WHERE d.account_id = $1 AND ($2 = '' OR d.name > $2) AND ($3 = '%' OR d.name LIKE $3 ESCAPE '\\') ORDER BY d.name LIMIT $4"
    ))
    .bind(account)
    .bind(after)
    .bind(listing.pattern())
    .bind(listing.fetch())
    .all(server.store.on(), |row| view(row, now))
    .await?;
    let mut page = listing.page(found, |database| [database.name.to_string()]);
    let ids: Vec<String> = page.items.iter().map(|database| database.id.to_string()).collect();
    let ids = serde_json::to_string(&ids).map_err(|error| internal("ids", &error))?;
    let mut users: BTreeMap<DatabaseId, Vec<DatabaseUserView>> = BTreeMap::new();
    sql(among!(
        server.store.engine(),
        "SELECT u.database_id, u.id, u.name, u.rights, u.password, u.created_at FROM database_users u WHERE u.database_id IN",
        "ORDER BY u.database_id, u.name"
    ))
    .bind(ids)
    .all(server.store.on(), |row| {
        users.entry(row.get("database_id")?).or_default().push(user(row)?);
        Ok(())
    })
    .await?;
    for database in &mut page.items {
        database.users = users.remove(&database.id).unwrap_or_default();
    }
    Ok(page)
}

/// One database.
pub async fn show(server: &Server, actor: &Actor, database: DatabaseId) -> Result<DatabaseView, Problem> {
    let mut snapshot = server.store.read().await?;
    load(&mut snapshot, actor, database, server.world.now_ms()).await
}

pub(super) async fn load(
    on: &mut AnyConnection,
    actor: &Actor,
    database: DatabaseId,
    now: i64,
) -> Result<DatabaseView, Problem> {
    let found = sql(scoped!(actor, concat!(columns!(), "WHERE d.id = $3 AND a.state <> 'erased' AND"), ""))
        .bind(actor.holder())
        .bind(now)
        .bind(database)
        .optional(&mut *on, |row| view(row, now))
        .await?;
    let mut database = found.ok_or_else(not_found)?;
    database.users =
        sql("SELECT id, name, rights, password, created_at FROM database_users WHERE database_id = $1 ORDER BY name")
            .bind(database.id)
            .all(&mut *on, user)
            .await?;
    Ok(database)
}

/// How many an account has, without deleted ones.
pub(super) async fn count<'c>(
    on: impl Executor<'c, Database = Any>,
    account: AccountId,
) -> Result<u32, Problem> {
    sql("SELECT COUNT(*) FROM databases WHERE account_id = $1 AND deleted_at IS NULL")
        .bind(account)
        .one(on, |row| row.first())
        .await
}

/// How many users those have.
pub(super) async fn count_users<'c>(
    on: impl Executor<'c, Database = Any>,
    account: AccountId,
) -> Result<u32, Problem> {
    sql("SELECT COUNT(*) FROM database_users u JOIN databases d ON d.id = u.database_id WHERE d.account_id = $1 AND d.deleted_at IS NULL")
        .bind(account)
        .one(on, |row| row.first())
        .await
}

/// How many deleted ones an account keeps until they are erased.
pub(super) async fn count_deleted<'c>(
    on: impl Executor<'c, Database = Any>,
    account: AccountId,
) -> Result<u32, Problem> {
    sql("SELECT COUNT(*) FROM databases WHERE account_id = $1 AND deleted_at IS NOT NULL")
        .bind(account)
        .one(on, |row| row.first())
        .await
}

fn user(row: &Row) -> Result<DatabaseUserView, Problem> {
    Ok(DatabaseUserView {
        id: row.get("id")?,
        name: row.get("name")?,
        rights: row.get("rights")?,
        without_password: row.get::<String>("password")?.is_empty(),
        created_at: row.get("created_at")?,
    })
}

fn view(row: &Row, now: i64) -> Result<DatabaseView, Problem> {
    let away =
        change::host_away(row.get("connected_at")?, row.get("last_seen_at")?, row.get("frozen_at")?, now);
    let state: Option<ChangeState> = row.get("state")?;
    Ok(DatabaseView {
        id: row.get("id")?,
        account: Ref { id: row.get("account_id")?, name: row.get("account_name")? },
        host: Ref { id: row.get("host_id")?, name: row.get("host_name")? },
        engine: row.get("engine")?,
        name: row.get("name")?,
        users: vec![],
        deleted_at: row.get("deleted_at")?,
        erase_at: row.get("erase_at")?,
        state: change::shown(state.unwrap_or(ChangeState::Wanted), away),
        text: row.text("text_fr", "text_en")?,
        change: row.get("change_id")?,
        created_at: row.get("created_at")?,
        version: row.get("version")?,
    })
}
