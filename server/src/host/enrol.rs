//! POST /enroll on the agents' port: a token and a key become a certificate. Exactly one of all who come with a token gets one.

use super::{HostState, life::shut_out, rules::act, store, token};
use crate::{
    Actor, Server,
    ca::HostCertificate,
    change,
    listen::ClientAddress,
    store::{Tx, sql},
};
use axum::{
    Extension, Json,
    body::{Body, to_bytes},
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use model::{
    HostId, Problem, Secret,
    wire::{EnrolAnswer, EnrolRequest},
};
use serde::{Serialize, de::DeserializeOwned};
use std::{net::IpAddr, time::Duration};
use tokio::time::timeout;

/// For a request's body to come whole, and its octets at most: whoever sends it has shown nothing yet.
const PATIENCE: Duration = Duration::from_secs(10);
const LONGEST: usize = 32 * 1024;

/// The whole exchange.
pub async fn endpoint(
    State(server): State<Server>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    body: Body,
) -> Response {
    let answer = match read(body).await {
        Some(request) => enrol(&server, address, request).await,
        None => Err(token::not_a_token()),
    };
    told(address, "enrolment", answer)
}

/// What an agent sends, if it comes in time, is short, and reads.
pub(super) async fn read<Request: DeserializeOwned>(body: Body) -> Option<Request> {
    let body = timeout(PATIENCE, to_bytes(body, LONGEST)).await;
    serde_json::from_slice(&body.ok()?.ok()?).ok()
}

/// The answer; refusals are logged with the peer's address, and tell it only what to do next.
pub(super) fn told(address: IpAddr, what: &str, answer: Result<impl Serialize, Problem>) -> Response {
    match answer {
        Ok(answer) => (StatusCode::OK, Json(answer)).into_response(),
        Err(problem) => {
            tracing::warn!(%address, code = problem.code, "refused: {what}");
            let status = StatusCode::from_u16(problem.kind.status()).unwrap_or(StatusCode::FORBIDDEN);
            // The agent's command line shows the text to whoever called it, in their language.
            let body = serde_json::json!({ "code": problem.code, "text": problem.text });
            (status, Json(body)).into_response()
        }
    }
}

async fn enrol(server: &Server, address: IpAddr, request: EnrolRequest) -> Result<EnrolAnswer, Problem> {
    let pasted = token::parse(&Secret::new(request.token))?;
    if pasted.ca_fingerprint != server.ca.fingerprint() {
        return Err(token::refused());
    }
    let now = server.world.now_ms();
    let open = sql(
        "SELECT id FROM enrolments WHERE id = $1 AND host_id = $2 AND used_at IS NULL AND expires_at > $3",
    )
    .bind(pasted.id.as_str())
    .bind(pasted.host)
    .bind(now)
    .optional(server.store.on(), |row| row.get::<String>("id"))
    .await?;
    if open.is_none() {
        return Err(token::refused());
    }
    // Signed before the token is spent, so that an unreadable request does not cost it.
    let issued = server.ca.sign_agent(&request.csr, pasted.host, now.try_into().unwrap_or(0))?;
    let mut tx = server.store.write().await?;
    let host = store::lock(&mut tx, pasted.host, now).await?;
    let spent = sql("UPDATE enrolments SET used_at = $3 WHERE id = $1 AND host_id = $2 AND used_at IS NULL AND expires_at > $3")
        .bind(pasted.id.as_str())
        .bind(pasted.host)
        .bind(now)
        .run(tx.on())
        .await?;
    if spent != 1 {
        return Err(token::refused());
    }
    // One certificate per host: whoever held the old one is out from here on.
    shut_out(&mut tx, host.id, now).await?;
    keep(&mut tx, host.id, &issued.certificate).await?;
    let state = if host.state == HostState::Draining { HostState::Draining } else { HostState::Active };
    sql("UPDATE hosts SET state = $2, version = version + 1 WHERE id = $1")
        .bind(host.id)
        .bind(state.code())
        .run(tx.on())
        .await?;
    let mut act = act("host.enrol", host.id, &host.name);
    act.after = Some(serde_json::json!({ "certificate": issued.certificate.fingerprint, "from": address }));
    change::record(&mut tx, &*server.world, &Actor::panel(), act).await?;
    tx.wake_host(host.id);
    tx.commit().await?;
    tracing::info!(host = %host.id, name = %host.name, %address, "host enrolled");
    Ok(EnrolAnswer {
        panel: server.store.panel(),
        host: host.id,
        certificate: issued.pem,
        ca: server.ca.pem().to_owned(),
    })
}

/// Notes a certificate, which from then on opens the door.
pub(super) async fn keep(tx: &mut Tx, host: HostId, certificate: &HostCertificate) -> Result<(), Problem> {
    sql("INSERT INTO host_certificates (id, host_id, serial, issued_at, expires_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(certificate.fingerprint.as_str())
        .bind(host)
        .bind(certificate.serial.as_str())
        .bind(certificate.issued_ms)
        .bind(certificate.expires_ms)
        .run(tx.on())
        .await
        .map(drop)
}
