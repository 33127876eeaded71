//! A world that stands still: the clock moves when a test says so, randomness is a counter's hash.

use server::World;
use sha2::{Digest, Sha256};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

pub struct FakeWorld {
    now: AtomicI64,
    drawn: AtomicU64,
}

impl FakeWorld {
    pub fn new() -> FakeWorld {
        FakeWorld { now: AtomicI64::new(1_790_000_000_000), drawn: AtomicU64::new(0) }
    }

    pub fn pass(&self, ms: i64) {
        self.now.fetch_add(ms, Ordering::SeqCst);
    }
}

impl World for FakeWorld {
    fn now_ms(&self) -> i64 {
        // Ids made one after the other sort so, as they do with a real clock most of the time.
        self.now.fetch_add(1, Ordering::SeqCst)
    }

    fn random(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let n = self.drawn.fetch_add(1, Ordering::SeqCst);
            chunk.copy_from_slice(&Sha256::digest(n.to_be_bytes())[..chunk.len()]);
        }
    }
}
