//! `alveole-waker`: see agent/src/cell/waker.rs. Started by its systemd socket.

use agent::cell::{inherit, log, place::Places, waker};
use std::process::ExitCode;

fn main() -> ExitCode {
    let served = inherit::listener().and_then(|listener| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            listener.set_nonblocking(true)?;
            waker::run(tokio::net::UnixListener::from_std(listener)?, Places::default()).await
        })
    });
    if let Err(error) = served {
        log::error(error.to_string());
    }
    ExitCode::FAILURE
}
