//! Fail-points: before and after every step of every operation the tests can make the agent die or a step fail (law 7).

use std::io;

/// Where a fail-point stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point<'a> {
    /// `site.create`, `account.erase`, …
    pub operation: &'a str,
    /// The step's number within its operation, from 0.
    pub number: usize,
    pub step: &'a str,
    pub after: bool,
}

/// Asked at every fail-point; an error is taken for the step's own.
pub trait Faults: Send + Sync {
    fn at(&self, point: Point<'_>) -> io::Result<()>;
}

/// No faults but real ones.
pub struct NoFaults;

impl Faults for NoFaults {
    fn at(&self, _: Point<'_>) -> io::Result<()> {
        Ok(())
    }
}

/// Debug builds obey `ALVEOLE_FAULT=OPERATION/NUMBER or STEP/before|after` by dying on the spot, as in a power cut.
pub struct DieAt {
    wish: String,
}

impl DieAt {
    /// The wish of the environment; release builds hear none.
    pub fn from_env() -> Option<DieAt> {
        if !cfg!(debug_assertions) {
            return None;
        }
        std::env::var("ALVEOLE_FAULT").ok().map(|wish| DieAt { wish })
    }
}

impl Faults for DieAt {
    fn at(&self, point: Point<'_>) -> io::Result<()> {
        let side = if point.after { "after" } else { "before" };
        let Point { operation, number, step, .. } = point;
        if self.wish == format!("{operation}/{number}/{side}")
            || self.wish == format!("{operation}/{step}/{side}")
        {
            tracing::warn!(operation, number, step, side, "dying as wished");
            nix::sys::signal::kill(nix::unistd::getpid(), nix::sys::signal::Signal::SIGKILL)?;
        }
        Ok(())
    }
}

/// What `run` uses.
pub fn faults() -> Box<dyn Faults> {
    match DieAt::from_env() {
        Some(die) => Box::new(die),
        None => Box::new(NoFaults),
    }
}
