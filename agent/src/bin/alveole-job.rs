//! `alveole-job`: see agent/src/cron_job/job.rs. What a run of a cron job begins with, and what notes its end.

use agent::cron_job::job;
use std::{
    process::ExitCode,
    time::{SystemTime, UNIX_EPOCH},
};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let error = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => job::become_it(),
        ["--ended", id, started] => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            match job::ended(id, started, u64::try_from(now.as_millis()).unwrap_or(0)) {
                Ok(()) => return ExitCode::SUCCESS,
                Err(error) => error,
            }
        }
        _ => std::io::Error::other("usage: alveole-job < JOB, or alveole-job --ended ID STARTED"),
    };
    // Into the run's own output, or systemd's journal.
    eprintln!("alveole-job: {error}");
    ExitCode::from(127)
}
