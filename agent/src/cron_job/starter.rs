//! What the scheduler, which is nobody, has the starter do, which is root: lines that name a job, and nothing of what it does.

use super::{place::Places, unit};
use crate::{
    cell::starter::systemd::{self, Verb},
    exec::ExecError,
    limits::slice,
};
use model::{AccountState, CronJobId, UnixName};
use nix::{sys::stat::Mode, unistd::mkfifo};
use std::{
    collections::HashMap,
    fs::{self, File},
    io,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UnixStream,
    time::timeout,
};

/// Who may write is the run, which has it open and may open it again by its own `/dev/stdout`; the folder lets nobody else near. The
/// scheduler reads, by its group.
const PIPE_MODE: u32 = 0o642;
/// A unit that takes longer to start has failed, and one that takes longer to end is killed before.
const START: Duration = Duration::from_secs(30);
const STOP: Duration = Duration::from_secs(20);

/// The pipes of runs, open while they last: what a run wrote is still there when the scheduler was away at its end, and whoever notes that
/// end waits for no reader.
pub type Pipes = Mutex<HashMap<CronJobId, File>>;

/// More than the scheduler lets run: if there are so many it has forgotten some.
const MOST_PIPES: usize = 512;

/// `pipe ACCOUNT ID`, `run ACCOUNT ID STARTED`, `end ACCOUNT ID`, `done ACCOUNT ID`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    verb: What,
    account: UnixName,
    id: CronJobId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Make the pipe its output will come through.
    Pipe,
    /// Start a run, which began at this moment.
    Run(u64),
    /// End what is running.
    End,
    /// All that came through the pipe has been read.
    Done,
}

impl Wish {
    pub fn new(verb: What, account: &UnixName, id: CronJobId) -> Wish {
        Wish { verb, account: account.clone(), id }
    }

    pub fn line(&self) -> String {
        let Wish { verb, account, id } = self;
        match verb {
            What::Pipe => format!("pipe {account} {id}\n"),
            What::Run(started) => format!("run {account} {id} {started}\n"),
            What::End => format!("end {account} {id}\n"),
            What::Done => format!("done {account} {id}\n"),
        }
    }

    pub fn parse(line: &[u8]) -> Option<Wish> {
        let words: Vec<&str> = std::str::from_utf8(line).ok()?.strip_suffix('\n')?.split(' ').collect();
        let (verb, account, id) = match words[..] {
            ["pipe", account, id] => (What::Pipe, account, id),
            ["run", account, id, started] => (What::Run(started.parse().ok()?), account, id),
            ["end", account, id] => (What::End, account, id),
            ["done", account, id] => (What::Done, account, id),
            _ => return None,
        };
        let wish = Wish { verb, account: UnixName::parse(account).ok()?, id: id.parse().ok()? };
        (wish.line().as_bytes() == line).then_some(wish)
    }

    /// Does it, as root.
    pub fn fulfil(&self, places: &Places, pipes: &Pipes) -> io::Result<()> {
        let held = || pipes.lock().unwrap_or_else(PoisonError::into_inner);
        let Wish { verb, account, id } = self;
        match verb {
            What::Pipe => {
                let pipe = make_pipe(&places.pipe(*id))?;
                let mut held = held();
                if held.len() >= MOST_PIPES {
                    held.clear();
                }
                held.insert(*id, pipe);
                Ok(())
            }
            What::Done => {
                held().remove(id);
                // Of a job that is gone nothing stays.
                if !places.job(*id).exists() {
                    let _ = fs::remove_file(places.pipe(*id));
                    let _ = fs::remove_file(places.end(*id));
                }
                Ok(())
            }
            What::Run(started) => {
                // What is wanted now, and not what the scheduler read a moment ago.
                let (job, cell) = (places.read_job(*id)?, places.cells.cell(account)?);
                if job.account != *account || cell.state != AccountState::Active {
                    return Err(io::Error::other(format!("{account}: not active, or another account's job")));
                }
                let program = unit::start(&job, &places.pipe(*id), &places.job(*id), *started).timeout(START);
                program.run().map(drop).map_err(|error| match &error {
                    ExecError::Failed { stderr, .. } => io::Error::other(stderr.clone()),
                    _ => io::Error::other(error.to_string()),
                })?;
                slice::hold(account, cell.limits.as_ref());
                Ok(())
            }
            What::End => {
                let unit = unit::name(account, *id);
                let ended = systemd::ask(Path::new(systemd::SOCKET), Verb::Stop, &unit, STOP);
                if ended.is_err() && !places.is_loaded(account, *id) { Ok(()) } else { ended }
            }
        }
    }
}

