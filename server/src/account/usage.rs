//! What an account has of what its plan allows.

use super::{AccountView, show};
use crate::{
    Actor, Server, limits,
    plan::{PlanView, above},
    space,
};
use model::{AccountId, Problem};
use serde::Serialize;
use utoipa::ToSchema;

/// One limit of an account's plan, and how much of it is taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Limit {
    pub what: Limited,
    /// None: nobody counts it yet, which is not the same as nothing.
    pub used: Option<u32>,
    pub most: u32,
}

impl Limit {
    /// The same use against another plan.
    pub fn against(self, plan: &PlanView) -> Limit {
        let most = match self.what {
            Limited::Sites => plan.sites_max,
            Limited::Names => plan.names_max,
            Limited::Databases => plan.databases_max,
            Limited::DiskMb => plan.disk_mb,
            Limited::MemoryMb => plan.memory_mb,
            Limited::PhpWorkers => plan.php_workers,
            Limited::Files => plan.files_max,
            Limited::CpuPercent => plan.cpu_percent,
            Limited::Processes => plan.processes_max,
        };
        Limit { most, ..self }
    }
}

/// What a plan limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Limited {
    Sites,
    /// Names of one site: those of the site with the most.
    Names,
    Databases,
    DiskMb,
    MemoryMb,
    PhpWorkers,
    /// Files, folders and links.
    Files,
    /// Hundredths of one processor.
    CpuPercent,
    /// Processes and threads.
    Processes,
}

/// How much of its plan an account has taken.
pub async fn usage(server: &Server, actor: &Actor, account: AccountId) -> Result<Vec<Limit>, Problem> {
    usage_now(server, &show(server, actor, account).await?).await
}

/// The same with what only the host knows, as far as it answers at once; of an account whoever asks has been shown.
pub async fn usage_now(server: &Server, account: &AccountView) -> Result<Vec<Limit>, Problem> {
    let mut limits = usage_of(server, account).await?;
    let taken = space::taken_mb(server, account.id).await;
    for limit in limits.iter_mut().filter(|limit| limit.what == Limited::DiskMb) {
        // Else what was last told.
        limit.used = taken.or(limit.used);
    }
    Ok(limits)
}

/// The same of an account whoever asks has been shown.
pub async fn usage_of(server: &Server, account: &AccountView) -> Result<Vec<Limit>, Problem> {
    let names = above::most_names(server.store.on(), account.id).await?;
    let taken = limits::newest(server.store.on(), account.id).await?.unwrap_or_default();
    let files = taken.files.map(|files| u32::try_from(files).unwrap_or(u32::MAX));
    let plan = &account.plan;
    let counted = |what, used, most| Limit { what, used: Some(used), most };
    let allowed = |what, most| Limit { what, used: None, most };
    Ok(vec![
        counted(Limited::Sites, account.sites, plan.sites_max),
        counted(Limited::Names, names, plan.names_max),
        counted(Limited::Databases, account.databases, plan.databases_max),
        Limit { what: Limited::DiskMb, used: taken.octets.and_then(space::mb), most: plan.disk_mb },
        Limit { what: Limited::Files, used: files, most: plan.files_max },
        allowed(Limited::MemoryMb, plan.memory_mb),
        allowed(Limited::PhpWorkers, plan.php_workers),
        allowed(Limited::CpuPercent, plan.cpu_percent),
        allowed(Limited::Processes, plan.processes_max),
    ])
}
