//! Work on the files of one account, in a process that has its uid: `alveole-files ACCOUNT`, a child of the agent for one session.
//!
//! It speaks by frames over stdin and stdout (`frame`) and holds one thing: a descriptor of the home. Every path is resolved below it by the
//! kernel (openat2 with RESOLVE_BENEATH and RESOLVE_NO_MAGICLINKS), so no link and no swap leads out; what the account may not do, the
//! kernel refuses. Its program file may be run and not read, so that the tenant's own processes can look into none of it.

mod act;
mod archive;
mod copy;
pub(crate) mod frame;
mod home;
mod list;
mod resume;
mod sftp;
mod trash;

#[cfg(test)]
mod tests;

pub use frame::{Frame, HEAD, head, longest};
pub use home::Home;

use frame::{read, write};
use model::{
    HomePath, UnixName,
    files::{FileAsk, FileRefusal, FileSaid},
};
use nix::{
    errno::Errno,
    sys::{
        resource::{Resource, setrlimit},
        stat::{Mode, umask},
    },
};
use std::{
    io::{self, Read, Write},
    path::Path,
};

/// Why an ask was not done.
#[derive(Debug)]
enum Stop {
    Refused(FileRefusal),
    /// Whoever asks is gone.
    Wire(io::Error),
}

type Did<T> = Result<T, Stop>;

impl From<FileRefusal> for Stop {
    fn from(why: FileRefusal) -> Stop {
        Stop::Refused(why)
    }
}

impl From<Errno> for Stop {
    fn from(errno: Errno) -> Stop {
        Stop::Refused(match errno {
            Errno::ENOENT => FileRefusal::Gone,
            Errno::EEXIST | Errno::ENOTEMPTY => FileRefusal::Exists,
            Errno::EACCES | Errno::EPERM | Errno::EROFS | Errno::ETXTBSY => FileRefusal::Denied,
            Errno::ENOTDIR => FileRefusal::NotAFolder,
            Errno::EISDIR | Errno::ENXIO => FileRefusal::NotAFile,
            Errno::EXDEV | Errno::ELOOP => FileRefusal::Outside,
            Errno::ENOSPC | Errno::EDQUOT => FileRefusal::Full,
            Errno::EFBIG => FileRefusal::TooLarge,
            Errno::ENAMETOOLONG | Errno::EMLINK => FileRefusal::TooMany,
            _ => FileRefusal::Failed,
        })
    }
}

/// A failure on the disk; those of the wire are made where it is spoken to.
impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Stop {
        error.raw_os_error().map_or(Stop::Refused(FileRefusal::Failed), |raw| Errno::from_raw(raw).into())
    }
}

/// What one session's process may take of the host: address space, a core's time, and no image of what it held when it fails. (All tests of
/// this folder, with bombs and archives of 100,001 things, pass within 192 MiB, what they pack themselves included.)
const LIMITS: [(Resource, u64); 3] =
    [(Resource::RLIMIT_AS, 256 * 1024 * 1024), (Resource::RLIMIT_CPU, 3600), (Resource::RLIMIT_CORE, 0)];

/// Serves asks until stdin ends.
pub fn run(account: &UnixName) -> io::Result<()> {
    confine()?;
    let home = Home::open(&Path::new("/home").join(account.as_str()))?;
    serve(&home, &mut io::stdin().lock(), &mut io::stdout().lock())
}

/// What is made is for the account and its group, and no more of the host is taken than one session needs.
pub fn confine() -> io::Result<()> {
    umask(Mode::from_bits_truncate(0o027));
    for (resource, most) in LIMITS {
        setrlimit(resource, most, most)?;
    }
    Ok(())
}

/// SFTP in one folder of a home.
pub fn sftp(
    home: &Home,
    folder: &HomePath,
    input: &mut impl Read,
    output: &mut impl Write,
) -> io::Result<()> {
    let within = home.within(folder).map_err(|_| io::ErrorKind::NotFound)?;
    sftp::serve(within, input, output)
}

