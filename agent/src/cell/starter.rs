//! The starter: root, and as little of it as can be. It hears an account's name from the waker and from nobody else,
//! checks that the agent has written an active cell of that name, and has systemd start it; and the name of a cron job from the scheduler,
//! likewise (agent/src/cron_job/starter.rs).

pub mod systemd;
pub mod wire;

use crate::{
    cell::{
        log,
        place::{Cell, Places},
    },
    cron_job::{self, starter::Wish},
    limits::slice,
};
use model::{AccountState, Limits, UnixName};
use nix::sys::socket::{getsockopt, sockopt::PeerCredentials};
use std::{
    io::{self, Read, Write},
    os::unix::net::{UnixListener, UnixStream},
    path::Path,
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::Duration,
};

/// What the waker sends is one short line, at once.
const PATIENCE: Duration = Duration::from_secs(2);
/// A start that takes longer has failed; the unit's own limit is shorter.
const START: Duration = Duration::from_secs(28);
/// Conversations at once; beyond, the rest waits in the kernel's queue.
const MOST_TALKS: usize = 64;

/// So many may pass at once, the others wait.
struct Gate {
    free: Mutex<usize>,
    freed: Condvar,
}

struct Pass<'a>(&'a Gate);

impl Gate {
    fn new(free: usize) -> Gate {
        Gate { free: Mutex::new(free), freed: Condvar::new() }
    }

    fn pass(&self) -> Pass<'_> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self.freed.wait_while(free, |free| *free == 0).unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
        Pass(self)
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.freed.notify_one();
    }
}

/// Who may ask, by uid; root may too.
#[derive(Clone, Copy, Debug)]
pub struct Callers {
    pub waker: u32,
    pub scheduler: u32,
}

/// What a starter works with.
struct Starter {
    places: cron_job::place::Places,
    callers: Callers,
    /// Cells starting at once, and cron jobs: a full hour shall not keep visitors waiting.
    cells: Gate,
    jobs: Gate,
    pipes: cron_job::starter::Pipes,
}

/// What is asked.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Cell(UnixName),
    Job(Wish),
}

/// Serves until the listener fails. `at_once` bounds the cells starting at once.
pub fn run(
    listener: &UnixListener,
    places: cron_job::place::Places,
    callers: Callers,
    at_once: usize,
) -> io::Result<()> {
    let talks = Arc::new(Gate::new(MOST_TALKS));
    let (cells, jobs) = (Gate::new(at_once.max(1)), Gate::new(at_once.max(1)));
    let starter = Arc::new(Starter { places, callers, cells, jobs, pipes: Default::default() });
    loop {
        drop(talks.pass());
        let (stream, _) = listener.accept()?;
        let (talks, starter) = (Arc::clone(&talks), Arc::clone(&starter));
        thread::Builder::new().stack_size(256 * 1024).spawn(move || {
            let _talk = talks.pass();
            serve(stream, &starter);
        })?;
    }
}

fn serve(mut stream: UnixStream, starter: &Starter) {
    let said = hear(&mut stream, starter.callers).and_then(|asked| match asked {
        Asked::Cell(account) => {
            let cell = may_start(&starter.places.cells, account)?;
            let _pass = starter.cells.pass();
            start(&cell.account, cell.limits.as_ref())
        }
        Asked::Job(wish) => {
            let _pass = starter.jobs.pass();
            wish.fulfil(&starter.places, &starter.pipes)
        }
    });
    let said = match said {
        Ok(()) => "ok\n".to_owned(),
        Err(error) => {
            log::error(format!("refused or failed: {error}"));
            let why: String =
                error.to_string().chars().map(|c| if c.is_control() { ' ' } else { c }).take(400).collect();
            format!("failed {why}\n")
        }
    };
    // The waker may have given up.
    let _ = stream.write_all(said.as_bytes());
}

