//! `stage up|down`: a panel and enrolled lab hosts, for the demo and the tests. Called by ./dev.

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use tests::panel::Ports;
use tests::stage::{Extra, Stage, Wish};

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Bring a stage up and write FOLDER/demo.json.
    Up {
        name: String,
        #[arg(long)]
        folder: PathBuf,
        #[arg(long, default_value_t = 2)]
        hosts: usize,
        #[arg(long)]
        port: Option<u16>,
        #[arg(long)]
        agents_port: Option<u16>,
        /// When this process is gone, the next run may take the stage away.
        #[arg(long)]
        owner: Option<u32>,
        #[arg(long)]
        debs: PathBuf,
        #[arg(long)]
        assets: PathBuf,
    },
    /// Take a stage away.
    Down {
        name: String,
        #[arg(long)]
        folder: PathBuf,
    },
}

fn main() -> std::process::ExitCode {
    let done = match Arguments::parse().command {
        Command::Up { name, folder, hosts, port, agents_port, owner, debs, assets } => {
            ports(port, agents_port)
                .and_then(|ports| {
                    let extra = Extra::default();
                    Stage::up(&Wish { name, folder, hosts, ports, owner, debs, assets, extra })
                })
                .map(|stage| show(&stage))
        }
        Command::Down { name, folder } => Stage::down(&name, &folder),
    };
    match done {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("✗ {reason}");
            std::process::ExitCode::FAILURE
        }
    }
}

/// The ports asked for, or free ones.
fn ports(people: Option<u16>, agents: Option<u16>) -> Result<Ports, String> {
    let free = Ports::free()?;
    Ok(Ports { people: people.unwrap_or(free.people), agents: agents.unwrap_or(free.agents) })
}

fn show(stage: &Stage) {
    println!("\nThe panel   {}", stage.panel_url);
    println!("            its own CA signs it: {}", stage.ca_file.display());
    println!("Admin       {}   {}", stage.admin.email, stage.admin.password);
    println!("Member      {}   {}", stage.member.email, stage.member.password);
    for host in &stage.hosts {
        println!("Host {:<6} {} · {}   a shell: {} bash", host.name, host.address, host.address6, host.shell);
    }
    if let Some(host) = stage.hosts.first() {
        println!(
            "\nTo open a member's site in this machine's browser, say miel.example on host {}:\n  \
             chromium --host-resolver-rules=\"MAP miel.example {}\" http://miel.example/\nor add “{} miel.example” to /etc/hosts.",
            host.name, host.address, host.address
        );
    }
    println!(
        "\nAll of this stands in {}/demo.json. ./dev demo --down takes it away.",
        stage.folder.display()
    );
}
