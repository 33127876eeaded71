//! Users: humans who sign in; their passwords and the one-time links that set them.

mod api;
mod forgotten;
mod links;
mod password;
mod recover;
mod rules;
mod strength;
mod suspend;

pub(crate) use api::ROUTES;
pub use forgotten::{Forgotten, forgotten};
pub use links::{LINK_MS, link, link_url, open_link, send_link, set_password_by_link};
pub(crate) use links::{link_if_needed, new as new_link, void_links};
pub use password::Hashers;
pub(crate) use password::{hash, verify};
pub use recover::{NewRecovery, ask_recovery};
pub(crate) use recover::{recover, recovery_hindrance, recovery_refused};
pub(crate) use rules::{bucket, ensure, ensure_all, hold, session_only, wrong_password};
pub use rules::{change_password, create_admin, list, list_in, me, set_lang, show, waiting, while_viewing};
pub(crate) use rules::{may_hand_link, must_not_be_admin};
pub use strength::SHORTEST;
pub use suspend::{resume, suspend};

use model::{Lang, StaffRole, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A user as pages and the API show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct UserView {
    #[schema(value_type = String)]
    pub id: UserId,
    pub email: String,
    #[schema(value_type = Option<String>)]
    pub lang: Option<Lang>,
    /// What the user does for the cooperative.
    #[schema(value_type = Vec<String>)]
    pub staff: Vec<StaffRole>,
    pub created_at: i64,
    /// Since when the user can do nothing.
    pub suspended_at: Option<i64>,
    /// How many second factors are asked for.
    pub factors: u32,
}

/// What is asked, as typed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    #[schema(value_type = String)]
    pub current: model::Secret,
    #[schema(value_type = String)]
    pub new: model::Secret,
}
