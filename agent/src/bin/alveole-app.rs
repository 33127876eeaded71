//! `alveole-app`: see agent/src/app/install.rs. What an installation is, and what notes its end.

use agent::app::install::{self, Failed};
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let done = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => install::run(),
        ["--ended", id] => install::ended(id).map_err(Failed::from),
        _ => Err(Failed("failed", "usage: alveole-app < APP, or alveole-app --ended ID".to_owned())),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failed(code, more)) => {
            // Read by the agent (agent/src/app/steps.rs).
            println!("alveole-app: {code} {}", more.replace('\n', " "));
            ExitCode::FAILURE
        }
    }
}
