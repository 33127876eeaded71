//! Users of a database: each of one database, with rights on it and a password of its own.

use super::{
    DatabaseUserView, DatabaseView, NewDatabaseUser, Told, password,
    rules::{act, finish, insert_user, lock, must_have_users},
};
use crate::{
    Actor, Server,
    actor::not_found,
    change::{self, ChangeView, Done, Subject},
    once,
    store::sql,
};
use model::{
    ChangeId, Database, DatabaseId, DatabaseRights, DatabaseUserId, DatabaseUserName, Problem, ProblemKind,
    Text,
};
use serde_json::{Value, json};

/// Where a user is added by itself, its name is the field `name`; with its database, that is the database's.
fn named(problem: Problem) -> Problem {
    if problem.field == Some("user") { problem.on("name") } else { problem }
}

pub async fn add_user(
    server: &Server,
    actor: &Actor,
    database: DatabaseId,
    expected: Option<i64>,
    new: NewDatabaseUser,
) -> Result<Told, Problem> {
    let (id, now): (DatabaseUserId, _) = (server.world.id(), server.world.now_ms());
    let mut tx = server.store.write().await?;
    let (of, before) = lock(&mut tx, server, actor, database, expected).await?;
    let name = DatabaseUserName::of(&of.name, &new.name).map_err(named)?;
    let rights = DatabaseRights::parse(&new.rights)?;
    if once::claim(&mut tx, actor, id, now).await?.is_some() {
        return Ok(Told { done: Done { change: before.change, item: before }, password: None });
    }
    must_be_there(&before)?;
    if before.users.len() >= Database::MOST_USERS {
        return Err(Problem::new(
            ProblemKind::Conflict,
            "database_users",
            Text::new(
                "Une base de données a 10 utilisateurs au plus\u{a0}: supprimez-en un.",
                "A database has 10 users at most: delete one.",
            ),
        )
        .on("name"));
    }
    must_have_users(&mut tx, &of).await?;
    let (secret, hash) = password::fresh(&*server.world)?;
    insert_user(&mut tx, (id, database), &name, (Some(&hash), rights), now).await.map_err(named)?;
    let mut act = act("database_user.create", &of, Subject::new("database_user", id, &name));
    act.after = Some(summary(&before, rights));
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    finish(tx, server, actor, (&of, database), change, Some(secret)).await
}

pub async fn set_rights(
    server: &Server,
    actor: &Actor,
    at: (DatabaseId, DatabaseUserId),
    expected: Option<i64>,
    rights: &str,
) -> Result<Done<DatabaseView>, Problem> {
    // Who may not see the database learns nothing of rights.
    super::show(server, actor, at.0).await?;
    set_rights_as(server, actor, at, expected, DatabaseRights::parse(rights)?, None).await
}

pub(crate) async fn set_rights_as(
    server: &Server,
    actor: &Actor,
    (database, id): (DatabaseId, DatabaseUserId),
    expected: Option<i64>,
    rights: DatabaseRights,
    undoes: Option<ChangeId>,
) -> Result<Done<DatabaseView>, Problem> {
    let mut tx = server.store.write().await?;
    let (of, before) = lock(&mut tx, server, actor, database, expected).await?;
    must_be_there(&before)?;
    let user = find(&before, id)?;
    if user.rights == rights {
        return Ok(Done { item: before, change: None });
    }
    sql("UPDATE database_users SET rights = $2 WHERE id = $1").bind(id).bind(rights).run(tx.on()).await?;
    let mut act = act("database_user.rights", &of, Subject::new("database_user", id, &user.name));
    act.before = Some(summary(&before, user.rights));
    act.after = Some(summary(&before, rights));
    act.undoes = undoes;
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    Ok(finish(tx, server, actor, (&of, database), change, None).await?.done)
}

/// A new password, told once; the old one opens nothing any more, and what is open with it is ended.
pub async fn set_password(
    server: &Server,
    actor: &Actor,
    (database, id): (DatabaseId, DatabaseUserId),
    expected: Option<i64>,
) -> Result<Told, Problem> {
    let mut tx = server.store.write().await?;
    let (of, before) = lock(&mut tx, server, actor, database, expected).await?;
    must_be_there(&before)?;
    let user = find(&before, id)?;
    if user.without_password {
        return Err(Problem::new(
            ProblemKind::Conflict,
            "database_user_without_password",
            Text::new(
                "Cet utilisateur n’a pas de mot de passe\u{a0}: les programmes du compte se connectent sans, et personne d’autre ne le peut. Ajoutez un autre utilisateur s’il en faut un.",
                "This user has no password: programs of the account sign in without one, and nobody else can. Add another user if you need one.",
            ),
        ));
    }
    let (secret, hash) = password::fresh(&*server.world)?;
    sql("UPDATE database_users SET password = $2 WHERE id = $1").bind(id).bind(&hash).run(tx.on()).await?;
    let mut act = act("database_user.password", &of, Subject::new("database_user", id, &user.name));
    // Neither the password nor what MariaDB keeps of it.
    act.after = Some(json!({ "database": database, "in": before.name }));
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    finish(tx, server, actor, (&of, database), change, Some(secret)).await
}

pub async fn delete_user(
    server: &Server,
    actor: &Actor,
    (database, id): (DatabaseId, DatabaseUserId),
    expected: Option<i64>,
) -> Result<Done<DatabaseView>, Problem> {
    let mut tx = server.store.write().await?;
    let (of, before) = lock(&mut tx, server, actor, database, expected).await?;
    must_be_there(&before)?;
    let user = find(&before, id)?;
    sql("DELETE FROM database_users WHERE id = $1").bind(id).run(tx.on()).await?;
    let mut act = act("database_user.delete", &of, Subject::new("database_user", id, &user.name));
    act.before = Some(summary(&before, user.rights));
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    Ok(finish(tx, server, actor, (&of, database), change, None).await?.done)
}

/// Which database a change about a user was of.
pub(crate) fn of_user(change: &ChangeView) -> Result<DatabaseId, Problem> {
    let side = change.after.as_ref().or(change.before.as_ref());
    side.and_then(|side| side["database"].as_str()).unwrap_or_default().parse()
}

/// The rights a user had before a change.
pub(crate) fn rights_before(change: &ChangeView) -> Result<DatabaseRights, Problem> {
    let side = change.before.as_ref();
    DatabaseRights::parse(side.and_then(|side| side["rights"].as_str()).unwrap_or_default())
}

fn find(database: &DatabaseView, id: DatabaseUserId) -> Result<DatabaseUserView, Problem> {
    database.users.iter().find(|user| user.id == id).cloned().ok_or_else(not_found)
}

pub(super) fn must_be_there(database: &DatabaseView) -> Result<(), Problem> {
    if database.deleted_at.is_none() {
        return Ok(());
    }
    Err(Problem::new(
        ProblemKind::Conflict,
        "database_deleted",
        Text::new(
            "Cette base est supprimée\u{a0}: rétablissez-la d’abord.",
            "This database is deleted: bring it back first.",
        ),
    ))
}

fn summary(database: &DatabaseView, rights: DatabaseRights) -> Value {
    json!({ "database": database.id, "in": database.name, "rights": rights.code() })
}
