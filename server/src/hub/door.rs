//! The agents' port: who may come in. A host is what its verified certificate says, and nothing it sends can change that.

use super::connection;
use crate::{
    Server,
    ca::{fingerprint, host_of},
    host,
    listen::{ClientAddress, PeerCertificate},
    store::sql,
    transfer,
};
use axum::{
    Extension, Router,
    extract::{State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use model::{HostId, Problem, transfer::SESSION_PATH, wire::LONGEST_FRAME};
use sqlx::{Any, Executor};

/// What agents can reach: their connection, the sessions they are asked for, enrolment, and a new certificate for the old one.
pub fn router(server: Server) -> Router {
    Router::new()
        .route("/agent", get(agent))
        .route(SESSION_PATH, get(transfer::door))
        .route("/enroll", post(host::enrol_endpoint))
        .route("/renew", post(host::renew_endpoint))
        .with_state(server)
}

async fn agent(
    State(server): State<Server>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    certificate: Option<Extension<PeerCertificate>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let Some(Extension(PeerCertificate(certificate))) = certificate else {
        tracing::warn!(%address, "refused: an agent without a certificate");
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    let fingerprint = fingerprint(&certificate);
    match admitted(server.store.on(), &certificate, server.world.now_ms()).await {
        Ok(Some(host)) => upgrade
            .max_message_size(LONGEST_FRAME)
            .max_frame_size(LONGEST_FRAME)
            .on_upgrade(move |socket| connection::run(server, host, fingerprint, socket)),
        Ok(_) => {
            let named = host_of(&certificate).map(|host| host.to_string());
            tracing::warn!(%address, %fingerprint, host = named, "refused: this certificate is not, or no longer, valid");
            StatusCode::FORBIDDEN.into_response()
        }
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// The host that a verified certificate stands for, while both it and the host are good.
pub async fn admitted(
    on: impl Executor<'_, Database = Any>,
    certificate: &[u8],
    now: i64,
) -> Result<Option<HostId>, Problem> {
    let host = sql("SELECT h.id FROM host_certificates c JOIN hosts h ON h.id = c.host_id
         WHERE c.id = $1 AND c.revoked_at IS NULL AND c.expires_at > $2 AND h.state IN ('active', 'draining')")
    .bind(fingerprint(certificate))
    .bind(now)
    .optional(on, |row| row.get("id"))
    .await?;
    Ok(host.filter(|host| host_of(certificate) == Some(*host)))
}
