//! A zip, read entry by entry: its directory is never held whole, and nothing is believed that was not looked at.

use super::{Did, broken};
use flate2::read::DeflateDecoder;
use model::{archive::LeftWhy, files::FileRefusal};
use std::{
    fs::File,
    io::{self, BufReader, Read},
    os::unix::fs::FileExt,
};

/// What lies behind the directory, at most: its end, and a comment.
const LONGEST_END: u64 = 22 + 65_535;
const BUFFER: usize = 32 * 1024;

pub struct ZipIn<'f> {
    file: &'f File,
    /// Octets before the archive, such as a program that unpacks it.
    before: u64,
    at: u64,
    left: u64,
}

pub enum What {
    Folder,
    File,
    Left(LeftWhy),
}

pub struct ZipEntry {
    pub name: Vec<u8>,
    pub what: What,
    pub mode: u32,
    pub crc: u32,
    pub size: u64,
    packed: u64,
    offset: u64,
    stored: bool,
}

fn u16_at(octets: &[u8], at: usize) -> u16 {
    octets.get(at..at + 2).map_or(0, |two| u16::from_le_bytes([two[0], two[1]]))
}

fn u32_at(octets: &[u8], at: usize) -> u32 {
    u32::from(u16_at(octets, at)) | u32::from(u16_at(octets, at + 2)) << 16
}

fn u64_at(octets: &[u8], at: usize) -> u64 {
    u64::from(u32_at(octets, at)) | u64::from(u32_at(octets, at + 4)) << 32
}

fn read_at(file: &File, at: u64, count: usize) -> Did<Vec<u8>> {
    let mut octets = vec![0; count];
    file.read_exact_at(&mut octets, at).map_err(|error| broken(&error))?;
    Ok(octets)
}

impl<'f> ZipIn<'f> {
    /// Finds the directory, from the end of the file.
    pub fn open(file: &'f File, size: u64, most: u64) -> Did<ZipIn<'f>> {
        let tail = size.min(LONGEST_END);
        let octets = read_at(file, size - tail, usize::try_from(tail).unwrap_or(0))?;
        let fits = |at: &usize| {
            octets[*at..].starts_with(b"PK\x05\x06")
                && at + 22 + usize::from(u16_at(&octets, at + 20)) == octets.len()
        };
        let end = (0..octets.len().saturating_sub(21)).rev().find(fits).ok_or(FileRefusal::NoArchive)?;
        let mut ends = size - tail + end as u64;
        let found = &octets[end..];
        let (mut entries, mut length, mut begins) =
            (u64::from(u16_at(found, 10)), u64::from(u32_at(found, 12)), u64::from(u32_at(found, 16)));
        let wide = entries == u64::from(u16::MAX) || [length, begins].contains(&u64::from(u32::MAX));
        if let Some(locator) = ends.checked_sub(20).filter(|_| wide) {
            let locator = read_at(file, locator, 20)?;
            if locator.starts_with(b"PK\x06\x07") {
                let at = u64_at(&locator, 8);
                let record = read_at(file, at, 56)?;
                if !record.starts_with(b"PK\x06\x06") {
                    return Err(FileRefusal::Broken.into());
                }
                (entries, length, begins, ends) =
                    (u64_at(&record, 32), u64_at(&record, 40), u64_at(&record, 48), at);
            }
        }
        if entries > most {
            return Err(FileRefusal::TooMany.into());
        }
        let at = ends.checked_sub(length).ok_or(FileRefusal::Broken)?;
        let before = at.checked_sub(begins).ok_or(FileRefusal::Broken)?;
        Ok(ZipIn { file, before, at, left: entries })
    }

    pub fn next(&mut self) -> Did<Option<ZipEntry>> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let head = read_at(self.file, self.at, 46)?;
        if !head.starts_with(b"PK\x01\x02") {
            return Err(FileRefusal::Broken.into());
        }
        let [name, extra, comment] = [28, 30, 32].map(|at| usize::from(u16_at(&head, at)));
        let rest = read_at(self.file, self.at + 46, name + extra)?;
        self.at += (46 + name + extra + comment) as u64;
        let (name, extra) = rest.split_at(name);
        let mut entry = ZipEntry {
            name: named(name, extra, u16_at(&head, 8) & 0x0800 != 0),
            what: What::File,
            mode: 0,
            crc: u32_at(&head, 16),
            packed: u64::from(u32_at(&head, 20)),
            size: u64::from(u32_at(&head, 24)),
            offset: u64::from(u32_at(&head, 42)),
            stored: u16_at(&head, 10) == 0,
        };
        // What did not fit stands here, in this order, as far as it did not.
        if let Some(mut wide) = field(extra, 1) {
            for value in [&mut entry.size, &mut entry.packed, &mut entry.offset] {
                if *value == u64::from(u32::MAX) && wide.len() >= 8 {
                    *value = u64_at(wide, 0);
                    wide = &wide[8..];
                }
            }
        }
        // 3: Unix, 19: macOS; what others made has no mode.
        let mode = if [3, 19].contains(&head[5]) { u32_at(&head, 38) >> 16 } else { 0 };
        entry.mode = mode & 0o7777;
        let folder = entry.name.ends_with(b"/");
        entry.what = match mode & 0o170_000 {
            0o120_000 => What::Left(LeftWhy::Link),
            0o010_000 | 0o020_000 | 0o060_000 | 0o140_000 => What::Left(LeftWhy::Special),
            0o040_000 => What::Folder,
            _ if folder => What::Folder,
            _ if u16_at(&head, 8) & 1 != 0 => What::Left(LeftWhy::Locked),
            _ if ![0, 8].contains(&u16_at(&head, 10)) => What::Left(LeftWhy::Method),
            _ => What::File,
        };
        Ok(Some(entry))
    }

