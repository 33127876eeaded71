//! Hosts over the API. All of it is for admins; to others none of it exists.

use super::{
    Added, Difference, HostView, NewHost, ResourceView, Update, activate, add, adopt, consent,
    consent_to_deletions, difference, drain, list, new_token, resources, retire, revoke, show, update,
};
use crate::{
    Server,
    api::{
        Answer, ApiError, Asked, Caller, IfMatch, Listed, Needs, Route, Verb, Who, created, done, handler,
        one, part, shape,
    },
    change::{self, ChangeView, Done},
    paging::Listing,
};
use axum::{
    extract::{RawPathParams, State},
    response::Response,
    routing,
};
use model::{ChangeState, Consent, Duty, Kind, Problem, Scope, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const HOST: Answer = Answer::One(shape::<HostView>);

/// Shortens the table.
macro_rules! act {
    ($path:literal, $summary:literal, $handler:ident) => {
        Route::new(
            Verb::Post,
            $path,
            Who::Staff(Duty::SeeHosts, Duty::KeepHosts),
            Needs::Token(Scope::Admin),
            $summary,
            HOST,
            || routing::post($handler),
        )
    };
}

pub(crate) const ROUTES: &[Route] = &[
    Route::new(
        Verb::Get,
        "/hosts",
        Who::Staff(Duty::SeeHosts, Duty::SeeHosts),
        Needs::Token(Scope::Read),
        "Hosts",
        Answer::Page(shape::<HostView>),
        || routing::get(get_all),
    ),
    Route::new(
        Verb::Post,
        "/hosts",
        Who::Staff(Duty::SeeHosts, Duty::KeepHosts),
        Needs::Token(Scope::Admin),
        "Add a host. `command`: what to run there within 30 minutes, told this once",
        Answer::Made(shape::<Told>),
        || routing::post(post),
    )
    .takes(shape::<NewHost>),
    Route::new(
        Verb::Get,
        "/hosts/{host}",
        Who::Staff(Duty::SeeHosts, Duty::SeeHosts),
        Needs::Token(Scope::Read),
        "One host",
        HOST,
        || routing::get(get),
    ),
    Route::new(
        Verb::Patch,
        "/hosts/{host}",
        Who::Staff(Duty::SeeHosts, Duty::KeepHosts),
        Needs::Token(Scope::Admin),
        "Another name, other addresses",
        HOST,
        || routing::patch(patch),
    )
    .takes(shape::<Update>),
    Route::new(
        Verb::Post,
        "/hosts/{host}/enrol",
        Who::Staff(Duty::SeeHosts, Duty::KeepHosts),
        Needs::Token(Scope::Admin),
        "A new command for the same host; used, it replaces the host's certificate",
        Answer::Made(shape::<Told>),
        || routing::post(post_enrol),
    ),
    act!("/hosts/{host}/drain", "Place no new accounts on it", post_drain),
    act!("/hosts/{host}/activate", "Place accounts on it again", post_activate),
    act!("/hosts/{host}/revoke", "Let its agent in no more; its sites go on", post_revoke),
    act!("/hosts/{host}/retire", "Retire a host that has no accounts", post_retire),
    Route::new(
        Verb::Get,
        "/hosts/{host}/difference",
        Who::Staff(Duty::SeeHosts, Duty::SeeHosts),
        Needs::Token(Scope::Read),
        "What adopting a frozen host would change on it; empty while `frozen.ledger_at` is null",
        Answer::List(shape::<Difference>),
        || routing::get(get_difference),
    ),
    act!(
        "/hosts/{host}/adopt",
        "A new epoch for a frozen host: the panel's state is the one that counts",
        post_adopt
    ),
    Route::new(
        Verb::Get,
        "/hosts/{host}/resources",
        Who::Staff(Duty::SeeHosts, Duty::SeeHosts),
        Needs::Token(Scope::Read),
        "What it holds; also ?state=held|failed|…",
        Answer::Page(shape::<ResourceView>),
        || routing::get(get_resources),
    ),
    Route::new(
        Verb::Post,
        "/hosts/{host}/resources/{kind}/{key}/consent",
        Who::Staff(Duty::SeeHosts, Duty::KeepHosts),
        Needs::Token(Scope::Admin),
        "Decide about a resource that is held: put_back or keep an edit made by hand, delete",
        Answer::One(shape::<ResourceView>),
        || routing::post(post_consent),
    )
    .takes(shape::<Decision>),
    Route::new(
        Verb::Post,
        "/hosts/{host}/deletions/consent",
        Who::Staff(Duty::SeeHosts, Duty::KeepHosts),
        Needs::Token(Scope::Admin),
        "Every deletion the host holds back is meant",
        Answer::One(shape::<Allowed>),
        || routing::post(post_deletions),
    ),
    Route::new(
        Verb::Get,
        "/hosts/{host}/changes",
        Who::Staff(Duty::SeeHosts, Duty::SeeHosts),
        Needs::Token(Scope::Read),
        "Changes of the host itself",
        Answer::Page(shape::<ChangeView>),
        || routing::get(get_changes),
    ),
];

/// A host with the command that enrols it.
#[derive(Serialize, ToSchema)]
struct Told {
    #[serde(flatten)]
    host: HostView,
    command: String,
    expires_at: i64,
}

/// `put_back`, `keep` or `delete`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Decision {
    #[schema(value_type = String)]
    consent: Consent,
}

