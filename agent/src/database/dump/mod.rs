//! Dumps: `alveole-dump DATABASE`, in a closed transient unit of the account's, speaks with the panel over a session and with MariaDB's
//! own programs, which are the tenant too. They sign in by being it, as the database's visitor (`visitor`), so that no password is anywhere.

mod definers;
mod export;
mod import;
#[cfg(test)]
mod tests;
pub mod unit;

use crate::{
    database::visitor,
    exec::Program,
    files::frame::{Frame, read, write},
};
use model::{
    DatabaseName,
    dump::{DumpAsk, DumpRefusal, DumpSaid, LONGEST_SAID},
};
use std::{
    io::{self, Read, Write},
    process::Child,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread::{self, JoinHandle},
    time::Duration,
};

pub const PROGRAM: &str = "/usr/lib/alveole/alveole-dump";
pub const EXPORTS: &str = "/usr/bin/mariadb-dump";
const IMPORTS: &str = "/usr/bin/mariadb";
const SOCKET: &str = "/run/mysqld/mysqld.sock";
/// How often it says that it goes on, while a long statement runs and nothing else is said.
const SAY: Duration = Duration::from_secs(5);
/// Of what a program wrote on stderr.
const MOST_STDERR: u64 = 16 * 1024;

/// Serves one ask from stdin and stdout.
pub fn run(database: &DatabaseName) -> io::Result<()> {
    let commands = Commands { export: exports(database), import: imports(database) };
    serve(&commands, io::stdin(), io::stdout())
}

/// What is run; tests have their own.
struct Commands {
    export: Program,
    import: Program,
}

/// What both programs are told of the database; no option file of anybody's is read.
fn signs_in(program: &str, database: &DatabaseName) -> Program {
    Program::new(program)
        .args(["--no-defaults", "--protocol=socket", &format!("--socket={SOCKET}")])
        .arg(format!("--user={}", visitor::name(database)))
        .args(["--default-character-set=utf8mb4", "--max-allowed-packet=256M"])
}

/// One state of the database, without locking anybody out of it.
fn exports(database: &DatabaseName) -> Program {
    signs_in(EXPORTS, database)
        .args(["--single-transaction", "--quick", "--skip-lock-tables", "--no-tablespaces", "--hex-blob"])
        .args(["--routines", "--triggers", "--events", "--skip-dump-date", "--"])
        .arg(database.as_str())
}

/// Statements alone: none of the client's own commands (`source`, `system`, `tee`, …), no file of the client's, and no further than the first
/// error.
fn imports(database: &DatabaseName) -> Program {
    signs_in(IMPORTS, database)
        .args(["--batch", "--binary-mode", "--sandbox", "--local-infile=0", "--skip-reconnect"])
        .arg(format!("--database={database}"))
}

/// What is said to the panel, by whoever has something to say.
struct Wire<O> {
    output: Arc<Mutex<O>>,
    /// Octets of SQL until now.
    moved: Arc<AtomicU64>,
}

impl<O> Clone for Wire<O> {
    fn clone(&self) -> Wire<O> {
        Wire { output: self.output.clone(), moved: self.moved.clone() }
    }
}

impl<O: Write + Send + 'static> Wire<O> {
    fn say(&self, said: &DumpSaid) -> io::Result<()> {
        let json = serde_json::to_string(said).map_err(io::Error::other)?;
        self.write(&Frame::Text(json))
    }

    fn write(&self, frame: &Frame) -> io::Result<()> {
        write(&mut *self.output.lock().unwrap_or_else(PoisonError::into_inner), frame)
    }

    fn count(&self, octets: usize) -> u64 {
        self.moved.fetch_add(octets as u64, Ordering::Relaxed) + octets as u64
    }

    fn moved(&self) -> u64 {
        self.moved.load(Ordering::Relaxed)
    }

    /// Says from time to time that it goes on, until what this gives is dropped.
    fn keep_saying(&self) -> mpsc::Sender<()> {
        let (end, ended) = mpsc::channel();
        let wire = self.clone();
        thread::spawn(move || {
            while let Err(mpsc::RecvTimeoutError::Timeout) = ended.recv_timeout(SAY) {
                if wire.say(&DumpSaid::Working { octets: wire.moved() }).is_err() {
                    return;
                }
            }
        });
        end
    }
}

