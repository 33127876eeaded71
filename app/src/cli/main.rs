//! `alveole`: the panel from a shell. It speaks to the API and to nothing else.

mod client;
mod command;
mod config;
mod contacts;
mod logs;
mod nouns;
mod output;
mod progress;
mod put;
mod run;
mod table;
mod wait;

use model::Lang;
use std::process::ExitCode;

/// How the program ends, so that scripts can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Exit {
    Done = 0,
    /// The panel refused; the reason stands on standard error.
    Refused = 1,
    /// The command line itself is wrong (clap's own number).
    Usage = 2,
    /// The change was taken, and then failed, was held, or superseded.
    NotApplied = 3,
    /// The panel cannot be reached, or its answer is none.
    Unreachable = 4,
}

/// A failure, in words for people.
#[derive(Debug)]
struct Failure {
    exit: Exit,
    text: String,
}

impl Failure {
    fn new(exit: Exit, text: impl Into<String>) -> Failure {
        Failure { exit, text: text.into() }
    }
}

fn main() -> ExitCode {
    let lang = lang();
    let matches = command::command(lang).get_matches();
    match run::run(&matches, lang) {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(failure) => {
            eprintln!("alveole: {}", failure.text);
            ExitCode::from(failure.exit as u8)
        }
    }
}

/// The reader's language, by the usual variables; French when they say nothing of use.
fn lang() -> Lang {
    let said = ["LC_ALL", "LC_MESSAGES", "LANG"];
    let said = said.iter().filter_map(|name| std::env::var(name).ok()).find(|value| !value.is_empty());
    let said = said.unwrap_or_default();
    Lang::from_code(said.split(['_', '.', '-', '@']).next().unwrap_or_default()).unwrap_or_default()
}
