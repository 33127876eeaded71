//! Grants: which user is what on which member or account, and who is staff. Members hand roles on by invitation; the cooperative gives
//! them outright.

mod access;
mod api;
mod hand_over;
mod invite;
mod mine;
mod moved;
mod rules;
mod staff;
mod store;

pub use access::{Access, access, access_to_member, name_of_member};
pub(crate) use access::{accounts_with, of, of_account, of_member};
pub(crate) use api::ROUTES;
pub use hand_over::hand_over;
pub use invite::{accept, decline, invitations, my_invitations, withdraw};
pub use mine::{Leaving, leave, leaving, mine, of_user};
pub(crate) use moved::moved;
pub use rules::{create, list, must_stay, revoke};
pub(crate) use staff::hold as hold_staff;
pub use staff::{AddedStaff, NewStaff, StaffView, add_staff, list_staff, must_stay_staff, remove_staff};
pub(crate) use store::{give, give_new_owners, give_staff};

use crate::views::{Ref, RefShape};
use model::{AccountId, GrantId, InvitationId, MemberId, Role, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a role is held on: one account, or a member and so all its accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    Account(AccountId),
    Member(MemberId),
}

impl On {
    pub(crate) fn account(self) -> Option<AccountId> {
        match self {
            On::Account(id) => Some(id),
            On::Member(_) => None,
        }
    }

    pub(crate) fn member(self) -> Option<MemberId> {
        match self {
            On::Member(id) => Some(id),
            On::Account(_) => None,
        }
    }

    /// As paths begin: `/accounts/…`.
    pub fn path(self) -> String {
        match self {
            On::Account(id) => format!("/accounts/{id}"),
            On::Member(id) => format!("/members/{id}"),
        }
    }
}

/// A grant as pages and the API show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GrantView {
    #[schema(value_type = String)]
    pub id: GrantId,
    #[schema(value_type = String)]
    pub user: UserId,
    pub email: String,
    #[schema(value_type = String)]
    pub role: Role,
    pub created_at: i64,
    /// When it runs out by itself.
    pub expires_at: Option<i64>,
}

/// A role as its user sees it, among all they have: on an account, or on a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MyGrant {
    #[schema(value_type = String)]
    pub id: GrantId,
    #[schema(value_type = String)]
    pub role: Role,
    #[schema(value_type = Option<RefShape>)]
    pub account: Option<Ref<AccountId>>,
    #[schema(value_type = RefShape)]
    pub member: Ref<MemberId>,
    pub created_at: i64,
    pub expires_at: Option<i64>,
}

/// Somebody was asked to take a role, and has not answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct InvitationView {
    #[schema(value_type = String)]
    pub id: InvitationId,
    /// Who was asked.
    pub email: String,
    /// Who asks.
    pub by: String,
    #[schema(value_type = String)]
    pub role: Role,
    /// Accepting takes the ownership over from who asks.
    pub hands_over: bool,
    #[schema(value_type = Option<RefShape>)]
    pub account: Option<Ref<AccountId>>,
    #[schema(value_type = RefShape)]
    pub member: Ref<MemberId>,
    pub created_at: i64,
    /// Until when it can be accepted.
    pub expires_at: i64,
    /// When the role would run out if it were taken at once: its days count from when it is.
    pub grant_until: Option<i64>,
}

/// What is asked, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGrant {
    pub email: String,
    /// owner, manager, mail_manager, webmaster or reader.
    pub role: String,
    /// After how many days it runs out by itself; never, unless said.
    #[serde(default)]
    pub days: Option<u32>,
    /// Send them a mail, with the link inside instead of in the answer; unless said, if the panel sends mail.
    #[serde(default)]
    pub mail: Option<bool>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// The cooperative gave it: it holds. With the secret of a one-time link, for a user without password who gets no mail.
    Held(GrantView, Option<model::Secret>),
    /// A member's user asked: it holds once the other says yes.
    Asked(InvitationView),
}
