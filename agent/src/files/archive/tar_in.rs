//! A tar, plain or compressed, entry by entry. Long names are read here, bounded: a header may promise one of gigabytes.

use super::{Did, LONGEST, Stop, broken, unpack::Unpacking};
use model::{archive::LeftWhy, files::FileRefusal};
use std::io::{self, ErrorKind, Read};
use tar::{Archive, EntryType, PaxExtensions};

/// Octets that one entry may say of the next, at most.
const LONGEST_SAID: u64 = 64 * 1024;

/// Reads no more than so much: what is skipped is unpacked all the same.
struct Bounded<R> {
    from: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(into)?;
        self.left = self.left.checked_sub(count as u64).ok_or(ErrorKind::FileTooLarge)?;
        Ok(count)
    }
}

pub fn read(from: impl Read, to: &mut Unpacking<'_>) -> Did<()> {
    let (most, why) = to.meter.most();
    // Headers are no contents, and have room of their own.
    let left = most.saturating_add(to.meter.bounds.entries.saturating_mul(2_048));
    let mut archive = Archive::new(Bounded { from, left });
    let failed = |error: io::Error| match error.kind() {
        ErrorKind::FileTooLarge => why.into(),
        _ => broken(&error),
    };
    let (mut name, mut first): (Option<Vec<u8>>, _) = (None, true);
    for entry in archive.entries().map_err(failed)?.raw(true) {
        let mut entry = match entry {
            Ok(entry) => entry,
            // What is no tar from its first block on is something else.
            Err(error) if first && error.kind() != ErrorKind::FileTooLarge => {
                return Err(FileRefusal::NoArchive.into());
            }
            Err(error) => return Err(failed(error)),
        };
        first = false;
        let kind = entry.header().entry_type();
        if matches!(
            kind,
            EntryType::GNULongName | EntryType::GNULongLink | EntryType::XHeader | EntryType::XGlobalHeader
        ) {
            // They count too: an archive may hold nothing else.
            to.meter.entries(1)?;
        }
        match kind {
            EntryType::GNULongName => {
                let mut said = text(&mut entry, failed)?;
                if said.last() == Some(&0) {
                    said.pop();
                }
                name = Some(said);
                continue;
            }
            EntryType::XHeader => {
                name = pax(&text(&mut entry, failed)?)?.or(name);
                continue;
            }
            EntryType::GNULongLink | EntryType::XGlobalHeader => continue,
            _ => {}
        }
        let header = entry.header();
        let called = name.take().unwrap_or_else(|| entry.path_bytes().into_owned());
        let mode = header.mode().unwrap_or(0o644);
        match kind {
            EntryType::Directory => to.folder(&called, mode)?,
            EntryType::Regular | EntryType::Continuous if called.ends_with(b"/") => {
                to.folder(&called, mode)?
            }
            EntryType::Regular | EntryType::Continuous => {
                let size = entry.size();
                to.file(&called, (mode, size, None), &mut entry, &failed)?;
            }
            EntryType::Symlink | EntryType::Link => to.leave(&called, LeftWhy::Link)?,
            _ => to.leave(&called, LeftWhy::Special)?,
        }
    }
    Ok(())
}

fn text(entry: &mut impl Read, failed: impl Fn(io::Error) -> Stop) -> Did<Vec<u8>> {
    let mut said = Vec::new();
    entry.take(LONGEST_SAID + 1).read_to_end(&mut said).map_err(failed)?;
    if said.len() as u64 > LONGEST_SAID {
        return Err(FileRefusal::Broken.into());
    }
    Ok(said)
}

/// The name that a POSIX header gives. A size in it is one that does not fit the field: far beyond what is unpacked here.
fn pax(said: &[u8]) -> Did<Option<Vec<u8>>> {
    let mut name = None;
    for extension in PaxExtensions::new(said) {
        let extension = extension.map_err(|_| FileRefusal::Broken)?;
        match extension.key_bytes() {
            b"path" => {
                name =
                    Some(extension.value_bytes()[..extension.value_bytes().len().min(2 * LONGEST)].to_vec())
            }
            b"size" => return Err(FileRefusal::TooLarge.into()),
            _ => {}
        }
    }
    Ok(name)
}
