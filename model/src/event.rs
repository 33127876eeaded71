//! What an open page hears: server-sent events named `change`, each with one `ChangeEvent` as JSON.
//!
//! `GET /api/v1/accounts/{account}/events` and `GET /api/v1/changes/{change}/events`. On every connection the panel first sends where
//! things stand (the change itself; of an account: changes not final, and those whose state moved in the last five minutes), then each move.
//! So a reader that was away misses nothing, and no event needs an id. Unknown fields are allowed: a tab may be older than its panel.

use crate::{ChangeId, ChangeState, Kind, Text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The name of the events (`event: change`).
pub const CHANGE_EVENT: &str = "change";

/// A change as it stands now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeEvent {
    pub change: ChangeId,
    /// The worst of its resources on their hosts.
    pub state: ChangeState,
    /// The reason in words, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    /// The resources it touched, as they stand now.
    #[serde(default)]
    pub resources: Vec<ResourceEvent>,
}

/// A resource as it stands now: the worst of its hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceEvent {
    pub kind: Kind,
    pub key: Uuid,
    pub state: ChangeState,
}

/// Where the events of an account are.
pub fn account_events(account: crate::AccountId) -> String {
    format!("/api/v1/accounts/{account}/events")
}

/// Where the events of one change are.
pub fn change_events(change: ChangeId) -> String {
    format!("/api/v1/changes/{change}/events")
}
