//! `alveole-runner ACCOUNT`: see agent/src/cell/runner.rs. The main process of alveole-cell@ACCOUNT.service.

use agent::cell::{log, place::Places, runner};
use model::UnixName;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let (Some(account), None) = (args.next().and_then(|name| UnixName::parse(&name).ok()), args.next())
    else {
        log::error("usage: alveole-runner ACCOUNT");
        return ExitCode::from(64);
    };
    match runner::run(&account, &Places::default()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::error(format!("{account}: {error}"));
            ExitCode::FAILURE
        }
    }
}
