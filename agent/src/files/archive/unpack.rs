//! Unpacking: into a folder beside, as the account, and from there into place. Every name is resolved below that folder by the kernel and
//! through no link; only plain files and folders are made.

use super::{
    Bounds, DEEPEST, Did, LONGEST, Stop, broken,
    meter::{Meter, Told},
    tar_in,
    zip_in::{What, ZipIn},
};
use crate::files::{
    copy::{enter, names},
    home::{Home, Spot, kind, must_be_file},
    trash,
};
use flate2::{Crc, read::MultiGzDecoder};
use model::{
    FileName, HomePath,
    archive::{Archived, LeftWhy},
    files::{CHUNK, FileKind, FileRefusal, TRASH},
};
use nix::{
    errno::Errno,
    fcntl::{OFlag, openat},
    sys::stat::{Mode, fchmod, fstat, mkdirat},
};
use std::{
    ffi::CString,
    fs::File,
    io::{self, BufReader, Read, Write},
    os::{fd::OwnedFd, unix::fs::FileExt},
};

/// What a tenant's files and folders may be at most: nothing for others than its group, and no setuid.
const MODE: u32 = 0o750;

/// Where it goes.
enum To {
    /// A folder that is made by it.
    New(Spot),
    /// One that is there: what is of a name with something in it stays out.
    There(OwnedFd),
}

pub fn unpack(
    home: &Home,
    (archive, into): (&HomePath, &HomePath),
    bounds: Bounds,
    told: &mut dyn Told,
) -> Did<Archived> {
    let flags = OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_NOFOLLOW;
    let file = File::from(home.open_at(archive, flags)?);
    let stat = fstat(&file)?;
    must_be_file(&stat)?;
    let size = u64::try_from(stat.st_size).unwrap_or(0);
    let to = to(home, into)?;
    let coming = trash::coming(home)?;
    mkdirat(&coming.folder, coming.name.as_c_str(), Mode::S_IRWXU)?;
    let mut unpacked = || -> Did<Archived> {
        let root = enter(&coming.folder, &coming.name, OFlag::O_RDONLY | OFlag::O_DIRECTORY)?;
        let meter = Meter::new(bounds, told).out_of(size);
        let mut unpacking = Unpacking { root, meter, told: Archived::default(), last: None };
        read(&file, size, &mut unpacking)?;
        let Unpacking { root, mut told, .. } = unpacking;
        match &to {
            To::New(spot) => {
                fchmod(&root, Mode::from_bits_truncate(MODE))?;
                coming.rename_to(spot)?;
            }
            To::There(folder) => move_in(&root, folder, &mut told)?,
        }
        Ok(told)
    };
    let unpacked = unpacked();
    if unpacked.is_err() || matches!(to, To::There(_)) {
        let _ = trash::remove(&coming);
    }
    unpacked
}

fn to(home: &Home, into: &HomePath) -> Did<To> {
    let trash = HomePath::parse(TRASH).is_ok_and(|trash| into.is_within(&trash));
    if into.is_home() || trash {
        return Err(FileRefusal::Ours.into());
    }
    match home.spot(into)?.found()? {
        None => Ok(To::New(home.own_spot(into)?)),
        Some(_) => Ok(To::There(home.folder(into)?)),
    }
}

fn move_in(root: &OwnedFd, folder: &OwnedFd, told: &mut Archived) -> Did<()> {
    for name in names(root, u64::MAX)? {
        let from = Spot { folder: root.try_clone()?, name: name.clone() };
        match from.rename_to(&Spot { folder: folder.try_clone()?, name: name.clone() }) {
            Err(Stop::Refused(FileRefusal::Exists)) => told.leave(name.as_bytes(), LeftWhy::Exists),
            other => other?,
        }
    }
    Ok(())
}

/// Which archive it is, its first octets say.
fn read(file: &File, size: u64, to: &mut Unpacking<'_>) -> Did<()> {
    let mut head = [0; 262];
    let count = file.read_at(&mut head, 0)?;
    let head = &head[..count];
    let buffered = || BufReader::with_capacity(CHUNK, file);
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return zip(file, size, to);
    }
    if head.starts_with(&[0x1f, 0x8b]) {
        return tar_in::read(MultiGzDecoder::new(buffered()), to);
    }
    match head.get(257..262) == Some(b"ustar") {
        true => tar_in::read(buffered(), to),
        false => Err(FileRefusal::NoArchive.into()),
    }
}

fn zip(file: &File, size: u64, to: &mut Unpacking<'_>) -> Did<()> {
    let mut zip = ZipIn::open(file, size, to.meter.bounds.entries)?;
    while let Some(entry) = zip.next()? {
        match entry.what {
            What::Folder => to.folder(&entry.name, entry.mode)?,
            What::Left(why) => to.leave(&entry.name, why)?,
            What::File => {
                let mut contents = zip.contents(&entry)?;
                let said = (entry.mode, entry.size, Some(entry.crc));
                to.file(&entry.name, said, &mut contents, &|error| broken(&error))?;
            }
        }
    }
    Ok(())
}

pub struct Unpacking<'m> {
    root: OwnedFd,
    pub meter: Meter<'m>,
    told: Archived,
    /// The folder that was last put into.
    last: Option<(Vec<u8>, OwnedFd)>,
}

