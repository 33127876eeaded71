//! Copying: files by their contents, links as links, folders with all they hold. What is neither is refused, and a copy that stops
//! half-way leaves nothing.

use super::{
    Did,
    home::{Home, Spot, c_string, kind},
    trash,
};
use model::{
    HomePath,
    files::{FileKind, FileRefusal},
};
use nix::{
    dir::Dir,
    fcntl::{OFlag, OpenHow, ResolveFlag, openat, openat2, readlinkat},
    sys::stat::{Mode, fstat, mkdirat},
    unistd::symlinkat,
};
use std::{
    ffi::{CStr, CString},
    fs::File,
    os::fd::{AsFd, OwnedFd},
};

/// What one copy takes along, at most.
const MOST: Room = Room { entries: 100_000, octets: super::act::LARGEST };

#[derive(Clone, Copy)]
struct Room {
    entries: u64,
    octets: u64,
}

impl Room {
    fn take(&mut self, entries: u64, octets: u64) -> Did<()> {
        let entries = self.entries.checked_sub(entries).ok_or(FileRefusal::TooMany)?;
        let octets = self.octets.checked_sub(octets).ok_or(FileRefusal::TooLarge)?;
        *self = Room { entries, octets };
        Ok(())
    }
}

pub fn copy(home: &Home, from: &HomePath, to: &HomePath) -> Did<()> {
    if to.is_within(from) {
        return Err(if to == from { FileRefusal::Exists } else { FileRefusal::IntoItself }.into());
    }
    let (from, to) = (home.spot(from)?, home.own_spot(to)?);
    if to.found()?.is_some() {
        return Err(FileRefusal::Exists.into());
    }
    // Beside, then into place: nobody meets half a copy.
    let coming = trash::coming(home)?;
    let mut room = MOST;
    let copied = one(&from, &coming, &mut room, 0).and_then(|()| coming.rename_to(&to));
    if copied.is_err() {
        let _ = trash::remove(&coming);
    }
    copied
}

fn one(from: &Spot, to: &Spot, room: &mut Room, depth: usize) -> Did<()> {
    let stat = from.stat()?;
    match kind(&stat) {
        FileKind::Other => Err(FileRefusal::NotAFile.into()),
        FileKind::Link => {
            let target = readlinkat(&from.folder, from.name.as_c_str())?;
            Ok(symlinkat(target.as_os_str(), &to.folder, to.name.as_c_str())?)
        }
        FileKind::File => {
            let source = enter(&from.folder, &from.name, OFlag::O_RDONLY | OFlag::O_NONBLOCK)?;
            let stat = fstat(&source)?;
            super::home::must_be_file(&stat)?;
            room.take(0, u64::try_from(stat.st_size).unwrap_or(0))?;
            let flags =
                OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
            let mode = Mode::from_bits_truncate(stat.st_mode & 0o777);
            let target = openat(&to.folder, to.name.as_c_str(), flags, mode)?;
            // As much as it had when it was counted.
            let mut source =
                std::io::Read::take(File::from(source), u64::try_from(stat.st_size).unwrap_or(0));
            std::io::copy(&mut source, &mut File::from(target))?;
            Ok(())
        }
        FileKind::Folder => {
            if depth >= HomePath::DEEPEST {
                return Err(FileRefusal::TooMany.into());
            }
            let source = enter(&from.folder, &from.name, OFlag::O_RDONLY | OFlag::O_DIRECTORY)?;
            let mode = Mode::from_bits_truncate(stat.st_mode & 0o777) | Mode::S_IRWXU;
            mkdirat(&to.folder, to.name.as_c_str(), mode)?;
            let target = enter(&to.folder, &to.name, OFlag::O_PATH | OFlag::O_DIRECTORY)?;
            // Counted before any of them is copied: the names of all folders on the way down are held at once.
            let names = names(&source, room.entries)?;
            room.take(names.len() as u64, 0)?;
            for name in names {
                let within = |folder: &OwnedFd| Ok(Spot { folder: folder.try_clone()?, name: name.clone() });
                let (from, to): (Did<Spot>, Did<Spot>) = (within(&source), within(&target));
                one(&from?, &to?, room, depth + 1)?;
            }
            Ok(())
        }
    }
}

pub(super) fn enter(folder: impl AsFd, name: &CStr, flags: OFlag) -> Did<OwnedFd> {
    let resolve =
        ResolveFlag::RESOLVE_BENEATH | ResolveFlag::RESOLVE_NO_SYMLINKS | ResolveFlag::RESOLVE_NO_MAGICLINKS;
    Ok(openat2(
        folder,
        name,
        OpenHow::new().flags(flags | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC).resolve(resolve),
    )?)
}

pub(super) fn names(folder: &OwnedFd, most: u64) -> Did<Vec<CString>> {
    let mut dir = Dir::from_fd(folder.try_clone()?)?;
    let mut names = Vec::new();
    for entry in dir.iter() {
        let name = entry?.file_name().to_owned();
        if name.as_bytes() == b"." || name.as_bytes() == b".." {
            continue;
        }
        if names.len() as u64 >= most {
            return Err(FileRefusal::TooMany.into());
        }
        names.push(c_string(name.as_bytes())?);
    }
    Ok(names)
}
