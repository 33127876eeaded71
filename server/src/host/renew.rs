//! POST /renew on the agents' port: who shows a good certificate gets one for a new key, for the same host.

use super::{enrol, rules::act};
use crate::{
    Actor, Server, change,
    hub::admitted,
    listen::{ClientAddress, PeerCertificate},
    store::sql,
};
use axum::{Extension, body::Body, extract::State, response::Response};
use model::{
    Problem, ProblemKind, Text,
    wire::{RenewAnswer, RenewRequest},
};

/// Between two renewals of one host: an agent needs one a year, and whoever asks on and on is none.
const APART_MS: i64 = 5_000;

pub async fn endpoint(
    State(server): State<Server>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    certificate: Option<Extension<PeerCertificate>>,
    body: Body,
) -> Response {
    let answer = async {
        let Extension(PeerCertificate(certificate)) = certificate.ok_or_else(unwelcome)?;
        let request = enrol::read(body).await.ok_or_else(unreadable)?;
        renew(&server, &certificate, request).await
    };
    enrol::told(address, "renewal", answer.await)
}

async fn renew(server: &Server, certificate: &[u8], request: RenewRequest) -> Result<RenewAnswer, Problem> {
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    // Asked where it is written: whoever was shut out while the request came gets nothing.
    let host = admitted(tx.on(), certificate, now).await?.ok_or_else(unwelcome)?;
    let issued = server.ca.sign_agent(&request.csr, host, now.try_into().unwrap_or(0))?;
    let view = super::store::lock(&mut tx, host, now).await?;
    let newest = sql("SELECT MAX(issued_at) FROM host_certificates WHERE host_id = $1")
        .bind(host)
        .one(tx.on(), |row| row.first::<i64>())
        .await?;
    if now - newest < APART_MS {
        return Err(too_soon());
    }
    enrol::keep(&mut tx, host, &issued.certificate).await?;
    let mut act = act("host.renew", host, &view.name);
    act.after = Some(serde_json::json!({ "certificate": issued.certificate.fingerprint }));
    change::record(&mut tx, &*server.world, &Actor::panel(), act).await?;
    tx.wake_host(host);
    tx.commit().await?;
    tracing::info!(%host, name = %view.name, "host's certificate renewed");
    Ok(RenewAnswer { certificate: issued.pem })
}

fn unwelcome() -> Problem {
    Problem::new(
        ProblemKind::Denied,
        "certificate_refused",
        Text::new(
            "Le certificat de cet hôte ne vaut pas ou plus\u{a0}: enrôlez-le à nouveau depuis sa page.",
            "This host's certificate is not, or no longer, good: enrol it again from its page.",
        ),
    )
}

fn unreadable() -> Problem {
    Problem::invalid(
        "csr",
        "renewal_malformed",
        Text::new(
            "Cette demande de renouvellement ne se lit pas\u{a0}: mettez l’agent à jour.",
            "This renewal request cannot be read: update the agent.",
        ),
    )
}

fn too_soon() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "renewal_too_soon",
        Text::new(
            "Le certificat de cet hôte vient d’être renouvelé\u{a0}: recommencez dans un instant.",
            "This host's certificate was renewed just now: try again in a moment.",
        ),
    )
}
