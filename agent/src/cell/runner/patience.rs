//! How long a cell stays awake without visitors: less when the host runs short of memory. Each cell decides for itself,
//! and those nobody visited for longest are the first to go, without anyone keeping a list.

use std::{
    env, fs,
    time::{Duration, Instant},
};

/// Unless `$ALVEOLE_IDLE` (seconds) says otherwise.
const USUAL: Duration = Duration::from_secs(300);
const SHORT: Duration = Duration::from_secs(60);
const NONE: Duration = Duration::from_secs(5);
/// How often an idle cell looks at the memory.
pub const LOOK: Duration = Duration::from_secs(10);

pub fn usual() -> Duration {
    let seconds = env::var("ALVEOLE_IDLE").ok().and_then(|value| value.parse().ok());
    seconds.map_or(USUAL, |seconds: u64| Duration::from_secs(seconds.max(1)))
}

/// What remains of a cell's patience, at most until the next look; zero: time to sleep.
pub fn left(usual: Duration, quiet_since: Instant) -> Duration {
    let meminfo = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    given(usual, &meminfo).saturating_sub(quiet_since.elapsed()).min(LOOK)
}

/// The patience this much memory allows.
fn given(usual: Duration, meminfo: &str) -> Duration {
    let kib = |name: &str| {
        let line = meminfo.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim_start_matches(':').split_whitespace().next()?.parse::<u64>().ok()
    };
    match (kib("MemAvailable"), kib("MemTotal")) {
        (Some(available), Some(total)) if available < total / 10 => usual.min(NONE),
        (Some(available), Some(total)) if available < total / 5 => usual.min(SHORT),
        _ => usual,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_memory_less_patience() {
        let given = |available: u32| {
            given(USUAL, &format!("MemTotal:  1000 kB\nMemFree: 1 kB\nMemAvailable:   {available} kB\n"))
        };
        assert_eq!(given(500), USUAL);
        assert_eq!(given(200), USUAL);
        assert_eq!(given(199), SHORT);
        assert_eq!(given(99), NONE);
        assert_eq!(super::given(USUAL, ""), USUAL);
        assert_eq!(
            super::given(Duration::from_secs(1), "MemTotal: 1000 kB\nMemAvailable: 1 kB"),
            Duration::from_secs(1)
        );
    }

    #[test]
    fn patience_ends() {
        let now = Instant::now();
        assert_eq!(left(Duration::ZERO, now), Duration::ZERO);
        assert!(left(Duration::from_secs(3600), now) <= LOOK);
    }
}
