//! Runs programs for the tests: the lab, the panel, packages. Nothing of the product spawns through here.

use std::ffi::OsStr;
use std::io::Write;
use std::process::{Command, Output, Stdio};

/// What a program said, and how it ended.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    /// Its output, when it ended well; else an error that shows everything.
    pub fn ok(self, what: &str) -> Result<String, String> {
        if self.code == 0 {
            Ok(self.out)
        } else {
            Err(format!("{what} ended with {}:\n{}{}", self.code, self.out, self.err))
        }
    }
}

/// A command of the tests; the one place in this crate that makes one.
#[allow(clippy::disallowed_methods)] // law 5 binds the product; the tests drive the lab and the panel from outside
pub fn command(program: impl AsRef<OsStr>) -> Command {
    Command::new(program)
}

pub fn run<I, S>(program: &str, args: I) -> Result<Said, String>
where
    I: IntoIterator<Item = S>,
    S: AsRef<OsStr>,
{
    run_with(program, args, "")
}

/// Runs a program with `stdin`, whole.
pub fn run_with<I, S>(program: &str, args: I, stdin: &str) -> Result<Said, String>
where
    I: IntoIterator<Item = S>,
    S: AsRef<OsStr>,
{
    let failed = |error: std::io::Error| format!("{program}: {error}");
    let mut child = command(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    if let Some(mut pipe) = child.stdin.take() {
        // A program that does not read its input is no error of ours.
        let _ = pipe.write_all(stdin.as_bytes());
    }
    let Output { status, stdout, stderr } = child.wait_with_output().map_err(failed)?;
    Ok(Said {
        code: status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&stdout).into_owned(),
        err: String::from_utf8_lossy(&stderr).into_owned(),
    })
}
