//! `alveole-starter`: see agent/src/cell/starter.rs. Started by its systemd socket.

use agent::{
    cell::{inherit, log, starter},
    cron_job::place::Places,
};
use std::{io, process::ExitCode, thread::available_parallelism};

/// The only users whose word counts.
const WAKER: &str = "alveole-waker";
const SCHEDULER: &str = "alveole-cron";

fn uid(name: &str) -> io::Result<u32> {
    let user = nix::unistd::User::from_name(name)?;
    let user =
        user.ok_or_else(|| io::Error::other(format!("there is no user {name}: run systemd-sysusers")))?;
    Ok(user.uid.as_raw())
}

fn main() -> ExitCode {
    let served = inherit::listener().and_then(|listener| {
        let callers = starter::Callers { waker: uid(WAKER)?, scheduler: uid(SCHEDULER)? };
        let processors = available_parallelism().map_or(1, usize::from);
        starter::run(&listener, Places::default(), callers, 2 * processors)
    });
    if let Err(error) = served {
        log::error(error.to_string());
    }
    ExitCode::FAILURE
}
