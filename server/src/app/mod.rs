//! Applications in sites, by one click: from what the site's host has as Debian packages, with database, first admin and cron job.

mod api;
mod derive;
mod offer;
mod rules;
mod store;

pub(crate) use api::ROUTES;
pub(crate) use derive::{let_go_of, let_go_of_site};
pub use offer::{Offer, offers};
pub use rules::{create, remove};
pub use store::{list, of_site, show};

use crate::{
    change::Done,
    views::{Ref, RefShape},
};
use model::{
    AccountId, AppAdmin, AppId, AppTitle, AppVersion, Application, ChangeId, ChangeState, CronJobId,
    DatabaseId, HostId, Secret, SiteId, Text,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An application as pages and the API show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = App)]
pub struct AppView {
    #[schema(value_type = String)]
    pub id: AppId,
    #[schema(value_type = RefShape)]
    pub account: Ref<AccountId>,
    #[schema(value_type = RefShape)]
    pub host: Ref<HostId>,
    /// With its main name.
    #[schema(value_type = RefShape)]
    pub site: Ref<SiteId>,
    #[schema(value_type = String)]
    pub application: Application,
    /// Its version when it was installed; it may have been updated within itself since.
    #[schema(value_type = String)]
    pub release: AppVersion,
    /// Its host's packages bring another one by now.
    #[schema(value_type = Option<String>)]
    pub newer: Option<AppVersion>,
    /// Where it was installed: `https://asso.example`.
    pub address: String,
    #[schema(value_type = String)]
    pub title: AppTitle,
    /// Whom its first admin signs in as.
    #[schema(value_type = String)]
    pub login: AppAdmin,
    #[schema(value_type = Option<RefShape>)]
    pub database: Option<Ref<DatabaseId>>,
    /// What does its scheduled tasks.
    #[schema(value_type = Option<String>)]
    pub cron_job: Option<CronJobId>,
    /// How it stands on its host, and the reason in words where there is one. It is in place when it is `verified`.
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

/// What is asked, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApp {
    /// `wordpress`, `spip` or `dokuwiki`, as far as the site's host has it.
    pub application: String,
    pub title: String,
    /// Whom its first admin signs in as: `ana`.
    pub login: String,
    /// That admin's e-mail address.
    pub email: String,
    /// `fr` or `en`; else that of whoever asks.
    #[serde(default)]
    pub language: Option<String>,
}

/// An application as it is now, and its first admin's password, told this once.
#[derive(Clone, Debug)]
pub struct Told {
    pub done: Done<AppView>,
    /// `None`: nothing was made, for the same was asked before.
    pub password: Option<Secret>,
}
