//! How far one is, and how far one may go: counts, stops at bounds, and says twice a second where it is.

use super::{Bounds, Did};
use crate::files::Wire;
use model::files::{FileRefusal, FileSaid};
use std::{
    io::{Read, Write},
    time::{Duration, Instant},
};

const SAY_EVERY: Duration = Duration::from_millis(500);

/// Whoever is told how far it is.
pub trait Told {
    fn so_far(&mut self, entries: u64, octets: u64) -> Did<()>;
}

impl<I: Read, O: Write> Told for Wire<'_, I, O> {
    fn so_far(&mut self, entries: u64, octets: u64) -> Did<()> {
        self.say(&FileSaid::Working { entries, octets })
    }
}

/// Nobody: what goes out is itself how far it is.
impl Told for () {
    fn so_far(&mut self, _: u64, _: u64) -> Did<()> {
        Ok(())
    }
}

pub struct Meter<'a> {
    pub bounds: Bounds,
    pub entries: u64,
    pub octets: u64,
    /// Octets, at most, and what is said of more.
    most: (u64, FileRefusal),
    begun: Instant,
    said: Instant,
    told: &'a mut dyn Told,
}

impl<'a> Meter<'a> {
    pub fn new(bounds: Bounds, told: &'a mut dyn Told) -> Meter<'a> {
        let now = Instant::now();
        let most = (bounds.octets, FileRefusal::TooLarge);
        Meter { bounds, entries: 0, octets: 0, most, begun: now, said: now, told }
    }

    /// Of what comes out of something that has this size.
    pub fn out_of(mut self, size: u64) -> Meter<'a> {
        let most = size.saturating_mul(self.bounds.ratio).max(self.bounds.free);
        if most < self.bounds.octets {
            self.most = (most, FileRefusal::Bomb);
        }
        self
    }

    pub fn most(&self) -> (u64, FileRefusal) {
        self.most
    }

    /// So many things more, whether they are kept or left out.
    pub fn entries(&mut self, count: usize) -> Did<()> {
        self.entries += count as u64;
        if self.entries > self.bounds.entries {
            return Err(FileRefusal::TooMany.into());
        }
        self.tick()
    }

    pub fn take(&mut self, octets: usize) -> Did<()> {
        self.octets += octets as u64;
        if self.octets > self.most.0 {
            return Err(self.most.1.into());
        }
        self.tick()
    }

    fn tick(&mut self) -> Did<()> {
        let now = Instant::now();
        if now - self.begun > self.bounds.time {
            return Err(FileRefusal::TooLong.into());
        }
        if now - self.said >= SAY_EVERY {
            self.said = now;
            self.told.so_far(self.entries, self.octets)?;
        }
        Ok(())
    }
}
