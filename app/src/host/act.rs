//! What an admin does with a host: each a POST that comes back to its page.

use super::{form::enrolment, show::draw};
use crate::{
    http::{Answer, Face, on_form, see},
    parts::Typed,
};
use axum::extract::{Path, State};
use model::{Consent, HostId, Kind, Problem};
use server::{
    Server,
    host::{Update, activate as open, consent_to_deletions, drain as close},
};
use uuid::Uuid;

/// `POST /hosts/{host}`: another name, other addresses.
pub async fn update(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<HostId>,
    typed: Typed,
) -> Answer {
    let owned = |name: &str| Some(typed.get(name).trim().to_owned());
    let update = Update { name: owned("name"), ipv4: owned("ipv4"), ipv6: owned("ipv6") };
    let done = server::host::update(&server, face.me()?, id, None, update).await;
    after(&server, &face, id, typed, done, "host_saved").await
}

/// `POST /hosts/{host}/drain`
pub async fn drain(State(server): State<Server>, face: Face, Path(id): Path<HostId>) -> Answer {
    let done = close(&server, face.me()?, id, None).await;
    after(&server, &face, id, Typed::new(), done, "host_saved").await
}

/// `POST /hosts/{host}/activate`
pub async fn activate(State(server): State<Server>, face: Face, Path(id): Path<HostId>) -> Answer {
    let done = open(&server, face.me()?, id, None).await;
    after(&server, &face, id, Typed::new(), done, "host_saved").await
}

/// `POST /hosts/{host}/revoke`
pub async fn revoke(State(server): State<Server>, face: Face, Path(id): Path<HostId>) -> Answer {
    let done = server::host::revoke(&server, face.me()?, id, None).await;
    after(&server, &face, id, Typed::new(), done, "host_revoked").await
}

/// `POST /hosts/{host}/retire`
pub async fn retire(State(server): State<Server>, face: Face, Path(id): Path<HostId>) -> Answer {
    let done = server::host::retire(&server, face.me()?, id, None).await;
    after(&server, &face, id, Typed::new(), done, "host_retired").await
}

/// `POST /hosts/{host}/enrol`: another command, shown once.
pub async fn enrol(State(server): State<Server>, face: Face, Path(id): Path<HostId>) -> Answer {
    match server::host::new_token(&server, face.me()?, id).await {
        Ok(done) => Ok(enrolment(&face, &done.item)),
        Err(problem) => again(&server, &face, id, Typed::new(), problem).await,
    }
}

/// `POST /hosts/{host}/adopt`: the panel's state counts from now on.
pub async fn adopt(State(server): State<Server>, face: Face, Path(id): Path<HostId>, typed: Typed) -> Answer {
    let done = server::host::adopt(&server, face.me()?, id, typed.get("version").parse().ok()).await;
    after(&server, &face, id, Typed::new(), done, "host_adopted").await
}

/// `POST /hosts/{host}/deletions`: all that the host holds back is meant.
pub async fn deletions(State(server): State<Server>, face: Face, Path(id): Path<HostId>) -> Answer {
    let done = consent_to_deletions(&server, face.me()?, id).await;
    after(&server, &face, id, Typed::new(), done, "consented").await
}

/// `POST /hosts/{host}/resources/{kind}/{key}/consent`: put back, keep, or delete.
pub async fn consent(
    State(server): State<Server>,
    face: Face,
    Path((id, kind, key)): Path<(HostId, String, Uuid)>,
    typed: Typed,
) -> Answer {
    let kind = Kind::from_code(&kind).ok_or_else(server::actor::not_found)?;
    let consent = match typed.get("consent") {
        "put_back" => Consent::PutBack,
        "keep" => Consent::Keep,
        "delete" => Consent::Delete,
        _ => return Err(server::actor::not_found().into()),
    };
    let done = server::host::consent(&server, face.me()?, id, kind, key, consent).await;
    after(&server, &face, id, Typed::new(), done, "consented").await
}

async fn after<T>(
    server: &Server,
    face: &Face,
    id: HostId,
    typed: Typed,
    done: Result<T, Problem>,
    said: &str,
) -> Answer {
    match done {
        Ok(_) => see(format!("/hosts/{id}"), said),
        Err(problem) => again(server, face, id, typed, problem).await,
    }
}

async fn again(server: &Server, face: &Face, id: HostId, typed: Typed, problem: Problem) -> Answer {
    let problem = on_form(problem)?;
    draw(server, &face.at(format!("/hosts/{id}")), id, typed.refused(problem)).await
}
