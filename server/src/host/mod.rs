//! Hosts: adding and enrolling them, their life from waiting to retired, what they hold, and what an admin decides about them.

mod adopt;
mod api;
mod consent;
mod enrol;
mod life;
mod renew;
mod resources;
mod rules;
mod store;
mod tally;
mod token;
mod touch;

pub use adopt::{Difference, Side, adopt, difference};
pub(crate) use api::ROUTES;
pub use consent::{consent, consent_to_deletions};
pub(crate) use enrol::endpoint as enrol_endpoint;
pub use life::{activate, drain, retire, revoke};
pub(crate) use renew::endpoint as renew_endpoint;
pub use resources::{ResourceView, Wanted, resources};
pub use rules::{Added, NewHost, Update, add, new_token, update};
pub use store::{list, show};
pub use tally::Memory;
pub(crate) use touch::consent_of;

use model::{HostFacts, HostId, HostName, Text};
use serde::Serialize;
use utoipa::ToSchema;

/// Where a host stands in the panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HostState {
    /// Added; no agent has enrolled yet.
    Waiting,
    Active,
    /// Serves what it has, takes no new accounts.
    Draining,
    /// Its agent is not let in; what it serves goes on.
    Revoked,
    /// Gone for good; kept for history.
    Retired,
}

impl HostState {
    pub const ALL: [HostState; 5] =
        [HostState::Waiting, HostState::Active, HostState::Draining, HostState::Revoked, HostState::Retired];

    pub fn code(self) -> &'static str {
        match self {
            HostState::Waiting => "waiting",
            HostState::Active => "active",
            HostState::Draining => "draining",
            HostState::Revoked => "revoked",
            HostState::Retired => "retired",
        }
    }

    pub fn from_code(code: &str) -> Option<HostState> {
        HostState::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// A host as pages and the API show it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct HostView {
    #[schema(value_type = String)]
    pub id: HostId,
    #[schema(value_type = String)]
    pub name: HostName,
    /// What it does: `web`.
    pub roles: Vec<String>,
    pub ipv4: Option<String>,
    pub ipv6: Option<String>,
    pub state: HostState,
    /// Whether its agent is connected now.
    pub connected: bool,
    pub last_seen_at: Option<i64>,
    pub agent_version: Option<String>,
    #[schema(value_type = Option<Object>)]
    pub facts: Option<HostFacts>,
    /// Its clock against the panel's, milliseconds.
    pub clock_offset_ms: Option<i64>,
    /// Until when its agent's certificate is good; enrolling again gives another.
    pub certificate_until: Option<i64>,
    pub epoch: u64,
    pub generation: u64,
    pub acked_generation: u64,
    /// Why nothing is sent to it, if so: its history is not the panel's.
    pub frozen: Option<Frozen>,
    pub accounts: u32,
    pub resources: Counts,
    pub created_at: i64,
    pub version: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Frozen {
    pub since: i64,
    #[schema(value_type = Object)]
    pub text: Text,
    /// When the host told what it holds; until then the difference is not known.
    pub ledger_at: Option<i64>,
}

/// Resources of a host, by how they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Counts {
    /// Applied or verified.
    pub applied: u32,
    /// Failed or refused.
    pub failed: u32,
    /// Waiting for a person.
    pub held: u32,
    /// On their way.
    pub pending: u32,
}
