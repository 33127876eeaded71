//! The trash: `private/.trash/WHEN-TURN/` holds the thing itself (`item`) and where it was (`from`). Beside, in `.coming`, what is still
//! on its way into the home. All of it is the account's own; what it does to it there, it does to itself.

use super::{
    Did, Stop,
    home::{Home, Spot, c_string, kind},
};
use crate::tenant;
use model::{
    FileName, HomePath,
    files::{FileKind, FileRefusal, TRASH, TRASH_DAYS, TrashId, TrashItem},
};
use nix::{
    dir::Dir,
    errno::Errno,
    fcntl::{AtFlags, OFlag, OpenHow, ResolveFlag, openat, openat2},
    sys::stat::{Mode, fstatat, mkdirat},
    unistd::{UnlinkatFlags, unlinkat},
};
use std::{
    collections::BTreeSet,
    ffi::{CStr, CString},
    fs::File,
    io::{Read, Write},
    os::fd::{AsFd, OwnedFd},
};

const COMING: &CStr = c".coming";
const ITEM: &CStr = c"item";
const FROM: &CStr = c"from";
/// Things in the trash that are shown.
const MOST_SHOWN: usize = 1_000;
/// Things in the trash that are looked at in one go, however many a tenant put there.
const MOST_AT_ONCE: usize = 10_000;
/// Names that are tried for what comes back where something else stands.
const MOST_BESIDE: u32 = 100;
/// Octets of the paths that one answer tells.
const MOST_TOLD: usize = 1024 * 1024;
/// A path as text, at most.
const LONGEST_FROM: u64 = 3 * 4096;
const DAY_MS: i64 = 24 * 3600 * 1000;

fn below(folder: impl AsFd, name: &CStr, flags: OFlag) -> nix::Result<OwnedFd> {
    let resolve =
        ResolveFlag::RESOLVE_BENEATH | ResolveFlag::RESOLVE_NO_SYMLINKS | ResolveFlag::RESOLVE_NO_MAGICLINKS;
    openat2(folder, name, OpenHow::new().flags(flags | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC).resolve(resolve))
}

fn folder(folder: impl AsFd, name: &CStr) -> nix::Result<OwnedFd> {
    below(folder, name, OFlag::O_RDONLY | OFlag::O_DIRECTORY)
}

fn made(parent: &OwnedFd, name: &CStr) -> Did<OwnedFd> {
    match mkdirat(parent, name, Mode::S_IRWXU) {
        Ok(()) | Err(Errno::EEXIST) => Ok(folder(parent, name)?),
        Err(errno) => Err(errno.into()),
    }
}

/// The trash, made where there is none yet.
fn trash(home: &Home) -> Did<OwnedFd> {
    let spot = home.spot(&HomePath::parse(TRASH).map_err(|_| FileRefusal::Failed)?)?;
    made(&spot.folder, &spot.name)
}

/// A fresh place for what is on its way.
pub fn coming(home: &Home) -> Did<Spot> {
    let folder = made(&trash(home)?, COMING)?;
    let mut random = [0; 12];
    getrandom::fill(&mut random).map_err(|_| FileRefusal::Failed)?;
    let name: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Spot { folder, name: c_string(name.as_bytes())? })
}

pub fn delete(home: &Home, path: &HomePath, now: i64) -> Did<()> {
    let spot = home.own_spot(path)?;
    spot.stat()?;
    let trash = trash(home)?;
    let (mut turn, mut place) = (0, None);
    while place.is_none() {
        let name = c_string(TrashId::new(now, turn).as_str().as_bytes())?;
        match mkdirat(&trash, name.as_c_str(), Mode::S_IRWXU) {
            Ok(()) => place = Some(name),
            Err(Errno::EEXIST) if turn < 10_000 => turn += 1,
            Err(errno) => return Err(errno.into()),
        }
    }
    let name = place.ok_or(FileRefusal::Failed)?;
    let put = || -> Did<()> {
        let place = folder(&trash, &name)?;
        let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let mut from = File::from(openat(&place, FROM, flags, Mode::S_IRUSR | Mode::S_IWUSR)?);
        from.write_all(path.to_string().as_bytes())?;
        spot.rename_to(&Spot { folder: place, name: ITEM.to_owned() })
    };
    let done = put();
    if done.is_err() {
        let _ = remove(&Spot { folder: trash, name });
    }
    done
}

/// Newest first.
pub fn items(home: &Home) -> Did<Vec<TrashItem>> {
    let trash = trash(home)?;
    let mut newest = BTreeSet::new();
    each_id(&trash, |id| {
        newest.insert(id);
        if newest.len() > MOST_AT_ONCE {
            newest.pop_first();
        }
        true
    })?;
    let mut room = MOST_TOLD;
    let items =
        newest.into_iter().rev().filter_map(|id| item(&trash, id)).take(MOST_SHOWN).take_while(|item| {
            let fits = room.checked_sub(item.from.octets().len());
            room = fits.unwrap_or(0);
            fits.is_some()
        });
    Ok(items.collect())
}

/// Until one is enough; none of them is kept here.
fn each_id(trash: &OwnedFd, mut take: impl FnMut(TrashId) -> bool) -> Did<()> {
    let mut dir = Dir::from_fd(trash.try_clone()?)?;
    let ids = dir.iter().filter_map(|entry| entry.ok()?.file_name().to_str().ok()?.parse().ok());
    for id in ids {
        if !take(id) {
            break;
        }
    }
    Ok(())
}

