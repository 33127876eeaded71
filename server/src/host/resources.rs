//! What a host holds, resource by resource, for the admin's page of one host.

use super::{adopt::label, store, touch::consent_of};
use crate::{
    Actor, Server,
    paging::{Listing, Page},
    store::{Row, internal, sql},
};
use model::{AccountId, ChangeId, ChangeState, Consent, Duty, HostId, Kind, Problem, Text, wire::Drift};
use serde::Serialize;
use serde_json::Value;
use sqlx::AnyConnection;
use utoipa::ToSchema;
use uuid::Uuid;

/// What a host is to do with a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// To have it in service.
    There,
    /// To keep it, out of service.
    Suspended,
    /// To forget what it holds.
    Erased,
    Gone,
}

impl Wanted {
    /// As its body has it, whatever the kind.
    fn of(body: Option<&Value>) -> Wanted {
        match body.map(|body| body["state"].as_str()) {
            None => Wanted::Gone,
            Some(Some("suspended")) => Wanted::Suspended,
            Some(Some("erased")) => Wanted::Erased,
            Some(_) => Wanted::There,
        }
    }
}

/// One resource as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ResourceView {
    #[schema(value_type = String)]
    pub kind: Kind,
    pub key: Uuid,
    pub label: String,
    #[schema(value_type = Option<String>)]
    pub account: Option<AccountId>,
    pub wanted: Wanted,
    pub generation: u64,
    #[schema(value_type = String)]
    pub change: ChangeId,
    #[schema(value_type = String)]
    pub state: ChangeState,
    #[schema(value_type = Option<Object>)]
    pub text: Option<Text>,
    /// A file that somebody edited by hand.
    #[schema(value_type = Option<Object>)]
    pub drift: Option<Drift>,
    /// An edit made by hand is kept, as an admin decided; it can still be put back.
    pub pinned: bool,
    pub reported_at: Option<i64>,
}

/// The resources of a host; with a state, only those that stand so.
pub async fn resources(
    server: &Server,
    actor: &Actor,
    host: HostId,
    state: Option<ChangeState>,
    listing: &Listing,
) -> Result<Page<ResourceView>, Problem> {
    actor.must(Duty::SeeHosts)?;
    let [kind, key] = listing.after()?;
    let mut snapshot = server.store.read().await?;
    store::load(&mut snapshot, host, server.world.now_ms()).await?;
    let rows = sql("SELECT r.*, c.subject_label FROM resources r LEFT JOIN changes c ON c.id = r.change_id
         WHERE r.host_id = $1 AND ($2 = '' OR r.state = $2) AND (r.kind > $3 OR (r.kind = $3 AND r.key > $4))
         ORDER BY r.kind, r.key LIMIT $5")
    .bind(host)
    .bind(state.map_or("", ChangeState::code))
    .bind(kind)
    .bind(key)
    .bind(listing.fetch())
    .all(&mut *snapshot, view)
    .await?;
    Ok(listing.page(rows, |resource| [resource.kind.code().to_owned(), resource.key.to_string()]))
}

pub(super) async fn load(
    on: &mut AnyConnection,
    host: HostId,
    kind: Kind,
    key: Uuid,
) -> Result<Option<ResourceView>, Problem> {
    sql("SELECT r.*, c.subject_label FROM resources r LEFT JOIN changes c ON c.id = r.change_id
         WHERE r.host_id = $1 AND r.kind = $2 AND r.key = $3")
    .bind(host)
    .bind(kind.code())
    .bind(key)
    .optional(on, view)
    .await
}

/// Deletions the host holds back.
pub(super) async fn held_deletions(
    on: &mut AnyConnection,
    host: HostId,
) -> Result<Vec<ResourceView>, Problem> {
    sql("SELECT r.*, c.subject_label FROM resources r LEFT JOIN changes c ON c.id = r.change_id
         WHERE r.host_id = $1 AND r.state = 'held' AND r.body IS NULL ORDER BY r.generation")
    .bind(host)
    .all(on, view)
    .await
}

fn view(row: &Row) -> Result<ResourceView, Problem> {
    let (kind, state): (String, String) = (row.get("kind")?, row.get("state")?);
    let body: Option<Value> = row.get("body")?;
    let drift: Option<Value> = row.get("drift")?;
    let subject: Option<String> = row.get("subject_label")?;
    Ok(ResourceView {
        kind: Kind::from_code(&kind).ok_or_else(|| internal("a stored kind is unknown", &kind))?,
        key: row.get("key")?,
        label: body.as_ref().map(label).or(subject).unwrap_or_default(),
        account: row.get("account_id")?,
        wanted: Wanted::of(body.as_ref()),
        generation: row.get("generation")?,
        change: row.get("change_id")?,
        state: ChangeState::from_code(&state).ok_or_else(|| internal("a stored state is unknown", &state))?,
        text: row.text("text_fr", "text_en")?,
        drift: drift.and_then(|drift| serde_json::from_value(drift).ok()),
        pinned: row.get::<Option<String>>("consent")?.as_deref().and_then(consent_of) == Some(Consent::Keep),
        reported_at: row.get("reported_at")?,
    })
}
