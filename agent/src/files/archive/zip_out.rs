//! A zip, written as it goes: nothing is sought, so that it can be sent while it is made. (APPNOTE 6.3.10; why not a crate: decision 19.)

use super::put::{Meta, Put};
use flate2::{Compression, Crc, write::DeflateEncoder};
use std::io::{self, Write};

/// Octets of the directory at the end, which is held until then.
const LONGEST_DIRECTORY: usize = 48 * 1024 * 1024;
/// A file that may not fit 32 bits once packed.
const LARGE: u64 = 0xf000_0000;
const MAX: u32 = u32::MAX;

struct Counted<W> {
    to: W,
    at: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let count = self.to.write(octets)?;
        self.at += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

enum State<W: Write> {
    Between(Counted<W>),
    Within(DeflateEncoder<Counted<W>>),
    Gone,
}

/// The file that is being written.
struct Open {
    name: Vec<u8>,
    meta: Meta,
    offset: u64,
    begins: u64,
    crc: Crc,
    size: u64,
    large: bool,
}

pub struct ZipOut<W: Write> {
    state: State<W>,
    open: Option<Open>,
    directory: Vec<u8>,
    entries: u64,
}

impl<W: Write> ZipOut<W> {
    pub fn new(to: W) -> ZipOut<W> {
        ZipOut { state: State::Between(Counted { to, at: 0 }), open: None, directory: Vec::new(), entries: 0 }
    }

    fn between(&mut self) -> io::Result<Counted<W>> {
        match std::mem::replace(&mut self.state, State::Gone) {
            State::Between(to) => Ok(to),
            _ => Err(io::Error::other("a file is open")),
        }
    }

    /// What the directory says of an entry.
    fn list(&mut self, open: &Open, packed: u64, folder: bool) -> io::Result<()> {
        let mut extra = stamp(open.meta.modified);
        let mut wide = Vec::new();
        let mut narrow = |value: u64| match u32::try_from(value) {
            Ok(value) if value < MAX => value,
            _ => {
                wide.extend(value.to_le_bytes());
                MAX
            }
        };
        let (size, packed, offset) = (narrow(open.size), narrow(packed), narrow(open.offset));
        if !wide.is_empty() {
            extra.extend(1u16.to_le_bytes());
            extra.extend(length(wide.len())?.to_le_bytes());
            extra.extend(wide);
        }
        let mut record = 0x0201_4b50u32.to_le_bytes().to_vec();
        // Made by Unix: so the upper half of the attributes is the mode.
        record.extend((3u16 << 8 | 45).to_le_bytes());
        record.extend(head(folder, open)?);
        for part in [open.crc.sum(), packed, size] {
            record.extend(part.to_le_bytes());
        }
        for part in [length(open.name.len())?, length(extra.len())?, 0, 0, 0] {
            record.extend(part.to_le_bytes());
        }
        let kind = if folder { 0o040_000 } else { 0o100_000 };
        record.extend(((kind | open.meta.mode) << 16 | if folder { 0x10 } else { 0 }).to_le_bytes());
        record.extend(offset.to_le_bytes());
        record.extend(&open.name);
        record.extend(extra);
        self.directory.extend(record);
        self.entries += 1;
        if self.directory.len() > LONGEST_DIRECTORY {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(())
    }
}

/// Version, flags, method, time: alike before a file and in the directory.
fn head(folder: bool, open: &Open) -> io::Result<Vec<u8>> {
    let (time, date) = dos(open.meta.modified);
    // Names are UTF-8; size and sum follow a file.
    let (flags, method) = if folder { (0x0800u16, 0u16) } else { (0x0808, 8) };
    let version: u16 = if open.large { 45 } else { 20 };
    Ok([version, flags, method, time, date].iter().flat_map(|part| part.to_le_bytes()).collect())
}

fn length(of: usize) -> io::Result<u16> {
    u16::try_from(of).map_err(|_| io::ErrorKind::InvalidInput.into())
}

/// When, as seconds of 1970 (Info-ZIP's field, which knows no time zones).
fn stamp(modified: i64) -> Vec<u8> {
    let seconds = i32::try_from(modified).unwrap_or(0);
    [b"UT\x05\x00\x01".as_slice(), &seconds.to_le_bytes()].concat()
}

/// The same in the format's own words: local time, two seconds apart, from 1980 on. UTC is what a host has.
fn dos(modified: i64) -> (u16, u16) {
    let first = (0, 1 << 5 | 1);
    let Ok(at) = jiff::Timestamp::from_second(modified) else { return first };
    let at = at.to_zoned(jiff::tz::TimeZone::UTC);
    let part = |value: i8| u16::try_from(value).unwrap_or(0);
    let Some(year) =
        u16::try_from(at.year()).ok().and_then(|year| year.checked_sub(1980)).filter(|year| *year < 128)
    else {
        return first;
    };
    let time = part(at.hour()) << 11 | part(at.minute()) << 5 | (part(at.second()) / 2);
    (time, year << 9 | part(at.month()) << 5 | part(at.day()))
}

impl<W: Write> Put<W> for ZipOut<W> {
    fn folder(&mut self, name: &[u8], meta: Meta) -> io::Result<()> {
        let mut to = self.between()?;
        let (name, offset) = ([name, b"/"].concat(), to.at);
        let open = Open { name, meta, offset, begins: 0, crc: Crc::new(), size: 0, large: false };
        local(&mut to, &open, true)?;
        self.state = State::Between(to);
        self.list(&open, 0, true)
    }

