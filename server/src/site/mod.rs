//! Web sites of an account and the names that lead to them.

mod api;
mod claim;
mod https;
mod preview;
mod program;
mod rules;
mod secure;
mod settings;
mod store;
mod told;
mod told_api;
mod variables;

pub(crate) const ROUTES: [&[crate::api::Route]; 2] = [api::ROUTES, told_api::ROUTES];
pub(crate) use https::{Chosen, set_https_as};
pub use https::{HSTS_DAY_MS, HstsReach, HttpsView, NewHttps, Redirect, set_https};
pub use preview::{NewPreview, PreviewSettings, set_preview};
pub use program::{NewProgram, restart, set_program};
pub(crate) use rules::{act as act_on, delete_as, lock_with_row, recreate, set_names_as};
pub use rules::{create, delete, set_names};
pub(crate) use secure::secure;
pub use settings::Part;
pub(crate) use settings::{on_host, put_back};
pub(crate) use store::{SiteRow, rows};
pub use store::{care, list, main_names, show};
pub use told::{
    NewErrors, NewMainName, NewMaintenance, NewPhp, NewRedirect, NewRoot, NewVisitors, WhichRedirect,
    add_redirect, move_redirect, remove_redirect, set_errors, set_main_name, set_maintenance, set_php,
    set_root, set_visitors,
};

pub use variables::{NewVariable, WhichVariable, remove_variable, set_variable};

use crate::views::{Ref, RefShape};
use model::{
    AccountId, ChangeId, ChangeState, Day, FoundRuntime, HostId, PhpVersion, SiteId, SiteName, SiteSettings,
    Text, wire::Drift,
};
use serde::Serialize;
use utoipa::ToSchema;

/// A site's PHP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PhpView {
    #[schema(value_type = String)]
    pub version: PhpVersion,
    /// What its host has, newest last.
    #[schema(value_type = Vec<String>)]
    pub offered: Vec<PhpVersion>,
    /// The last day on which the PHP project mends this version's security holes.
    #[schema(value_type = Option<String>)]
    pub end_of_life: Option<Day>,
}

fn shown<S: serde::Serializer>(settings: &SiteSettings, serializer: S) -> Result<S::Ok, S::Error> {
    settings::shown(settings).serialize(serializer)
}

/// A site as pages and the API show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SiteView {
    #[schema(value_type = String)]
    pub id: SiteId,
    #[schema(value_type = RefShape)]
    pub account: Ref<AccountId>,
    #[schema(value_type = RefShape)]
    pub host: Ref<HostId>,
    /// The folder below `sites/` in the account's home.
    #[schema(value_type = String)]
    pub folder: SiteName,
    /// The main one first.
    #[schema(value_type = Vec<String>)]
    pub names: Vec<SiteName>,
    /// The address at which it can be seen before its names lead here, if that is switched on. Left out in lists.
    #[schema(value_type = Option<String>)]
    pub preview: Option<SiteName>,
    pub https: HttpsView,
    pub php: PhpView,
    /// What its host has for programs; nothing: programs and files without PHP need a newer agent there.
    #[schema(value_type = Option<Vec<Object>>)]
    pub runtimes: Option<Vec<FoundRuntime>>,
    /// What it is told beyond its names; what is as usual is left out, and so are the values of variables.
    #[schema(value_type = Object)]
    #[serde(serialize_with = "shown")]
    pub settings: SiteSettings,
    /// How it stands on its host, and the reason in words where there is one.
    #[schema(value_type = String)]
    pub state: ChangeState,
    #[schema(value_type = Option<Object>)]
    pub text: Option<Text>,
    /// A file of its configuration that somebody edited by hand.
    #[schema(value_type = Option<Object>)]
    pub drift: Option<Drift>,
    /// The change that made it so.
    #[schema(value_type = Option<String>)]
    pub change: Option<ChangeId>,
    pub created_at: i64,
    pub version: i64,
}
