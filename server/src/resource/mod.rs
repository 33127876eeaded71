//! Each host's desired state: what rules want of it becomes resources with generations (DESIGN.md, law 6).

mod store;

pub use store::write;
pub(crate) use store::{Start, older, start};

use model::{AccountId, Body, HostId, Kind};
use uuid::Uuid;

/// What a rule wants of one host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Want {
    pub host: HostId,
    /// Whose pages show it.
    pub account: Option<AccountId>,
    pub kind: Kind,
    pub key: Uuid,
    /// `None`: it shall be gone.
    pub body: Option<Body>,
}

impl Want {
    pub fn put(host: HostId, account: AccountId, body: Body) -> Want {
        Want { host, account: Some(account), kind: body.kind(), key: body.key(), body: Some(body) }
    }

    pub fn gone(host: HostId, account: AccountId, kind: Kind, key: Uuid) -> Want {
        Want { host, account: Some(account), kind, key, body: None }
    }
}
