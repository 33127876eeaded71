//! A home as this process holds it: by descriptor. Nothing here ever takes a path from the root of the file system.

use super::{Did, Stop};
use model::{
    FileName, HomePath,
    files::{FileEntry, FileKind, FileMode, FileRefusal, TRASH},
};
use nix::{
    errno::Errno,
    fcntl::{
        AtFlags, OFlag, OpenHow, RenameFlags, ResolveFlag, open, openat, openat2, readlinkat, renameat2,
    },
    sys::stat::{FileStat, Mode, SFlag, fstatat},
};
use std::{
    ffi::{CString, OsStr},
    io,
    os::{
        fd::{AsFd, OwnedFd},
        unix::ffi::OsStrExt,
    },
    path::Path,
};

/// Names of a link's target that are shown.
const LONGEST_TARGET: usize = 200;
/// How often a path is resolved anew while somebody renames what it leads through.
const AGAIN: usize = 8;

pub struct Home {
    folder: OwnedFd,
}

/// A place: the folder that holds it, and its name there.
pub struct Spot {
    pub folder: OwnedFd,
    pub name: CString,
}

impl Home {
    pub fn open(path: &Path) -> io::Result<Home> {
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        Ok(Home { folder: open(path, flags, Mode::empty())? })
    }

    /// A folder of it as all there is, reached through no link.
    pub(super) fn within(&self, path: &HomePath) -> Did<Home> {
        Ok(Home { folder: self.open_straight(path, OFlag::O_PATH | OFlag::O_DIRECTORY)? })
    }

    /// Opens a file, or makes it with this mode.
    pub(super) fn create_at(&self, path: &HomePath, flags: OFlag, mode: Mode) -> Did<OwnedFd> {
        // The kernel takes a mode only with what makes something.
        let mode = if flags.contains(OFlag::O_CREAT) { mode } else { Mode::empty() };
        Ok(self.open_below(path, flags, mode, ResolveFlag::empty())?)
    }

    /// Opens what lies at a path; links lead as far as the home goes.
    pub(super) fn open_at(&self, path: &HomePath, flags: OFlag) -> Did<OwnedFd> {
        self.resolve(path, flags, ResolveFlag::empty())
    }

    /// The same, through no link at all.
    pub(super) fn open_straight(&self, path: &HomePath, flags: OFlag) -> Did<OwnedFd> {
        self.resolve(path, flags, ResolveFlag::RESOLVE_NO_SYMLINKS)
    }

    fn resolve(&self, path: &HomePath, flags: OFlag, more: ResolveFlag) -> Did<OwnedFd> {
        for _ in 0..AGAIN {
            match self.open_below(path, flags, Mode::empty(), more) {
                // The kernel cannot tell whether the path stayed below while something was renamed.
                Err(Errno::EAGAIN) => {}
                other => return Ok(other?),
            }
        }
        Err(FileRefusal::Failed.into())
    }

    fn open_below(
        &self,
        path: &HomePath,
        flags: OFlag,
        mode: Mode,
        more: ResolveFlag,
    ) -> nix::Result<OwnedFd> {
        let resolve = ResolveFlag::RESOLVE_BENEATH | ResolveFlag::RESOLVE_NO_MAGICLINKS | more;
        let how = OpenHow::new().flags(flags | OFlag::O_CLOEXEC).mode(mode).resolve(resolve);
        match openat2(&self.folder, &path.octets()[..], how) {
            Err(Errno::ENOSYS) => self.walk(path, flags, mode),
            other => other,
        }
    }

    /// The same name by name and through no link at all, where a unit's filter hides openat2(2): `RestrictSUIDSGID=` of alveole-sftp.service
    /// cannot look into its arguments. No name is `..`, so what is reached lies below.
    pub(super) fn walk(&self, path: &HomePath, flags: OFlag, mode: Mode) -> nix::Result<OwnedFd> {
        let on = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let last = flags | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let names = path.names();
        let Some((name, folders)) = names.split_last() else {
            return openat(&self.folder, ".", last, mode);
        };
        let mut at = openat(&self.folder, ".", on, Mode::empty())?;
        for folder in folders {
            at = openat(&at, folder.octets(), on, Mode::empty())?;
        }
        openat(&at, name.octets(), last, mode)
    }