/// One line: from the waker an account's name, from the scheduler a wish for a job.
fn hear(stream: &mut UnixStream, callers: Callers) -> io::Result<Asked> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let peer = getsockopt(&*stream, PeerCredentials)?.uid();
    if ![callers.waker, callers.scheduler, 0].contains(&peer) {
        return Err(io::Error::other(format!("uid {peer} may not ask")));
    }
    let mut line = Vec::new();
    let mut buffer = [0u8; 128];
    while !line.contains(&b'\n') {
        let n = stream.read(&mut buffer)?;
        if n == 0 || line.len() + n > 128 {
            return Err(io::Error::other("no line"));
        }
        line.extend_from_slice(&buffer[..n]);
    }
    // Each asks for its own, and root for either.
    let account =
        || (peer != callers.scheduler || peer == 0).then(|| parse_line(&line).map(Asked::Cell)).flatten();
    let job = || (peer != callers.waker || peer == 0).then(|| Wish::parse(&line).map(Asked::Job)).flatten();
    account().or_else(job).ok_or_else(|| io::Error::other("not an account's name"))
}

fn parse_line(line: &[u8]) -> Option<UnixName> {
    UnixName::parse(std::str::from_utf8(line).ok()?.strip_suffix('\n')?).ok()
}

fn may_start(places: &Places, account: UnixName) -> io::Result<Cell> {
    let cell =
        places.cell(&account).map_err(|error| io::Error::other(format!("{account}: cell.json: {error}")))?;
    match cell.state {
        AccountState::Active => Ok(cell),
        AccountState::Suspended | AccountState::Erased => {
            Err(io::Error::other(format!("{account}: not active")))
        }
    }
}

fn start(account: &UnixName, limits: Option<&Limits>) -> io::Result<()> {
    systemd::start(Path::new(systemd::SOCKET), &slice::unit("cell", account), START)
        .map_err(|error| io::Error::new(error.kind(), format!("{account}: {error}")))?;
    slice::hold(account, limits);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_and_a_newline() {
        assert_eq!(parse_line(b"les-amis\n").unwrap().as_str(), "les-amis");
        for bad in [
            &b"les-amis"[..],
            b"\n",
            b"les-amis\n\n",
            b"les-amis\r\n",
            b" les-amis\n",
            b"../x\n",
            b"a.service\n",
            b"root\n",
            b"-x\n",
            b"a\0b\n",
            b"\xff\n",
        ] {
            assert!(parse_line(bad).is_none(), "{bad:?}");
        }
    }

    fn talk(places: &Places, waker: u32, line: &[u8]) -> String {
        let (mut ours, theirs) = UnixStream::pair().unwrap();
        ours.write_all(line).unwrap();
        ours.shutdown(std::net::Shutdown::Write).unwrap();
        let places = cron_job::place::Places { cells: places.clone(), ..Default::default() };
        let callers = Callers { waker, scheduler: 4_000_000_000 };
        serve(
            theirs,
            &Starter { places, callers, cells: Gate::new(1), jobs: Gate::new(1), pipes: Default::default() },
        );
        let mut said = String::new();
        ours.read_to_string(&mut said).unwrap();
        said
    }

    #[test]
    fn who_may_not_and_what_may_not() {
        let dir = tempfile::tempdir().unwrap();
        let places = Places { cells: dir.path().into(), ..Places::default() };
        let me = nix::unistd::geteuid().as_raw();
        assert_eq!(talk(&places, me, b""), "failed no line\n");
        assert_eq!(talk(&places, me, &[b'a'; 200]), "failed no line\n");
        assert_eq!(talk(&places, me, b"../../x\n"), "failed not an account's name\n");
        assert!(talk(&places, me, b"nobody-here\n").starts_with("failed nobody-here: cell.json: "));
        if me != 0 {
            assert_eq!(talk(&places, me + 1, b"les-amis\n"), format!("failed uid {me} may not ask\n"));
        }
        std::fs::create_dir(dir.path().join("les-amis")).unwrap();
        std::fs::write(
            dir.path().join("les-amis/cell.json"),
            r#"{"account":"les-amis","account_id":"01890a5d-ac96-774b-bcce-b302099a8057","uid":200001,"state":"suspended"}"#,
        )
        .unwrap();
        assert_eq!(talk(&places, me, b"les-amis\n"), "failed les-amis: not active\n");
    }

    #[test]
    fn the_gate_lets_so_many_through() {
        let gate = Gate::new(2);
        let (a, _b) = (gate.pass(), gate.pass());
        assert_eq!(*gate.free.lock().unwrap(), 0);
        drop(a);
        let _c = gate.pass();
        assert_eq!(*gate.free.lock().unwrap(), 0);
    }
}
