//! Packing: what was chosen, with all it holds. Links are not followed and not packed; what is left out is told.

use super::{
    BOUNDS, DEEPEST, Did, Stop,
    meter::Meter,
    put::{Meta, Put, put},
};
use crate::files::{
    Wire,
    copy::{enter, names},
    home::{Home, Spot, kind, must_be_file},
    trash,
};
use model::{
    HomePath,
    archive::{ArchiveKind, Archived, LeftWhy},
    files::{CHUNK, FileKind, FileRefusal, FileSaid, TRASH},
};
use nix::{
    fcntl::{OFlag, openat},
    sys::stat::{FileStat, Mode, fstat},
    unistd::{UnlinkatFlags, unlinkat},
};
use std::{
    collections::HashSet,
    fs::File,
    io::{self, BufWriter, ErrorKind, Read, Write},
};

/// In an archive that is sent, what is not in it: nobody can be told otherwise.
const NOTE: &[u8] = b"alveole-left-out.txt";

/// Into the home, whole or not at all.
pub fn pack<I: Read, O: Write>(
    home: &Home,
    paths: &[HomePath],
    (to, kind): (&HomePath, ArchiveKind),
    wire: &mut Wire<'_, I, O>,
) -> Did<Archived> {
    let spot = home.own_spot(to)?;
    if spot.found()?.is_some() {
        return Err(FileRefusal::Exists.into());
    }
    let coming = trash::coming(home)?;
    let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    let opened = openat(&coming.folder, coming.name.as_c_str(), flags, Mode::from_bits_truncate(0o640))?;
    let packed = || -> Did<Archived> {
        let out = put(kind, BufWriter::with_capacity(CHUNK, File::from(opened)));
        let mut packing = Packing::new(home, (kind, out), Meter::new(BOUNDS, wire), on_disk);
        packing.all(home, paths)?;
        let Packing { out, told, .. } = packing;
        let file = out.finish().and_then(|out| out.into_inner().map_err(io::Error::from)).map_err(on_disk)?;
        file.sync_data()?;
        coming.rename_to(&spot)?;
        Ok(told)
    };
    let packed = packed();
    if packed.is_err() {
        let _ = unlinkat(&coming.folder, coming.name.as_c_str(), UnlinkatFlags::NoRemoveDir);
    }
    packed
}

fn on_disk(error: io::Error) -> Stop {
    match error.kind() {
        ErrorKind::FileTooLarge if error.raw_os_error().is_none() => FileRefusal::TooMany.into(),
        _ => error.into(),
    }
}

/// Out to whoever asks, as it is made.
pub fn pack_out<I: Read, O: Write>(
    home: &Home,
    paths: &[HomePath],
    kind: ArchiveKind,
    wire: &mut Wire<'_, I, O>,
) -> Did<()> {
    for path in paths {
        home.spot(path)?.stat()?;
    }
    wire.say(&FileSaid::Ready)?;
    // From here on there is one way to say that it failed: to end before the end.
    let cut = |stop| match stop {
        Stop::Refused(_) => Stop::Wire(ErrorKind::UnexpectedEof.into()),
        gone => gone,
    };
    let mut nobody = ();
    {
        let out = put(kind, BufWriter::with_capacity(CHUNK, Out(&mut *wire)));
        let mut packing = Packing::new(home, (kind, out), Meter::new(BOUNDS, &mut nobody), Stop::Wire);
        packing.all(home, paths).and_then(|()| packing.note()).map_err(cut)?;
        let mut out = packing.out.finish().map_err(Stop::Wire)?;
        out.flush().map_err(Stop::Wire)?;
    }
    wire.octets(&[])
}

struct Out<'w, 'a, I: Read, O: Write>(&'w mut Wire<'a, I, O>);

