//! `GET /session` on the agents' port: the host that was asked for a session brings it, by its certificate and the session's secret.

use crate::{
    Server,
    hub::admitted,
    listen::{ClientAddress, PeerCertificate},
};
use axum::{
    Extension,
    extract::{State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use model::transfer::SESSION_HEADER;

/// JSON in one message, at most; contents come in smaller ones.
const LARGEST: usize = 4 * 1024 * 1024;

pub(crate) async fn door(
    State(server): State<Server>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    certificate: Option<Extension<PeerCertificate>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let Some(Extension(PeerCertificate(certificate))) = certificate else {
        tracing::warn!(%address, "refused: a session without a certificate");
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    let host = match admitted(server.store.on(), &certificate, server.world.now_ms()).await {
        Ok(Some(host)) => host,
        Ok(None) => return StatusCode::FORBIDDEN.into_response(),
        Err(_) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
    };
    let secret = headers.get(SESSION_HEADER).and_then(|value| value.to_str().ok());
    let Some(give) = secret.and_then(|secret| server.transfers.claim(secret, host)) else {
        tracing::warn!(%host, "refused: a session nobody asked this host for");
        return StatusCode::NOT_FOUND.into_response();
    };
    upgrade.max_message_size(LARGEST).max_frame_size(LARGEST).on_upgrade(|socket| async move {
        // Whoever asked may be gone: the connection then ends here.
        let _ = give.send(socket);
    })
}
