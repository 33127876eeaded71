//! Members of the cooperative: persons or organisations that own accounts. The cooperative keeps them; their own users see them, without
//! its notes, and may correct contacts and language.

mod access;
mod api;
mod confirm;
mod deletion;
mod export;
mod gone;
mod import;
mod input;
mod invitations;
mod list;
mod losses;
mod rules;
mod status;
mod store;
mod summary;
mod undo;
mod words;

pub(crate) use access::seen_members;
pub use access::{must_keep, must_see};
pub(crate) use api::ROUTES;
pub use confirm::{CONFIRM_AFTER_MS, confirm, due, mine};
pub use deletion::{ask_deletion, keep};
pub(crate) use deletion::{end, hold_of_account, keep_for_account, must_stay, take_account};
pub use export::export;
pub use gone::purge;
pub use import::{
    IMPORT_MS, Import, LARGEST_FILE, Made, Outcome, Owner, RowProblem, RowReport, apply, check, show_import,
    text_of, too_large,
};
pub use input::{ContactInput, FIELDS, MOST_CONTACTS, MemberPatch, NewMember};
pub use invitations::{
    Invitations, MOST_AT_ONCE, any_waits, invitations, invite_hourly, invite_next, set_invitations_hourly,
};
pub use list::{Filter, Sort, list};
pub(crate) use losses::lines;
pub use losses::{Losses, LostAccount, LostRole, losses};
pub use rules::{create, delete, show, update};
pub use status::statuses;
pub(crate) use store::{hold, load};
pub(crate) use undo::undo;
pub(crate) use words::catch_up;

use model::{
    Day, EmailAddress, Label, Lang, MemberId, MemberKind, MemberNumber, MemberStatus, MemberStepId, Phone,
    Purpose,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A member as its page and the API show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MemberView {
    #[schema(value_type = String)]
    pub id: MemberId,
    #[schema(value_type = u32)]
    pub number: MemberNumber,
    pub name: String,
    #[schema(value_type = String)]
    pub kind: MemberKind,
    #[schema(value_type = String)]
    pub status: MemberStatus,
    /// Since which day.
    #[schema(value_type = String)]
    pub since: Day,
    /// The language the cooperative writes to it in.
    #[schema(value_type = String)]
    pub lang: Lang,
    /// Postal address, in lines.
    pub address: Option<String>,
    pub contacts: Vec<Contact>,
    /// For the cooperative's eyes: always null to others.
    pub notes: Option<String>,
    /// Accounts that are not erased.
    pub accounts: u32,
    /// When the member is deleted for good, if two admins agreed on that; not before its last account is erased.
    pub erase_at: Option<i64>,
    /// When one of its users last said that contacts and language are right.
    pub confirmed_at: Option<i64>,
    /// When they are asked again.
    pub confirm_at: i64,
    pub created_at: i64,
    pub version: i64,
}

/// A member as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MemberRow {
    #[schema(value_type = String)]
    pub id: MemberId,
    #[schema(value_type = u32)]
    pub number: MemberNumber,
    pub name: String,
    #[schema(value_type = String)]
    pub kind: MemberKind,
    #[schema(value_type = String)]
    pub status: MemberStatus,
    #[schema(value_type = String)]
    pub since: Day,
    #[schema(value_type = String)]
    pub lang: Lang,
    /// Accounts that are not erased.
    pub accounts: u32,
    pub created_at: i64,
    pub version: i64,
}

/// Somebody to write to, about something. At least one of name, address and telephone is there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct Contact {
    #[schema(value_type = String)]
    pub purpose: Purpose,
    #[schema(value_type = Option<String>)]
    pub name: Option<Label>,
    #[schema(value_type = Option<String>)]
    pub email: Option<EmailAddress>,
    #[schema(value_type = Option<String>)]
    pub phone: Option<Phone>,
}

/// One status in a member's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Step {
    #[schema(value_type = String)]
    pub id: MemberStepId,
    #[schema(value_type = String)]
    pub status: MemberStatus,
    #[schema(value_type = String)]
    pub since: Day,
}
