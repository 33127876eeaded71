//! The visible life of a change (DESIGN.md, law 10).

use serde::{Deserialize, Serialize};

/// Where one resource of a change stands on one host. The order is from best to worst: several hosts sum up to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeState {
    /// Answered from outside the host.
    Verified,
    /// A later change of the same resource took its place.
    Superseded,
    /// Activated and seen on disk.
    Applied,
    /// Rendered and accepted by the daemon's own checker.
    Checked,
    /// Committed in the panel.
    Wanted,
    /// The host is away; it will come with its next connection.
    Waiting,
    /// Waits for a person: drift, mass deletion, approval.
    Held,
    /// Could not be applied; the old state serves.
    Failed,
    /// Not accepted by the host at all.
    Refused,
}

impl ChangeState {
    pub const ALL: [ChangeState; 9] = [
        ChangeState::Verified,
        ChangeState::Superseded,
        ChangeState::Applied,
        ChangeState::Checked,
        ChangeState::Wanted,
        ChangeState::Waiting,
        ChangeState::Held,
        ChangeState::Failed,
        ChangeState::Refused,
    ];

    /// As stored and as the API says it.
    pub fn code(self) -> &'static str {
        match self {
            ChangeState::Verified => "verified",
            ChangeState::Superseded => "superseded",
            ChangeState::Applied => "applied",
            ChangeState::Checked => "checked",
            ChangeState::Wanted => "wanted",
            ChangeState::Waiting => "waiting",
            ChangeState::Held => "held",
            ChangeState::Failed => "failed",
            ChangeState::Refused => "refused",
        }
    }

    pub fn from_code(code: &str) -> Option<ChangeState> {
        ChangeState::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether nothing more will happen by itself.
    pub fn is_final(self) -> bool {
        matches!(
            self,
            ChangeState::Verified | ChangeState::Superseded | ChangeState::Failed | ChangeState::Refused
        )
    }
}
