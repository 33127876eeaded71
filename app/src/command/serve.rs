//! `alveole-panel serve`: both ports, the hub, the jobs; stops in order.

use super::notify;
use app::{Panel, assets::Assets};
use axum::Router;
use model::{Problem, ProblemKind, text};
use server::{Config, Server, listen};
use std::{sync::Arc, time::Duration};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
    task::JoinSet,
    time::interval,
};

/// How often certificates are looked at.
const REFRESH: Duration = Duration::from_secs(60);

pub async fn serve(config: Config) -> Result<(), Problem> {
    // Heard from the first moment, so that a stop during a slow start is one too.
    let mut term = signal(SignalKind::terminate()).map_err(|error| failed(&error))?;
    let mut int = signal(SignalKind::interrupt()).map_err(|error| failed(&error))?;
    let server = super::open(config).await?;
    server::hub::begin(&server).await?;
    let mut faces = listen::Faces::open(&server)?;
    let (stop, stopped) = watch::channel(false);
    let mut ports = JoinSet::new();
    let router = router(&server)?;
    for address in &server.config.listen_people {
        let listener = listen::bind(*address).await?;
        tracing::info!(%address, origin = server.config.origin.as_str(), "serving people");
        ports.spawn(listen::serve(faces.people(listener, router.clone())?, stopped.clone()));
    }
    for address in &server.config.listen_agents {
        let listener = listen::bind(*address).await?;
        tracing::info!(%address, url = server.config.agents_url(), "serving agents");
        ports.spawn(listen::serve(faces.agents(listener)?, stopped.clone()));
    }
    ports.spawn(server::jobs::run(server.clone(), stopped.clone()));
    ports.spawn(server::mail::run(server.clone(), stopped.clone()));
    ports.spawn(server::certificate::run(server.clone(), stopped.clone()));
    notify::systemd("READY=1");
    let mut refresh = interval(REFRESH);
    loop {
        tokio::select! {
            _ = term.recv() => break,
            _ = int.recv() => break,
            _ = refresh.tick() => faces.refresh(),
        }
    }
    tracing::info!("stopping");
    notify::systemd("STOPPING=1");
    stop.send_replace(true);
    server.hub.stop().await;
    while ports.join_next().await.is_some() {}
    server.store.close().await;
    Ok(())
}

/// Pages, assets and API.
fn router(server: &Server) -> Result<Router, Problem> {
    let assets = Arc::new(Assets::load(&server.config.assets_dir).map_err(|error| failed(&error))?);
    let panel = Panel::new(server.clone(), assets.clone());
    Ok(app::router(panel).merge(server::api::router(server.clone())).merge(Assets::router(assets)))
}

fn failed(error: &std::io::Error) -> Problem {
    Problem::new(
        ProblemKind::Internal,
        "serve",
        text!("Le panneau ne démarre pas\u{a0}: {error}", "The panel does not start: {error}"),
    )
}