    pub fn contents(&self, entry: &ZipEntry) -> Did<Box<dyn Read + 'f>> {
        let at = self.before.checked_add(entry.offset).ok_or(FileRefusal::Broken)?;
        let head = read_at(self.file, at, 30)?;
        if !head.starts_with(b"PK\x03\x04") {
            return Err(FileRefusal::Broken.into());
        }
        let at = at + 30 + u64::from(u16_at(&head, 26)) + u64::from(u16_at(&head, 28));
        let packed = Part { file: self.file, at, left: entry.packed };
        Ok(match entry.stored {
            true => Box::new(packed),
            false => Box::new(DeflateDecoder::new(BufReader::with_capacity(BUFFER, packed))),
        })
    }
}

struct Part<'f> {
    file: &'f File,
    at: u64,
    left: u64,
}

impl Read for Part<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(into.len());
        let count = self.file.read_at(&mut into[..most], self.at)?;
        self.at += count as u64;
        self.left -= count as u64;
        Ok(count)
    }
}

/// What an entry says besides, under this number.
fn field(mut extra: &[u8], number: u16) -> Option<&[u8]> {
    while extra.len() >= 4 {
        let (found, length) = (u16_at(extra, 0), usize::from(u16_at(extra, 2)));
        let rest = &extra[4..];
        if found == number {
            return rest.get(..length);
        }
        extra = rest.get(length..)?;
    }
    None
}

/// A name as text, where it says which text it is; else what old programs wrote, the letters of the first PC.
fn named(name: &[u8], extra: &[u8], utf8: bool) -> Vec<u8> {
    let said = field(extra, 0x7075).filter(|said| said.len() > 5 && said[0] == 1);
    let crc = || {
        let mut crc = flate2::Crc::new();
        crc.update(name);
        crc.sum()
    };
    if let Some(said) = said.filter(|said| u32_at(said, 1) == crc()) {
        return said[5..].to_vec();
    }
    if utf8 || std::str::from_utf8(name).is_ok() {
        return name.to_vec();
    }
    let letter = |byte: &u8| match byte.checked_sub(128) {
        Some(high) => HIGH.chars().nth(usize::from(high)).unwrap_or('\u{fffd}'),
        None => char::from(*byte),
    };
    name.iter().map(letter).collect::<String>().into_bytes()
}

/// Code page 437, from 128 on.
const HIGH: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡\u{ab}\u{bb}░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
