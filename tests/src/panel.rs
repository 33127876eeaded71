//! The panel as a process on this machine: its folder, its configuration, its life.

use crate::lab::Lab;
use crate::run::{command, run};
use crate::stage::Wish;
use crate::wait::until;
use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

/// The two ports a panel listens on.
#[derive(Clone, Copy, Debug)]
pub struct Ports {
    pub people: u16,
    pub agents: u16,
}

impl Ports {
    /// Two that nobody listens on.
    pub fn free() -> Result<Ports, String> {
        let one = || -> Result<std::net::TcpListener, String> {
            std::net::TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())
        };
        let port = |listener: &std::net::TcpListener| {
            listener.local_addr().map(|at| at.port()).map_err(|error| error.to_string())
        };
        // Both are held at once, or they could be the same.
        let (people, agents) = (one()?, one()?);
        Ok(Ports { people: port(&people)?, agents: port(&agents)? })
    }
}

/// A running panel whose files lie in `folder/panel`.
pub struct Process {
    folder: PathBuf,
    ports: Ports,
}

impl Process {
    /// Starts the panel, unless it runs, and waits until it answers.
    pub fn start(folder: &Path, wish: &Wish, lab: &Lab) -> Result<Process, String> {
        let process = Process { folder: folder.join("panel"), ports: wish.ports };
        if running(&process.folder).is_none() {
            fs::create_dir_all(process.folder.join("state")).map_err(|error| error.to_string())?;
            write_private(&process.config(), &process.configuration(wish, lab))?;
            process.spawn()?;
        }
        until("the panel answers", Duration::from_secs(30), || {
            let ca = fs::read_to_string(process.ca_file()).map_err(|error| error.to_string())?;
            crate::http::Panel::new(&process.url(), &ca)?.get("/api/v1/openapi.json")?.ok("openapi").map(drop)
        })
        .map_err(|reason| format!("{reason}\n{}", fs::read_to_string(process.log()).unwrap_or_default()))?;
        Ok(process)
    }

    /// Starts the program; it outlives us.
    fn spawn(&self) -> Result<(), String> {
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.log())
            .map_err(|error| error.to_string())?;
        let child = command(program()?)
            .args(["--config", &self.config().display().to_string(), "serve"])
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(|error| error.to_string())?)
            .stderr(log)
            .process_group(0)
            .spawn()
            .map_err(|error| error.to_string())?;
        fs::write(self.folder.join("pid"), child.id().to_string()).map_err(|error| error.to_string())
    }

    /// Ends the panel of a folder and waits until it is gone.
    pub fn stop(folder: &Path) -> Result<(), String> {
        Process::end(folder, "-TERM")
    }

    /// The power goes.
    pub fn kill(folder: &Path) -> Result<(), String> {
        Process::end(folder, "-KILL")
    }

    /// Runs one of the program's other commands with the panel's configuration; what it says.
    pub fn tell(folder: &Path, command: &[&str]) -> Result<String, String> {
        let config = folder.join("panel/panel.toml").display().to_string();
        let args = ["--config", &config].into_iter().chain(command.iter().copied());
        run(&program()?.display().to_string(), args)?.ok(&command.join(" "))
    }

    fn end(folder: &Path, signal: &str) -> Result<(), String> {
        let folder = folder.join("panel");
        let Some(pid) = running(&folder) else { return Ok(()) };
        run("/bin/kill", [signal, &pid.to_string()])?.ok("kill")?;
        until("the panel ends", Duration::from_secs(20), || match running(&folder) {
            None => Ok(()),
            Some(pid) => Err(format!("process {pid}")),
        })
    }

    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.ports.people)
    }

    pub fn ca_file(&self) -> PathBuf {
        self.folder.join("state/ca/ca.pem")
    }

    /// The process of a folder, if it runs.
    pub fn pid(folder: &Path) -> Option<u32> {
        running(&folder.join("panel"))
    }

    /// A one-time link for a new admin, as `alveole-panel admin create` prints it.
    pub fn admin_link(&self, email: &str) -> Result<String, String> {
        let config = self.config().display().to_string();
        let said = run(&program()?.display().to_string(), ["--config", &config, "admin", "create", email])?
            .ok("admin create")?;
        let link = said.split_whitespace().find(|word| word.starts_with("https://"));
        link.map(str::to_owned).ok_or_else(|| format!("no link in: {said}"))
    }

    fn config(&self) -> PathBuf {
        self.folder.join("panel.toml")
    }

    fn log(&self) -> PathBuf {
        self.folder.join("panel.log")
    }

    /// Mails to people become files, instead of leaving.
    fn as_files(&self) -> String {
        format!("folder = \"{}\"", self.folder.with_file_name("mail").display())
    }

    fn configuration(&self, wish: &Wish, lab: &Lab) -> String {
        let Ports { people, agents } = self.ports;
        let dialled = wish.extra.agents_port.unwrap_or(agents);
        format!(
            "# Written by the stage; the panel's own file is /etc/alveole/panel.toml.\n\
             origin = \"https://localhost:{people}\"\n\
             listen_people = \"127.0.0.1:{people}\"\n\
             listen_agents = \"[::]:{agents}\"\n\
             agents_url = \"https://panel.lab.example:{dialled}\"\n\
             state_dir = \"{}\"\n\
             assets_dir = \"{}\"\n\
             contact = \"aide@alveole.example\"\n\
             # the hosts reach it at {} and {}\n{}\n\
             [mail]\n\
             from = \"Alvéole <panel@alveole.example>\"\n\
             {}\n",
            self.folder.join("state").display(),
            wish.assets.display(),
            lab.panel_address,
            lab.panel_address6,
            wish.extra.panel_toml,
            wish.extra.mail.clone().unwrap_or_else(|| self.as_files()),
        )
    }
}

/// The panel's program, beside our own.
fn program() -> Result<PathBuf, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    own.ancestors()
        .map(|folder| folder.join("alveole-panel"))
        .find(|path| path.is_file())
        .ok_or_else(|| format!("alveole-panel is not built beside {}", own.display()))
}

/// The pid of the panel of a folder, when it lives and is ours.
fn running(folder: &Path) -> Option<u32> {
    let pid: u32 = fs::read_to_string(folder.join("pid")).ok()?.trim().parse().ok()?;
    let line = fs::read_to_string(format!("/proc/{pid}/cmdline")).ok()?;
    line.contains(&folder.join("panel.toml").display().to_string()).then_some(pid)
}

/// Writes a file that only its owner reads.
pub fn write_private(path: &Path, text: &str) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)
}

/// A random word of letters and digits, for passwords of the demo.
pub fn random_word(length: usize) -> Result<String, String> {
    use std::io::Read;
    let mut bytes = vec![0; length];
    fs::File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut bytes))
        .map_err(|error| error.to_string())?;
    let letters = b"abcdefghjkmnpqrstuvwxyz23456789";
    Ok(bytes.iter().map(|byte| letters[*byte as usize % letters.len()] as char).collect())
}
