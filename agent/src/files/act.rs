//! Reading, putting, making, moving, setting permissions.

use super::{
    Did, Stop, Wire,
    home::{Home, Spot, entry, kind, must_be_file, stamp},
    trash,
};
use model::{
    HomePath,
    files::{CHUNK, FileKind, FileMode, FileRefusal, FileSaid, Over},
};
use nix::{
    fcntl::{OFlag, openat, renameat},
    sys::stat::{FchmodatFlags, Mode, fchmod, fchmodat, fstat, mkdirat},
    unistd::{UnlinkatFlags, unlinkat},
};
use std::{
    fs::File,
    io::{Read, Write},
};

/// Octets of one file that is put, at most.
pub const LARGEST: u64 = 8 * 1024 * 1024 * 1024;

/// A file's entry, then its contents as they are now.
pub fn read<I: Read, O: Write>(home: &Home, path: &HomePath, wire: &mut Wire<'_, I, O>) -> Did<()> {
    let name = path.name().ok_or(FileRefusal::NotAFile)?;
    // A pipe without a writer would let nobody wait.
    let flags = OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_NOFOLLOW;
    let opened =
        home.open_at(path, flags).map_err(|stop| match home.spot(path).and_then(|spot| spot.stat()) {
            // Its stamp would be that of what lies behind, which is not what is replaced when it is saved.
            Ok(stat) if kind(&stat) == FileKind::Link => FileRefusal::Link.into(),
            _ => stop,
        })?;
    let stat = fstat(&opened)?;
    must_be_file(&stat)?;
    let entry = entry(&opened, name, &stat);
    let mut left = entry.size;
    wire.say(&FileSaid::File { entry })?;
    let mut file = File::from(opened);
    let mut chunk = vec![0; CHUNK];
    // As much as was announced: what grows meanwhile is another file.
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
        let count = file.read(&mut chunk[..most]).map_err(Stop::Wire)?;
        if count == 0 {
            // Cut short meanwhile: the connection ends, so that nobody takes a part for the whole.
            return Err(Stop::Wire(std::io::ErrorKind::UnexpectedEof.into()));
        }
        wire.octets(&chunk[..count])?;
        left -= count as u64;
    }
    wire.octets(&[])
}

/// Takes contents into the trash's folder for what comes in, then puts them in place, whole or not at all.
pub fn write<I: Read, O: Write>(
    home: &Home,
    path: &HomePath,
    over: &Over,
    wire: &mut Wire<'_, I, O>,
) -> Did<()> {
    let spot = home.own_spot(path)?;
    let before = fits(&spot, over)?;
    let coming = trash::coming(home)?;
    let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    let opened = openat(&coming.folder, coming.name.as_c_str(), flags, Mode::from_bits_truncate(0o640))?;
    wire.say(&FileSaid::Ready)?;
    let taken = take(File::from(opened), before, wire).and_then(|()| {
        fits(&spot, over)?;
        match over {
            Over::Refuse => coming.rename_to(&spot),
            Over::Replace | Over::Same(_) => {
                Ok(renameat(&coming.folder, coming.name.as_c_str(), &spot.folder, spot.name.as_c_str())?)
            }
        }
    });
    if taken.is_err() {
        let _ = unlinkat(&coming.folder, coming.name.as_c_str(), UnlinkatFlags::NoRemoveDir);
    }
    taken
}

/// Whether contents may be put here; with which permissions they stand where they replace a file.
pub(super) fn fits(spot: &Spot, over: &Over) -> Did<Option<FileMode>> {
    let found = spot.found()?;
    match (over, found) {
        (Over::Refuse, Some(_)) => Err(FileRefusal::Exists.into()),
        (Over::Replace, Some(stat)) if kind(&stat) == FileKind::Folder => {
            Err(FileRefusal::FolderThere.into())
        }
        (Over::Same(_), None) => Err(FileRefusal::Changed.into()),
        (Over::Same(known), Some(stat)) if *known != stamp(&stat) => Err(FileRefusal::Changed.into()),
        (_, Some(stat)) if kind(&stat) == FileKind::File => Ok(Some(FileMode::of(stat.st_mode))),
        _ => Ok(None),
    }
}

fn take<I: Read, O: Write>(mut file: File, mode: Option<FileMode>, wire: &mut Wire<'_, I, O>) -> Did<()> {
    let (mut failed, mut total) = (None, 0);
    while let Some(octets) = wire.next()? {
        total += octets.len() as u64;
        // All of it is heard, so that the next ask is one; after a failure it goes nowhere.
        if failed.is_none() {
            failed = match total > LARGEST {
                true => Some(Stop::Refused(FileRefusal::TooLarge)),
                false => file.write_all(&octets).err().map(Stop::from),
            };
        }
    }
    if let Some(failed) = failed {
        return Err(failed);
    }
    if let Some(mode) = mode {
        fchmod(&file, Mode::from_bits_truncate(mode.bits()))?;
    }
    Ok(file.sync_data()?)
}

pub fn make_folder(home: &Home, path: &HomePath) -> Did<()> {
    let spot = home.own_spot(path)?;
    Ok(mkdirat(&spot.folder, spot.name.as_c_str(), Mode::from_bits_truncate(0o750))?)
}

pub fn move_to(home: &Home, from: &HomePath, to: &HomePath) -> Did<()> {
    if to.is_within(from) && to != from {
        return Err(FileRefusal::IntoItself.into());
    }
    home.own_spot(from)?.rename_to(&home.own_spot(to)?)
}

pub fn set_mode(home: &Home, path: &HomePath, mode: FileMode) -> Did<()> {
    let spot = home.own_spot(path)?;
    if kind(&spot.stat()?) == FileKind::Link {
        return Err(FileRefusal::NotAFile.into());
    }
    let mode = Mode::from_bits_truncate(mode.bits());
    Ok(fchmodat(&spot.folder, spot.name.as_c_str(), mode, FchmodatFlags::NoFollowSymlink)?)
}