/// Why a dump is not made or taken to its end.
enum Stop {
    Refused(DumpRefusal),
    /// Whoever asked is gone.
    Wire(io::Error),
}

fn serve<I: Read, O: Write + Send + 'static>(commands: &Commands, mut input: I, output: O) -> io::Result<()> {
    let wire = Wire { output: Arc::new(Mutex::new(output)), moved: Arc::default() };
    let ask = match read(&mut input)? {
        Some(Frame::Text(json)) => serde_json::from_str::<DumpAsk>(&json).map_err(io::Error::other)?,
        _ => return Ok(()),
    };
    let done = {
        let _saying = wire.keep_saying();
        match ask {
            DumpAsk::Export => export::export(&commands.export, &wire),
            DumpAsk::Import => import::import(&commands.import, &mut input, &wire),
        }
    };
    match done {
        Ok(()) => wire.say(&DumpSaid::Done { octets: wire.moved() })?,
        Err(Stop::Refused(why)) => wire.say(&DumpSaid::Refused { why })?,
        Err(Stop::Wire(error)) => return Err(error),
    }
    // What was still on its way is heard, so that nobody meets a closed pipe before they read the answer.
    while let Ok(Some(_)) = read(&mut input) {}
    Ok(())
}

/// A program under way; it never outlives us.
struct Running {
    child: Child,
    said: Option<JoinHandle<String>>,
}

impl Running {
    fn start(program: &Program) -> Result<Running, Stop> {
        let mut child = program.piped().map_err(|_| Stop::Refused(DumpRefusal::Failed))?;
        let stderr = child.stderr.take();
        let said = thread::spawn(move || {
            let mut said = Vec::new();
            if let Some(mut stderr) = stderr {
                let _ = stderr.by_ref().take(MOST_STDERR).read_to_end(&mut said);
                let _ = io::copy(&mut stderr, &mut io::sink());
            }
            String::from_utf8_lossy(&said).into_owned()
        });
        Ok(Running { child, said: Some(said) })
    }

    /// Its end, and what it said where that was not well.
    fn ended(&mut self) -> Result<(), Stop> {
        let ended = self.child.wait().map_err(|_| Stop::Refused(DumpRefusal::Failed))?;
        let said = self.said.take().and_then(|said| said.join().ok()).unwrap_or_default();
        if ended.success() { Ok(()) } else { Err(Stop::Refused(refusal(&said))) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Before its stdin closes: an end that comes too early would make a whole statement of half a one.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `ERROR 1064 (42000) at line 3: …` of the client, anything else of either program.
fn refusal(said: &str) -> DumpRefusal {
    let bounded = |said: &str| -> String {
        let plain = said.trim().chars().map(|c| if c.is_control() { ' ' } else { c });
        plain.take(LONGEST_SAID).collect()
    };
    for line in said.lines().filter(|line| line.starts_with("ERROR ")) {
        let at = line.split_once(" at line ").and_then(|(head, rest)| {
            let (number, words) = rest.split_once(':')?;
            Some((head, number.trim().parse().ok()?, words))
        });
        if let Some((head, line, words)) = at {
            let number = head.split_whitespace().nth(1).unwrap_or_default();
            // The client's own refusals have no number.
            let number = if number.is_empty() { String::new() } else { format!(" ({number})") };
            return DumpRefusal::Line { line, said: bounded(&format!("{}{number}", words.trim())) };
        }
    }
    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("?");
    DumpRefusal::Engine { said: bounded(last) }
}