/// What the account itself left there by half is nothing.
fn item(trash: &OwnedFd, id: TrashId) -> Option<TrashItem> {
    let place = folder(trash, &c_string(id.as_str().as_bytes()).ok()?).ok()?;
    let from = from(&place).ok()?;
    let stat = fstatat(&place, ITEM, AtFlags::AT_SYMLINK_NOFOLLOW).ok()?;
    let size = u64::try_from(stat.st_size).unwrap_or(0);
    Some(TrashItem { deleted_at: id.deleted_at(), id, from, kind: kind(&stat), size })
}

fn from(place: &OwnedFd) -> Did<HomePath> {
    let opened = below(place, FROM, OFlag::O_RDONLY | OFlag::O_NONBLOCK)?;
    super::home::must_be_file(&nix::sys::stat::fstat(&opened)?)?;
    let mut text = String::new();
    File::from(opened).take(LONGEST_FROM).read_to_string(&mut text)?;
    text.parse().map_err(|_| FileRefusal::Gone.into())
}

/// To where it was, or beside it where something else stands there now; folders that are gone meanwhile are made.
pub fn restore(home: &Home, id: &TrashId) -> Did<HomePath> {
    let trash = trash(home)?;
    let name = c_string(id.as_str().as_bytes())?;
    let place = folder(&trash, &name)?;
    let path = from(&place)?;
    let mut parent = HomePath::HOME;
    for part in path.folder().iter().flat_map(|folder| folder.names().to_vec()) {
        parent = parent.join(part);
        if parent.names().len() < 2 {
            continue;
        }
        let spot = home.own_spot(&parent)?;
        match mkdirat(&spot.folder, spot.name.as_c_str(), Mode::from_bits_truncate(0o750)) {
            Ok(()) | Err(Errno::EEXIST) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
    let item = Spot { folder: place, name: ITEM.to_owned() };
    let is_folder = kind(&item.stat()?) == FileKind::Folder;
    let mut at = path.clone();
    for turn in 2..=MOST_BESIDE {
        match item.rename_to(&home.own_spot(&at)?) {
            Err(Stop::Refused(FileRefusal::Exists)) if turn < MOST_BESIDE => {
                let name =
                    path.name().and_then(|name| beside(name, turn, is_folder)).ok_or(FileRefusal::Exists)?;
                at = parent.join(name);
            }
            other => {
                other?;
                break;
            }
        }
    }
    // What is left is empty but for the note.
    let _ = remove(&Spot { folder: trash, name });
    Ok(at)
}

/// `NAME (2)`; a file keeps its ending, so that a program stays one and is not served as a text that shows its passwords.
fn beside(name: &FileName, turn: u32, is_folder: bool) -> Option<FileName> {
    let octets = name.octets();
    let end = match octets.iter().rposition(|byte| *byte == b'.') {
        Some(dot) if dot > 0 && !is_folder => dot,
        _ => octets.len(),
    };
    let (stem, ending) = octets.split_at(end);
    let turn = format!(" ({turn})");
    // A name has 255 octets at most; a letter of several is cut off whole.
    let mut keep = stem.len().min(255usize.checked_sub(turn.len() + ending.len())?);
    while keep > 0 && keep < stem.len() && stem[keep] & 0xc0 == 0x80 {
        keep -= 1;
    }
    FileName::from_octets(&[&stem[..keep], turn.as_bytes(), ending].concat())
}

pub fn forget(home: &Home, id: &TrashId) -> Did<()> {
    remove(&Spot { folder: trash(home)?, name: c_string(id.as_str().as_bytes())? })
}

/// What was deleted thirty days ago, and what has been on its way for a day.
pub fn empty(home: &Home, now: i64) -> Did<()> {
    let spot = home.spot(&HomePath::parse(TRASH).map_err(|_| FileRefusal::Failed)?)?;
    let trash = match folder(&spot.folder, &spot.name) {
        Err(Errno::ENOENT) => return Ok(()),
        other => other?,
    };
    let mut failed = None;
    let mut go = |folder: &OwnedFd, name: CString| {
        let gone = folder.try_clone().map_err(Into::into).and_then(|folder| remove(&Spot { folder, name }));
        failed = failed.take().or(gone.err());
    };
    let mut old = Vec::new();
    each_id(&trash, |id| {
        if id.deleted_at() < now - TRASH_DAYS * DAY_MS {
            old.push(id);
        }
        old.len() < MOST_AT_ONCE
    })?;
    for id in old {
        go(&trash, c_string(id.as_str().as_bytes())?);
    }
    if let Ok(coming) = folder(&trash, COMING) {
        let mut dir = Dir::from_fd(coming.try_clone()?)?;
        let old = |name: &CStr| {
            let stat = fstatat(&coming, name, AtFlags::AT_SYMLINK_NOFOLLOW);
            stat.is_ok_and(|stat| stat.st_mtime.saturating_mul(1000) < now - DAY_MS)
        };
        let names: Vec<CString> = dir
            .iter()
            .filter_map(|entry| Some(entry.ok()?.file_name().to_owned()))
            .filter(|name| !name.as_bytes().starts_with(b".") && old(name))
            .take(MOST_AT_ONCE)
            .collect();
        for name in names {
            go(&coming, name);
        }
    }
    failed.map_or(Ok(()), Err)
}

/// For good, whatever it holds; no link is followed.
pub fn remove(spot: &Spot) -> Did<()> {
    if kind(&spot.stat()?) != FileKind::Folder {
        return Ok(unlinkat(&spot.folder, spot.name.as_c_str(), UnlinkatFlags::NoRemoveDir)?);
    }
    tenant::remove_folder(&spot.folder, &spot.name)?;
    Ok(())
}