    fn begin(&mut self, name: &[u8], meta: Meta, size: u64) -> io::Result<()> {
        let mut to = self.between()?;
        let (name, offset) = (name.to_vec(), to.at);
        let mut open = Open { name, meta, offset, begins: 0, crc: Crc::new(), size: 0, large: size >= LARGE };
        local(&mut to, &open, false)?;
        open.begins = to.at;
        self.open = Some(open);
        self.state = State::Within(DeflateEncoder::new(to, Compression::default()));
        Ok(())
    }

    fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        if let (State::Within(to), Some(open)) = (&mut self.state, &mut self.open) {
            open.crc.update(octets);
            open.size += octets.len() as u64;
            to.write_all(octets)?;
        }
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        let (State::Within(within), Some(open)) =
            (std::mem::replace(&mut self.state, State::Gone), self.open.take())
        else {
            return Err(io::Error::other("no file is open"));
        };
        let mut to = within.finish()?;
        let packed = to.at - open.begins;
        let mut follows = 0x0807_4b50u32.to_le_bytes().to_vec();
        follows.extend(open.crc.sum().to_le_bytes());
        for part in [packed, open.size] {
            match open.large {
                true => follows.extend(part.to_le_bytes()),
                false => follows.extend(u32::try_from(part).map_err(io::Error::other)?.to_le_bytes()),
            }
        }
        to.write_all(&follows)?;
        self.state = State::Between(to);
        self.list(&open, packed, false)
    }

    fn finish(mut self: Box<Self>) -> io::Result<W> {
        let mut to = self.between()?;
        let (begins, size) = (to.at, self.directory.len() as u64);
        to.write_all(&self.directory)?;
        let mut end = Vec::new();
        if self.entries >= u64::from(u16::MAX) || begins >= u64::from(MAX) {
            let at = to.at;
            end.extend(0x0606_4b50u32.to_le_bytes());
            end.extend(44u64.to_le_bytes());
            end.extend((3u16 << 8 | 45).to_le_bytes());
            end.extend(45u16.to_le_bytes());
            end.extend([0; 8]);
            for part in [self.entries, self.entries, size, begins] {
                end.extend(part.to_le_bytes());
            }
            end.extend(0x0706_4b50u32.to_le_bytes());
            end.extend([0; 4]);
            end.extend(at.to_le_bytes());
            end.extend(1u32.to_le_bytes());
        }
        let entries = u16::try_from(self.entries).unwrap_or(u16::MAX).to_le_bytes();
        end.extend(0x0605_4b50u32.to_le_bytes());
        end.extend([0; 4]);
        end.extend([entries, entries].concat());
        for part in [size, begins] {
            end.extend(u32::try_from(part).unwrap_or(MAX).to_le_bytes());
        }
        end.extend([0; 2]);
        to.write_all(&end)?;
        Ok(to.to)
    }
}

/// What stands before an entry.
fn local<W: Write>(to: &mut Counted<W>, open: &Open, folder: bool) -> io::Result<()> {
    let mut extra = stamp(open.meta.modified);
    let size = if open.large { MAX } else { 0 };
    if open.large {
        // Says that the sizes that follow have eight octets each.
        extra.extend(1u16.to_le_bytes());
        extra.extend(16u16.to_le_bytes());
        extra.extend([0; 16]);
    }
    let mut record = 0x0403_4b50u32.to_le_bytes().to_vec();
    record.extend(head(folder, open)?);
    for part in [0, size, size] {
        record.extend(part.to_le_bytes());
    }
    record.extend(length(open.name.len())?.to_le_bytes());
    record.extend(length(extra.len())?.to_le_bytes());
    record.extend(&open.name);
    record.extend(extra);
    to.write_all(&record)
}
