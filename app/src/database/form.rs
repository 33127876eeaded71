//! What members do with a database: its users, its end, and back.

use super::show::{draw, told};
use crate::{
    http::{Answer, Face, on_form, see},
    parts::Typed,
};
use axum::extract::{Path, State};
use model::{DatabaseId, DatabaseUserId, DatabaseUserName, Problem};
use server::{
    Server,
    database::{DatabaseView, NewDatabaseUser, Told},
};

/// `POST /databases/{database}/users`: no redirect, for the password is shown once.
pub async fn add_user(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<DatabaseId>,
    typed: Typed,
) -> Answer {
    let new = NewDatabaseUser { name: typed.get("name").to_owned(), rights: typed.get("rights").to_owned() };
    let made = server::database::add_user(&server, face.me()?, id, None, new).await;
    match made {
        Ok(made) => {
            // Somebody may have added another at the same time.
            let item = &made.done.item;
            let name = DatabaseUserName::of(&item.account.name.parse()?, typed.get("name"))?;
            let place = item.users.iter().position(|user| user.name == name).unwrap_or_default();
            told(&server, &face, made, place).await
        }
        Err(problem) => again(&server, &face, id, typed, problem).await,
    }
}

/// `POST /databases/{database}/users/{user}/password`: likewise.
pub async fn password(
    State(server): State<Server>,
    face: Face,
    Path((id, user)): Path<(DatabaseId, DatabaseUserId)>,
) -> Answer {
    match server::database::set_password(&server, face.me()?, (id, user), None).await {
        Ok(made) => {
            let place = place(&made, user);
            told(&server, &face, made, place).await
        }
        Err(problem) => again(&server, &face, id, Typed::new(), problem).await,
    }
}

fn place(told: &Told, user: DatabaseUserId) -> usize {
    told.done.item.users.iter().position(|known| known.id == user).unwrap_or_default()
}

/// `POST /databases/{database}/users/{user}/rights`
pub async fn rights(
    State(server): State<Server>,
    face: Face,
    Path((id, user)): Path<(DatabaseId, DatabaseUserId)>,
    typed: Typed,
) -> Answer {
    let set = server::database::set_rights(&server, face.me()?, (id, user), None, typed.get("rights")).await;
    after(&server, &face, id, set.map(|done| done.item), "database_rights").await
}

/// `POST /databases/{database}/users/{user}/delete`
pub async fn delete_user(
    State(server): State<Server>,
    face: Face,
    Path((id, user)): Path<(DatabaseId, DatabaseUserId)>,
) -> Answer {
    let left = server::database::delete_user(&server, face.me()?, (id, user), None).await;
    after(&server, &face, id, left.map(|done| done.item), "database_user_deleted").await
}

/// `POST /databases/{database}/delete`
pub async fn delete(State(server): State<Server>, face: Face, Path(id): Path<DatabaseId>) -> Answer {
    let gone = server::database::delete(&server, face.me()?, id, None).await;
    after(&server, &face, id, gone.map(|done| done.item), "database_deleted").await
}

/// `POST /databases/{database}/restore`
pub async fn restore(State(server): State<Server>, face: Face, Path(id): Path<DatabaseId>) -> Answer {
    let back = server::database::restore(&server, face.me()?, id, None).await;
    after(&server, &face, id, back.map(|done| done.item), "database_restored").await
}

async fn after(
    server: &Server,
    face: &Face,
    id: DatabaseId,
    done: Result<DatabaseView, Problem>,
    said: &str,
) -> Answer {
    match done {
        Ok(_) => see(format!("/databases/{id}"), said),
        Err(problem) => again(server, face, id, Typed::new(), problem).await,
    }
}

/// The database's page again, with what was typed and the error at its field.
async fn again(server: &Server, face: &Face, id: DatabaseId, typed: Typed, problem: Problem) -> Answer {
    let problem = on_form(problem)?;
    draw(server, &face.at(format!("/databases/{id}")), id, typed.refused(problem)).await
}
