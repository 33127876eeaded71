//! Asks systemd to start a unit, over its own socket (as systemctl does for root) and without any other program: a start
//! is a message there, a message back, and a signal when it has gone well or not. D-Bus specification 0.43, wire format 1.

use super::wire::{Kind, Message, Property, call, parse, set_properties};
use std::{
    io::{self, Read, Write},
    os::unix::net::UnixStream,
    path::Path,
    time::{Duration, Instant},
};

/// Where systemd listens for root alone.
pub const SOCKET: &str = "/run/systemd/private";
/// Signals about other units come along; none is longer.
const LONGEST: usize = 1024 * 1024;

/// What can be asked for a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Start,
    Reload,
    Stop,
}

impl Verb {
    fn method(self) -> &'static str {
        match self {
            Verb::Start => "StartUnit",
            Verb::Reload => "ReloadUnit",
            Verb::Stop => "StopUnit",
        }
    }
}

/// Starts a unit and waits until systemd says how that went.
pub fn start(socket: &Path, unit: &str, timeout: Duration) -> io::Result<()> {
    ask(socket, Verb::Start, unit, timeout)
}

/// Asks one thing for a unit and waits until systemd says how that went.
pub fn ask(socket: &Path, verb: Verb, unit: &str, timeout: Duration) -> io::Result<()> {
    let mut bus = Bus::open(socket, timeout)?;
    bus.stream.write_all(&call(SERIAL, verb.method(), &[unit, "replace"]))?;
    let mut job: Option<String> = None;
    let mut removed: Vec<(String, String)> = Vec::new();
    loop {
        let message = bus.next()?;
        match message.kind {
            Kind::Return { to: SERIAL } => job = Some(message.string(0).ok_or_else(odd)?),
            Kind::Error { to: SERIAL } => {
                return Err(io::Error::other(
                    message.string(0).unwrap_or_else(|| "systemd refused".to_owned()),
                ));
            }
            Kind::Signal { ref member } if member == "JobRemoved" => {
                let (job, result) = message.job_removed().ok_or_else(odd)?;
                removed.push((job, result));
            }
            Kind::Return { .. } | Kind::Error { .. } | Kind::Signal { .. } | Kind::Other => continue,
        }
        let Some(job) = &job else { continue };
        match removed.iter().find(|(removed, _)| removed == job) {
            Some((_, result)) if result == "done" => return Ok(()),
            Some((_, result)) => return Err(io::Error::other(format!("the job of {unit} ended: {result}"))),
            None => removed.clear(),
        }
    }
}

/// Changes a unit until it is gone.
pub fn set(socket: &Path, unit: &str, properties: &[Property], timeout: Duration) -> io::Result<()> {
    said(socket, &set_properties(SERIAL, unit, properties), timeout)
}

/// One call, and systemd's answer to it.
fn said(socket: &Path, call: &[u8], timeout: Duration) -> io::Result<()> {
    let mut bus = Bus::open(socket, timeout)?;
    bus.stream.write_all(call)?;
    loop {
        let message = bus.next()?;
        match &message.kind {
            Kind::Return { to: SERIAL } => return Ok(()),
            Kind::Error { to: SERIAL } => {
                return Err(io::Error::other(
                    message.string(0).unwrap_or_else(|| "systemd refused".to_owned()),
                ));
            }
            _ => {}
        }
    }
}

/// Of the one call of a connection.
const SERIAL: u32 = 1;

fn odd() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "systemd said what we do not understand")
}

struct Bus {
    stream: UnixStream,
    end: Instant,
    /// Read, not yet understood.
    read: Vec<u8>,
}

impl Bus {
    fn open(socket: &Path, timeout: Duration) -> io::Result<Bus> {
        let mut bus =
            Bus { stream: UnixStream::connect(socket)?, end: Instant::now() + timeout, read: Vec::new() };
        bus.greet()?;
        Ok(bus)
    }

