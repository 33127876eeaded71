//! `alveole-outbox`: see agent/src/outbox/daemon.rs. Started by its systemd socket.

use agent::{
    cell::{inherit, log},
    outbox::{
        daemon::{self, Outbox},
        place::Places,
        smtp::Relay,
    },
};
use std::{
    net::{Ipv4Addr, SocketAddr},
    process::ExitCode,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::signal::unix::{SignalKind, signal};

/// Where the host's mail server takes mail.
const SMTP: u16 = 25;

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

fn main() -> ExitCode {
    let served = inherit::listener().and_then(|listener| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            listener.set_nonblocking(true)?;
            let mut end = signal(SignalKind::terminate())?;
            let listener = tokio::net::UnixListener::from_std(listener)?;
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, SMTP));
            let relay = Relay { address, host: daemon::mail_name() };
            let outbox = Arc::new(Outbox::new(Places::default(), relay, Arc::new(now)));
            daemon::run(listener, outbox, async move {
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
