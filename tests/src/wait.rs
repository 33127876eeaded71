//! Waiting for a condition: nothing in the tests sleeps for a time that was guessed.

use std::time::{Duration, Instant};

/// Asks `condition` until it gives a value; an error that tells the last reason after `limit`.
pub fn until<T>(
    what: &str,
    limit: Duration,
    mut condition: impl FnMut() -> Result<T, String>,
) -> Result<T, String> {
    let end = Instant::now() + limit;
    loop {
        match condition() {
            Ok(value) => return Ok(value),
            Err(reason) if Instant::now() > end => {
                return Err(format!("{what}: not within {limit:?}: {reason}"));
            }
            // Yields the core between two looks; what is waited for is the condition.
            Err(_) => std::thread::park_timeout(Duration::from_millis(5)),
        }
    }
}