    /// SASL EXTERNAL: the kernel tells systemd who we are. There is no bus and so no Hello.
    fn greet(&mut self) -> io::Result<()> {
        let uid: String = nix::unistd::geteuid().to_string().bytes().map(|b| format!("{b:02x}")).collect();
        self.stream.set_write_timeout(Some(Duration::from_secs(5)))?;
        self.stream.write_all(format!("\0AUTH EXTERNAL {uid}\r\nBEGIN\r\n").as_bytes())?;
        loop {
            if let Some(end) = self.read.windows(2).position(|w| w == b"\r\n") {
                let line: Vec<u8> = self.read.drain(..end + 2).collect();
                return if line.starts_with(b"OK ") { Ok(()) } else { Err(odd()) };
            }
            if self.read.len() > 1024 {
                return Err(odd());
            }
            self.more()?;
        }
    }

    fn next(&mut self) -> io::Result<Message> {
        loop {
            if let Some((message, length)) = parse(&self.read, LONGEST)? {
                self.read.drain(..length);
                return Ok(message);
            }
            self.more()?;
        }
    }

    fn more(&mut self) -> io::Result<()> {
        let left = self.end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "not within the time limit"));
        }
        self.stream.set_read_timeout(Some(left))?;
        let mut buffer = [0u8; 4096];
        match self.stream.read(&mut buffer) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(n) => {
                self.read.extend_from_slice(&buffer[..n]);
                Ok(())
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::wire::tests::{answer, signal};
    use super::*;
    use std::os::unix::net::UnixListener;

    /// A systemd that says these messages to the first call, then leaves.
    fn said_by(messages: Vec<Vec<u8>>) -> io::Result<()> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("private");
        let listener = UnixListener::bind(&path).unwrap();
        let systemd = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut heard = Vec::new();
            let mut buffer = [0; 4096];
            while !String::from_utf8_lossy(&heard).contains("BEGIN\r\n") {
                let n = stream.read(&mut buffer).unwrap();
                heard.extend_from_slice(&buffer[..n]);
            }
            assert!(heard.starts_with(b"\0AUTH EXTERNAL 3"));
            stream.write_all(b"OK 0123\r\n").unwrap();
            let after = heard.windows(7).position(|w| w == b"BEGIN\r\n").unwrap() + 7;
            let mut call = heard.split_off(after);
            while parse(&call, LONGEST).unwrap().is_none() {
                let n = stream.read(&mut buffer).unwrap();
                call.extend_from_slice(&buffer[..n]);
            }
            for message in messages {
                // In pieces, as it may come.
                for piece in message.chunks(13) {
                    // Whoever has heard enough leaves.
                    let _ = stream.write_all(piece);
                }
            }
        });
        let said = start(&path, "alveole-cell@a.service", Duration::from_secs(5));
        systemd.join().unwrap();
        said
    }

    const JOB: &str = "/org/freedesktop/systemd1/job/7";

    #[test]
    fn done_when_our_own_job_is_done() {
        let other = signal("JobRemoved", 6, "/org/freedesktop/systemd1/job/6", "b.service", "failed");
        let done = signal("JobRemoved", 7, JOB, "alveole-cell@a.service", "done");
        said_by(vec![answer(2, 1, "o", JOB), other.clone(), done.clone()]).unwrap();
        said_by(vec![other, done, answer(2, 1, "o", JOB)]).unwrap();
    }

    #[test]
    fn failed_refused_or_cut() {
        let failed = signal("JobRemoved", 7, JOB, "alveole-cell@a.service", "failed");
        let error = said_by(vec![answer(2, 1, "o", JOB), failed]).unwrap_err();
        assert_eq!(error.to_string(), "the job of alveole-cell@a.service ended: failed");
        assert_eq!(said_by(vec![answer(3, 1, "s", "no such unit")]).unwrap_err().to_string(), "no such unit");
        assert_eq!(said_by(vec![answer(2, 1, "o", JOB)]).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(said_by(vec![vec![b'x'; 64]]).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
