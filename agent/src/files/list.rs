//! What is there: a folder's entries, page by page and in order, and names that hold some words.

use super::{
    Did,
    home::{Home, entry, kind},
};
use model::{
    FileName, HomePath,
    files::{FileEntry, FileKind, FileRefusal, FileSaid, FileSort, Found, MOST_ENTRIES, TRASH},
};
use nix::{
    dir::{Dir, Entry, Type},
    fcntl::{AtFlags, OFlag},
    sys::stat::{FileStat, fstatat},
};
use std::{
    cmp::Ordering,
    ffi::OsStr,
    os::{fd::OwnedFd, unix::ffi::OsStrExt},
};

/// Entries of one folder that are looked at.
const MOST_OF_FOLDER: usize = 100_000;
/// Entries a search looks at, and gives.
const MOST_SEARCHED: usize = 200_000;
const MOST_FOUND: usize = 200;
/// Octets that one listing, or the folders a search has yet to look at, take in memory: names are as long as the tenant likes.
const MOST_HELD: usize = 24 * 1024 * 1024;
/// What each thing on the heap takes besides its octets, about.
const HEAP: usize = 16;

/// An entry before anybody asked the disk more of it than its name.
struct Seen {
    name: FileName,
    key: String,
    kind: Option<FileKind>,
    stat: Option<FileStat>,
}

impl Seen {
    fn look(&mut self, folder: &OwnedFd) -> Option<&FileStat> {
        if self.stat.is_none() {
            let name = OsStr::from_bytes(self.name.octets());
            // What vanished meanwhile is no longer there.
            self.stat = fstatat(folder, name, AtFlags::AT_SYMLINK_NOFOLLOW).ok();
            self.kind = self.stat.as_ref().map(kind);
        }
        self.stat.as_ref()
    }

    fn entry(mut self, folder: &OwnedFd) -> Option<FileEntry> {
        let stat = *self.look(folder)?;
        Some(entry(folder, &self.name, &stat))
    }
}

impl Seen {
    /// Nothing, for what is no entry.
    fn of(found: &Entry) -> Option<Seen> {
        let name = FileName::from_octets(found.file_name().to_bytes())?;
        let kind = match found.file_type() {
            Some(Type::Directory) => Some(FileKind::Folder),
            Some(Type::File) => Some(FileKind::File),
            Some(Type::Symlink) => Some(FileKind::Link),
            Some(_) => Some(FileKind::Other),
            None => None,
        };
        let key = String::from_utf8_lossy(name.octets()).to_lowercase();
        Some(Seen { name, key, kind, stat: None })
    }

    fn held(&self) -> usize {
        size_of::<Seen>() + self.name.octets().len() + self.key.capacity() + 2 * HEAP
    }
}

/// The names in a folder; and whether there are more than are looked at.
fn names(folder: &OwnedFd) -> Did<(Vec<Seen>, bool)> {
    let mut dir = Dir::from_fd(folder.try_clone()?)?;
    let (mut seen, mut held) = (Vec::new(), 0);
    for found in dir.iter() {
        let Some(one) = Seen::of(&found?) else { continue };
        held += one.held();
        if seen.len() == MOST_OF_FOLDER || held > MOST_HELD {
            return Ok((seen, true));
        }
        seen.push(one);
    }
    Ok((seen, false))
}

fn is_trash(path: &HomePath) -> bool {
    HomePath::parse(TRASH).is_ok_and(|trash| *path == trash)
}

pub fn list(
    home: &Home,
    path: &HomePath,
    (sort, down): (FileSort, bool),
    (skip, limit): (u32, u16),
) -> Did<FileSaid> {
    let folder = home.folder(path)?;
    let (mut seen, cut) = names(&folder)?;
    seen.retain(|seen| !is_trash(&path.join(seen.name.clone())));
    for one in &mut seen {
        // By name, the disk is asked of what is shown alone.
        if sort != FileSort::Name || one.kind.is_none() {
            one.look(&folder);
        }
    }
    seen.sort_unstable_by(|a, b| order(a, b, sort, down));
    let total = u32::try_from(seen.len()).unwrap_or(u32::MAX);
    let limit = usize::from(limit.clamp(1, MOST_ENTRIES));
    let skip = usize::try_from(skip).unwrap_or(usize::MAX);
    let more = cut || seen.len() > skip.saturating_add(limit);
    let entries = seen.into_iter().skip(skip).take(limit).filter_map(|seen| seen.entry(&folder)).collect();
    Ok(FileSaid::Listed { entries, total, more })
}

