//! What an archive is written by, whichever kind it is.

use super::{tar_out::TarOut, zip_out::ZipOut};
use model::archive::ArchiveKind;
use std::io::{self, Write};

/// What is kept of a thing besides its name and contents.
#[derive(Clone, Copy)]
pub struct Meta {
    /// Permissions alone.
    pub mode: u32,
    /// Seconds since 1970 UTC.
    pub modified: i64,
}

pub trait Put<W> {
    fn folder(&mut self, name: &[u8], meta: Meta) -> io::Result<()>;
    /// Contents of just this size follow.
    fn begin(&mut self, name: &[u8], meta: Meta, size: u64) -> io::Result<()>;
    fn write(&mut self, octets: &[u8]) -> io::Result<()>;
    fn end(&mut self) -> io::Result<()>;
    fn finish(self: Box<Self>) -> io::Result<W>;
}

pub fn put<'a, W: Write + 'a>(kind: ArchiveKind, to: W) -> Box<dyn Put<W> + 'a> {
    match kind {
        ArchiveKind::Zip => Box::new(ZipOut::new(to)),
        ArchiveKind::TarGz => Box::new(TarOut::new(to)),
    }
}
