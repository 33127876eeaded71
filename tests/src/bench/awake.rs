//! Bots keep many cells awake: a host with hundreds of them, woken at once.

use super::{Bar, Row, millis, row, timed};
use crate::http::visit;
use crate::play::Scene;
use crate::wait::until;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Visitors who come at once.
const AT_ONCE: usize = 32;
const PATIENCE: Duration = Duration::from_secs(120);

/// Wakes the cells of all these names, then looks at the host; a warm cell is asked meanwhile.
pub fn many(scene: &Scene, names: &[String]) -> Result<Vec<Row>, String> {
    let (next, refused, times) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(Vec::new()));
    let start = Instant::now();
    let visitor = || -> Result<(), String> {
        while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
            let asked = Instant::now();
            // A visitor who is told to come back does.
            until(name, PATIENCE, || match visit(&scene.host.address, name, "/")?.status {
                200 => Ok(()),
                status => {
                    refused.fetch_add(1, Ordering::Relaxed);
                    Err(status.to_string())
                }
            })?;
            times.lock().map_err(|_| "a visitor panicked")?.push(millis(asked.elapsed()));
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(visitor)).collect();
        all.into_iter().try_for_each(|one| one.join().map_err(|_| "a visitor panicked".to_owned())?)
    })?;
    let whole = millis(start.elapsed());
    let awake = scene.shell("systemctl list-units --no-legend 'alveole-cell@*' | wc -l")?;
    let awake: f64 = awake.trim().parse().map_err(|_| format!("not a number: {awake}"))?;
    // Of each process its share of what it shares with others.
    let memory = scene.shell(
        "for p in $(systemctl show -P MainPID 'alveole-cell@*' 'alveole-php@*' | grep .); do for c in $(pgrep -P $p); do pgrep -P $c; echo $c; done; echo $p; done | sort -u |
         while read p; do awk '/^Pss:/ {print $2}' /proc/$p/smaps_rollup 2>/dev/null; done | awk '{s+=$1} END {print s}'",
    )?;
    let memory: f64 = memory.trim().parse().map_err(|_| format!("not a number: {memory}"))?;
    let count = names.len();
    let warm = names.first().ok_or("no names")?;
    let warm = timed(200, |_| visit(&scene.host.address, warm, "/").map(drop))?;
    let refused = refused.load(Ordering::Relaxed) as f64;
    Ok(vec![
        row(format!("{count} cells woken by {AT_ONCE} visitors at once: all"), vec![whole], "ms", Bar::Shown),
        row("… one visitor's wait", times.into_inner().map_err(|_| "a visitor panicked")?, "ms", Bar::Shown),
        row("… visitors told to come back", vec![refused], "", Bar::Shown),
        row("… cells awake then", vec![awake], "", Bar::Shown),
        row("… memory of a cell", vec![memory / 1024.0 / awake.max(1.0)], "MiB", Bar::Shown),
        row("… a warm cell's answer meanwhile", warm, "ms", Bar::Shown),
    ])
}
