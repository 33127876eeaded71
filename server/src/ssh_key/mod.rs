//! SSH keys of an account: who may reach its files over SFTP. They are part of what the account is on its host.

mod api;
mod makers;
mod rules;
mod store;

pub(crate) use api::ROUTES;
pub(crate) use makers::makers;
pub(crate) use rules::fingerprint;
pub use rules::{NewSshKey, create, delete};
pub use store::{address, list};
pub(crate) use store::{erase_all, has_logins, of_account};

use crate::views::{Ref, RefShape};
use model::{AccountId, SshKeyId};
use serde::Serialize;
use utoipa::ToSchema;

/// A key as pages and the API show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SshKeyView {
    #[schema(value_type = String)]
    pub id: SshKeyId,
    #[schema(value_type = RefShape)]
    pub account: Ref<AccountId>,
    pub label: String,
    pub algorithm: String,
    /// `SHA256:…`, as `ssh-keygen -l` shows it.
    pub fingerprint: String,
    pub created_at: i64,
    /// Who added it; of old ones, nobody knows.
    pub made_by: Option<String>,
    /// Whether they work on the account no more: then it may be theirs still.
    pub maker_left: bool,
}
