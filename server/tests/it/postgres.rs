//! A PostgreSQL for the tests: the server `ALVEOLE_TEST_POSTGRES` names (where they may create databases), or one of their own in a temporary folder.

use sqlx::{Connection, Executor, PgConnection};
use std::{
    path::PathBuf,
    process::{Child, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};
use tempfile::TempDir;

pub struct Postgres {
    url: String,
    made: AtomicU64,
    _own: Option<Own>,
}

/// Ends with the test, even when the test is killed (pdeathsig).
struct Own {
    process: Child,
    _folder: TempDir,
}

impl Drop for Own {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Postgres {
    pub async fn start() -> Postgres {
        let (url, own) = match std::env::var("ALVEOLE_TEST_POSTGRES") {
            Ok(url) => (url, None),
            Err(_) => {
                let (url, own) = own();
                (url, Some(own))
            }
        };
        let patience = Instant::now() + Duration::from_secs(30);
        while let Err(error) = PgConnection::connect(&url).await {
            assert!(Instant::now() < patience, "PostgreSQL does not come up: {error}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Postgres { url, made: AtomicU64::new(0), _own: own }
    }

    /// The URL of a fresh, empty database.
    pub async fn database(&self) -> String {
        let name = format!("alveole_{}_{}", std::process::id(), self.made.fetch_add(1, Ordering::SeqCst));
        let mut connection = PgConnection::connect(&self.url).await.unwrap();
        connection.execute(sqlx::AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name}"))).await.unwrap();
        connection.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
        let (before, after) = self.url.rsplit_once('/').unwrap();
        // A socket's folder stands in the query, whose slashes are quoted.
        let query = after.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
        format!("{before}/{name}{query}")
    }
}

#[allow(clippy::disallowed_methods)] // Law 5 is the agent's; tests start their own database.
fn own() -> (String, Own) {
    use std::process::Command;
    let bin = newest_bin();
    let folder = tempfile::Builder::new().prefix("alveole-pg").tempdir().unwrap();
    let as_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    let run = |program: &str, signal: &str| {
        // PostgreSQL refuses to run as root.
        let mut command = Command::new("setpriv");
        command.arg(format!("--pdeathsig={signal}"));
        if as_root {
            command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]);
        }
        command.arg(bin.join(program)).current_dir("/").stdin(Stdio::null()).stdout(Stdio::null());
        command
    };
    if as_root {
        assert!(Command::new("chown").arg("postgres:").arg(folder.path()).status().unwrap().success());
    }
    let data = folder.path().join("data");
    let made = run("initdb", "KILL")
        .args([
            "--auth=trust",
            "--username=postgres",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            "-D",
        ])
        .arg(&data)
        .output()
        .unwrap();
    assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
    let process = run("postgres", "QUIT")
        .arg("-D")
        .arg(&data)
        .arg("-k")
        .arg(folder.path())
        .args([
            "-c",
            "listen_addresses=",
            "-c",
            "fsync=off",
            "-c",
            "synchronous_commit=off",
            "-c",
            "full_page_writes=off",
            "-c",
            "max_connections=400",
        ])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let socket = folder.path().display().to_string().replace('/', "%2F");
    (format!("postgres://postgres@localhost/postgres?host={socket}"), Own { process, _folder: folder })
}

fn newest_bin() -> PathBuf {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .expect("install the package postgresql, or set ALVEOLE_TEST_POSTGRES")
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|bin| bin.join("initdb").exists())
        .collect();
    found.sort();
    found.pop().expect("install the package postgresql, or set ALVEOLE_TEST_POSTGRES")
}
