//! The only module of the house that starts programs (law 5): absolute path, argument vector, clean environment,
//! data on stdin, a time limit, bounded output, another user if asked. No shell, ever.

use nix::{
    errno::Errno,
    fcntl::{FcntlArg, OFlag, fcntl},
    poll::{PollFd, PollFlags, PollTimeout, poll},
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use std::{
    ffi::{OsStr, OsString},
    fmt,
    io::{ErrorKind, Read, Write},
    os::{fd::AsFd, unix::process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

/// Where programs we start look for others; nobody but root writes there.
const PATH: &str = "/usr/sbin:/usr/bin:/sbin:/bin";

/// A program to run: what it is given and what it may take.
#[derive(Clone, Debug)]
pub struct Program {
    path: PathBuf,
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    stdin: Vec<u8>,
    timeout: Duration,
    most_output: usize,
    user: Option<(u32, u32)>,
    folder: PathBuf,
}

/// What a program that ended well wrote.
#[derive(Clone, Debug, Default)]
pub struct Output {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

/// Why a program did not do what it was asked.
#[derive(Debug)]
pub enum ExecError {
    /// Only absolute paths are run.
    NotAbsolute(PathBuf),
    Start {
        program: PathBuf,
        source: std::io::Error,
    },
    TimedOut {
        program: PathBuf,
        after: Duration,
        stderr: String,
    },
    Failed {
        program: PathBuf,
        status: ExitStatus,
        /// The last lines it wrote on stderr, or on stdout when stderr is empty.
        stderr: String,
    },
    Pipe {
        program: PathBuf,
        source: std::io::Error,
    },
}

impl fmt::Display for ExecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExecError::NotAbsolute(program) => write!(f, "{} is not an absolute path", program.display()),
            ExecError::Start { program, .. } => write!(f, "starting {}", program.display()),
            ExecError::TimedOut { program, after, stderr } => {
                write!(f, "{} did not end within {} ms: {stderr}", program.display(), after.as_millis())
            }
            ExecError::Failed { program, status, stderr } => {
                write!(f, "{}: {status}: {stderr}", program.display())
            }
            ExecError::Pipe { program, .. } => write!(f, "talking to {}", program.display()),
        }
    }
}

impl std::error::Error for ExecError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ExecError::Start { source, .. } | ExecError::Pipe { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl ExecError {
    /// What the program said of it, if it ran at all.
    pub fn stderr(&self) -> Option<&str> {
        match self {
            ExecError::Failed { stderr, .. } | ExecError::TimedOut { stderr, .. } => Some(stderr),
            _ => None,
        }
    }
}

impl Program {
    pub fn new(path: impl Into<PathBuf>) -> Program {
        Program {
            path: path.into(),
            args: Vec::new(),
            env: Vec::new(),
            stdin: Vec::new(),
            timeout: Duration::from_secs(30),
            most_output: 64 * 1024,
            user: None,
            folder: PathBuf::from("/"),
        }
    }

    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Program {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Program {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// One variable more; PATH and LC_ALL stay what they are.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Program {
        self.env.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    pub fn stdin(mut self, data: impl Into<Vec<u8>>) -> Program {
        self.stdin = data.into();
        self
    }

    pub fn timeout(mut self, timeout: Duration) -> Program {
        self.timeout = timeout;
        self
    }

    /// Octets of stdout and of stderr that are kept; the rest is read and thrown away.
    pub fn most_output(mut self, octets: usize) -> Program {
        self.most_output = octets;
        self
    }

    /// Run as this user and group, with no other group. For root, std's own drop empties the groups first,
    /// then sets the real, effective and saved ids; it needs no unsafe code of ours.
    pub fn user(mut self, uid: u32, gid: u32) -> Program {
        self.user = Some((uid, gid));
        self
    }

    /// Where it begins, instead of `/`.
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Program {
        self.folder = folder.into();
        self
    }

    #[allow(clippy::disallowed_methods, reason = "law 5: this module alone starts programs")]
    fn command(&self) -> Result<Command, ExecError> {
        if !self.path.is_absolute() {
            return Err(ExecError::NotAbsolute(self.path.clone()));
        }
        let mut command = Command::new(&self.path);
        command.args(&self.args).env_clear().envs(self.env.iter().map(|(n, v)| (n, v)));
        command.env("PATH", PATH).env("LC_ALL", "C.UTF-8").current_dir(&self.folder);
        if let Some((uid, gid)) = self.user {
            command.gid(gid).uid(uid);
        }
        Ok(command)
    }

    fn start_error(&self, source: std::io::Error) -> ExecError {
        ExecError::Start { program: self.path.clone(), source }
    }

    /// Becomes the program, with no stdin and our stdout and stderr; comes back only if that failed.
    pub fn exec(&self) -> std::io::Error {
        match self.command() {
            Ok(mut command) => command.stdin(Stdio::null()).exec(),
            Err(error) => std::io::Error::other(error),
        }
    }

    /// Starts a program that goes on running beside us: no stdin, our stdout and stderr.
    pub fn start(&self) -> Result<Child, ExecError> {
        self.command()?.stdin(Stdio::null()).spawn().map_err(|source| self.start_error(source))
    }

    /// The same for those who live in tokio.
    pub fn start_async(&self) -> Result<tokio::process::Child, ExecError> {
        let mut command = tokio::process::Command::from(self.command()?);
        command.stdin(Stdio::null()).spawn().map_err(|source| self.start_error(source))
    }

    /// The same, in a process group of its own, with its outputs for us to read; it ends when what this gives is dropped.
    pub fn start_heard(&self) -> Result<tokio::process::Child, ExecError> {
        let mut command = tokio::process::Command::from(self.command()?);
        command.process_group(0).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().map_err(|source| self.start_error(source))
    }

    /// Starts a program to talk with over its stdin and stdout; it ends when what this gives is dropped.
    pub fn converse(&self) -> Result<tokio::process::Child, ExecError> {
        let mut command = tokio::process::Command::from(self.command()?);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        command.spawn().map_err(|source| self.start_error(source))
    }

    /// Starts a program to be fed and read by hand, all three of its pipes ours.
    pub fn piped(&self) -> Result<Child, ExecError> {
        let mut command = self.command()?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().map_err(|source| self.start_error(source))
    }

    /// Runs to the end. Whatever remains of it (a group of its own) after the time limit is killed.
    pub fn run(&self) -> Result<Output, ExecError> {
        let mut command = self.command()?;
        command.process_group(0);
        command.stdin(if self.stdin.is_empty() { Stdio::null() } else { Stdio::piped() });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|source| self.start_error(source))?;
        let talked = self.talk(&mut child);
        if !matches!(talked, Ok((Some(_), _))) {
            // Not yet waited for, so the group's number is still ours.
            if let Ok(group) = i32::try_from(child.id()) {
                let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
            }
            let _ = child.wait();
        }
        let (status, output) =
            talked.map_err(|source| ExecError::Pipe { program: self.path.clone(), source })?;
        let said = || tail(if output.stderr.is_empty() { &output.stdout } else { &output.stderr });
        match status {
            None => {
                Err(ExecError::TimedOut { program: self.path.clone(), after: self.timeout, stderr: said() })
            }
            Some(status) if !status.success() => {
                Err(ExecError::Failed { program: self.path.clone(), status, stderr: said() })
            }
            Some(_) => Ok(output),
        }
    }

    /// Feeds stdin and reads both outputs until the program has ended; `None` when its time is over.
    fn talk(&self, child: &mut Child) -> std::io::Result<(Option<ExitStatus>, Output)> {
        let deadline = Instant::now() + self.timeout;
        let mut output = Output::default();
        let (mut stdin, mut stdout, mut stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let pipes = [
            stdin.as_ref().map(AsFd::as_fd),
            stdout.as_ref().map(AsFd::as_fd),
            stderr.as_ref().map(AsFd::as_fd),
        ];
        for fd in pipes.into_iter().flatten() {
            fcntl(fd, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        }
        let mut rest: &[u8] = &self.stdin;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            // The slices only matter once a pipe says nothing any more: a program that closed its outputs but goes on,
            // or one that ended and left a child behind that holds them.
            let quiet = stdout.is_none() && stderr.is_none();
            let slice = left.min(Duration::from_millis(if quiet { 1 } else { 50 }));
            {
                let mut fds = Vec::with_capacity(3);
                fds.extend(stdout.as_ref().map(|p| PollFd::new(p.as_fd(), PollFlags::POLLIN)));
                fds.extend(stderr.as_ref().map(|p| PollFd::new(p.as_fd(), PollFlags::POLLIN)));
                fds.extend(stdin.as_ref().map(|p| PollFd::new(p.as_fd(), PollFlags::POLLOUT)));
                let wait = PollTimeout::try_from(slice).unwrap_or(PollTimeout::ZERO);
                match poll(&mut fds, wait) {
                    Ok(_) | Err(Errno::EINTR) => {}
                    Err(errno) => return Err(errno.into()),
                }
            }
            let ended = child.try_wait()?;
            feed(&mut stdin, &mut rest)?;
            drain(&mut stdout, &mut output.stdout, self.most_output)?;
            drain(&mut stderr, &mut output.stderr, self.most_output)?;
            if ended.is_some() || left.is_zero() {
                return Ok((ended, output));
            }
        }
    }
}

fn feed(stdin: &mut Option<std::process::ChildStdin>, rest: &mut &[u8]) -> std::io::Result<()> {
    while let Some(pipe) = stdin {
        match pipe.write(rest) {
            Ok(0) => *stdin = None,
            Ok(n) => *rest = &rest[n..],
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            // It does not want to hear more; its exit status says whether that was right.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => *stdin = None,
            Err(error) => return Err(error),
        }
        if rest.is_empty() {
            *stdin = None;
        }
    }
    Ok(())
}

fn drain<P: Read>(pipe: &mut Option<P>, into: &mut Vec<u8>, most: usize) -> std::io::Result<()> {
    let mut buffer = [0u8; 8192];
    while let Some(open) = pipe {
        match open.read(&mut buffer) {
            Ok(0) => *pipe = None,
            Ok(n) => into.extend_from_slice(&buffer[..n.min(most.saturating_sub(into.len()))]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The last lines of what a program said, at most 1 KiB, without control characters.
fn tail(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let text = text.trim_end();
    let mut start = text.len().saturating_sub(1024);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    text[start..].chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect()
}

/// Whether a program is there to be run.
pub fn installed(path: impl AsRef<Path>) -> bool {
    path.as_ref().is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_goes_in_and_comes_back_bounded() {
        let big = vec![b'x'; 300_000];
        let out = Program::new("/bin/cat").stdin(big.clone()).most_output(1_000_000).run().unwrap();
        assert_eq!(out.stdout, big);
        let out = Program::new("/bin/cat").stdin(big).most_output(10).run().unwrap();
        assert_eq!(out.stdout.len(), 10);
    }

    #[test]
    fn environment_is_ours_alone() {
        let out = Program::new("/usr/bin/env").env("PATH", "/tmp").env("A", "b").run().unwrap();
        let text = String::from_utf8(out.stdout).unwrap();
        let mut lines: Vec<&str> = text.lines().collect();
        lines.sort_unstable();
        assert_eq!(lines, ["A=b", "LC_ALL=C.UTF-8", &format!("PATH={PATH}")]);
    }

    #[test]
    fn failures_say_what_the_program_said() {
        let error = Program::new("/bin/ls").arg("--").arg("/does/not/exist").run().unwrap_err();
        assert!(error.stderr().unwrap().contains("/does/not/exist"), "{error}");
        assert!(matches!(Program::new("ls").run(), Err(ExecError::NotAbsolute(_))));
        assert!(matches!(Program::new("/does/not/exist").run(), Err(ExecError::Start { .. })));
    }

    #[test]
    fn what_takes_too_long_is_killed() {
        let start = Instant::now();
        let slow = Program::new("/bin/sleep").arg("60").timeout(Duration::from_millis(80));
        assert!(matches!(slow.run(), Err(ExecError::TimedOut { .. })));
        assert!(start.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn another_user_has_no_other_group() {
        if !nix::unistd::geteuid().is_root() {
            return;
        }
        let out = Program::new("/usr/bin/id").user(200_001, 200_001).run().unwrap();
        assert_eq!(String::from_utf8(out.stdout).unwrap().trim(), "uid=200001 gid=200001 groups=200001");
    }
}