/// The names of a path; none, where it is the folder itself.
fn parts(name: &[u8]) -> Result<Vec<FileName>, LeftWhy> {
    if name.is_empty() || name.contains(&0) {
        return Err(LeftWhy::Name);
    }
    let names = || name.split(|octet| *octet == b'/').filter(|part| !part.is_empty() && *part != b".");
    if name[0] == b'/' || names().any(|part| part == b"..") {
        return Err(LeftWhy::Outside);
    }
    if name.len() > LONGEST || names().count() > DEEPEST {
        return Err(LeftWhy::Deep);
    }
    names().map(|part| FileName::from_octets(part).ok_or(LeftWhy::Name)).collect()
}

impl Unpacking<'_> {
    pub fn leave(&mut self, name: &[u8], why: LeftWhy) -> Did<()> {
        self.meter.entries(1)?;
        self.told.leave(name, why);
        Ok(())
    }

    /// The folder that a thing lies in, made if it is missing, and its name there; nothing, where it is left out.
    fn spot(&mut self, name: &[u8]) -> Did<Option<Spot>> {
        self.meter.entries(1)?;
        let parts = match parts(name) {
            Ok(parts) => parts,
            Err(why) => {
                self.told.leave(name, why);
                return Ok(None);
            }
        };
        let Some((own, above)) = parts.split_last() else { return Ok(None) };
        let above: Vec<&[u8]> = above.iter().map(FileName::octets).collect();
        let path = above.join(&b'/');
        if self.last.as_ref().is_none_or(|(last, _)| *last != path) {
            let mut folder = self.root.try_clone()?;
            for part in above {
                match self.below(&folder, part)? {
                    Some(below) => folder = below,
                    None => {
                        self.told.leave(name, LeftWhy::Twice);
                        return Ok(None);
                    }
                }
            }
            self.last = Some((path, folder));
        }
        let Some((_, folder)) = &self.last else { return Ok(None) };
        Ok(Some(Spot { folder: folder.try_clone()?, name: super::super::home::c_string(own.octets())? }))
    }

    /// A folder in a folder; nothing, where a file has its name.
    fn below(&mut self, folder: &OwnedFd, name: &[u8]) -> Did<Option<OwnedFd>> {
        let name: CString = super::super::home::c_string(name)?;
        match mkdirat(folder, name.as_c_str(), Mode::from_bits_truncate(MODE)) {
            // Folders nobody listed count as those that are.
            Ok(()) => {
                self.meter.entries(1)?;
                self.told.entries += 1;
            }
            Err(Errno::EEXIST) => {}
            Err(errno) => return Err(errno.into()),
        }
        match enter(folder, &name, OFlag::O_PATH | OFlag::O_DIRECTORY) {
            Err(Stop::Refused(FileRefusal::NotAFolder | FileRefusal::Outside)) => Ok(None),
            other => other.map(Some),
        }
    }

    pub fn folder(&mut self, name: &[u8], mode: u32) -> Did<()> {
        let Some(spot) = self.spot(name)? else { return Ok(()) };
        let kept = if mode & 0o777 == 0 { MODE } else { (mode | 0o700) & MODE };
        match mkdirat(&spot.folder, spot.name.as_c_str(), Mode::from_bits_truncate(kept)) {
            Ok(()) => self.told.entries += 1,
            Err(Errno::EEXIST) if kind(&spot.stat()?) == FileKind::Folder => {}
            Err(Errno::EEXIST) => self.told.leave(name, LeftWhy::Twice),
            Err(errno) => return Err(errno.into()),
        }
        self.bits(name, mode);
        Ok(())
    }

    /// Bits that give rights to whoever runs or enters it are never taken over.
    fn bits(&mut self, name: &[u8], mode: u32) {
        if mode & 0o7000 != 0 {
            self.told.leave(name, LeftWhy::SetId);
        }
    }

    pub fn file(
        &mut self,
        name: &[u8],
        (mode, size, crc): (u32, u64, Option<u32>),
        contents: &mut dyn Read,
        failed: &dyn Fn(io::Error) -> Stop,
    ) -> Did<()> {
        let Some(spot) = self.spot(name)? else { return Ok(()) };
        let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let kept = if mode & 0o777 == 0 { 0o640 } else { (mode | 0o600) & MODE };
        let mut file = match openat(&spot.folder, spot.name.as_c_str(), flags, Mode::from_bits_truncate(kept))
        {
            Ok(opened) => File::from(opened),
            Err(Errno::EEXIST) => {
                self.told.leave(name, LeftWhy::Twice);
                return Ok(());
            }
            Err(errno) => return Err(errno.into()),
        };
        let (mut chunk, mut had, mut sum) = (vec![0; CHUNK], 0u64, Crc::new());
        loop {
            let count = contents.read(&mut chunk).map_err(failed)?;
            if count == 0 {
                break;
            }
            had += count as u64;
            self.meter.take(count)?;
            if had > size {
                return Err(FileRefusal::Broken.into());
            }
            sum.update(&chunk[..count]);
            file.write_all(&chunk[..count])?;
        }
        if had != size || crc.is_some_and(|crc| crc != sum.sum()) {
            return Err(FileRefusal::Broken.into());
        }
        self.told.entries += 1;
        self.told.octets += had;
        self.bits(name, mode);
        Ok(())
    }
}
