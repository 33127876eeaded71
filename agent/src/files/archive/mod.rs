//! Archives: made of what lies in the home (`pack`), and unpacked into it (`unpack`). Both hold bounded memory, whatever an archive says of
//! itself, and stop at their bounds without leaving anything.

mod meter;
mod pack;
mod put;
mod tar_in;
mod tar_out;
mod unpack;
mod zip_in;
mod zip_out;

#[cfg(test)]
mod tests;

pub use pack::{pack, pack_out};
pub use unpack::unpack;

use super::{Did, Stop};
use model::files::FileRefusal;
use std::{io, time::Duration};

/// What one archive may take.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub entries: u64,
    pub octets: u64,
    /// Times its own size that an archive may become, once that is more than `free`.
    pub ratio: u64,
    pub free: u64,
    pub time: Duration,
}

pub const BOUNDS: Bounds = Bounds {
    entries: model::archive::MOST_PACKED,
    octets: super::act::LARGEST,
    ratio: 250,
    free: 64 * 1024 * 1024,
    time: Duration::from_secs(20 * 60),
};

/// Folders in a path of an archive, and octets in it.
const DEEPEST: usize = model::HomePath::DEEPEST;
const LONGEST: usize = 4096;

/// What is wrong while an archive is read: with the disk, or with what it holds.
fn broken(error: &io::Error) -> Stop {
    match error.raw_os_error() {
        Some(raw) => nix::errno::Errno::from_raw(raw).into(),
        None => FileRefusal::Broken.into(),
    }
}