/// The same over any wire.
pub fn serve(home: &Home, input: &mut impl Read, output: &mut impl Write) -> io::Result<()> {
    loop {
        let ask = match read(input)? {
            None => return Ok(()),
            Some(Frame::Text(json)) => serde_json::from_str::<FileAsk>(&json).ok(),
            // Of contents that were refused half-way, the rest.
            Some(Frame::Octets(_)) => continue,
        };
        let done = match ask {
            Some(ask) => answer(home, ask, &mut Wire { input, output }),
            None => Err(FileRefusal::Unreadable.into()),
        };
        match done {
            Ok(()) => {}
            Err(Stop::Refused(why)) => say(output, &FileSaid::Refused { why })?,
            Err(Stop::Wire(error)) => return Err(error),
        }
    }
}

/// Both ways to whoever asks.
struct Wire<'a, I: Read, O: Write> {
    input: &'a mut I,
    output: &'a mut O,
}

impl<I: Read, O: Write> Wire<'_, I, O> {
    fn say(&mut self, said: &FileSaid) -> Did<()> {
        say(self.output, said).map_err(Stop::Wire)
    }

    fn octets(&mut self, octets: &[u8]) -> Did<()> {
        write(self.output, &Frame::Octets(octets.to_vec())).map_err(Stop::Wire)
    }

    /// The next contents; none, where they end.
    fn next(&mut self) -> Did<Option<Vec<u8>>> {
        match read(self.input).map_err(Stop::Wire)? {
            Some(Frame::Octets(octets)) => Ok(Some(octets).filter(|octets| !octets.is_empty())),
            _ => Err(Stop::Wire(io::ErrorKind::UnexpectedEof.into())),
        }
    }
}

fn say(output: &mut impl Write, said: &FileSaid) -> io::Result<()> {
    let json = serde_json::to_string(said).map_err(io::Error::other)?;
    write(output, &Frame::Text(json))
}

fn answer<I: Read, O: Write>(home: &Home, ask: FileAsk, wire: &mut Wire<'_, I, O>) -> Did<()> {
    let done = FileSaid::Done { path: None };
    let said = match ask {
        FileAsk::List { path, sort, down, skip, limit } => {
            list::list(home, &path, (sort, down), (skip, limit))?
        }
        FileAsk::Find { path, words } => list::find(home, &path, &words)?,
        FileAsk::Look { path } => list::look(home, &path)?,
        FileAsk::Read { path } => return act::read(home, &path, wire),
        FileAsk::Write { path, over } => {
            act::write(home, &path, &over, wire)?;
            done
        }
        FileAsk::MakeFolder { path } => {
            act::make_folder(home, &path)?;
            done
        }
        FileAsk::Move { from, to } => {
            act::move_to(home, &from, &to)?;
            done
        }
        FileAsk::Copy { from, to } => {
            copy::copy(home, &from, &to)?;
            done
        }
        FileAsk::Delete { path, now } => {
            trash::delete(home, &path, now)?;
            done
        }
        FileAsk::SetMode { path, mode } => {
            act::set_mode(home, &path, mode)?;
            done
        }
        FileAsk::Trash => FileSaid::Trash { items: trash::items(home)? },
        FileAsk::Restore { id } => FileSaid::Done { path: Some(trash::restore(home, &id)?) },
        FileAsk::Forget { id } => {
            trash::forget(home, &id)?;
            done
        }
        FileAsk::EmptyTrash { now } => {
            trash::empty(home, now)?;
            done
        }
        FileAsk::SoFar { mark } => resume::so_far(home, &mark)?,
        FileAsk::Resume { path, over, mark, from, size } => {
            resume::resume(home, (&path, &over), &resume::Part { mark, from, size }, wire)?
        }
        FileAsk::Pack { paths, to, kind } => {
            FileSaid::Archived { told: archive::pack(home, &paths, (&to, kind), wire)? }
        }
        FileAsk::PackOut { paths, kind } => return archive::pack_out(home, &paths, kind, wire),
        FileAsk::Unpack { archive, into } => {
            FileSaid::Archived { told: archive::unpack(home, (&archive, &into), archive::BOUNDS, wire)? }
        }
    };
    wire.say(&said)
}
