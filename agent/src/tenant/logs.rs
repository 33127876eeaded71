//! Reading what lies in an account's `logs`, where the tenant may have put anything.

use super::{as_tenant, below, homes};
use crate::paths::Paths;
use model::{TenantUid, UnixName};
use nix::{
    errno::Errno,
    fcntl::{OFlag, OpenHow, ResolveFlag, openat2},
    sys::stat::{SFlag, fstat},
};
use std::{
    fs::File,
    io,
    os::{fd::OwnedFd, unix::fs::FileExt},
};

/// The ends of files in the account's `logs`, as the tenant. The tenant may have put anything there: a link is not followed, a pipe not
/// waited for, and what is no plain file, or is not there, is empty.
pub fn read_logs<const N: usize>(
    paths: &Paths,
    account: &UnixName,
    uid: TenantUid,
    names: [&str; N],
    most: u64,
) -> io::Result<[Vec<u8>; N]> {
    let none = || std::array::from_fn(|_| Vec::new());
    let logs = match below(homes(paths)?, account.as_str()).and_then(|home| below(home, "logs")) {
        Ok(logs) => logs,
        Err(Errno::ENOENT | Errno::ELOOP | Errno::ENOTDIR | Errno::EXDEV) => return Ok(none()),
        Err(errno) => return Err(errno.into()),
    };
    as_tenant(uid, || {
        let mut found: [Vec<u8>; N] = none();
        for (out, name) in found.iter_mut().zip(names) {
            *out = read_end(&logs, name, most)?;
        }
        Ok(found)
    })
}

/// The last `most` octets of a plain file directly below a folder, from the beginning of a line on.
fn read_end(folder: &OwnedFd, name: &str, most: u64) -> io::Result<Vec<u8>> {
    let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
    let resolve =
        ResolveFlag::RESOLVE_BENEATH | ResolveFlag::RESOLVE_NO_SYMLINKS | ResolveFlag::RESOLVE_NO_MAGICLINKS;
    let Ok(file) = openat2(folder, name, OpenHow::new().flags(flags).resolve(resolve)) else {
        return Ok(Vec::new());
    };
    let stat = fstat(&file)?;
    if stat.st_mode & SFlag::S_IFMT.bits() != SFlag::S_IFREG.bits() {
        return Ok(Vec::new());
    }
    let size = u64::try_from(stat.st_size).unwrap_or(0);
    let start = size.saturating_sub(most);
    let file = File::from(file);
    let mut bytes = vec![0; usize::try_from(size - start).unwrap_or(0)];
    let mut count = 0;
    while count < bytes.len() {
        // It may have been cut short meanwhile.
        match file.read_at(&mut bytes[count..], start + count as u64)? {
            0 => break,
            some => count += some,
        }
    }
    bytes.truncate(count);
    if start > 0 {
        let begin = bytes.iter().position(|b| *b == b'\n').map_or(bytes.len(), |place| place + 1);
        bytes.drain(..begin);
    }
    Ok(bytes)
}
