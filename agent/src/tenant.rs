//! Work inside a home. Root never follows a path below a home (law 3): folders are held as descriptors, every step below
//! them goes through openat2 with RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS, and what lies in folders the tenant can write is
//! touched by a thread that has the tenant's file-system identity, so the kernel refuses what the tenant could not do.

mod logs;

pub use logs::read_logs;

use crate::paths::Paths;
use model::{SiteName, TenantUid, UnixName};
use nix::{
    dir::Dir,
    errno::Errno,
    fcntl::{AtFlags, OFlag, OpenHow, ResolveFlag, open, openat2, renameat},
    sys::stat::{FchmodatFlags, FileStat, Mode, SFlag, fchmod, fchmodat, fstat, fstatat, mkdirat},
    unistd::{Gid, Uid, UnlinkatFlags, fchown, geteuid, setfsgid, setfsuid, unlinkat},
};
use std::{
    ffi::CString,
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
};

/// The folders of a home that belong to the tenant; the home itself is root's, as SFTP's chroot asks.
pub const FOLDERS: [(&str, u32); 4] = [("sites", 0o750), ("tmp", 0o700), ("logs", 0o750), ("private", 0o700)];

/// How a folder of ours stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Right,
    Missing,
    /// Ours, with another owner or mode than it shall have.
    Wrong,
    /// Something else stands there: a link, a file, another account's home.
    Foreign,
    /// A file of the tenant's stands where a site's folder shall be: at the folder itself, or at what is named below it.
    Taken(&'static str),
}

fn folder_flags() -> OFlag {
    OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC | OFlag::O_RDONLY
}

fn homes(paths: &Paths) -> io::Result<OwnedFd> {
    Ok(open(&paths.homes(), OFlag::O_DIRECTORY | OFlag::O_CLOEXEC, Mode::empty())?)
}

/// Opens one folder directly below another, never through a link.
fn below(folder: impl AsFd, name: &str) -> nix::Result<OwnedFd> {
    let resolve =
        ResolveFlag::RESOLVE_BENEATH | ResolveFlag::RESOLVE_NO_SYMLINKS | ResolveFlag::RESOLVE_NO_MAGICLINKS;
    openat2(folder, name, OpenHow::new().flags(folder_flags()).resolve(resolve))
}

fn mode_of(stat: &FileStat) -> u32 {
    stat.st_mode & 0o7777
}

/// Whether we may give files to others; tests without root cannot, and then nobody's ownership is looked at.
fn privileged() -> bool {
    geteuid().is_root()
}

/// How an account's home and its folders stand.
pub fn look_home(paths: &Paths, account: &UnixName, uid: TenantUid) -> io::Result<Place> {
    let homes = homes(paths)?;
    let home = match below(&homes, account.as_str()) {
        Ok(home) => home,
        Err(Errno::ENOENT) => return Ok(Place::Missing),
        Err(Errno::ELOOP | Errno::ENOTDIR | Errno::EXDEV) => return Ok(Place::Foreign),
        Err(errno) => return Err(errno.into()),
    };
    let stat = fstat(&home)?;
    if privileged() && (stat.st_uid != 0 || (stat.st_gid != 0 && stat.st_gid != uid.get())) {
        return Ok(Place::Foreign);
    }
    let mut worst = Place::Right;
    if mode_of(&stat) != 0o750 || (privileged() && stat.st_gid != uid.get()) {
        worst = Place::Wrong;
    }
    for (name, mode) in FOLDERS {
        match fstatat(&home, name, AtFlags::AT_SYMLINK_NOFOLLOW) {
            Err(Errno::ENOENT) => worst = Place::Wrong,
            Err(errno) => return Err(errno.into()),
            Ok(stat) if !is_folder(&stat) => return Ok(Place::Foreign),
            Ok(stat) if privileged() && stat.st_uid != uid.get() && stat.st_uid != 0 => {
                return Ok(Place::Foreign);
            }
            // The tenant may tighten or widen its own folders; only what we made and did not finish is wrong.
            Ok(stat) if privileged() && stat.st_uid == 0 => worst = Place::Wrong,
            Ok(stat) if mode_of(&stat) & 0o700 == 0 && mode != 0 => worst = Place::Wrong,
            Ok(_) => {}
        }
    }
    Ok(worst)
}

