//! Further SFTP logins of an account, each limited to a folder. As keys are, they are part of what the account is on its host.

mod api;
mod rules;
mod sign_ins;
mod store;

pub(crate) use api::ROUTES;
pub use rules::{Made, NewSftpLogin, create, delete};
pub use sign_ins::{SignInView, SignInsView, sign_ins};
pub use store::list;
pub(crate) use store::{erase_all, of_account};

use crate::views::{Ref, RefShape};
use model::{AccountId, HomePath, SftpLoginId};
use serde::Serialize;
use utoipa::ToSchema;

/// A login as pages and the API show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SftpLoginView {
    #[schema(value_type = String)]
    pub id: SftpLoginId,
    #[schema(value_type = RefShape)]
    pub account: Ref<AccountId>,
    /// What is typed as the user: `ACCOUNT_WORD`.
    pub name: String,
    /// All it sees.
    #[schema(value_type = String)]
    pub folder: HomePath,
    /// `key` or `password`.
    pub opens_by: &'static str,
    /// Of its key.
    pub fingerprint: Option<String>,
    /// Who added it.
    pub made_by: Option<String>,
    /// Whether they still work on the account: whose access has ended may have kept the password.
    pub maker_left: bool,
    pub created_at: i64,
}
