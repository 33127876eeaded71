//! `alveole-waker`: see agent/src/cell/waker.rs. Started by its systemd socket.

use agent::cell::{inherit, log, place::Places, waker};
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

fn main() -> ExitCode {
    let served = inherit::listener().and_then(|listener| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            listener.set_nonblocking(true)?;
            let mut end = signal(SignalKind::terminate())?;
            let listener = tokio::net::UnixListener::from_std(listener)?;
            waker::run(listener, Places::default(), async move {
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
