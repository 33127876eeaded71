//! `alveole-files ACCOUNT`: works on the files of one account, as its user. The agent starts it for one session and speaks to it.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let account = arguments.next().and_then(|account| account.parse().ok());
    let (Some(account), None) = (account, arguments.next()) else {
        eprintln!("usage: alveole-files ACCOUNT");
        return ExitCode::from(2);
    };
    match agent::files::run(&account) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever asked is gone, or was cut off.
        Err(_) => ExitCode::FAILURE,
    }
}
