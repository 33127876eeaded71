//! Cron jobs of an account: what it does at set times, and what became of it. Hosts run them without the panel.

mod api;
mod derive;
mod input;
mod rules;
mod runs;
mod store;
mod tell;
mod times;

pub(crate) use api::ROUTES;
pub(crate) use derive::let_go_of;
pub use input::{Does, NewCronJob, Notify, Spec};
pub use rules::{create, delete, pause, resume, run_now, update};
pub(crate) use rules::{delete_as, for_app, recreate, set_as, spec_of};
pub(crate) use runs::ran;
pub use runs::{How, RunView, runs};
pub use store::{list, show};
pub use times::next;

use crate::views::{Ref, RefShape};
use model::{AccountId, ChangeId, ChangeState, CronJobId, HostId, Text};
use serde::Serialize;
use utoipa::ToSchema;

/// A cron job as pages and the API show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CronJobView {
    #[schema(value_type = String)]
    pub id: CronJobId,
    #[schema(value_type = RefShape)]
    pub account: Ref<AccountId>,
    #[schema(value_type = RefShape)]
    pub host: Ref<HostId>,
    #[serde(flatten)]
    pub spec: Spec,
    /// Its next five times, milliseconds since 1970; none while it is paused.
    pub next: Vec<i64>,
    /// Its last run, without what it wrote.
    pub last: Option<RunView>,
    /// Since when its runs fail.
    pub failing_at: Option<i64>,
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

impl CronJobView {
    /// What it does, in one line.
    pub fn words(&self) -> String {
        self.spec.words()
    }
}
