//! Time and randomness, passed in (law 14), and the ids made of them.

use model::Id;
use std::time::{SystemTime, UNIX_EPOCH};

/// What the rules know of the world outside the store.
pub trait World: Send + Sync + 'static {
    /// Milliseconds since 1970, UTC.
    fn now_ms(&self) -> i64;
    /// Fills the bytes with unpredictable ones.
    fn random(&self, bytes: &mut [u8]);
}

impl dyn World {
    /// A fresh id of any noun.
    pub fn id<Noun>(&self) -> Id<Noun> {
        let mut random = [0; 10];
        self.random(&mut random);
        Id::new(self.now_ms().try_into().unwrap_or(0), &random)
    }
}

/// The system's clock and the kernel's randomness.
pub struct RealWorld;

impl World for RealWorld {
    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    fn random(&self, bytes: &mut [u8]) {
        if let Err(error) = getrandom::fill(bytes) {
            // Going on with predictable secrets would be worse than stopping.
            tracing::error!(%error, "no randomness from the kernel");
            std::process::abort();
        }
    }
}