    pub(super) fn folder(&self, path: &HomePath) -> Did<OwnedFd> {
        self.open_at(path, OFlag::O_RDONLY | OFlag::O_DIRECTORY)
    }

    /// Where something is, or is to be put.
    pub(super) fn spot(&self, path: &HomePath) -> Did<Spot> {
        let (Some(folder), Some(name)) = (path.folder(), path.name()) else {
            return Err(FileRefusal::Ours.into());
        };
        let folder = self.open_at(&folder, OFlag::O_PATH | OFlag::O_DIRECTORY)?;
        Ok(Spot { folder, name: c_string(name.octets())? })
    }

    /// The same of what is altered: neither the home's own folders, which are Alvéole's, nor the trash.
    pub(super) fn own_spot(&self, path: &HomePath) -> Did<Spot> {
        let trash = HomePath::parse(TRASH).is_ok_and(|trash| path.is_within(&trash));
        if path.names().len() < 2 || trash {
            return Err(FileRefusal::Ours.into());
        }
        self.spot(path)
    }
}

pub fn c_string(octets: &[u8]) -> Did<CString> {
    CString::new(octets).map_err(|_| FileRefusal::Gone.into())
}

impl Spot {
    pub(super) fn stat(&self) -> Did<FileStat> {
        Ok(fstatat(&self.folder, self.name.as_c_str(), AtFlags::AT_SYMLINK_NOFOLLOW)?)
    }

    /// What is there, if something is.
    pub(super) fn found(&self) -> Did<Option<FileStat>> {
        match fstatat(&self.folder, self.name.as_c_str(), AtFlags::AT_SYMLINK_NOFOLLOW) {
            Err(Errno::ENOENT) => Ok(None),
            other => Ok(Some(other?)),
        }
    }

    /// Renames, never over something.
    pub(super) fn rename_to(&self, to: &Spot) -> Did<()> {
        let flags = RenameFlags::RENAME_NOREPLACE;
        match renameat2(&self.folder, self.name.as_c_str(), &to.folder, to.name.as_c_str(), flags) {
            Err(Errno::EINVAL) => Err(FileRefusal::IntoItself.into()),
            other => Ok(other?),
        }
    }
}

pub fn kind(stat: &FileStat) -> FileKind {
    match SFlag::from_bits_truncate(stat.st_mode & SFlag::S_IFMT.bits()) {
        SFlag::S_IFDIR => FileKind::Folder,
        SFlag::S_IFREG => FileKind::File,
        SFlag::S_IFLNK => FileKind::Link,
        _ => FileKind::Other,
    }
}

pub fn stamp(stat: &FileStat) -> String {
    format!("{:x}-{:x}-{:x}-{:x}", stat.st_ino, stat.st_mtime, stat.st_mtime_nsec, stat.st_size)
}

pub fn entry(folder: impl AsFd, name: &FileName, stat: &FileStat) -> FileEntry {
    let kind = kind(stat);
    let target = (kind == FileKind::Link)
        .then(|| readlinkat(folder, OsStr::from_bytes(name.octets())).unwrap_or_default())
        .map(|target| target.to_string_lossy().chars().map(plain).take(LONGEST_TARGET).collect());
    FileEntry {
        name: name.clone(),
        kind,
        size: u64::try_from(stat.st_size).unwrap_or(0),
        modified_at: stat.st_mtime.saturating_mul(1000).saturating_add(stat.st_mtime_nsec / 1_000_000),
        mode: FileMode::of(stat.st_mode),
        stamp: stamp(stat),
        target,
    }
}

fn plain(c: char) -> char {
    if c.is_control() { '\u{fffd}' } else { c }
}

/// What is refused for what it is.
pub fn must_be_file(stat: &FileStat) -> Did<()> {
    if kind(stat) == FileKind::File { Ok(()) } else { Err(Stop::Refused(FileRefusal::NotAFile)) }
}