#[derive(Serialize, ToSchema)]
struct Allowed {
    deletions: usize,
}

/// A listing that may ask for one state.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ByState {
    limit: Option<u32>,
    cursor: Option<String>,
    state: Option<String>,
}

fn told(made: Done<Added>) -> Result<Response, ApiError> {
    let Added { host, command, expires_at } = made.item;
    let (location, version) = (format!("/hosts/{}", host.id), host.version);
    let told = Told { host, command: command.reveal().to_owned(), expires_at };
    created(&told, Some(version), made.change, &location)
}

handler!(page get_all = list);

async fn post(State(server): State<Server>, asked: Asked<NewHost>) -> Result<Response, ApiError> {
    told(add(&server, &asked.actor, asked.body).await?)
}

handler!(one get = show, of "host");

async fn patch(
    State(server): State<Server>,
    IfMatch(expected): IfMatch,
    params: RawPathParams,
    asked: Asked<Update>,
) -> Result<Response, ApiError> {
    let changed = update(&server, &asked.actor, part(&params, "host")?, expected, asked.body).await?;
    done(&changed, Some(changed.item.version))
}

async fn post_enrol(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    told(new_token(&server, &actor, part(&params, "host")?).await?)
}

handler!(act post_drain = drain, of "host");
handler!(act post_activate = activate, of "host");
handler!(act post_revoke = revoke, of "host");
handler!(act post_retire = retire, of "host");
handler!(act post_adopt = adopt, of "host");

async fn get_difference(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    one(&difference(&server, &actor, part(&params, "host")?).await?, None)
}

async fn get_resources(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
    Listed(asked): Listed<ByState>,
) -> Result<Response, ApiError> {
    let host = part(&params, "host")?;
    actor.must(Duty::SeeHosts)?;
    let state = asked.state.as_deref().map(|code| ChangeState::from_code(code).ok_or_else(no_such_state));
    let listing = Listing { limit: asked.limit, cursor: asked.cursor, q: None };
    one(&resources(&server, &actor, host, state.transpose()?, &listing).await?, None)
}

async fn post_consent(
    State(server): State<Server>,
    params: RawPathParams,
    asked: Asked<Decision>,
) -> Result<Response, ApiError> {
    asked.actor.must_do_what_others_see(Duty::SeeHosts, Duty::KeepHosts)?;
    let kind: String = part(&params, "kind")?;
    let kind = Kind::from_code(&kind).ok_or_else(crate::actor::not_found)?;
    let (host, key) = (part(&params, "host")?, part(&params, "key")?);
    done(&consent(&server, &asked.actor, host, kind, key, asked.body.consent).await?, None)
}

async fn post_deletions(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    let Done { item, change } = consent_to_deletions(&server, &actor, part(&params, "host")?).await?;
    done(&Done { item: Allowed { deletions: item }, change }, None)
}

handler!(page get_changes = change::list_of_host, of "host");

fn no_such_state() -> Problem {
    Problem::invalid(
        "state",
        "bad_state",
        Text::new(
            "Cet état n’existe pas\u{a0}: wanted, checked, applied, verified, held ou failed.",
            "This state does not exist: wanted, checked, applied, verified, held or failed.",
        ),
    )
}
