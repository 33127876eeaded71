//! `alveole-app`: puts an application into a site, as the tenant, in the cell, in a unit of its own; what it is to do is its standard input.
//! It works in a folder of its own beside the one the site shows, and moves the whole of it there once the application is installed: nobody
//! meets one that is not, and a folder that holds anything stays as it is, for a rename goes over an empty one alone.
//!
//! Killed at any point and run again, it begins anew; from the note `ready` on, the move is all that is left.

use super::copy;
use crate::{
    exec::{self, ExecError, Program},
    fs::write_lightly,
    paths::Paths,
};
use model::{App, AppId, Application};
use nix::unistd::syncfs;
use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    time::Duration,
};

/// How long the application's own installation may take.
const PATIENCE: Duration = Duration::from_secs(200);

/// Why it did not come to an end: a word the agent knows, and more for people.
#[derive(Debug)]
pub struct Failed(pub &'static str, pub String);

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Failed {
        let full = matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
        Failed(if full { "full" } else { "failed" }, error.to_string())
    }
}

/// Reads what is wanted and does it.
pub fn run() -> Result<(), Failed> {
    let mut wish = Vec::new();
    io::stdin().lock().take(64 * 1024).read_to_end(&mut wish)?;
    let app: App = serde_json::from_slice(&wish).map_err(io::Error::other)?;
    let home = PathBuf::from("/home").join(app.account.as_str());
    install(&app, Path::new("/"), &home, &|app, made, again| own(app, made, again))
}

/// The application's own part: configuration, tables, first admin, in the folder `made`; `again`: it was begun before.
type Own<'a> = &'a dyn Fn(&App, &Path, bool) -> Result<(), Failed>;

pub(super) fn install(app: &App, root: &Path, home: &Path, own: Own<'_>) -> Result<(), Failed> {
    let site = home.join("sites").join(app.folder.as_str());
    let shown = site.join(app.shown());
    let work = site.join(format!(".alveole-{}", app.id.simple()));
    let (made, begun, ready) = (work.join("made"), work.join("begun"), work.join("ready"));
    if ready.exists() {
        return publish(&made, &shown);
    }
    if !is_empty(&shown)? {
        return Err(Failed("not-empty", String::new()));
    }
    let again = begun.exists();
    fs::create_dir_all(&work)?;
    if again && made.exists() {
        fs::remove_dir_all(&made)?;
    }
    File::create(&begun)?;
    if let Err(failed) =
        copy::all(root, app, &made).map_err(Failed::from).and_then(|()| own(app, &made, again))
    {
        // A whole copy that serves nobody would count against the account until somebody finds it.
        let _ = fs::remove_dir_all(&made);
        return Err(failed);
    }
    // All of it is on the disk before anything says so.
    syncfs(File::open(&work)?).map_err(io::Error::from)?;
    File::create(&ready)?.sync_all()?;
    publish(&made, &shown)
}

fn publish(made: &Path, shown: &Path) -> Result<(), Failed> {
    if !made.exists() {
        return Ok(());
    }
    if let Some(above) = shown.parent() {
        fs::create_dir_all(above)?;
    }
    match fs::rename(made, shown) {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::DirectoryNotEmpty
                    | io::ErrorKind::AlreadyExists
                    | io::ErrorKind::NotADirectory
            ) =>
        {
            Err(Failed("not-empty", String::new()))
        }
        other => Ok(other?),
    }
}

/// Whether there is nothing in the way: no such folder, or an empty one.
fn is_empty(folder: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
        Ok(meta) if !meta.is_dir() => Ok(false),
        Ok(_) => Ok(fs::read_dir(folder)?.next().is_none()),
    }
}

/// By a script of ours in the account's PHP: what an application wants quoted, PHP quotes.
fn own(app: &App, made: &Path, again: bool) -> Result<(), Failed> {
    let php = format!("/usr/bin/php{}", app.php);
    if !exec::installed(&php) {
        return Err(Failed("failed", format!("PHP {} is not installed on this host", app.php)));
    }
    let mut wish = serde_json::to_value(app).map_err(io::Error::other)?;
    wish["folder"] = made.display().to_string().into();
    wish["address"] = app.address().into();
    wish["locale"] = copy::locale(app.language).unwrap_or_default().into();
    wish["again"] = again.into();
    let script = format!("/usr/share/alveole/app/{}.php", app.application.code());
    run_script(&php, &script, &wish)?;
    if app.application == Application::Spip {
        // Its plug-ins are there from its next start on.
        wish["step"] = "plugins".into();
        run_script(&php, &script, &wish)?;
    }
    Ok(())
}

fn run_script(php: &str, script: &str, wish: &serde_json::Value) -> Result<(), Failed> {
    let program = Program::new(php).arg("-f").arg(script).stdin(wish.to_string()).timeout(PATIENCE);
    program.env("HOME", "/tmp").run().map(drop).map_err(|error| {
        let said = match &error {
            ExecError::Failed { stderr, .. } => stderr.clone(),
            other => other.to_string(),
        };
        match said.lines().last() {
            Some("database-not-empty") => Failed("database-not-empty", String::new()),
            last => Failed("failed", last.unwrap_or_default().to_owned()),
        }
    })
}

/// Notes how it ended, as root; the agent sees the file and looks.
pub fn ended(id: &str) -> io::Result<()> {
    let id: AppId = id.parse().map_err(io::Error::other)?;
    let paths = Paths::of_host();
    let result = std::env::var("SERVICE_RESULT").unwrap_or_default();
    let _ = fs::remove_file(paths.app(id, "json"));
    write_lightly(&paths.app(id, "end"), format!("{result}\n").as_bytes(), 0o600)
}
