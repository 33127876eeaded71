//! SFTP in one folder of a home: `alveole-sftp`, the shell of a login that is limited to a folder, run by sshd as the account's user. OpenSSH's own
//! server has no bound but chroot, which asks for a folder of root's; here the kernel resolves every path below the folder's descriptor
//! (openat2, RESOLVE_BENEATH), and no link can be made. What a login puts where a site runs it is run as the account all the same.

mod packet;
#[cfg(test)]
mod tests;

use super::{
    Did, Stop,
    copy::names,
    home::{Home, Spot, kind, must_be_file},
};
use model::{
    FileName, HomePath,
    files::{FileKind, FileRefusal},
};
use nix::{
    fcntl::{AtFlags, OFlag, readlinkat, renameat},
    sys::{
        stat::{
            FchmodatFlags, FileStat, Mode, UtimensatFlags, fchmod, fchmodat, fstat, fstatat, futimens,
            mkdirat, utimensat,
        },
        time::{TimeSpec, TimeValLike},
    },
    unistd::{UnlinkatFlags, ftruncate, unlinkat},
};
use packet::{Answer, Attrs, Code, Parts};
use std::{
    ffi::CString,
    fs::File,
    io::{self, Read, Write},
    os::{
        fd::{AsFd, OwnedFd},
        unix::{ffi::OsStrExt, fs::FileExt},
    },
};

/// Files and folders open at once.
const MOST_OPEN: usize = 128;
/// Octets of one answer.
const LARGEST: usize = 200 * 1024;
/// Entries of one folder, and of one answer.
const MOST_ENTRIES: u64 = 100_000;
const MOST_AT_ONCE: usize = 100;

enum Open {
    File(File),
    Folder { folder: OwnedFd, names: std::vec::IntoIter<CString> },
}

struct Session {
    home: Home,
    open: Vec<Option<Open>>,
}

/// Serves one client until it ends.
pub fn serve(home: Home, input: &mut impl Read, output: &mut impl Write) -> io::Result<()> {
    let mut session = Session { home, open: Vec::new() };
    while let Some((kind, octets)) = packet::read(input)? {
        let mut parts = Parts(&octets);
        if kind == packet::INIT {
            Answer::version().send(output)?;
            continue;
        }
        let Some(id) = parts.u32() else { return Err(io::ErrorKind::InvalidData.into()) };
        let answer = match session.answer(kind, id, &mut parts) {
            Some(Ok(answer)) => answer,
            Some(Err(stop)) => Answer::status(id, code(&stop)),
            None => Answer::status(id, Code::BadMessage),
        };
        answer.send(output)?;
    }
    Ok(())
}

fn code(stop: &Stop) -> Code {
    match stop {
        Stop::Refused(FileRefusal::Gone | FileRefusal::NotAFolder) => Code::NoFile,
        Stop::Refused(FileRefusal::Denied | FileRefusal::Outside | FileRefusal::Ours) => Code::Denied,
        Stop::Refused(FileRefusal::Unreadable) => Code::Unsupported,
        _ => Code::Failure,
    }
}

/// Where a client's word leads, from the folder: as if the folder were the root of all.
fn path(said: &[u8]) -> Did<HomePath> {
    let mut names: Vec<FileName> = Vec::new();
    for part in said.split(|octet| *octet == b'/') {
        match part {
            b"" | b"." => {}
            b".." => drop(names.pop()),
            part => names.push(FileName::from_octets(part).ok_or(FileRefusal::Gone)?),
        }
    }
    if names.len() > HomePath::DEEPEST {
        return Err(FileRefusal::TooMany.into());
    }
    Ok(names.into_iter().fold(HomePath::HOME, |path, name| path.join(name)))
}

fn attrs(id: u32, stat: &FileStat) -> Answer {
    Answer::new(packet::ATTRS, id).attrs(&Attrs::of(stat))
}

