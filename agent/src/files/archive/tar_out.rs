//! A tar.gz, written as it goes.

use super::put::{Meta, Put};
use flate2::{Compression, write::GzEncoder};
use std::io::{self, Write};
use tar::{EntryType, Header};

/// What a name in a header has room for.
const SHORT: usize = 100;
const BLOCK: u64 = 512;

pub struct TarOut<W: Write> {
    to: GzEncoder<W>,
    /// Octets of the file that is open.
    size: u64,
}

impl<W: Write> TarOut<W> {
    pub fn new(to: W) -> TarOut<W> {
        TarOut { to: GzEncoder::new(to, Compression::default()), size: 0 }
    }

    fn pad(&mut self, size: u64) -> io::Result<()> {
        let over = usize::try_from(size % BLOCK).unwrap_or(0);
        if over > 0 { self.to.write_all(&[0; BLOCK as usize][over..]) } else { Ok(()) }
    }

    fn head(&mut self, kind: EntryType, name: &[u8], meta: Meta, size: u64) -> io::Result<()> {
        if name.len() > SHORT {
            // GNU's way: the whole name as the contents of an entry before.
            let long = Meta { mode: 0o644, modified: 0 };
            self.head(EntryType::GNULongName, b"././@LongLink", long, name.len() as u64 + 1)?;
            self.to.write_all(name)?;
            self.to.write_all(&[0])?;
            self.pad(name.len() as u64 + 1)?;
        }
        let mut header = Header::new_gnu();
        let short = &name[..name.len().min(SHORT)];
        header.as_old_mut().name[..short.len()].copy_from_slice(short);
        header.set_entry_type(kind);
        header.set_mode(meta.mode);
        // Whoever unpacks it is its owner.
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(u64::try_from(meta.modified).unwrap_or(0));
        header.set_size(size);
        header.set_cksum();
        self.to.write_all(header.as_bytes())
    }
}

impl<W: Write> Put<W> for TarOut<W> {
    fn folder(&mut self, name: &[u8], meta: Meta) -> io::Result<()> {
        self.head(EntryType::Directory, &[name, b"/"].concat(), meta, 0)
    }

    fn begin(&mut self, name: &[u8], meta: Meta, size: u64) -> io::Result<()> {
        self.size = size;
        self.head(EntryType::Regular, name, meta, size)
    }

    fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        self.to.write_all(octets)
    }

    fn end(&mut self) -> io::Result<()> {
        self.pad(self.size)
    }

    fn finish(mut self: Box<Self>) -> io::Result<W> {
        self.to.write_all(&[0; 2 * BLOCK as usize])?;
        self.to.finish()
    }
}
