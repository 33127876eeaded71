//! One accept loop for both ports.

use super::client::{PeerCertificate, address};
use crate::config::Network;
use axum::{Router, body::Body};
use hyper::{Request, body::Incoming};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use model::{Problem, ProblemKind, text};
use rustls::ServerConfig;
use std::{
    io,
    net::SocketAddr,
    sync::{Arc, atomic::AtomicUsize},
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
    time::timeout,
};
use tokio_rustls::TlsAcceptor;
use tower::{Service, ServiceExt};

/// What one port bears.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once; more wait in the kernel's queue.
    pub connections: usize,
    /// For the TLS handshake.
    pub handshake: Duration,
    /// For a request's header section to come whole.
    pub header: Duration,
    /// For what is under way when the panel stops.
    pub goodbye: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections: 4_000,
            handshake: Duration::from_secs(10),
            header: Duration::from_secs(15),
            goodbye: Duration::from_secs(5),
        }
    }
}

/// One port, ready to serve.
pub struct Listening {
    pub listener: TcpListener,
    pub tls: Arc<ServerConfig>,
    pub router: Router,
    pub trusted_proxies: Vec<Network>,
    pub limits: Limits,
}

/// Binds, or says which address could not be had.
pub async fn bind(wanted: SocketAddr) -> Result<TcpListener, Problem> {
    TcpListener::bind(wanted).await.map_err(|error| {
        Problem::new(
            ProblemKind::Internal,
            "listen",
            text!(
                "Impossible d’écouter sur {wanted} ({error})\u{a0}: un autre programme y est peut-être\u{a0}; changez listen_people ou listen_agents.",
                "Cannot listen on {wanted} ({error}): another program may be there; change listen_people or listen_agents."
            ),
        )
    })
}

/// Serves until `stop` turns true; then lets what is under way finish, for a while.
pub async fn serve(port: Listening, mut stop: watch::Receiver<bool>) {
    let Listening { listener, tls, router, trusted_proxies, limits } = port;
    let shared = Arc::new(Shared {
        acceptor: TlsAcceptor::from(tls),
        router,
        trusted_proxies,
        limits,
        refused: AtomicUsize::new(0),
    });
    let places = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    loop {
        let place = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            Some(_) = connections.join_next() => continue,
            place = places.clone().acquire_owned() => place,
        };
        let Ok(place) = place else { break };
        let accepted = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                connections.spawn(connection(shared.clone(), stream, peer, place, graceful.watcher()));
            }
            // Descriptors ran out, or the peer went away meanwhile: the next moment may do better.
            Err(error) => {
                tracing::warn!(%error, "could not accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    // Streams of events never end by themselves: what is still open after the goodbye is cut.
    let _ = timeout(limits.goodbye, graceful.shutdown()).await;
    connections.shutdown().await;
}

struct Shared {
    acceptor: TlsAcceptor,
    router: Router,
    trusted_proxies: Vec<Network>,
    limits: Limits,
    refused: AtomicUsize,
}

async fn connection(
    shared: Arc<Shared>,
    stream: TcpStream,
    peer: SocketAddr,
    _place: OwnedSemaphorePermit,
    watcher: hyper_util::server::graceful::Watcher,
) {
    // A frame of ours is small and wanted at once (RFC 896's delay helps nobody here).
    let _ = stream.set_nodelay(true);
    let stream = match timeout(shared.limits.handshake, shared.acceptor.accept(stream)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return shared.refuse(peer, &error),
        Err(_) => return shared.refuse(peer, &io::Error::from(io::ErrorKind::TimedOut)),
    };
    let certificate = stream
        .get_ref()
        .1
        .peer_certificates()
        .and_then(|chain| chain.first())
        .map(|certificate| PeerCertificate(certificate.clone().into_owned()));
    let service = {
        let shared = shared.clone();
        tower::service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            let client = {
                let lines = request.headers().get_all("x-forwarded-for").iter();
                let lines: Vec<&str> = lines.filter_map(|line| line.to_str().ok()).collect();
                address(peer.ip(), &lines, &shared.trusted_proxies)
            };
            request.extensions_mut().insert(client);
            if let Some(certificate) = certificate.clone() {
                request.extensions_mut().insert(certificate);
            }
            let mut router = shared.router.clone();
            async move { router.as_service().ready().await?.call(request).await }
        })
    };
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(shared.limits.header)
        .max_buf_size(64 * 1024);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(100)
        .max_header_list_size(64 * 1024)
        .keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(Duration::from_secs(20));
    let serving =
        builder.serve_connection_with_upgrades(TokioIo::new(stream), TowerToHyperService::new(service));
    // Boxed: it must not move once the watcher may ask it to stop.
    if let Err(error) = watcher.watch(serving.into_owned()).await {
        tracing::debug!(%peer, %error, "connection ended");
    }
}

impl Shared {
    /// Says who was refused and why; a flood of refusals is thinned to its powers of two.
    fn refuse(&self, peer: SocketAddr, error: &io::Error) {
        let count = self.refused.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        if count < 100 || count.is_power_of_two() {
            tracing::warn!(%peer, %error, count, "refused: no TLS connection came about");
        } else {
            tracing::debug!(%peer, %error, count, "refused: no TLS connection came about");
        }
    }
}