fn times((read, changed): (u32, u32)) -> (TimeSpec, TimeSpec) {
    (TimeSpec::seconds(i64::from(read)), TimeSpec::seconds(i64::from(changed)))
}

impl Session {
    /// Nothing, where the packet is none.
    fn answer(&mut self, kind: u8, id: u32, parts: &mut Parts<'_>) -> Option<Did<Answer>> {
        let done = |done: Did<()>| done.map(|()| Answer::status(id, Code::Ok));
        Some(match kind {
            packet::OPEN => {
                let (said, flags, attrs) = (parts.string()?, parts.u32()?, parts.attrs()?);
                self.open_file(said, flags, &attrs)
                    .map(|handle| Answer::new(packet::HANDLE, id).string(&handle))
            }
            packet::OPENDIR => {
                let said = parts.string()?;
                self.open_folder(said).map(|handle| Answer::new(packet::HANDLE, id).string(&handle))
            }
            packet::CLOSE => {
                let at = self.at(parts.string()?);
                done(at.map(|at| self.open[at] = None))
            }
            packet::READ => {
                let (handle, offset, length) = (parts.string()?, parts.u64()?, parts.u32()?);
                self.read(id, handle, offset, length)
            }
            packet::WRITE => {
                let (handle, offset, octets) = (parts.string()?, parts.u64()?, parts.string()?);
                done(self.file(handle).and_then(|file| Ok(file.write_all_at(octets, offset)?)))
            }
            packet::STAT => {
                let said = path(parts.string()?);
                said.and_then(|path| self.home.open_at(&path, OFlag::O_PATH))
                    .and_then(|fd| Ok(attrs(id, &fstat(&fd)?)))
            }
            packet::LSTAT => path(parts.string()?).and_then(|path| Ok(attrs(id, &self.look(&path)?))),
            packet::FSTAT => {
                let fd = self.fd(parts.string()?);
                fd.and_then(|fd| Ok(attrs(id, &fstat(fd)?)))
            }
            packet::SETSTAT => {
                let (said, attrs) = (parts.string()?, parts.attrs()?);
                done(path(said).and_then(|path| self.set(&path, &attrs)))
            }
            packet::FSETSTAT => {
                let (handle, attrs) = (parts.string()?, parts.attrs()?);
                done(self.fd(handle).and_then(|fd| set_open(fd, &attrs)))
            }
            packet::READDIR => {
                let handle = parts.string()?;
                self.list(id, handle)
            }
            packet::REMOVE => done(self.spot(parts.string()?).and_then(|spot| {
                Ok(unlinkat(&spot.folder, spot.name.as_c_str(), UnlinkatFlags::NoRemoveDir)?)
            })),
            packet::RMDIR => done(self.spot(parts.string()?).and_then(|spot| {
                Ok(unlinkat(&spot.folder, spot.name.as_c_str(), UnlinkatFlags::RemoveDir)?)
            })),
            packet::MKDIR => done(self.spot(parts.string()?).and_then(|spot| {
                Ok(mkdirat(&spot.folder, spot.name.as_c_str(), Mode::from_bits_truncate(0o750))?)
            })),
            packet::REALPATH => path(parts.string()?).map(|path| {
                let octets = if path.is_home() { Vec::new() } else { path.octets() };
                let name = [b"/".as_slice(), &octets].concat();
                Answer::new(packet::NAME, id).u32(1).string(&name).string(&name).attrs(&Attrs::default())
            }),
            packet::RENAME => {
                let (from, to) = (self.spot(parts.string()?), self.spot(parts.string()?));
                done(from.and_then(|from| from.rename_to(&to?)))
            }
            packet::READLINK => self.spot(parts.string()?).and_then(|spot| {
                let target = readlinkat(&spot.folder, spot.name.as_c_str())?;
                let target = target.as_bytes();
                Ok(Answer::new(packet::NAME, id)
                    .u32(1)
                    .string(target)
                    .string(target)
                    .attrs(&Attrs::default()))
            }),
            packet::EXTENDED if parts.string()? == b"posix-rename@openssh.com" => {
                let (from, to) = (self.spot(parts.string()?), self.spot(parts.string()?));
                done(from.and_then(|from| {
                    let to = to?;
                    Ok(renameat(&from.folder, from.name.as_c_str(), &to.folder, to.name.as_c_str())?)
                }))
            }
            // Links too: one that leads out would be followed by the account's site.
            _ => Ok(Answer::status(id, Code::Unsupported)),
        })
    }

