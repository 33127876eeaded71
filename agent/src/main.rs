//! `alveole-agent`: what keeps a host as its panel wants it.

use agent::{
    config::{Config, PanelUrl},
    exec::Program,
    identity::{
        Identity,
        enroll::{self, Token},
        renew,
    },
    ledger::Ledger,
    look,
    paths::Paths,
    reconcile::table,
    run, status,
};
use clap::{Parser, Subcommand};
use model::{Lang, Text, text};
use std::{io::Read, process::ExitCode};
use tracing_subscriber::EnvFilter;

#[derive(Parser)]
#[command(version, about = "L’agent d’Alvéole sur cet hôte / Alvéole's agent on this host")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Donner cet hôte à un panneau / Give this host to a panel
    Enroll {
        /// https://panel.asso.example:7443
        #[arg(long)]
        panel: String,
        /// Le jeton, valable une fois / The token, good for once
        #[arg(long, required_unless_present = "token_file", conflicts_with = "token_file")]
        token: Option<String>,
        /// Un fichier qui contient le jeton (- pour l’entrée) / A file with the token (- for stdin)
        #[arg(long)]
        token_file: Option<String>,
        /// Nouvelle identité pour un hôte déjà enrôlé / New identity for a host that is enrolled
        #[arg(long)]
        again: bool,
    },
    /// Donner à cet hôte une nouvelle clé et un nouveau certificat / Give this host a new key and certificate
    Renew,
    /// Suivre le panneau (lancé par systemd) / Follow the panel (started by systemd)
    Run,
    /// Où en est l’agent / How the agent stands
    Status {
        #[arg(long)]
        json: bool,
    },
    /// Ce que l’agent changerait maintenant / What the agent would change now
    Diff {
        #[arg(long)]
        json: bool,
    },
    /// Ce qui a été changé à la main (code 1 s’il y en a) / What was changed by hand (exit 1 when some)
    Check {
        #[arg(long)]
        json: bool,
    },
    /// The table of operations and their steps, for tests
    #[command(hide = true)]
    Steps {
        #[arg(long)]
        json: bool,
    },
}

/// How a command ended that could not do its work.
const TROUBLE: u8 = 2;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    // journald has the time already.
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).without_time().init();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let paths = Paths::of_host();
    let ended = match (arguments.command, runtime) {
        (_, Err(error)) => Err(text!("tokio\u{a0}: {error}", "tokio: {error}")),
        (Command::Enroll { panel, token, token_file, again }, Ok(runtime)) => {
            enroll(&paths, &panel, token, token_file.as_deref(), again, &runtime)
        }
        (Command::Renew, Ok(runtime)) => runtime.block_on(renew_now(&paths)),
        (Command::Run, Ok(runtime)) => runtime.block_on(run::run(&paths)).map(|()| ExitCode::SUCCESS),
        (Command::Status { json }, Ok(_)) => show_status(&paths, json),
        (Command::Diff { json }, Ok(_)) => show_findings(&paths, json, false),
        (Command::Check { json }, Ok(_)) => show_findings(&paths, json, true),
        (Command::Steps { json }, Ok(_)) => show_steps(json),
    };
    ended.unwrap_or_else(|text| {
        match lang() {
            Some(lang) => eprintln!("{}", text.pick(lang)),
            None => eprintln!("{}\n{}", text.fr, text.en),
        }
        ExitCode::from(TROUBLE)
    })
}

/// The reader's language, if the environment names one of ours.
fn lang() -> Option<Lang> {
    let said = ["LC_ALL", "LC_MESSAGES", "LANG"];
    let said = said.iter().filter_map(|name| std::env::var(name).ok()).find(|value| !value.is_empty())?;
    Lang::from_code(said.split(['_', '.', '-', '@']).next().unwrap_or_default())
}

fn enroll(
    paths: &Paths,
    panel: &str,
    token: Option<String>,
    token_file: Option<&str>,
    again: bool,
    runtime: &tokio::runtime::Runtime,
) -> Result<ExitCode, Text> {
    let url: PanelUrl = panel.parse().map_err(|problem: model::Problem| problem.text)?;
    let pasted = match token {
        Some(token) => token,
        None => read_token(token_file.unwrap_or("-"))?,
    };
    let token = Token::parse(&pasted)?;
    let config = runtime.block_on(enroll::enroll(paths, &url, &token, again))?;
    let done = text!(
        "Cet hôte ({}) suit maintenant le panneau {url}.",
        "This host ({}) follows the panel {url} now.",
        config.host
    );
    println!("{}", done.pick(lang().unwrap_or_default()));
    // One pasted command is enough: the unit waits for the file just written.
    restart_service()?;
    Ok(ExitCode::SUCCESS)
}

