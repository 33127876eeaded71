//! What the program does, one file per command, and what they share.

pub mod admin;
pub mod approvals;
pub mod backup;
pub mod changes;
pub mod migrate;
mod notify;
pub mod serve;
mod user;

use model::{Lang, Problem, ProblemKind, text};
use server::{Config, RealWorld, Server};
use std::{future::Future, io::IsTerminal, path::Path, sync::Arc};
use tracing_subscriber::EnvFilter;

/// Reads the configuration, becomes the panel's user, and runs the command.
pub fn run<Work>(config: &Path, command: impl FnOnce(Config) -> Work) -> Result<(), Problem>
where
    Work: Future<Output = Result<(), Problem>>,
{
    let config = Config::read(config)?;
    user::become_owner(&config.state_dir)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| {
        Problem::new(
            ProblemKind::Internal,
            "runtime",
            text!("Le programme ne démarre pas\u{a0}: {error}", "The program does not start: {error}"),
        )
    })?;
    runtime.block_on(command(config))
}

/// Opens the panel's store and authority.
pub async fn open(config: Config) -> Result<Server, Problem> {
    Server::open(config, Arc::new(RealWorld)).await
}

/// The language of the console's locale.
pub fn lang() -> Lang {
    let named = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok());
    let locale = named.into_iter().find(|locale| !locale.is_empty()).unwrap_or_default();
    if locale.starts_with("fr") { Lang::Fr } else { Lang::En }
}

/// One line per event on standard error; journald adds the time itself. `ALVEOLE_LOG` says how much.
pub fn log() {
    let filter = EnvFilter::try_from_env("ALVEOLE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let lines = lines.with_ansi(std::io::stderr().is_terminal());
    if std::env::var_os("JOURNAL_STREAM").is_some() { lines.without_time().init() } else { lines.init() }
}
