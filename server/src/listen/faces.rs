//! What both ports show: certificates, kept fresh while the panel serves.

use super::{Limits, Listening};
use crate::{
    Server,
    ca::{
        Leaf,
        tls::{self, Shown},
    },
};
use axum::Router;
use model::Problem;
use std::{fs, path::Path, sync::Arc, time::SystemTime};
use tokio::net::TcpListener;

/// The panel's own leaf on the agents' port; on the people's port the same, or what the configuration names.
pub struct Faces {
    server: Server,
    own: Arc<Shown>,
    /// With the files' times when they were read.
    people: Option<(Arc<Shown>, Times)>,
}

type Times = [Option<SystemTime>; 2];

impl Faces {
    pub fn open(server: &Server) -> Result<Faces, Problem> {
        let own = Shown::new(own_leaf(server)?)?;
        let people = match files(server) {
            Some((certificate, key)) => {
                let times = [modified(certificate), modified(key)];
                Some((Shown::new(tls::leaf_from_files(certificate, key)?)?, times))
            }
            None => None,
        };
        Ok(Faces { server: server.clone(), own, people })
    }

    /// A port for people.
    pub fn people(&self, listener: TcpListener, router: Router) -> Result<Listening, Problem> {
        let shown = self.people.as_ref().map_or(&self.own, |(shown, _)| shown);
        let tls = tls::for_people(shown.clone())?;
        let trusted_proxies = self.server.config.trusted_proxies.clone();
        Ok(Listening { listener, tls, router, trusted_proxies, limits: Limits::default() })
    }

    /// A port for agents; they come without proxies, for TLS ends here.
    pub fn agents(&self, listener: TcpListener) -> Result<Listening, Problem> {
        let tls = tls::for_agents(&self.server.ca, self.own.clone(), self.server.world.clone())?;
        let router = crate::hub::router(self.server.clone());
        Ok(Listening { listener, tls, router, trusted_proxies: Vec::new(), limits: Limits::default() })
    }

    /// Shows renewed certificates: our own when its end is near, the admin's when its files changed. Called now and then;
    /// what cannot be read is said in the log, and the old one stays.
    pub fn refresh(&mut self) {
        if let Err(problem) = own_leaf(&self.server).and_then(|leaf| self.own.replace(leaf)) {
            tracing::error!(%problem, "the panel's own certificate could not be renewed");
        }
        let Some((certificate, key)) = files(&self.server) else { return };
        let Some((shown, times)) = &mut self.people else { return };
        let now = [modified(certificate), modified(key)];
        if now == *times {
            return;
        }
        match tls::leaf_from_files(certificate, key).and_then(|leaf| shown.replace(leaf)) {
            Ok(()) => {
                *times = now;
                tracing::info!(certificate = %certificate.display(), "showing the renewed certificate");
            }
            Err(problem) => {
                tracing::error!(%problem, "the renewed certificate cannot be used; the old one stays")
            }
        }
    }
}

fn own_leaf(server: &Server) -> Result<Leaf, Problem> {
    server.ca.leaf(&server.config.own_names(), server.world.now_ms().try_into().unwrap_or(0))
}

fn files(server: &Server) -> Option<(&Path, &Path)> {
    server.config.certificate.as_deref().zip(server.config.key.as_deref())
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}
