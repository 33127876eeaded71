//! Making databases.

use super::{NewDatabase, Told, derive, password, store};
use crate::{
    Actor, Server,
    account::{self, AccountView},
    change::{self, Act, Done, Subject},
    once, resource, search,
    store::{Tx, sql},
    views::stale,
};
use model::{
    AccountId, ChangeId, DatabaseId, DatabaseName, DatabaseRights, DatabaseUserId, DatabaseUserName,
    HostFacts, HostId, PasswordHash, Problem, ProblemKind, Right, Text, text,
};
use serde_json::{Value, json};

/// Adds a database with its first user, who has all rights in it.
pub async fn create(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    new: NewDatabase,
) -> Result<Told, Problem> {
    let (id, now): (DatabaseId, _) = (server.world.id(), server.world.now_ms());
    let mut tx = server.store.write().await?;
    let of = account::lock_for(&mut tx, server, actor, account, Right::Databases).await?;
    let name = DatabaseName::of(&of.name, &new.name)?;
    let user = new.user.as_deref().filter(|user| !user.trim().is_empty()).unwrap_or(name.as_str());
    let user = DatabaseUserName::of(&of.name, user)?;
    if let Some(made) = once::claim(&mut tx, actor, id, now).await? {
        let item = store::load(tx.on(), actor, made, now).await?;
        return Ok(Told { done: Done { change: item.change, item }, password: None });
    }
    account::must_stay(&of)?;
    must_have_room(&mut tx, &of).await?;
    must_not_hoard(&mut tx, &of).await?;
    must_have_engine(&mut tx, of.host.id).await?;
    if !store::insert(&mut tx, id, &of, &name, now).await? {
        return Err(taken("name"));
    }
    let (secret, hash) = password::fresh(&*server.world)?;
    insert_user(&mut tx, (server.world.id(), id), &user, (Some(&hash), DatabaseRights::All), now).await?;
    search::put(&mut tx, search::Kind::Database, id, &[&name]).await?;
    let mut act = act("database.create", &of, Subject::new("database", id, &name));
    act.after = Some(json!({ "name": name, "user": user }));
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    finish(tx, server, actor, (&of, id), change, Some(secret)).await
}

/// Writes what is wanted of the host, and answers with the database as it is then.
pub(super) async fn finish(
    mut tx: Tx,
    server: &Server,
    actor: &Actor,
    (of, id): (&AccountView, DatabaseId),
    change: ChangeId,
    password: Option<model::Secret>,
) -> Result<Told, Problem> {
    let now = server.world.now_ms();
    let wants = derive::wants_of(&mut tx, of).await?;
    resource::write(&mut tx, change, now, wants).await?;
    let item = store::load(tx.on(), actor, id, now).await?;
    tx.commit().await?;
    Ok(Told { done: Done { item, change: Some(change) }, password })
}

/// Locks the database's account, and gives the database as it stands; every act on it makes it newer.
pub(super) async fn lock(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    id: DatabaseId,
    expected: Option<i64>,
) -> Result<(AccountView, super::DatabaseView), Problem> {
    let now = server.world.now_ms();
    let account = store::load(tx.on(), actor, id, now).await?.account.id;
    let of = account::lock_for(tx, server, actor, account, Right::Databases).await?;
    let database = store::load(tx.on(), actor, id, now).await?;
    account::must_stay(&of)?;
    stale(expected, database.version)?;
    sql("UPDATE databases SET version = version + 1 WHERE id = $1").bind(id).run(tx.on()).await?;
    Ok((of, database))
}

pub(super) async fn insert_user(
    tx: &mut Tx,
    (id, database): (DatabaseUserId, DatabaseId),
    name: &DatabaseUserName,
    (password, rights): (Option<&PasswordHash>, DatabaseRights),
    now: i64,
) -> Result<(), Problem> {
    let inserted = sql("INSERT INTO database_users (id, database_id, name, password, rights, created_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name) DO NOTHING")
    .bind(id)
    .bind(database)
    .bind(name)
    .bind(password.map_or("", PasswordHash::as_str))
    .bind(rights)
    .bind(now)
    .run(tx.on())
    .await?;
    if inserted == 0 { Err(taken("user")) } else { Ok(()) }
}