impl<I: Read, O: Write> Write for Out<'_, '_, I, O> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let chunk = &octets[..octets.len().min(CHUNK)];
        match self.0.octets(chunk) {
            Ok(()) => Ok(chunk.len()),
            Err(Stop::Wire(error)) => Err(error),
            Err(Stop::Refused(_)) => Err(ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Packing<'m, 'o, W> {
    out: Box<dyn Put<W> + 'o>,
    kind: ArchiveKind,
    meter: Meter<'m>,
    told: Archived,
    /// Device and number of the trash, which is in no archive.
    trash: Option<(u64, u64)>,
    /// What it means that the archive cannot be written.
    failed: fn(io::Error) -> Stop,
}

fn identity(stat: &FileStat) -> (u64, u64) {
    (stat.st_dev, stat.st_ino)
}

fn meta(stat: &FileStat) -> Meta {
    Meta { mode: stat.st_mode & 0o777, modified: stat.st_mtime }
}

impl<'m, 'o, W> Packing<'m, 'o, W> {
    fn new(
        home: &Home,
        (kind, out): (ArchiveKind, Box<dyn Put<W> + 'o>),
        meter: Meter<'m>,
        failed: fn(io::Error) -> Stop,
    ) -> Packing<'m, 'o, W> {
        let trash = HomePath::parse(TRASH).ok().and_then(|trash| home.spot(&trash).ok()?.stat().ok());
        let trash = trash.as_ref().map(identity);
        Packing { out, kind, meter, told: Archived::default(), trash, failed }
    }

    fn all(&mut self, home: &Home, paths: &[HomePath]) -> Did<()> {
        let mut seen = HashSet::new();
        self.meter.entries(paths.len())?;
        for path in paths {
            let name = path.name().ok_or(FileRefusal::Ours)?.octets();
            if !seen.insert(name) {
                self.told.leave(&path.octets(), LeftWhy::Twice);
                continue;
            }
            let spot = home.spot(path)?;
            spot.stat()?;
            self.one(&spot, name, 0)?;
        }
        Ok(())
    }

    fn one(&mut self, from: &Spot, name: &[u8], depth: usize) -> Did<()> {
        // What vanished meanwhile is not there.
        let Some(stat) = from.found()? else { return Ok(()) };
        // A zip's names are text.
        if self.kind == ArchiveKind::Zip && std::str::from_utf8(name).is_err() {
            self.told.leave(name, LeftWhy::Name);
            return Ok(());
        }
        match kind(&stat) {
            FileKind::Link => self.told.leave(name, LeftWhy::Link),
            FileKind::Other => self.told.leave(name, LeftWhy::Special),
            FileKind::File => self.file(from, name)?,
            FileKind::Folder if self.trash == Some(identity(&stat)) => {}
            FileKind::Folder if depth >= DEEPEST => self.told.leave(name, LeftWhy::Deep),
            FileKind::Folder => self.folder(from, name, depth)?,
        }
        Ok(())
    }

    /// Opened, if the account may; what it may not read is left out.
    fn opened(
        &mut self,
        from: &Spot,
        name: &[u8],
        flags: OFlag,
    ) -> Did<Option<(std::os::fd::OwnedFd, FileStat)>> {
        let opened = enter(&from.folder, &from.name, flags).and_then(|opened| {
            let stat = fstat(&opened)?;
            Ok((opened, stat))
        });
        match opened {
            Ok(opened) => Ok(Some(opened)),
            Err(Stop::Refused(FileRefusal::Denied)) => {
                self.told.leave(name, LeftWhy::Denied);
                Ok(None)
            }
            Err(Stop::Refused(FileRefusal::Gone)) => Ok(None),
            // Swapped for a link meanwhile.
            Err(Stop::Refused(FileRefusal::Outside)) => {
                self.told.leave(name, LeftWhy::Link);
                Ok(None)
            }
            Err(stop) => Err(stop),
        }
    }

    fn file(&mut self, from: &Spot, name: &[u8]) -> Did<()> {
        let flags = OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
        let Some((opened, stat)) = self.opened(from, name, flags)? else { return Ok(()) };
        must_be_file(&stat)?;
        let size = u64::try_from(stat.st_size).unwrap_or(0);
        self.out.begin(name, meta(&stat), size).map_err(self.failed)?;
        // As much as it had when it was opened; what grows meanwhile is another file.
        let mut source = File::from(opened).take(size);
        let (mut chunk, mut had) = (vec![0; CHUNK], 0);
        loop {
            let count = source.read(&mut chunk)?;
            if count == 0 {
                break;
            }
            had += count as u64;
            self.meter.take(count)?;
            self.out.write(&chunk[..count]).map_err(self.failed)?;
        }
        if had < size {
            return Err(FileRefusal::Changed.into());
        }
        self.out.end().map_err(self.failed)?;
        self.told.entries += 1;
        self.told.octets += size;
        Ok(())
    }

    fn folder(&mut self, from: &Spot, name: &[u8], depth: usize) -> Did<()> {
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY;
        let Some((source, stat)) = self.opened(from, name, flags)? else { return Ok(()) };
        self.out.folder(name, meta(&stat)).map_err(self.failed)?;
        self.told.entries += 1;
        // Counted before any of them is packed: the names of all folders on the way down are held at once.
        let mut names = names(&source, self.meter.bounds.entries.saturating_sub(self.meter.entries))?;
        self.meter.entries(names.len())?;
        names.sort_unstable();
        for within in names {
            let below = [name, b"/", within.as_bytes()].concat();
            self.one(&Spot { folder: source.try_clone()?, name: within }, &below, depth + 1)?;
        }
        Ok(())
    }

    /// Of an archive that is sent, what is not in it.
    fn note(&mut self) -> Did<()> {
        if self.told.left == 0 {
            return Ok(());
        }
        let mut text = format!(
            "Laissé de côté\u{a0}: {} (les premiers ci-dessous).\nLeft out: {} (the first of them below).\n\n",
            self.told.left, self.told.left
        );
        for left in &self.told.left_out {
            let why = left.why.text();
            text.push_str(&format!("{}\t{} / {}\n", left.name, why.fr, why.en));
        }
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let meta = Meta { mode: 0o644, modified: i64::try_from(now.as_secs()).unwrap_or(0) };
        let written = self.out.begin(NOTE, meta, text.len() as u64);
        let written = written.and_then(|()| self.out.write(text.as_bytes())).and_then(|()| self.out.end());
        written.map_err(self.failed)
    }
}
