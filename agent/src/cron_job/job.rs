//! `alveole-job`: what a run begins with. It is the tenant, in the cell, with the job's file as its standard input; it becomes what the
//! job does. Called by systemd as root once a run is over (`--ended`), it notes how.

use super::{end::End, place::Places};
use crate::exec::{self, Program};
use model::{CronJob, Task};
use std::{
    io::{self, Read},
    path::PathBuf,
};

/// Becomes the job; comes back only if that failed.
pub fn become_it() -> io::Error {
    let mut file = Vec::new();
    let job = io::stdin()
        .lock()
        .take(64 * 1024)
        .read_to_end(&mut file)
        .and_then(|_| serde_json::from_slice::<CronJob>(&file).map_err(io::Error::other));
    match job.and_then(|job| program(&job)) {
        Ok(program) => program.exec(),
        Err(error) => error,
    }
}

fn program(job: &CronJob) -> io::Result<Program> {
    let home = PathBuf::from(format!("/home/{}", job.account));
    let program = match &job.task {
        // A shell, but the tenant's own, in the tenant's cell, on the tenant's words (law 5 is about ours).
        Task::Command { line } => Program::new("/bin/sh").args(["-c", line.as_str()]),
        Task::Php { php, script, arguments } => {
            let path = format!("/usr/bin/php{php}");
            if !exec::installed(&path) {
                return Err(io::Error::other(format!("PHP {php} is not installed on this host")));
            }
            let arguments = arguments.iter().map(|argument| argument.as_str());
            Program::new(path).arg("-f").arg(home.join(script.as_str())).arg("--").args(arguments)
        }
    };
    Ok(program
        .env("HOME", &home)
        .env("USER", job.account.as_str())
        .env("LOGNAME", job.account.as_str())
        .env("SHELL", "/bin/sh")
        .env("TZ", job.zone.as_str())
        .folder(home))
}

/// systemd says in the environment how a run ended (systemd.exec(5)); this is where the scheduler looks for it.
pub fn ended(id: &str, started: &str, now_ms: u64) -> io::Result<()> {
    let variable = |name| std::env::var(name).unwrap_or_default();
    let (result, code, status) = (variable("SERVICE_RESULT"), variable("EXIT_CODE"), variable("EXIT_STATUS"));
    let id = id.parse().map_err(io::Error::other)?;
    let started = started.parse().map_err(io::Error::other)?;
    End::of_systemd(started, now_ms, (&result, &code, &status)).write(&Places::default(), id)
}
