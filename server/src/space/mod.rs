//! How much an account holds on its host's disk: counted there each hour, asked for when somebody looks.

mod api;

pub(crate) use api::ROUTES;

use crate::{Actor, Server, account, actor::not_found, log, store::sql};
use model::{
    AccountId, Day, HostFacts, HostId, LOGS, Problem, ProblemKind, SpaceDay, TenantUid, Text, UnixName,
    wire::{Answer, Query},
};
use serde::Serialize;
use std::time::Duration;
use tokio::time::timeout;
use utoipa::ToSchema;

/// The last count of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SpaceDay)]
pub struct DayView {
    #[schema(value_type = String)]
    pub day: Day,
    pub at: i64,
    pub octets: u64,
    /// Files, folders and links.
    pub files: u64,
    /// There was more than is gone through at once.
    pub cut: bool,
}

impl From<SpaceDay> for DayView {
    fn from(one: SpaceDay) -> DayView {
        let SpaceDay { day, at, octets, files, cut } = one;
        DayView { day, at: i64::try_from(at).unwrap_or(i64::MAX), octets, files, cut }
    }
}

/// What an account holds on its host's disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Space)]
pub struct SpaceView {
    /// Oldest first.
    pub days: Vec<DayView>,
    /// What its plan allows, in MB.
    pub most_mb: u32,
    /// Why there is nothing, in words, if the host could not be asked.
    #[schema(value_type = Option<Object>)]
    pub text: Option<Text>,
}

/// A page does not wait longer for the newest figure alone.
const PATIENCE: Duration = Duration::from_millis(300);
const MB: u64 = 1_000_000;

/// What was counted of an account.
pub async fn read(server: &Server, actor: &Actor, id: AccountId) -> Result<SpaceView, Problem> {
    let account = account::show(server, actor, id).await?;
    let view = ask(server, id).await?;
    Ok(SpaceView { most_mb: account.plan.disk_mb, ..view })
}

/// The newest figure in MB, of an account whoever asks has been shown; `None`: it is not known at once.
pub(crate) async fn taken_mb(server: &Server, id: AccountId) -> Option<u32> {
    let view = timeout(PATIENCE, ask(server, id)).await.ok()?.ok()?;
    mb(view.days.last()?.octets)
}

pub(crate) fn mb(octets: u64) -> Option<u32> {
    u32::try_from(octets.div_ceil(MB)).ok()
}

async fn ask(server: &Server, id: AccountId) -> Result<SpaceView, Problem> {
    let found = sql("SELECT a.name, a.uid, a.host_id, h.facts FROM accounts a JOIN hosts h ON h.id = a.host_id WHERE a.id = $1")
        .bind(id)
        .optional(server.store.on(), |row| {
            let facts: Option<String> = row.get("facts")?;
            let facts = facts.and_then(|facts| serde_json::from_str::<HostFacts>(&facts).ok());
            let (uid, knows): (u32, bool) = (row.get("uid")?, facts.unwrap_or_default().logs >= LOGS);
            Ok((row.get::<UnixName>("name")?, TenantUid::try_from(uid)?, row.get::<HostId>("host_id")?, knows))
        })
        .await?;
    let (account, uid, host, knows) = found.ok_or_else(not_found)?;
    let nothing = |text: Text| SpaceView { text: Some(text), ..SpaceView::default() };
    if !knows {
        return Ok(nothing(log::older_agent()));
    }
    Ok(match server.hub.ask(host, Query::Space { account, uid }).await {
        Ok(Answer::Space { days }) => {
            SpaceView { days: days.into_iter().map(Into::into).collect(), ..SpaceView::default() }
        }
        Ok(Answer::Failed { text }) => nothing(text),
        Ok(_) => nothing(log::strange()),
        Err(problem) if problem.kind == ProblemKind::Unavailable => nothing(problem.text),
        Err(problem) => return Err(problem),
    })
}