/// One entry, as its folder has it.
pub fn look(home: &Home, path: &HomePath) -> Did<FileSaid> {
    let (spot, name) = (home.spot(path)?, path.name().ok_or(FileRefusal::Ours)?);
    let stat = spot.stat()?;
    Ok(FileSaid::Entry { entry: entry(&spot.folder, name, &stat) })
}

fn order(a: &Seen, b: &Seen, sort: FileSort, down: bool) -> Ordering {
    let rank = |seen: &Seen| seen.kind != Some(FileKind::Folder);
    let by_name = || a.key.cmp(&b.key).then_with(|| a.name.cmp(&b.name));
    let of = |seen: &Seen, by: fn(&FileStat) -> i128| seen.stat.as_ref().map_or(0, by);
    let by = |by: fn(&FileStat) -> i128| of(a, by).cmp(&of(b, by)).then_with(by_name);
    let own = match sort {
        FileSort::Name => by_name(),
        FileSort::Size => by(|stat| i128::from(stat.st_size)),
        FileSort::Modified => {
            by(|stat| i128::from(stat.st_mtime) * 1_000_000_000 + i128::from(stat.st_mtime_nsec))
        }
    };
    rank(a).cmp(&rank(b)).then(if down { own.reverse() } else { own })
}

/// The folders a search went through and has yet to go through: each by its name and the place of the one that holds it.
struct Folders {
    start: HomePath,
    all: Vec<(Option<usize>, FileName)>,
    held: usize,
    next: usize,
}

impl Folders {
    /// Whether there was room for it.
    fn push(&mut self, within: Option<usize>, name: FileName) -> bool {
        self.held += size_of::<(Option<usize>, FileName)>() + name.octets().len() + HEAP;
        let fits = self.held <= MOST_HELD;
        if fits {
            self.all.push((within, name));
        }
        fits
    }

    fn path(&self, mut place: Option<usize>) -> HomePath {
        let mut names = Vec::new();
        while let Some((within, name)) = place.and_then(|place| self.all.get(place)) {
            names.push(name.clone());
            place = *within;
        }
        names.into_iter().rev().fold(self.start.clone(), |path, name| path.join(name))
    }

    fn pop(&mut self) -> Option<usize> {
        let place = self.next;
        self.next += usize::from(place < self.all.len());
        (place < self.next).then_some(place)
    }
}

/// Breadth first, so that what lies near is found before the bounds are reached. Links are found and not followed.
pub fn find(home: &Home, path: &HomePath, words: &str) -> Did<FileSaid> {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    let (mut found, mut left, mut more) = (Vec::new(), MOST_SEARCHED, false);
    let mut folders = Folders { start: path.clone(), all: Vec::new(), held: 0, next: 0 };
    home.folder(path)?;
    let mut place = None;
    loop {
        let at = folders.path(place);
        // What may not be read, or is no longer there, holds nothing to be found.
        let straight = home.open_straight(&at, OFlag::O_RDONLY | OFlag::O_DIRECTORY);
        let dir =
            straight.ok().and_then(|folder| Some((Dir::from_fd(folder.try_clone().ok()?).ok()?, folder)));
        if let Some((mut dir, folder)) = dir {
            for one in dir.iter() {
                let Ok(one) = one else { break };
                let Some(mut one) = Seen::of(&one) else { continue };
                if at.names().len() == 1 && is_trash(&at.join(one.name.clone())) {
                    continue;
                }
                if left == 0 {
                    return Ok(FileSaid::Found { found, more: true });
                }
                left -= 1;
                if one.kind.is_none() {
                    one.look(&folder);
                }
                if one.kind == Some(FileKind::Folder) && at.names().len() + 1 < HomePath::DEEPEST {
                    more |= !folders.push(place, one.name.clone());
                }
                if words.iter().all(|word| one.key.contains(word.as_str()))
                    && let Some(entry) = one.entry(&folder)
                {
                    found.push(Found { folder: at.clone(), entry });
                }
                if found.len() == MOST_FOUND {
                    return Ok(FileSaid::Found { found, more: true });
                }
            }
        }
        place = folders.pop();
        if place.is_none() {
            return Ok(FileSaid::Found { found, more });
        }
    }
}
