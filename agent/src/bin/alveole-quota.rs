//! `alveole-quota`: see agent/src/limits/quota.rs. Started by its systemd socket.

use agent::{
    cell::{inherit, log},
    limits::quota,
};
use std::process::ExitCode;

fn main() -> ExitCode {
    let served = inherit::listener().and_then(|listener| quota::run(&listener));
    if let Err(error) = served {
        log::error(error.to_string());
    }
    ExitCode::FAILURE
}
