//! `alveole-starter`: see agent/src/cell/starter.rs. Started by its systemd socket.

use agent::cell::{inherit, log, place::Places, starter};
use std::{io, process::ExitCode, thread::available_parallelism};

/// The only user whose word counts.
const WAKER: &str = "alveole-waker";

fn main() -> ExitCode {
    let served = inherit::listener().and_then(|listener| {
        let waker = nix::unistd::User::from_name(WAKER)?
            .ok_or_else(|| io::Error::other(format!("there is no user {WAKER}: run systemd-sysusers")))?;
        let processors = available_parallelism().map_or(1, usize::from);
        starter::run(&listener, Places::default(), waker.uid.as_raw(), 2 * processors)
    });
    if let Err(error) = served {
        log::error(error.to_string());
    }
    ExitCode::FAILURE
}
