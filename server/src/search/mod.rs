//! One search for everything that has a page: members, accounts, sites, databases, users, hosts, by the beginnings of their words. What one may not
//! see is not even looked through: a member's user searches from their own grants on, staff what their duties show them.

mod api;
mod backfill;
mod find;
mod index;
mod sql;
mod words;

pub(crate) use api::ROUTES;
pub use backfill::backfill;
pub use find::{groups, kinds, list};
pub(crate) use index::{forget, put, put_new, put_site};

use crate::{
    Actor,
    views::{Ref, RefShape},
};
use model::{AccountId, Duty, MemberId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = FoundKind)]
pub enum Kind {
    Account,
    Site,
    Database,
    Member,
    User,
    Host,
}

impl Kind {
    /// In the order they are shown.
    pub const ALL: [Kind; 6] =
        [Kind::Account, Kind::Site, Kind::Database, Kind::Member, Kind::User, Kind::Host];

    pub fn code(self) -> &'static str {
        match self {
            Kind::Account => "account",
            Kind::Site => "site",
            Kind::Database => "database",
            Kind::Member => "member",
            Kind::User => "user",
            Kind::Host => "host",
        }
    }

    pub fn from_code(code: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// How much of it an actor may find.
    fn reach(self, actor: &Actor) -> Reach {
        let duty = match self {
            Kind::Account | Kind::Site | Kind::Database | Kind::Member => Duty::SeeMembers,
            Kind::User => Duty::SeeUsers,
            Kind::Host => Duty::SeeHosts,
        };
        match (actor.staff.does(duty), self) {
            (true, _) => Reach::All,
            (false, Kind::Account | Kind::Site | Kind::Database | Kind::Member) => Reach::Own,
            (false, Kind::User | Kind::Host) => Reach::None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    All,
    /// Through one's grants.
    Own,
    None,
}

/// Something that was found, as pages and the API show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Found {
    pub kind: Kind,
    #[schema(value_type = String)]
    pub id: Uuid,
    /// A site's main name, a user's address.
    pub name: String,
    /// A site's name in its own letters, where those are not plain ones.
    pub shown: Option<String>,
    /// A site's or a database's account.
    #[schema(value_type = Option<RefShape>)]
    pub account: Option<Ref<AccountId>>,
    /// Whose it is: an account's, a site's or a database's member.
    #[schema(value_type = Option<RefShape>)]
    pub member: Option<Ref<MemberId>>,
}

/// The first found of one kind, and where to go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = FoundGroup)]
pub struct Group {
    pub kind: Kind,
    pub items: Vec<Found>,
    /// For /search with this kind.
    pub next: Option<String>,
}
