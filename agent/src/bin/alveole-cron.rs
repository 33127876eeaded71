//! `alveole-cron`: see agent/src/cron_job/scheduler.rs. Starts the cron jobs of all accounts of a host.

use agent::{
    cell::log,
    cron_job::{place::Places, scheduler},
};
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let served = runtime.and_then(|runtime| {
        runtime.block_on(async {
            let mut end = signal(SignalKind::terminate())?;
            scheduler::run(Places::default(), async move {
                end.recv().await;
            })
            .await
        })
    });
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::error(error.to_string());
            ExitCode::FAILURE
        }
    }
}
