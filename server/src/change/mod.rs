//! Changes: who did what, when, and where it stands. Queue, audit log and history in one (DESIGN.md, law 10).

mod api;
mod chain;
mod csv;
mod derive;
mod export;
mod filter;
mod head;
mod index;
mod rules;
mod search;
mod settings;
mod store;
mod terms;
mod undo;
mod words;

pub(crate) use api::ROUTES;
pub use chain::{Chain, Head, chain, extend, goes_through, head};
pub use derive::{host_away, shown, worst};
pub use export::{Format, Of, export};
pub use filter::{Filter, VIAS, Wanted};
pub use head::mail_head;
pub use index::index;
pub use rules::{event, events, list, list_all, list_of_host, show};
pub use search::{behind, search, search_account, search_member};
pub use settings::Settings;
pub use store::record;
pub(crate) use store::record_all;
pub(crate) use store::{count_between, first_at};
pub(crate) use undo::names;
pub use undo::undo;
pub use words::{verb, verbs};

use model::{AccountId, ChangeId, ChangeState, HostId, Kind, MemberId, Text};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// An act, as a rule records it.
#[derive(Clone, Debug)]
pub struct Act {
    /// `noun.verb`, as in `site.create`.
    pub verb: &'static str,
    pub subject: Subject,
    pub member: Option<MemberId>,
    pub account: Option<AccountId>,
    pub host: Option<HostId>,
    /// Before and after, secrets redacted.
    pub before: Option<Value>,
    pub after: Option<Value>,
    pub undoes: Option<ChangeId>,
}

/// What an act was about; kept as text, so that history outlives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Subject {
    pub kind: String,
    pub id: String,
    pub label: String,
}

impl Subject {
    pub fn new(kind: &str, id: impl ToString, label: impl ToString) -> Subject {
        Subject { kind: kind.into(), id: id.to_string(), label: label.to_string() }
    }
}

impl Act {
    pub fn new(verb: &'static str, subject: Subject) -> Act {
        Act {
            verb,
            subject,
            member: None,
            account: None,
            host: None,
            before: None,
            after: None,
            undoes: None,
        }
    }
}

/// A change as pages and the API show it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ChangeView {
    #[schema(value_type = String)]
    pub id: ChangeId,
    pub at: i64,
    /// The user's e-mail address; admins are shown to members as the cooperative's by the page.
    pub who: String,
    pub via: String,
    pub verb: String,
    #[schema(value_type = Option<String>)]
    pub account: Option<AccountId>,
    pub subject: Subject,
    pub before: Option<Value>,
    pub after: Option<Value>,
    /// The worst of `states`; `applied` where no host is concerned.
    #[schema(value_type = String)]
    pub state: ChangeState,
    /// The reason in words, of the worst.
    #[schema(value_type = Option<Object>)]
    pub text: Option<Text>,
    pub states: Vec<StateView>,
    #[schema(value_type = Option<String>)]
    pub undoes: Option<ChangeId>,
    #[schema(value_type = Option<String>)]
    pub undone_by: Option<ChangeId>,
    /// Whether this actor may undo it now; the undo may still be refused with a reason.
    pub undoable: bool,
}

/// One resource of a change on one host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StateView {
    pub host: String,
    #[schema(value_type = String)]
    pub kind: Kind,
    pub key: Uuid,
    #[schema(value_type = String)]
    pub state: ChangeState,
    #[schema(value_type = Option<Object>)]
    pub text: Option<Text>,
    pub at: i64,
}

/// What a mutation gives back: the thing as it is now, and the change that made it so (`None`: it already was).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Done<T> {
    pub item: T,
    pub change: Option<ChangeId>,
}
