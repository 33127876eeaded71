//! Files that are either old or new, never between: written beside, fsynced, renamed. For folders of root alone;
//! work inside a home is tenant.rs.

use model::UnixName;
use nix::{
    fcntl::OFlag,
    unistd::{Gid, Group, fchown},
};
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt, symlink},
    path::{Path, PathBuf},
};

/// Octets of a generated file that are read, at most.
const LONGEST: u64 = 1024 * 1024;

/// Who may read a file of ours; only root writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readers {
    All,
    /// nginx, whose workers read the keys of names.
    Front,
    /// What starts cron jobs.
    Scheduler,
    /// What takes the mail of sites.
    Outbox,
    /// One account's own processes, by its group.
    Tenant(UnixName),
    Root,
}

impl Readers {
    fn mode(&self) -> u32 {
        match self {
            Readers::All => 0o644,
            Readers::Front | Readers::Scheduler | Readers::Outbox | Readers::Tenant(_) => 0o640,
            Readers::Root => 0o600,
        }
    }

    /// The group, where one is meant and known.
    fn group(&self) -> Option<Gid> {
        let name = match self {
            Readers::Front => "alveole-nginx",
            Readers::Scheduler => "alveole-cron",
            Readers::Outbox => "alveole-outbox",
            Readers::Tenant(account) => account.as_str(),
            Readers::All | Readers::Root => return None,
        };
        Group::from_name(name).ok().flatten().map(|group| group.gid)
    }
}

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum There {
    Nothing,
    File(Vec<u8>),
    Link(PathBuf),
    Folder,
    /// A device, a socket, a file too large to be ours.
    Other,
}

/// Looks at a path without following its last component.
pub fn look(path: &Path) -> io::Result<There> {
    let meta = match fs::symlink_metadata(path) {
        Ok(meta) => meta,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(There::Nothing);
        }
        Err(error) => return Err(error),
    };
    if meta.is_symlink() {
        return fs::read_link(path).map(There::Link);
    }
    if meta.is_dir() {
        return Ok(There::Folder);
    }
    if !meta.is_file() || meta.len() > LONGEST {
        return Ok(There::Other);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(meta.len()).unwrap_or(0));
    let file = OpenOptions::new().read(true).custom_flags(OFlag::O_NOFOLLOW.bits()).open(path)?;
    file.take(LONGEST).read_to_end(&mut bytes)?;
    Ok(There::File(bytes))
}

/// A file of ours. One that is longer than `most` octets, a link, a pipe or no file at all is not; nobody waits for any.
pub fn read_bounded(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits()).open(path)?;
    let mut bytes = Vec::new();
    if file.metadata()?.is_file() {
        file.take(most + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 <= most {
            return Ok(bytes);
        }
    }
    Err(io::Error::other("not a file of ours"))
}

/// The name of what is being written beside `path`. The leading dot keeps it out of every pattern that is served.
fn beside(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".new");
    path.with_file_name(name)
}

/// Puts `bytes` at `path`, whole or not at all, and onto the disk.
pub fn write(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let new = beside(path);
    stage(&new, bytes, mode, None, true)?;
    into_place(&new, path)
}

/// The same, for these readers alone from its first byte on.
pub fn write_for(readers: Readers, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = beside(path);
    stage(&new, bytes, readers.mode(), readers.group(), true)?;
    into_place(&new, path)
}

fn into_place(new: &Path, path: &Path) -> io::Result<()> {
    if let Err(error) = fs::rename(new, path) {
        let _ = fs::remove_file(new);
        return Err(error);
    }
    Ok(())
}

/// The same for a file nobody misses after a power cut.
pub fn write_lightly(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let new = beside(path);
    stage(&new, bytes, mode, None, false)?;
    into_place(&new, path)
}

/// Many files at once: one flush of the file system instead of one per file, then all renames.
pub fn write_many(files: &[(PathBuf, Vec<u8>)], mode: u32) -> io::Result<()> {
    let [(first, _), ..] = files else { return Ok(()) };
    let mut begun = 0;
    let written = (|| {
        for (path, bytes) in files {
            stage(&beside(path), bytes, mode, None, false)?;
            begun += 1;
        }
        nix::unistd::syncfs(File::open(first.parent().unwrap_or(first))?)?;
        files.iter().try_for_each(|(path, _)| fs::rename(beside(path), path))
    })();
    if written.is_err() {
        // What was begun takes no room on a disk that is full. What was renamed already is not there any more.
        for (path, _) in files.iter().take(begun) {
            let _ = fs::remove_file(beside(path));
        }
    }
    written
}

fn stage(new: &Path, bytes: &[u8], mode: u32, group: Option<Gid>, flush: bool) -> io::Result<()> {
    remove(new)?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode & 0o600).open(new)?;
    let written = group
        .map_or(Ok(()), |group| fchown(&file, None, Some(group)).map_err(io::Error::from))
        .and_then(|()| file.write_all(bytes))
        .and_then(|()| file.set_permissions(fs::Permissions::from_mode(mode)))
        .and_then(|()| if flush { file.sync_all() } else { Ok(()) });
    if written.is_err() {
        let _ = fs::remove_file(new);
    }
    written
}

/// Makes `path` a link to `target`, replacing what link or file stands there.
pub fn link(path: &Path, target: &Path) -> io::Result<()> {
    let new = beside(path);
    remove(&new)?;
    symlink(target, &new)?;
    if let Err(error) = fs::rename(&new, path) {
        let _ = fs::remove_file(&new);
        return Err(error);
    }
    Ok(())
}

/// Removes a file or a link; nothing there is fine.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Err(error),
        _ => Ok(()),
    }
}

/// Removes a folder that is empty; nothing there is fine.
pub fn remove_folder(path: &Path) -> io::Result<()> {
    match fs::remove_dir(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes one folder of root's (its parent is there).
pub fn folder(path: &Path, mode: u32) -> io::Result<()> {
    match fs::create_dir(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    if !fs::symlink_metadata(path)?.is_dir() {
        return Err(io::Error::from(ErrorKind::NotADirectory));
    }
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

/// Makes the entries of a folder last through a power cut.
pub fn flush_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// SHA-256 in hexadecimal.
pub fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_or_new_and_nothing_left_beside() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.conf");
        fs::write(dir.path().join(".a.conf.new"), "left by a crash").unwrap();
        write(&path, b"one", 0o644).unwrap();
        write(&path, b"two", 0o644).unwrap();
        assert_eq!(look(&path).unwrap(), There::File(b"two".to_vec()));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn many_that_do_not_all_fit_leave_nothing_beside() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join(".c.json.new")).unwrap();
        let files = ["a", "b", "c"].map(|name| (dir.path().join(format!("{name}.json")), b"one".to_vec()));
        write_many(&files, 0o600).unwrap_err();
        let left: Vec<_> =
            fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, [".c.json.new"]);
    }

    #[test]
    fn a_link_is_seen_replaced_and_never_followed() {
        let dir = tempfile::tempdir().unwrap();
        let outside = dir.path().join("outside");
        fs::write(&outside, "untouched").unwrap();
        let path = dir.path().join("a.conf");
        symlink(&outside, &path).unwrap();
        assert_eq!(look(&path).unwrap(), There::Link(outside.clone()));
        write(&path, b"ours", 0o644).unwrap();
        assert_eq!(fs::read(&outside).unwrap(), b"untouched");
        link(&path, Path::new("../suspended")).unwrap();
        assert_eq!(look(&path).unwrap(), There::Link("../suspended".into()));
        remove(&path).unwrap();
        remove(&path).unwrap();
        assert_eq!(look(&path).unwrap(), There::Nothing);
    }
}
