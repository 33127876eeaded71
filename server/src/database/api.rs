//! Databases over the API.

use super::{
    DatabaseView, Export, NewDatabase, NewDatabaseUser, Size, Told, add_user, create, delete, delete_user,
    export, import, list, restore, set_password, set_rights, show, sizes,
};
use crate::{
    Server,
    api::{
        Answer, ApiError, Asked, Caller, IfMatch, Needs, Route, Secretly, Verb, Who, created, done, handler,
        no_content, one, part, shape,
    },
    change::Done,
};
use axum::{
    body::Body,
    extract::{RawPathParams, State},
    http::header,
    response::{IntoResponse, Response},
    routing,
};
use futures_util::StreamExt;
use model::{Right, Scope};
use serde::Deserialize;
use utoipa::ToSchema;

const SEES: Who = Who::Account(Right::See);
const DOES: Who = Who::Account(Right::Databases);
const READ: Needs = Needs::Token(Scope::Read);
const WRITE: Needs = Needs::Token(Scope::Databases);
const GZIP: &[&str] = &["application/gzip"];
const DATABASE: Answer = Answer::One(shape::<DatabaseView>);

pub(crate) const ROUTES: &[Route] = &[
    Route::new(
        Verb::Get,
        "/accounts/{account}/databases",
        SEES,
        READ,
        "An account's databases, by name; `q` is part of it",
        Answer::Page(shape::<DatabaseView>),
        || routing::get(get_all),
    ),
    Route::new(
        Verb::Post,
        "/accounts/{account}/databases",
        DOES,
        WRITE,
        "Add a database with its first user. `password`: that user's, told this once",
        Answer::Made(shape::<DatabaseView>),
        || routing::post(post),
    )
    .takes(shape::<NewDatabase>),
    Route::new(
        Verb::Get,
        "/accounts/{account}/databases/sizes",
        SEES,
        READ,
        "How much they hold, in octets, as their host says now; what it does not say in two seconds is left out",
        Answer::List(shape::<Size>),
        || routing::get(get_sizes),
    ),
    Route::new(Verb::Get, "/databases/{database}", SEES, READ, "One database", DATABASE, || {
        routing::get(get)
    }),
    Route::new(
        Verb::Delete,
        "/databases/{database}",
        DOES,
        WRITE,
        "Delete: nobody gets in any more; its data is kept until its `erase_at`",
        DATABASE,
        || routing::delete(remove),
    ),
    Route::new(
        Verb::Post,
        "/databases/{database}/restore",
        DOES,
        WRITE,
        "Bring a deleted database back with its data and users",
        DATABASE,
        || routing::post(bring_back),
    ),
    Route::new(
        Verb::Post,
        "/databases/{database}/users",
        DOES,
        WRITE,
        "Add a user. `password` is told this once",
        Answer::Made(shape::<DatabaseView>),
        || routing::post(post_user),
    )
    .takes(shape::<NewDatabaseUser>),
    Route::new(
        Verb::Patch,
        "/databases/{database}/users/{database_user}",
        DOES,
        WRITE,
        "What a user may do: `all`, `write` (rows, not tables) or `read`; what it has open is ended",
        DATABASE,
        || routing::patch(patch_user),
    )
    .takes(shape::<Rights>),
    Route::new(
        Verb::Post,
        "/databases/{database}/users/{database_user}/password",
        DOES,
        WRITE,
        "A new password, in `password`, told this once; the old one opens nothing any more",
        DATABASE,
        || routing::post(post_password),
    ),
    Route::new(
        Verb::Delete,
        "/databases/{database}/users/{database_user}",
        DOES,
        WRITE,
        "Take a user away",
        DATABASE,
        || routing::delete(remove_user),
    ),
    Route::new(
        Verb::Get,
        "/databases/{database}/dump",
        DOES,
        WRITE,
        "Export: all of it as SQL, packed with gzip. What is cut off is no whole gzip",
        Answer::File(GZIP),
        || routing::get(get_dump),
    ),
    Route::new(
        Verb::Put,
        "/databases/{database}/dump",
        DOES,
        WRITE,
        "Import: the body is SQL, or gzip of it; statement after statement until one fails, of which `detail` tells the line",
        Answer::Nothing,
        || routing::put(put_dump),
    ),
];

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DatabaseRights)]
struct Rights {
    rights: String,
}

handler!(page get_all = list, of "account");

async fn post(
    State(server): State<Server>,
    params: RawPathParams,
    asked: Asked<NewDatabase>,
) -> Result<Response, ApiError> {
    let told = create(&server, &asked.actor, part(&params, "account")?, asked.body).await?;
    made(told)
}

/// 201, with the password.
fn made(Told { done, password }: Told) -> Result<Response, ApiError> {
    let Done { item, change } = done;
    let (version, location) = (item.version, format!("/databases/{}", item.id));
    let password = password.map(|password| password.reveal().to_owned());
    created(&Secretly::new(item, "password", password), Some(version), change, &location)
}

async fn get_sizes(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    one(&sizes(&server, &actor, part(&params, "account")?).await?, None)
}

handler!(one get = show, of "database");
handler!(act remove = delete, of "database");
handler!(act bring_back = restore, of "database");

async fn post_user(
    State(server): State<Server>,
    IfMatch(expected): IfMatch,
    params: RawPathParams,
    asked: Asked<NewDatabaseUser>,
) -> Result<Response, ApiError> {
    made(add_user(&server, &asked.actor, part(&params, "database")?, expected, asked.body).await?)
}

async fn patch_user(
    State(server): State<Server>,
    IfMatch(expected): IfMatch,
    params: RawPathParams,
    asked: Asked<Rights>,
) -> Result<Response, ApiError> {
    let at = (part(&params, "database")?, part(&params, "database_user")?);
    let set = set_rights(&server, &asked.actor, at, expected, &asked.body.rights).await?;
    done(&set, Some(set.item.version))
}

async fn post_password(
    State(server): State<Server>,
    Caller(actor): Caller,
    IfMatch(expected): IfMatch,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    let at = (part(&params, "database")?, part(&params, "database_user")?);
    let Told { done: Done { item, change }, password } = set_password(&server, &actor, at, expected).await?;
    let version = item.version;
    let password = password.map(|password| password.reveal().to_owned());
    done(&Done { item: Secretly::new(item, "password", password), change }, Some(version))
}

async fn remove_user(
    State(server): State<Server>,
    Caller(actor): Caller,
    IfMatch(expected): IfMatch,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    let at = (part(&params, "database")?, part(&params, "database_user")?);
    let left = delete_user(&server, &actor, at, expected).await?;
    done(&left, Some(left.item.version))
}

async fn get_dump(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    let Export { database, contents } = export(&server, &actor, part(&params, "database")?).await?;
    let headers = [
        (header::CONTENT_TYPE, GZIP[0].to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}.sql.gz\"", database.name)),
    ];
    Ok((headers, Body::from_stream(contents)).into_response())
}

async fn put_dump(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
    body: Body,
) -> Result<Response, ApiError> {
    let octets = body.into_data_stream().map(|octets| octets.map_err(|_| super::dump::cut_off()));
    let change = import(&server, &actor, part(&params, "database")?, octets).await?;
    no_content(Some(change))
}