/// The agent renews by itself; this is for an admin who fears for the key.
async fn renew_now(paths: &Paths) -> Result<ExitCode, Text> {
    let read = Config::read(paths).and_then(|config| Ok(config.zip(Identity::read(paths)?)));
    let (config, old) = read.map_err(|error| unreadable(&error))?.ok_or_else(run::not_enrolled)?;
    renew::renew(paths, &config, &old).await?;
    restart_service()?;
    let done = Text::new(
        "Cet hôte a une nouvelle clé et un nouveau certificat\u{a0}; l’ancien ne vaut plus dès la prochaine connexion.",
        "This host has a new key and a new certificate; the old one is worth nothing from the next connection on.",
    );
    println!("{}", done.pick(lang().unwrap_or_default()));
    Ok(ExitCode::SUCCESS)
}

/// Has the running agent take up who this host is now.
fn restart_service() -> Result<(), Text> {
    if !std::path::Path::new("/run/systemd/system").is_dir() {
        return Ok(());
    }
    let restarted = Program::new("/usr/bin/systemctl").args(["restart", "alveole-agent.service"]).run();
    restarted.map(drop).map_err(|error| {
        text!(
            "C’est fait, mais le service ne démarre pas ({error})\u{a0}: voyez journalctl -u alveole-agent.",
            "It is done, but the service does not start ({error}): see journalctl -u alveole-agent."
        )
    })
}

fn read_token(file: &str) -> Result<String, Text> {
    let mut token = String::new();
    let read = if file == "-" {
        std::io::stdin().take(4096).read_to_string(&mut token)
    } else {
        std::fs::File::open(file).and_then(|open| open.take(4096).read_to_string(&mut token))
    };
    read.map_err(|error| {
        text!(
            "Le jeton ne se laisse pas lire ({file}\u{a0}: {error}).",
            "The token cannot be read ({file}: {error})."
        )
    })?;
    Ok(token)
}

fn unreadable(error: &dyn std::fmt::Display) -> Text {
    text!(
        "L’état de l’agent ne se laisse pas lire ({error})\u{a0}: lancez la commande en root.",
        "The agent's state cannot be read ({error}): run the command as root."
    )
}

fn print_json(value: &impl serde::Serialize) -> Result<(), Text> {
    println!("{}", serde_json::to_string_pretty(value).map_err(|error| unreadable(&error))?);
    Ok(())
}

fn show_status(paths: &Paths, json: bool) -> Result<ExitCode, Text> {
    let shown = status::read(paths).map_err(|error| unreadable(&error))?;
    if json {
        print_json(&shown)?;
    } else {
        print!("{}", status::describe(shown.as_ref(), lang().unwrap_or_default()));
    }
    let well = shown.is_some_and(|shown| shown.connected_since_ms.is_some());
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// `check` shows drift alone; `diff` all that would be done.
fn show_findings(paths: &Paths, json: bool, drift_alone: bool) -> Result<ExitCode, Text> {
    let hands = run::hands(paths).map_err(|error| unreadable(&error))?;
    let ledger = Ledger::open(&paths.ledger()).map_err(|error| unreadable(&error))?;
    let mut findings = look::findings(&hands, &ledger).map_err(|error| unreadable(&error))?;
    findings.retain(|finding| !drift_alone || finding.drift);
    if json {
        print_json(&findings)?;
    } else {
        print!("{}", look::describe(&findings, lang().unwrap_or_default()));
    }
    Ok(if drift_alone && !findings.is_empty() { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn show_steps(json: bool) -> Result<ExitCode, Text> {
    let table = table::table().map_err(|problem| problem.text)?;
    if json {
        print_json(&table)?;
    } else {
        for row in &table {
            println!("{}: {}", row.operation, row.steps.join(" "));
        }
    }
    Ok(ExitCode::SUCCESS)
}