fn make_pipe(path: &Path) -> io::Result<File> {
    // Another one for each run: who holds that of an earlier run writes into no later one.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => mkfifo(path, Mode::S_IRUSR | Mode::S_IWUSR)?,
    }
    fs::set_permissions(path, fs::Permissions::from_mode(PIPE_MODE))?;
    // To read and to write: such an open waits for nobody.
    File::options().read(true).write(true).custom_flags(nix::libc::O_NOFOLLOW).open(path)
}

/// Asks the starter, and waits for its word.
pub async fn ask(socket: &Path, wish: &Wish) -> io::Result<()> {
    let talk = async {
        let mut stream = UnixStream::connect(socket).await?;
        stream.write_all(wish.line().as_bytes()).await?;
        let mut said = String::new();
        stream.take(1024).read_to_string(&mut said).await?;
        match said.trim_end() {
            "ok" => Ok(()),
            said => Err(io::Error::other(said.strip_prefix("failed ").unwrap_or("no answer").to_owned())),
        }
    };
    timeout(START + Duration::from_secs(10), talk)
        .await
        .unwrap_or_else(|_| Err(io::Error::new(io::ErrorKind::TimedOut, "the starter says nothing")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{FileTypeExt, MetadataExt};

    #[test]
    fn a_line_names_a_job_and_nothing_else() {
        let id = CronJobId::new(7, &[7; 10]);
        let account: UnixName = "les-amis".parse().unwrap();
        for verb in [What::Pipe, What::Run(12), What::End, What::Done] {
            let wish = Wish::new(verb, &account, id);
            assert_eq!(Wish::parse(wish.line().as_bytes()), Some(wish));
        }
        for bad in [
            "pipe les-amis\n".to_owned(),
            format!("pipe les-amis {id}"),
            format!("pipe les-amis {id}\n\n"),
            format!("pipe  les-amis {id}\n"),
            format!("pipe root {id}\n"),
            format!("pipe ../x {id}\n"),
            format!("run les-amis {id}\n"),
            format!("run les-amis {id} -1\n"),
            format!("run les-amis {id} +1\n"),
            format!("run les-amis {id} 01\n"),
            format!("end les-amis {id} 1\n"),
            format!("exec les-amis {id}\n"),
            format!("end les-amis {}\n", id.simple()),
        ] {
            assert_eq!(Wish::parse(bad.as_bytes()), None, "{bad:?}");
        }
    }

    #[test]
    fn each_run_has_a_pipe_of_its_own() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pipe");
        let held: Vec<File> = (0..2).map(|_| make_pipe(&path).unwrap()).collect();
        let inodes: Vec<u64> = held.iter().map(|pipe| pipe.metadata().unwrap().ino()).collect();
        assert_ne!(inodes[0], inodes[1]);
        let meta = fs::symlink_metadata(&path).unwrap();
        assert!(meta.file_type().is_fifo());
        assert_eq!(meta.permissions().mode() & 0o777, PIPE_MODE);
        // What a link leads to stays as it is.
        let (link, other) = (dir.path().join("link"), dir.path().join("other"));
        fs::write(&other, "kept").unwrap();
        std::os::unix::fs::symlink(&other, &link).unwrap();
        make_pipe(&link).unwrap();
        assert_eq!(fs::read_to_string(&other).unwrap(), "kept");
    }
}