    fn spot(&self, said: &[u8]) -> Did<Spot> {
        self.home.spot(&path(said)?)
    }

    fn look(&self, path: &HomePath) -> Did<FileStat> {
        match path.is_home() {
            true => Ok(fstat(&self.home.folder(path)?)?),
            false => self.home.spot(path)?.stat(),
        }
    }

    fn hold(&mut self, open: Open) -> Did<Vec<u8>> {
        let at = match self.open.iter().position(Option::is_none) {
            Some(at) => at,
            None if self.open.len() < MOST_OPEN => {
                self.open.push(None);
                self.open.len() - 1
            }
            None => return Err(FileRefusal::TooMany.into()),
        };
        self.open[at] = Some(open);
        Ok(u32::try_from(at).unwrap_or(0).to_be_bytes().to_vec())
    }

    /// The place of what is open under this handle.
    fn at(&self, handle: &[u8]) -> Did<usize> {
        let at = handle.try_into().map(u32::from_be_bytes).ok().and_then(|at| usize::try_from(at).ok());
        at.filter(|at| self.open.get(*at).is_some_and(Option::is_some)).ok_or(FileRefusal::Failed.into())
    }

    fn file(&self, handle: &[u8]) -> Did<&File> {
        match &self.open[self.at(handle)?] {
            Some(Open::File(file)) => Ok(file),
            _ => Err(FileRefusal::NotAFile.into()),
        }
    }