pub(super) async fn must_have_room(tx: &mut Tx, of: &AccountView) -> Result<(), Problem> {
    let most = of.plan.databases_max;
    if store::count(tx.on(), of.id).await? < most {
        return must_have_users(tx, of).await;
    }
    Err(Problem::new(
        ProblemKind::Conflict,
        "databases_limit",
        text!(
            "L’offre de ce compte s’arrête à {most} bases de données\u{a0}: supprimez-en une, ou demandez une offre plus grande.",
            "This account's plan ends at {most} databases: delete one, or ask for a larger plan."
        ),
    )
    .on("name"))
}

/// Each user has one connection at least, and all of an account's together no more than their part of the host's.
pub(super) async fn must_have_users(tx: &mut Tx, of: &AccountView) -> Result<(), Problem> {
    let most = derive::together(of);
    if store::count_users(tx.on(), of.id).await? < most {
        return Ok(());
    }
    Err(Problem::new(
        ProblemKind::Conflict,
        "database_users_limit",
        text!(
            "Les bases de ce compte ont déjà {most} utilisateurs, autant que de connexions à se partager\u{a0}: supprimez-en un.",
            "The databases of this account have {most} users already, as many as there are connections to share: delete one."
        ),
    )
    .on("name"))
}

/// Deleted databases that any account may keep.
const FEW_DELETED: u32 = 3;

/// Deleted ones keep their data for a while: making and deleting by turns would fill the host beside the plan.
pub(super) async fn must_not_hoard(tx: &mut Tx, of: &AccountView) -> Result<(), Problem> {
    let most = of.plan.databases_max.max(FEW_DELETED);
    if store::count_deleted(tx.on(), of.id).await? < most {
        return Ok(());
    }
    Err(Problem::new(
        ProblemKind::Conflict,
        "databases_deleted_limit",
        text!(
            "Ce compte garde déjà {most} bases supprimées\u{a0}: rétablissez-en une, ou attendez que la plus ancienne soit effacée.",
            "This account keeps {most} deleted databases already: bring one back, or wait until the oldest is erased."
        ),
    )
    .on("name"))
}

const FACTS: &str = "SELECT facts FROM hosts WHERE id = $1";

fn engine_in(facts: Option<Value>) -> bool {
    facts
        .and_then(|facts| serde_json::from_value::<HostFacts>(facts).ok())
        .is_some_and(|facts| facts.mariadb.is_some())
}

/// Whether a host of an account one has been shown can have databases.
pub async fn has_engine(server: &Server, host: HostId) -> Result<bool, Problem> {
    let facts = sql(FACTS).bind(host).optional(server.store.on(), |row| row.get("facts")).await?;
    Ok(engine_in(facts.flatten()))
}

async fn must_have_engine(tx: &mut Tx, host: HostId) -> Result<(), Problem> {
    let facts = sql(FACTS).bind(host).optional(tx.on(), |row| row.get("facts")).await?;
    if engine_in(facts.flatten()) {
        return Ok(());
    }
    Err(Problem::new(
        ProblemKind::Conflict,
        "no_engine",
        Text::new(
            "L’hôte de ce compte n’a pas de serveur de bases de données\u{a0}: la coopérative doit y installer le paquet mariadb-server.",
            "This account's host has no database server: the cooperative has to install the package mariadb-server there.",
        ),
    )
    .on("name"))
}

fn taken(field: &'static str) -> Problem {
    let text = if field == "name" {
        Text::new(
            "Ce compte a déjà une base de ce nom, ou l’a supprimée il y a peu\u{a0}: rétablissez-la, ou choisissez un autre nom.",
            "This account has a database of this name already, or deleted it lately: bring it back, or choose another name.",
        )
    } else {
        Text::new(
            "Un utilisateur de ce compte porte déjà ce nom\u{a0}: choisissez-en un autre.",
            "A user of this account has this name already: choose another.",
        )
    };
    Problem::new(ProblemKind::Conflict, "database_name_taken", text).on(field)
}

pub(super) fn act(verb: &'static str, of: &AccountView, subject: Subject) -> Act {
    let mut act = Act::new(verb, subject);
    act.member = Some(of.member.id);
    act.account = Some(of.id);
    act
}
