//! Looking at the panel as a member's users see it. Staff states a reason, sees one account or one member and nothing else, reads only
//! unless an owner consents, and is back to itself after an hour at most. It stands in the member's history.
//!
//! Nothing checks "is this only a view?" act by act: while it lasts the actor has no staff role and no grant of their own, only what this
//! view gives, which is a reader's role, or a webmaster's with consent. The same rules as for everybody do the rest.

mod api;
mod rules;

pub(crate) use api::ROUTES;
pub(crate) use rules::end_all_of;
pub use rules::{ask, consent, end, pending, start};

use crate::grant::On;
use model::{AccountId, MemberId, Role, ViewingId};
use serde::Serialize;
use utoipa::ToSchema;

/// How long a view lasts at most.
pub const LONGEST_MS: i64 = 3_600_000;

/// The view an actor is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewing {
    pub id: ViewingId,
    pub on: On,
    /// The account's or the member's name.
    pub name: String,
    pub until: i64,
    /// The owner was asked to let staff act.
    pub asked: bool,
    /// And consented.
    pub consented: bool,
}

impl Viewing {
    /// What the view gives.
    pub fn role(&self) -> Role {
        if self.consented { Role::Webmaster } else { Role::Reader }
    }
}

/// A view as the API and the owner's page show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ViewingView {
    #[schema(value_type = String)]
    pub id: ViewingId,
    /// Who looks.
    pub who: String,
    pub reason: String,
    #[schema(value_type = Option<String>)]
    pub account: Option<AccountId>,
    #[schema(value_type = Option<String>)]
    pub member: Option<MemberId>,
    pub name: String,
    pub started_at: i64,
    pub expires_at: i64,
    /// Staff asked to be let act.
    pub asked: bool,
    pub consented: bool,
}
