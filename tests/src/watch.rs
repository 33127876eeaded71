//! A neighbour's page is asked for again and again while something happens elsewhere; every answer must be 200.

use crate::play::Scene;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Ends a watch when dropped, also when what happens panics.
pub struct End<'a>(pub &'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Panics when the neighbour failed once; gives how often it was asked.
pub fn while_served(scene: &Scene, neighbour: &str, happening: impl FnOnce()) -> usize {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let (mut asked, mut failed) = (0, Vec::new());
            while !over.load(Ordering::Relaxed) {
                asked += 1;
                match scene.visit(neighbour, "/") {
                    Ok(reply) if reply.status == 200 => {}
                    other => failed.push(format!("{other:?}")),
                }
                std::thread::park_timeout(Duration::from_millis(10));
            }
            (asked, failed)
        });
        let end = End(&over);
        happening();
        drop(end);
        let (asked, failed) = watch.join().unwrap_or_else(|_| (0, vec!["the watch panicked".to_owned()]));
        assert!(failed.is_empty(), "{} of {asked} failed: {:?}", failed.len(), failed.first());
        asked
    })
}
