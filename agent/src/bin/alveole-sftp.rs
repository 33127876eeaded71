//! `alveole-sftp`: the shell of SFTP logins that are limited to a folder (docs/files.md). sshd runs it as the account's user; whatever it is
//! given, it speaks SFTP in the folder of that login, and nothing else. As `alveole-sftp check` it is what PAM asks about a password.

use std::process::ExitCode;

fn main() -> ExitCode {
    let check = std::env::args().nth(1).is_some_and(|word| word == "check");
    let done = if check { agent::sftp::login::check() } else { agent::sftp::login::run() };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
