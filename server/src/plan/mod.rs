//! Hosting plans: the limits an account gets.

pub(crate) mod above;
mod api;
mod rules;

pub(crate) use api::ROUTES;
pub use rules::{create, delete, list, show, update};

use model::PlanId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A plan as pages and the API show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlanView {
    #[schema(value_type = String)]
    pub id: PlanId,
    pub name: String,
    pub sites_max: u32,
    /// Names per site.
    pub names_max: u32,
    pub databases_max: u32,
    pub php_workers: u32,
    pub disk_mb: u32,
    pub memory_mb: u32,
    /// Files, folders and links of an account.
    pub files_max: u32,
    /// Hundredths of one processor, all that runs of an account together.
    pub cpu_percent: u32,
    /// Processes and threads of an account.
    pub processes_max: u32,
    /// Mails its sites may send within an hour and within a day; one to several people counts once for each.
    pub mails_hour: u32,
    pub mails_day: u32,
    /// Accounts that have it.
    pub accounts: u32,
    pub created_at: i64,
    pub version: i64,
}

/// What is asked, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanInput {
    pub name: String,
    pub sites_max: u32,
    pub names_max: u32,
    /// Not said: 10 for a new plan, what it is for another.
    #[serde(default)]
    pub databases_max: Option<u32>,
    pub php_workers: u32,
    pub disk_mb: u32,
    pub memory_mb: u32,
    /// Not said: 1,000,000 for a new plan, what it is for another.
    #[serde(default)]
    pub files_max: Option<u32>,
    /// Not said: 200 for a new plan, what it is for another.
    #[serde(default)]
    pub cpu_percent: Option<u32>,
    /// Not said: 400 for a new plan, what it is for another.
    #[serde(default)]
    pub processes_max: Option<u32>,
    /// Not said: 200 within an hour and 1,000 within a day for a new plan, what it is for another. None at all: 0.
    #[serde(default)]
    pub mails_hour: Option<u32>,
    #[serde(default)]
    pub mails_day: Option<u32>,
    /// Changing a plan: also when accounts would then be above it.
    #[serde(default)]
    pub above: bool,
}

/// Of a plan that is made by who wrote to the API before there were databases, and says nothing of them.
const DATABASES: u32 = 10;
/// The same of what there was no limit of.
const FILES: u32 = 1_000_000;
const CPU: u32 = 200;
const PROCESSES: u32 = 400;
