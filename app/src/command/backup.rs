//! `alveole-panel backup` and `restore`. The file is opened before the program becomes the panel's user: root names it, root keeps it.

use model::{Problem, ProblemKind, text};
use server::{Config, RealWorld, file};
use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// A new file, its owner's alone; one that is there stays as it is.
pub fn new_file(path: &Path) -> Result<File, Problem> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(|error| {
        match error.kind() {
            io::ErrorKind::AlreadyExists => {
                let path = path.display();
                Problem::new(
                    ProblemKind::Conflict,
                    "backup_exists",
                    text!(
                        "{path} existe déjà, et une sauvegarde n’écrase rien\u{a0}: donnez un autre nom.",
                        "{path} exists already, and a backup overwrites nothing: give another name."
                    ),
                )
            }
            _ => file::trouble(path, &error),
        }
    })
}

pub fn existing_file(path: &Path) -> Result<File, Problem> {
    File::open(path).map_err(|error| file::trouble(path, &error))
}

pub async fn backup(config: Config, path: PathBuf, file: File) -> Result<(), Problem> {
    let server = super::open(config).await?;
    let written = server::backup::write(&server, &path, file).await;
    server.store.close().await;
    let written = match written {
        Ok(written) => written,
        Err(problem) => {
            let _ = fs::remove_file(&path);
            return Err(problem);
        }
    };
    if let Err(error) = file::sync_folder_of(&path) {
        tracing::debug!(%error, "the backup's folder could not be synced");
    }
    let (rows, octets, path) = (written.rows, written.octets, path.display());
    let said = text!(
        "{path}\u{a0}: {rows} lignes, {octets} octets. Gardez-la ailleurs\u{a0}; qui l’a peut parler à vos hôtes.",
        "{path}: {rows} rows, {octets} octets. Keep it elsewhere; whoever has it can speak to your hosts."
    );
    println!("{}", said.pick(super::lang()));
    Ok(())
}

pub async fn restore(config: Config, file: File) -> Result<(), Problem> {
    let rows = server::backup::restore(&config, &RealWorld, file).await?;
    let said = text!(
        "Restauré\u{a0}: {rows} lignes. Démarrez le panneau (systemctl start alveole-panel)\u{a0}; les hôtes plus avancés que cette copie seront montrés comme gelés, et continuent de servir.",
        "Restored: {rows} rows. Start the panel (systemctl start alveole-panel); hosts ahead of this copy will show as frozen, and go on serving."
    );
    println!("{}", said.pick(super::lang()));
    Ok(())
}
