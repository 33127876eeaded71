//! Databases of an account and the users that programs sign in as.

mod api;
mod derive;
mod dump;
mod erase;
mod for_app;
mod life;
mod password;
mod rules;
mod sizes;
mod store;
mod users;

pub(crate) use api::ROUTES;
pub(crate) use derive::wants_of;
pub use dump::{Export, export, import};
pub(crate) use erase::erase_all;
pub use erase::purge;
pub(crate) use for_app::for_app;
pub use life::{delete, restore};
pub(crate) use life::{delete_as, restore_as};
pub use rules::{create, has_engine};
pub use sizes::{Size, sizes};
pub use store::{list, show};
pub use users::{add_user, delete_user, set_password, set_rights};
pub(crate) use users::{of_user, rights_before, set_rights_as};

use crate::{
    change::Done,
    views::{Ref, RefShape},
};
use model::{
    AccountId, ChangeId, ChangeState, DatabaseId, DatabaseName, DatabaseRights, DatabaseUserId,
    DatabaseUserName, Engine, HostId, Secret, Text,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A database as pages and the API show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Database)]
pub struct DatabaseView {
    #[schema(value_type = String)]
    pub id: DatabaseId,
    #[schema(value_type = RefShape)]
    pub account: Ref<AccountId>,
    #[schema(value_type = RefShape)]
    pub host: Ref<HostId>,
    #[schema(value_type = String)]
    pub engine: Engine,
    /// Begins with the account's name and an underscore.
    #[schema(value_type = String)]
    pub name: DatabaseName,
    pub users: Vec<DatabaseUserView>,
    /// A deleted one lets nobody in, and comes back with its data until `erase_at`.
    pub deleted_at: Option<i64>,
    pub erase_at: Option<i64>,
    /// How it stands on its host, and the reason in words where there is one.
    #[schema(value_type = String)]
    pub state: ChangeState,
    #[schema(value_type = Option<Object>)]
    pub text: Option<Text>,
    /// The change that made it so.
    #[schema(value_type = Option<String>)]
    pub change: Option<ChangeId>,
    pub created_at: i64,
    pub version: i64,
}

/// A user of a database. The password is told once, when it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DatabaseUser)]
pub struct DatabaseUserView {
    #[schema(value_type = String)]
    pub id: DatabaseUserId,
    #[schema(value_type = String)]
    pub name: DatabaseUserName,
    #[schema(value_type = String)]
    pub rights: DatabaseRights,
    /// It has no password: programs of the account sign in as it, over the host's Unix socket, and nobody else can.
    pub without_password: bool,
    pub created_at: i64,
}

/// What is asked, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDatabase {
    /// Its name, with the account's before it or without: `wiki` or `asso_wiki`.
    pub name: String,
    /// Its first user, with all rights, likewise; else named as the database is.
    #[serde(default)]
    pub user: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDatabaseUser {
    pub name: String,
    /// `all`, `write` (rows, not tables) or `read`.
    pub rights: String,
}

/// A database as it is now, and the password that was made on the way, told this once.
#[derive(Clone, Debug)]
pub struct Told {
    pub done: Done<DatabaseView>,
    /// `None`: nothing was made, for the same was asked before.
    pub password: Option<Secret>,
}
