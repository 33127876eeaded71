//! The program `alveole-panel`: serves the panel, and the few things an admin does at its console.

mod command;

use clap::{Parser, Subcommand};
use model::{EmailAddress, Problem};
use std::{path::PathBuf, process::ExitCode};

/// Alvéole's panel.
#[derive(Parser)]
#[command(version, about, propagate_version = true)]
struct Arguments {
    /// The configuration file.
    #[arg(long, global = true, default_value = server::config::PATH)]
    config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve people and agents until told to stop.
    Serve,
    /// Bring the database's tables up to date (serve does it too).
    Migrate,
    /// Admins of the panel.
    Admin {
        #[command(subcommand)]
        command: AdminCommand,
    },
    /// What waits for a second person: the way out for a cooperative that has only one.
    Approvals {
        #[command(subcommand)]
        command: ApprovalsCommand,
    },
    /// Write the database and the authority into one new file, while the panel runs.
    Backup { file: PathBuf },
    /// Who did what, and whether it is as it was written.
    Changes {
        #[command(subcommand)]
        command: ChangesCommand,
    },
    /// Put a backup into an empty state folder (and an empty database).
    Restore { file: PathBuf },
}

#[derive(Subcommand)]
enum AdminCommand {
    /// Make an admin, or give one a new password: prints a link that works once.
    Create { email: EmailAddress },
}

#[derive(Subcommand)]
enum ApprovalsCommand {
    /// One a line: id, act, about whom or what, asked for by whom.
    List,
    /// Approve in the second person's place; it stands in the history.
    Approve { id: model::ApprovalId },
}

#[derive(Subcommand)]
enum ChangesCommand {
    /// Follow the chain of all acts: was one altered, put in or taken out? Prints the hash of the last one.
    Verify {
        /// A hash printed earlier and noted elsewhere: does history still go through it?
        #[arg(long)]
        head: Option<String>,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    command::log();
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("alveole-panel: {}", problem.text.pick(command::lang()));
            ExitCode::FAILURE
        }
    }
}

fn run(Arguments { config, command }: Arguments) -> Result<(), Problem> {
    use command::{admin, approvals, backup, changes, migrate, serve};
    match command {
        Command::Serve => command::run(&config, serve::serve),
        Command::Migrate => command::run(&config, migrate::migrate),
        Command::Admin { command: AdminCommand::Create { email } } => {
            command::run(&config, |config| admin::create(config, email))
        }
        Command::Changes { command: ChangesCommand::Verify { head } } => {
            command::run(&config, |config| changes::verify(config, head))
        }
        Command::Approvals { command: ApprovalsCommand::List } => command::run(&config, approvals::list),
        Command::Approvals { command: ApprovalsCommand::Approve { id } } => {
            command::run(&config, |config| approvals::approve(config, id))
        }
        Command::Backup { file } => {
            // What is wrong with the configuration shall leave no empty file behind.
            server::Config::read(&config)?;
            let opened = backup::new_file(&file)?;
            command::run(&config, |config| backup::backup(config, file, opened))
        }
        Command::Restore { file } => {
            let opened = backup::existing_file(&file)?;
            command::run(&config, |config| backup::restore(config, opened))
        }
    }
}
