//! `alveole-php ACCOUNT`: see agent/src/cell/php.rs. The main process of alveole-php@ACCOUNT.service.

use agent::cell::{log, php, place::Places};
use model::UnixName;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let (Some(account), None) = (args.next().and_then(|name| UnixName::parse(&name).ok()), args.next())
    else {
        log::error("usage: alveole-php ACCOUNT");
        return ExitCode::from(64);
    };
    match php::run(&account, &Places::default()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::error(format!("{account}: {error}"));
            ExitCode::FAILURE
        }
    }
}
