//! PostgreSQL's notifications, turned into wakes of this process.

use super::query;
use crate::wake::{Wake, Waker};
use model::Problem;
use sqlx::postgres::PgListener;
use std::time::Duration;

/// Listens as long as somebody could hear; a lost connection is made again and tells everybody to look at everything.
pub(super) async fn start(url: String, waker: Waker) -> Result<(), Problem> {
    let first = connect(&url).await.map_err(|error| query::database_problem("LISTEN", error))?;
    tokio::spawn(async move {
        let mut listener = Some(first);
        loop {
            if let Some(open) = &mut listener {
                match open.try_recv().await {
                    Ok(Some(told)) => {
                        if let Ok(wake) = told.payload().parse() {
                            waker.send(wake);
                        }
                        continue;
                    }
                    Ok(None) => {}
                    Err(error) => tracing::warn!(%error, "PostgreSQL's notifications are away"),
                }
                listener = None;
            }
            match connect(&url).await {
                Ok(again) => {
                    listener = Some(again);
                    waker.send(Wake::All);
                }
                Err(_) => tokio::time::sleep(Duration::from_secs(1)).await,
            }
        }
    });
    Ok(())
}

async fn connect(url: &str) -> Result<PgListener, sqlx::Error> {
    let mut listener = PgListener::connect(url).await?;
    listener.listen("alveole_wake").await?;
    Ok(listener)
}
