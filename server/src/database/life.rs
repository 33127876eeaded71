//! The end of a database, and back: a deleted one lets nobody in and keeps its data as long as the configuration keeps accounts.

use super::{
    DatabaseView,
    rules::{act, finish, lock, must_have_room},
};
use crate::{
    Actor, Server,
    change::{self, Done, Subject},
    search,
    store::sql,
};
use model::{ChangeId, DatabaseId, Problem};
use serde_json::{Value, json};

pub async fn delete(
    server: &Server,
    actor: &Actor,
    id: DatabaseId,
    expected: Option<i64>,
) -> Result<Done<DatabaseView>, Problem> {
    delete_as(server, actor, id, expected, None).await
}

pub(crate) async fn delete_as(
    server: &Server,
    actor: &Actor,
    id: DatabaseId,
    expected: Option<i64>,
    undoes: Option<ChangeId>,
) -> Result<Done<DatabaseView>, Problem> {
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let (of, before) = lock(&mut tx, server, actor, id, expected).await?;
    if before.deleted_at.is_some() {
        return Ok(Done { item: before, change: None });
    }
    sql("UPDATE databases SET deleted_at = $2, erase_at = $3 WHERE id = $1")
        .bind(id)
        .bind(now)
        .bind(now + server.config.keep_deleted_ms())
        .run(tx.on())
        .await?;
    search::forget(&mut tx, search::Kind::Database, id).await?;
    let mut act = act("database.delete", &of, Subject::new("database", id, &before.name));
    act.before = Some(summary(&before));
    act.undoes = undoes;
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    Ok(finish(tx, server, actor, (&of, id), change, None).await?.done)
}

/// Brings a deleted database back with its data and its users; their passwords are the same.
pub async fn restore(
    server: &Server,
    actor: &Actor,
    id: DatabaseId,
    expected: Option<i64>,
) -> Result<Done<DatabaseView>, Problem> {
    restore_as(server, actor, id, expected, None).await
}

pub(crate) async fn restore_as(
    server: &Server,
    actor: &Actor,
    id: DatabaseId,
    expected: Option<i64>,
    undoes: Option<ChangeId>,
) -> Result<Done<DatabaseView>, Problem> {
    let mut tx = server.store.write().await?;
    let (of, before) = lock(&mut tx, server, actor, id, expected).await?;
    if before.deleted_at.is_none() {
        return Ok(Done { item: before, change: None });
    }
    must_have_room(&mut tx, &of).await?;
    sql("UPDATE databases SET deleted_at = NULL, erase_at = NULL WHERE id = $1")
        .bind(id)
        .run(tx.on())
        .await?;
    search::put(&mut tx, search::Kind::Database, id, &[&before.name]).await?;
    let mut act = act("database.restore", &of, Subject::new("database", id, &before.name));
    act.after = Some(summary(&before));
    act.undoes = undoes;
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    Ok(finish(tx, server, actor, (&of, id), change, None).await?.done)
}

pub(super) fn summary(database: &DatabaseView) -> Value {
    let users: Vec<&str> = database.users.iter().map(|user| user.name.as_str()).collect();
    json!({ "name": database.name, "users": users })
}
