//! Small files of the state folder: private, written beside and renamed, fsynced.

use model::{Problem, ProblemKind, text};
use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
};

/// Makes a folder only its owner may enter, with its parents.
pub fn private_folder(path: &Path) -> Result<(), Problem> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| trouble(path, &error))
}

/// Writes a file only its owner may read: whole or not at all.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let beside = path.with_extension("new");
    let write = || -> io::Result<()> {
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        sync_folder_of(path)
    };
    write().map_err(|error| trouble(path, &error))
}

/// Makes a rename or a new file in this folder last.
pub fn sync_folder_of(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if folder != Path::new("") => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

pub fn read_text(path: &Path) -> Result<String, Problem> {
    fs::read_to_string(path).map_err(|error| trouble(path, &error))
}

/// A file or folder that cannot be used, and why.
pub fn trouble(path: &Path, error: &dyn std::fmt::Display) -> Problem {
    let path = path.display();
    Problem::new(
        ProblemKind::Internal,
        "file",
        text!(
            "Impossible d’utiliser {path} ({error})\u{a0}: vérifiez que le fichier existe et que l’utilisateur alveole-panel y a accès.",
            "Cannot use {path} ({error}): check that the file exists and that the user alveole-panel may access it."
        ),
    )
}

#[cfg(test)]
pub(crate) fn mode(path: &Path) -> io::Result<u32> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::metadata(path)?.permissions().mode() & 0o777)
}