    fn fd(&self, handle: &[u8]) -> Did<std::os::fd::BorrowedFd<'_>> {
        match &self.open[self.at(handle)?] {
            Some(Open::File(file)) => Ok(file.as_fd()),
            Some(Open::Folder { folder, .. }) => Ok(folder.as_fd()),
            None => Err(FileRefusal::Failed.into()),
        }
    }

    fn open_file(&mut self, said: &[u8], asked: u32, attrs: &Attrs) -> Did<Vec<u8>> {
        let mut flags = match asked & 3 {
            1 => OFlag::O_RDONLY,
            2 => OFlag::O_WRONLY,
            3 => OFlag::O_RDWR,
            _ => return Err(FileRefusal::Failed.into()),
        };
        for (bit, flag) in
            [(4, OFlag::O_APPEND), (8, OFlag::O_CREAT), (16, OFlag::O_TRUNC), (32, OFlag::O_EXCL)]
        {
            flags |= if asked & bit != 0 { flag } else { OFlag::empty() };
        }
        // A pipe without a writer would let the connection wait.
        flags |= OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
        let mode = Mode::from_bits_truncate(attrs.mode.unwrap_or(0o640) & 0o750 | 0o600);
        let opened = self.home.create_at(&path(said)?, flags, mode)?;
        must_be_file(&fstat(&opened)?)?;
        self.hold(Open::File(File::from(opened)))
    }

    fn open_folder(&mut self, said: &[u8]) -> Did<Vec<u8>> {
        let folder = self.home.folder(&path(said)?)?;
        let names = names(&folder, MOST_ENTRIES)?.into_iter();
        self.hold(Open::Folder { folder, names })
    }

    fn read(&self, id: u32, handle: &[u8], offset: u64, length: u32) -> Did<Answer> {
        let mut octets = vec![0; usize::try_from(length).unwrap_or(LARGEST).min(LARGEST)];
        let count = self.file(handle)?.read_at(&mut octets, offset)?;
        Ok(match count {
            0 => Answer::status(id, Code::End),
            count => Answer::new(packet::DATA, id).string(&octets[..count]),
        })
    }

    fn list(&mut self, id: u32, handle: &[u8]) -> Did<Answer> {
        let at = self.at(handle)?;
        let Some(Open::Folder { folder, names }) = &mut self.open[at] else {
            return Err(FileRefusal::NotAFolder.into());
        };
        let found: Vec<(CString, FileStat)> = names
            .filter_map(|name| {
                let stat = fstatat(&*folder, name.as_c_str(), AtFlags::AT_SYMLINK_NOFOLLOW).ok()?;
                Some((name, stat))
            })
            .take(MOST_AT_ONCE)
            .collect();
        if found.is_empty() {
            return Ok(Answer::status(id, Code::End));
        }
        let mut answer = Answer::new(packet::NAME, id).u32(u32::try_from(found.len()).unwrap_or(0));
        for (name, stat) in found {
            answer = answer.string(name.as_bytes()).string(&line(&name, &stat)).attrs(&Attrs::of(&stat));
        }
        Ok(answer)
    }

    fn set(&self, path: &HomePath, attrs: &Attrs) -> Did<()> {
        may_set(attrs)?;
        let spot = self.home.spot(path)?;
        if kind(&spot.stat()?) == FileKind::Link {
            return Err(FileRefusal::Link.into());
        }
        if let Some(size) = attrs.size {
            let flags = OFlag::O_WRONLY | OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_NOFOLLOW;
            let opened = self.home.open_at(path, flags)?;
            must_be_file(&fstat(&opened)?)?;
            ftruncate(&opened, i64::try_from(size).map_err(|_| FileRefusal::TooLarge)?)?;
        }
        if let Some(mode) = attrs.mode {
            let mode = Mode::from_bits_truncate(mode & 0o777);
            fchmodat(&spot.folder, spot.name.as_c_str(), mode, FchmodatFlags::NoFollowSymlink)?;
        }
        if let Some(at) = attrs.times {
            let (read, changed) = times(at);
            utimensat(&spot.folder, spot.name.as_c_str(), &read, &changed, UtimensatFlags::NoFollowSymlink)?;
        }
        Ok(())
    }
}

/// Nothing changes its owner, nor gives itself rights to whoever runs it.
fn may_set(attrs: &Attrs) -> Did<()> {
    let rights = attrs.mode.is_some_and(|mode| mode & 0o7000 != 0);
    if attrs.owner.is_some() || rights { Err(FileRefusal::Denied.into()) } else { Ok(()) }
}

fn set_open(fd: std::os::fd::BorrowedFd<'_>, attrs: &Attrs) -> Did<()> {
    may_set(attrs)?;
    if let Some(size) = attrs.size {
        ftruncate(fd, i64::try_from(size).map_err(|_| FileRefusal::TooLarge)?)?;
    }
    if let Some(mode) = attrs.mode {
        fchmod(fd, Mode::from_bits_truncate(mode & 0o777))?;
    }
    if let Some(at) = attrs.times {
        let (read, changed) = times(at);
        futimens(fd, &read, &changed)?;
    }
    Ok(())
}

/// As `ls -l` has it, for clients that show just that.
fn line(name: &CString, stat: &FileStat) -> Vec<u8> {
    let letter = match kind(stat) {
        FileKind::Folder => 'd',
        FileKind::File => '-',
        FileKind::Link => 'l',
        FileKind::Other => 'p',
    };
    let mode: String = (0..9)
        .map(|place| if stat.st_mode & (0o400 >> place) == 0 { '-' } else { ['r', 'w', 'x'][place % 3] })
        .collect();
    let at = jiff::Timestamp::from_second(stat.st_mtime).unwrap_or_default();
    let at = at.strftime("%b %e %H:%M");
    let head = format!("{letter}{mode} 1 {} {} {:>10} {at} ", stat.st_uid, stat.st_gid, stat.st_size);
    [head.as_bytes(), name.as_bytes()].concat()
}
