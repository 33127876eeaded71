//! How a run ended, from systemd's words to ours.

use super::place::Places;
use model::{CronJobId, RunEnd};
use nix::sys::signal::Signal;
use serde::{Deserialize, Serialize};
use std::{io, str::FromStr};

/// What is noted at a run's end, by root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// Which run it was.
    pub started: u64,
    pub at: u64,
    pub end: RunEnd,
}

impl End {
    /// `$SERVICE_RESULT`, `$EXIT_CODE` and `$EXIT_STATUS` (systemd.exec(5)).
    pub fn of_systemd(started: u64, at: u64, (result, code, status): (&str, &str, &str)) -> End {
        let end = match (result, code) {
            ("timeout", _) => RunEnd::TimeLimit,
            ("oom-kill", _) => RunEnd::Memory,
            (_, "exited") => match status.parse::<u8>() {
                Ok(code) => RunEnd::Exit { code },
                Err(_) => RunEnd::NotStarted,
            },
            (_, "killed" | "dumped") => match signal(status) {
                Some(number) => RunEnd::Signal { number },
                None => RunEnd::Stopped,
            },
            _ => RunEnd::NotStarted,
        };
        End { started, at, end }
    }

    /// The folder is root's, and so is the file.
    pub fn write(&self, places: &Places, id: CronJobId) -> io::Result<()> {
        crate::fs::write_lightly(&places.end(id), &serde_json::to_vec(self)?, 0o644)
    }

    pub fn read(places: &Places, id: CronJobId) -> Option<End> {
        serde_json::from_slice(&crate::fs::read_bounded(&places.end(id), 4096).ok()?).ok()
    }
}

fn signal(status: &str) -> Option<u8> {
    let named = Signal::from_str(&format!("SIG{status}")).ok().map(|signal| signal as i32);
    u8::try_from(named.or_else(|| status.parse().ok())?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systemd_s_words() {
        for (said, expected) in [
            (("success", "exited", "0"), RunEnd::SUCCESS),
            (("exit-code", "exited", "3"), RunEnd::Exit { code: 3 }),
            (("signal", "killed", "SEGV"), RunEnd::Signal { number: 11 }),
            (("core-dump", "dumped", "ABRT"), RunEnd::Signal { number: 6 }),
            (("timeout", "killed", "TERM"), RunEnd::TimeLimit),
            (("oom-kill", "killed", "KILL"), RunEnd::Memory),
            (("resources", "", ""), RunEnd::NotStarted),
        ] {
            assert_eq!(End::of_systemd(1, 2, said).end, expected, "{said:?}");
        }
    }
}