fn is_folder(stat: &FileStat) -> bool {
    stat.st_mode & SFlag::S_IFMT.bits() == SFlag::S_IFDIR.bits()
}

/// Makes a home and its folders, or mends them. The home is root's, so between these calls no tenant can put anything there.
pub fn make_home(paths: &Paths, account: &UnixName, uid: TenantUid) -> io::Result<()> {
    if look_home(paths, account, uid)? == Place::Foreign {
        return Err(Errno::ENOTDIR.into());
    }
    let homes = homes(paths)?;
    let home = make_folder(&homes, account.as_str())?;
    let group = Gid::from_raw(uid.get());
    if privileged() {
        fchown(&home, Some(Uid::from_raw(0)), Some(group))?;
    }
    fchmod(&home, Mode::from_bits_truncate(0o750))?;
    for (name, mode) in FOLDERS {
        let folder = make_folder(&home, name)?;
        // Finished before: its mode is the tenant's affair.
        let unfinished = !privileged() || fstat(&folder)?.st_uid != uid.get();
        if unfinished || mode_of(&fstat(&folder)?) & 0o700 == 0 {
            fchmod(&folder, Mode::from_bits_truncate(mode))?;
        }
        if privileged() {
            fchown(&folder, Some(Uid::from_raw(uid.get())), Some(group))?;
        }
    }
    Ok(())
}

/// Makes a folder if it is missing, and opens it without following anything.
fn make_folder(parent: impl AsFd, name: &str) -> io::Result<OwnedFd> {
    match mkdirat(&parent, name, Mode::from_bits_truncate(0o700)) {
        Ok(()) | Err(Errno::EEXIST) => Ok(below(&parent, name)?),
        Err(errno) => Err(errno.into()),
    }
}

