//! The database of a panel under measure, spoken to from outside through the engines' own programs: rows by the million come from within.

use crate::run::{command, run, run_with};
use crate::wait::until;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

/// SQLite in the panel's own folder, or a PostgreSQL started for the measure.
pub enum Database {
    Sqlite(PathBuf),
    Postgres(Server),
}

/// A PostgreSQL with its usual settings in a folder of its own; it ends with us.
pub struct Server {
    process: Child,
    socket: PathBuf,
    bin: PathBuf,
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGINT: a fast shutdown.
        let _ = run("/bin/kill", ["-INT", &self.process.id().to_string()]);
        let _ = self.process.wait();
    }
}

impl Database {
    pub fn name(&self) -> &'static str {
        match self {
            Database::Sqlite(_) => "SQLite",
            Database::Postgres(_) => "PostgreSQL",
        }
    }

    /// The line of panel.toml that names it.
    pub fn setting(&self) -> String {
        match self {
            Database::Sqlite(_) => String::new(),
            Database::Postgres(server) => {
                let socket = server.socket.display().to_string().replace('/', "%2F");
                format!("database = \"postgres://postgres@localhost/postgres?host={socket}\"\n")
            }
        }
    }

    /// Runs SQL, all or nothing; what it selects, as text.
    pub fn sql(&self, text: &str) -> Result<String, String> {
        match self {
            Database::Sqlite(file) => {
                let file = file.display().to_string();
                run_with(
                    "sqlite3",
                    ["-batch", "-bail", "-cmd", ".timeout 60000", "-cmd", "PRAGMA cache_size=-400000", &file],
                    text,
                )?
                .ok("sqlite3")
            }
            Database::Postgres(server) => {
                let psql = server.bin.join("psql").display().to_string();
                let socket = server.socket.display().to_string();
                let args = [
                    "-X",
                    "-q",
                    "-t",
                    "-A",
                    "-v",
                    "ON_ERROR_STOP=1",
                    "-U",
                    "postgres",
                    "-h",
                    &socket,
                    "postgres",
                ];
                run_with(&psql, args, text)?.ok("psql")
            }
        }
    }

    /// `{x}` hexadecimal digits of a number, as this engine writes them.
    pub fn hex(&self, number: &str, digits: usize) -> String {
        match self {
            Database::Sqlite(_) => format!("printf('%0{digits}x', {number})"),
            Database::Postgres(_) => format!("lpad(to_hex({number}), {digits}, '0')"),
        }
    }

    /// Starts a PostgreSQL.
    pub fn postgres(folder: &Path) -> Result<Database, String> {
        let bin = newest_bin()?;
        let folder = folder.join("postgres");
        fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let as_root = run("id", ["-u"])?.ok("id")?.trim() == "0";
        if as_root {
            run("chown", ["postgres:", &folder.display().to_string()])?.ok("chown")?;
        }
        // PostgreSQL refuses to run as root.
        let own = |program: &str| {
            let mut own = command("setpriv");
            own.arg("--pdeathsig=QUIT");
            if as_root {
                own.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]);
            }
            own.arg(bin.join(program)).current_dir("/").stdin(Stdio::null()).stdout(Stdio::null());
            own
        };
        let data = folder.join("data");
        let made = own("initdb")
            .args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "-D"])
            .arg(&data)
            .status()
            .map_err(|error| error.to_string())?;
        if !made.success() {
            return Err("initdb failed".to_owned());
        }
        let process = own("postgres")
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(&folder)
            .args(["-c", "listen_addresses=", "-c", "max_wal_size=4GB"])
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| error.to_string())?;
        let server = Database::Postgres(Server { process, socket: folder, bin });
        until("PostgreSQL answers", Duration::from_secs(30), || server.sql("SELECT 1").map(drop))?;
        Ok(server)
    }
}

fn newest_bin() -> Result<PathBuf, String> {
    let found =
        fs::read_dir("/usr/lib/postgresql").map_err(|_| "install the package postgresql".to_owned())?;
    let bins = found.filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    bins.filter(|bin| bin.join("initdb").exists())
        .max()
        .ok_or_else(|| "install the package postgresql".to_owned())
}
