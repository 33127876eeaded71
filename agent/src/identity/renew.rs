//! A new certificate before the old one ends: a new key, signed over a connection that the old certificate opens. The panel gives up
//! the old one when the new one is first used. The host keeps it aside, for a panel that was restored from an older copy.

use super::{Identity, Request, ask, broken, disk};
use crate::{config::Config, paths::Paths, wire::tls};
use model::{
    Text,
    wire::{RenewAnswer, RenewRequest},
};
use rustls::ClientConfig;
use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// How often the certificate's age is looked at, and a renewal that failed is tried again.
const EVERY: Duration = Duration::from_secs(3600);

/// Whether two thirds of its life are over.
pub fn is_due(identity: &Identity, now: SystemTime) -> bool {
    let now = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let now = i64::try_from(now).unwrap_or(i64::MAX);
    identity.span().is_none_or(|(from, to)| now >= to - (to - from) / 3)
}

/// Renews now. The new identity is on disk when this ends well.
pub async fn renew(paths: &Paths, config: &Config, old: &Identity) -> Result<Identity, Text> {
    let request = Request::new()?;
    let tls = tls::of_agent(old).map_err(|error| broken(&error))?;
    let body = RenewRequest { csr: request.csr.clone() };
    let answer: RenewAnswer = ask::post(&config.panel_url, tls, "/renew", &body).await?;
    let identity = request.becomes(&answer.certificate, &old.authority)?;
    if !identity.is_of(config.host) {
        return Err(super::misbehaves("another host's certificate"));
    }
    old.set_aside(paths).and_then(|()| identity.write(paths)).map_err(|error| disk(&error))?;
    Ok(identity)
}

/// Waits until the certificate is due, renews it, and gives what connections are opened with from then on.
pub async fn when_due(paths: Paths, config: Arc<Config>) -> Arc<ClientConfig> {
    loop {
        match try_when_due(&paths, &config).await {
            Ok(Some(tls)) => {
                tracing::info!("this host's certificate was renewed");
                return tls;
            }
            Ok(None) => {}
            Err(text) => {
                tracing::warn!(reason = %text.en, "the certificate could not be renewed; tried again in an hour")
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn try_when_due(paths: &Paths, config: &Config) -> Result<Option<Arc<ClientConfig>>, Text> {
    let old = Identity::read(paths).map_err(|error| disk(&error))?;
    let Some(old) = old.filter(|identity| is_due(identity, SystemTime::now())) else { return Ok(None) };
    let new = renew(paths, config, &old).await?;
    tls::of_agent(&new).map(Some).map_err(|error| broken(&error))
}