/// Whether a site's folder, or what of it is shown, holds nothing; one that is not there does not either.
pub fn is_empty(paths: &Paths, account: &UnixName, folder: &SiteName, shown: &str) -> io::Result<bool> {
    let found = homes(paths)
        .and_then(|homes| Ok(below(&homes, account.as_str())?))
        .and_then(|home| Ok(below(&home, "sites")?))
        .and_then(|sites| Ok(below(&sites, folder.as_str())?))
        .and_then(|site| Ok(below(&site, shown)?));
    match found {
        Ok(folder) => Ok(entries(folder.as_fd())?.is_empty()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        // A file, or a link that is the tenant's own affair.
        Err(error)
            if matches!(error.raw_os_error().map(Errno::from_raw), Some(Errno::ENOTDIR | Errno::ELOOP)) =>
        {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

fn is_link(stat: &FileStat) -> bool {
    stat.st_mode & SFlag::S_IFMT.bits() == SFlag::S_IFLNK.bits()
}

/// Whether a site's document root is there. A link the tenant put in its place is the tenant's own affair; from a file nothing is served.
pub fn look_site(paths: &Paths, account: &UnixName, folder: &SiteName) -> io::Result<Place> {
    let found = homes(paths)
        .map_err(|_| Errno::ENOENT)
        .and_then(|homes| below(&homes, account.as_str()))
        .and_then(|home| below(&home, "sites"))
        .and_then(|sites| match fstatat(&sites, folder.as_str(), AtFlags::AT_SYMLINK_NOFOLLOW) {
            Ok(stat) if !is_folder(&stat) => Ok((stat, "")),
            Ok(_) => {
                let site = below(&sites, folder.as_str())?;
                Ok((fstatat(&site, "public", AtFlags::AT_SYMLINK_NOFOLLOW)?, "/public"))
            }
            Err(errno) => Err(errno),
        });
    match found {
        Ok((stat, _)) if is_folder(&stat) || is_link(&stat) => Ok(Place::Right),
        Ok((_, below)) => Ok(Place::Taken(below)),
        Err(Errno::ENOENT) => Ok(Place::Missing),
        Err(Errno::ELOOP | Errno::ENOTDIR | Errno::EXDEV) => Ok(Place::Foreign),
        Err(errno) => Err(errno.into()),
    }
}

/// Makes `sites/FOLDER/public`, as the tenant.
pub fn make_site(paths: &Paths, account: &UnixName, uid: TenantUid, folder: &SiteName) -> io::Result<()> {
    let sites = below(below(homes(paths)?, account.as_str())?, "sites")?;
    as_tenant(uid, || {
        make_open(&sites, folder.as_str())?;
        make_open(&below(&sites, folder.as_str())?, "public")
    })
}

/// Makes a folder of the tenant's if it is missing, whatever the umask is.
fn make_open(parent: &OwnedFd, name: &str) -> io::Result<()> {
    let mode = Mode::from_bits_truncate(0o750);
    match mkdirat(parent, name, mode) {
        Ok(()) => Ok(fchmodat(parent, name, mode, FchmodatFlags::NoFollowSymlink)?),
        Err(Errno::EEXIST) => Ok(()),
        Err(errno) => Err(errno.into()),
    }
}

/// An account's home, held open; `None`: there is none that is its own.
pub fn open_home(paths: &Paths, account: &UnixName, uid: TenantUid) -> io::Result<Option<OwnedFd>> {
    let home = match homes(paths).and_then(|homes| Ok(below(homes, account.as_str())?)) {
        Ok(home) => home,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok((!privileged() || fstat(&home)?.st_gid == uid.get()).then_some(home))
}

/// Runs `work` with the tenant's file-system identity: in a thread of its own, since the identity is a thread's.
fn as_tenant<T: Send>(uid: TenantUid, work: impl FnOnce() -> io::Result<T> + Send) -> io::Result<T> {
    if !privileged() {
        return work();
    }
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            setfsgid(Gid::from_raw(uid.get()));
            setfsuid(Uid::from_raw(uid.get()));
            // Both calls answer with the identity before them; asking again tells whether they took.
            if setfsuid(Uid::from_raw(uid.get())).as_raw() != uid.get()
                || setfsgid(Gid::from_raw(uid.get())).as_raw() != uid.get()
            {
                return Err(io::Error::from(io::ErrorKind::PermissionDenied));
            }
            work()
        });
        thread.join().unwrap_or_else(|_| Err(io::Error::other("the tenant's thread panicked")))
    })
}

/// Folders held open at once while erasing; deeper ones are moved up first.
const DEEPEST: usize = 64;

/// Erases a home: its contents as the tenant, then what is left empty as root. Never follows a link.
pub fn erase_home(paths: &Paths, account: &UnixName, uid: TenantUid) -> io::Result<()> {
    let homes = homes(paths)?;
    let home = match below(&homes, account.as_str()) {
        Ok(home) => home,
        Err(Errno::ENOENT) => return Ok(()),
        Err(errno) => return Err(errno.into()),
    };
    if privileged() && ![0, uid.get()].contains(&fstat(&home)?.st_gid) {
        return Err(Errno::EPERM.into());
    }
    for (name, _) in FOLDERS {
        match below(&home, name) {
            Ok(folder) => as_tenant(uid, || {
                open_up(&folder)?;
                empty(&folder)
            })?,
            Err(Errno::ENOENT) => continue,
            Err(errno) => return Err(errno.into()),
        }
        unlinkat(&home, name, UnlinkatFlags::RemoveDir)?;
    }
    unlinkat(&homes, account.as_str(), UnlinkatFlags::RemoveDir)?;
    Ok(())
}

fn entries(folder: BorrowedFd<'_>) -> io::Result<Vec<CString>> {
    let mut dir = Dir::openat(folder, ".", folder_flags(), Mode::empty())?;
    let mut names = Vec::new();
    // A bound, so that a folder with millions of entries is taken in bites.
    for entry in dir.iter().take(10_000) {
        let name = entry?.file_name().to_owned();
        if name.as_bytes() != b"." && name.as_bytes() != b".." {
            names.push(name);
        }
    }
    Ok(names)
}

/// Empties `top`. Works downwards with a stack of held folders; what lies too deep is moved up to `top` and emptied there.
fn empty(top: &OwnedFd) -> io::Result<()> {
    let mut moved = 0u64;
    let mut stack: Vec<(OwnedFd, CString)> = Vec::new();
    loop {
        let folder = stack.last().map_or(top, |(fd, _)| fd);
        let mut deeper = None;
        let names = entries(folder.as_fd())?;
        let nothing_left = names.is_empty();
        for name in names {
            match unlinkat(folder, name.as_c_str(), UnlinkatFlags::NoRemoveDir) {
                Ok(()) | Err(Errno::ENOENT) => {}
                Err(Errno::EISDIR) => {
                    match unlinkat(folder, name.as_c_str(), UnlinkatFlags::RemoveDir) {
                        Ok(()) | Err(Errno::ENOENT) => continue,
                        Err(Errno::ENOTEMPTY | Errno::EACCES) => {}
                        Err(errno) => return Err(errno.into()),
                    }
                    if stack.len() + 1 >= DEEPEST {
                        // Its entry for its parent changes too, so it must be writable.
                        fchmodat(folder, name.as_c_str(), Mode::S_IRWXU, FchmodatFlags::NoFollowSymlink)?;
                        loop {
                            moved += 1;
                            let up = format!(".alveole-erased-{moved}");
                            match renameat(folder, name.as_c_str(), top, up.as_str()) {
                                // The tenant has one of that name.
                                Err(Errno::EEXIST | Errno::ENOTEMPTY | Errno::ENOTDIR) => {}
                                other => break other?,
                            }
                        }
                        continue;
                    }
                    deeper = Some(name);
                    break;
                }
                Err(errno) => return Err(errno.into()),
            }
        }
        if let Some(name) = deeper {
            let open = enter(folder, &name)?;
            stack.push((open, name));
        } else if nothing_left {
            let Some((_, name)) = stack.pop() else { return Ok(()) };
            let parent = stack.last().map_or(top, |(fd, _)| fd);
            unlinkat(parent, name.as_c_str(), UnlinkatFlags::RemoveDir)?;
        }
    }
}

/// Removes a folder with all it holds, by whoever this is; never follows a link.
pub fn remove_folder(parent: &OwnedFd, name: &CString) -> io::Result<()> {
    let folder = enter(parent, name)?;
    empty(&folder)?;
    Ok(unlinkat(parent, name.as_c_str(), UnlinkatFlags::RemoveDir)?)
}

/// Opens a folder to empty it, making it accessible to its owner first where it is not.
fn enter(folder: &OwnedFd, name: &CString) -> io::Result<OwnedFd> {
    let how = || {
        OpenHow::new().flags(folder_flags()).resolve(
            ResolveFlag::RESOLVE_BENEATH
                | ResolveFlag::RESOLVE_NO_SYMLINKS
                | ResolveFlag::RESOLVE_NO_MAGICLINKS,
        )
    };
    let open = match openat2(folder, name.as_c_str(), how()) {
        Err(Errno::EACCES) => {
            fchmodat(folder, name.as_c_str(), Mode::S_IRWXU, FchmodatFlags::NoFollowSymlink)?;
            openat2(folder, name.as_c_str(), how())?
        }
        other => other?,
    };
    open_up(&open)?;
    Ok(open)
}

/// Makes a held folder accessible to its owner.
fn open_up(folder: &OwnedFd) -> io::Result<()> {
    if mode_of(&fstat(folder)?) & 0o700 != 0o700 {
        fchmod(folder, Mode::S_IRWXU)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
