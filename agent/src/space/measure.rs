//! Walks a home and adds up what lies there: each folder is opened from the home's own descriptor, below it and through no link, and nothing
//! but what the disk says of each entry is read. By root: what a tenant shuts away from its own eyes takes room as well.

use crate::{paths::Paths, tenant};
use model::{TenantUid, UnixName};
use nix::{
    dir::Dir,
    errno::Errno,
    fcntl::{AtFlags, OFlag, OpenHow, ResolveFlag, openat2},
    sys::stat::{FileStat, Mode, SFlag, fstatat},
};
use std::{
    collections::HashSet,
    io,
    os::{fd::OwnedFd, unix::ffi::OsStrExt},
    path::PathBuf,
    time::{Duration, Instant},
};

/// How much one walk may be.
#[derive(Clone, Copy)]
pub struct Bound {
    pub entries: u64,
    pub time: Duration,
    /// Rests after some entries, so that disk and core are others' too.
    pub rest: Duration,
}

impl Bound {
    pub const GENTLE: Bound =
        Bound { entries: 5_000_000, time: Duration::from_secs(600), rest: Duration::from_millis(2) };
    /// While somebody waits.
    pub const QUICK: Bound =
        Bound { entries: 20_000, time: Duration::from_millis(500), rest: Duration::ZERO };
}

/// Entries between two rests.
const STRIDE: u64 = 500;
/// Files with several names that are remembered.
const MOST_LINKS: usize = 100_000;
/// Octets of paths that are remembered: a tree made to be large takes no more of the agent's memory.
const MOST_PATHS: usize = 16 * 1024 * 1024;
/// What stat(2) counts in, whatever the disk's blocks are.
const BLOCK: u64 = 512;

/// Octets, entries, and whether there was more; `None`: there is no such home.
pub fn home(
    paths: &Paths,
    account: &UnixName,
    uid: TenantUid,
    bound: Bound,
) -> io::Result<Option<(u64, u64, bool)>> {
    let Some(top) = tenant::open_home(paths, account, uid)? else { return Ok(None) };
    let end = Instant::now() + bound.time;
    let (mut octets, mut entries) = (0, 0);
    let mut linked = HashSet::new();
    let mut folders = vec![PathBuf::from(".")];
    // Octets of the paths still to be gone into.
    let mut held = 1;
    let mut cut = false;
    while let Some(folder) = folders.pop() {
        held -= folder.as_os_str().len();
        let Ok(open) = open(&top, &folder) else { continue };
        let stat_at = open.try_clone()?;
        let Ok(mut listed) = Dir::from_fd(open) else { continue };
        for entry in listed.iter() {
            let Ok(entry) = entry else { break };
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            let Ok(stat) = fstatat(&stat_at, name, AtFlags::AT_SYMLINK_NOFOLLOW) else { continue };
            if entries == bound.entries || (entries.is_multiple_of(STRIDE) && Instant::now() > end) {
                return Ok(Some((octets, entries, true)));
            }
            entries += 1;
            if entries.is_multiple_of(STRIDE) && !bound.rest.is_zero() {
                std::thread::park_timeout(bound.rest);
            }
            if is_new(&stat, &mut linked) {
                octets += u64::try_from(stat.st_blocks).unwrap_or(0) * BLOCK;
            }
            if stat.st_mode & SFlag::S_IFMT.bits() == SFlag::S_IFDIR.bits() {
                let below = folder.join(std::ffi::OsStr::from_bytes(name.to_bytes()));
                if held + below.as_os_str().len() > MOST_PATHS {
                    cut = true;
                } else {
                    held += below.as_os_str().len();
                    folders.push(below);
                }
            }
        }
    }
    Ok(Some((octets, entries, cut)))
}

/// A file with several names takes room once.
fn is_new(stat: &FileStat, linked: &mut HashSet<(u64, u64)>) -> bool {
    let folder = stat.st_mode & SFlag::S_IFMT.bits() == SFlag::S_IFDIR.bits();
    folder || stat.st_nlink < 2 || linked.len() >= MOST_LINKS || linked.insert((stat.st_dev, stat.st_ino))
}

/// Opens a folder below the home, wherever it has gone meanwhile: through no link, and to no other disk.
fn open(top: &OwnedFd, folder: &PathBuf) -> Result<OwnedFd, Errno> {
    let resolve = ResolveFlag::RESOLVE_BENEATH
        | ResolveFlag::RESOLVE_NO_SYMLINKS
        | ResolveFlag::RESOLVE_NO_MAGICLINKS
        | ResolveFlag::RESOLVE_NO_XDEV;
    let flags = OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC | OFlag::O_RDONLY;
    openat2(top, folder, OpenHow::new().flags(flags).mode(Mode::empty()).resolve(resolve))
}
