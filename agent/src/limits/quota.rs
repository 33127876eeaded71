//! The quota of a tenant's uid on the file system of /home. The kernel lets only CAP_SYS_ADMIN look at it, which the agent shall not have:
//! `alveole-quota` has it, and can do nothing else. It answers one line for one line, to root alone.

mod disk;
mod serve;

pub use disk::{Disk, home};
pub use serve::run;

use model::{Limits, TenantUid};
use std::{
    io::{self, BufRead, BufReader, ErrorKind, Write},
    os::unix::net::UnixStream,
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// How much a uid may take; 0: as much as there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Most {
    pub octets: u64,
    pub files: u64,
}

/// What the kernel counts in.
const BLOCK: u64 = 1024;

impl Most {
    pub const NONE: Most = Most { octets: 0, files: 0 };

    pub fn of(limits: &Limits) -> Most {
        Most { octets: limits.octets().div_ceil(BLOCK) * BLOCK, files: limits.files.into() }
    }
}

/// What a uid holds, and may hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    pub octets: u64,
    pub files: u64,
    pub most: Most,
}

/// The quotas of a host; tests have their own.
pub trait Quotas: Send + Sync {
    /// `None`: this disk holds nobody to anything.
    fn look(&self, uid: TenantUid) -> io::Result<Option<Held>>;
    fn set(&self, uid: TenantUid, most: Most) -> io::Result<()>;
}

/// What is asked of `alveole-quota`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    Look(TenantUid),
    Set(TenantUid, Most),
}

impl Ask {
    fn line(self) -> String {
        match self {
            Ask::Look(uid) => format!("look {}\n", uid.get()),
            Ask::Set(uid, most) => format!("set {} {} {}\n", uid.get(), most.octets, most.files),
        }
    }

    fn parse(line: &str) -> Option<Ask> {
        let words: Vec<&str> = line.strip_suffix('\n')?.split(' ').collect();
        let uid = |word: &str| TenantUid::try_from(word.parse::<u32>().ok()?).ok();
        let ask = match words[..] {
            ["look", of] => Ask::Look(uid(of)?),
            ["set", of, octets, files] => {
                Ask::Set(uid(of)?, Most { octets: octets.parse().ok()?, files: files.parse().ok()? })
            }
            _ => return None,
        };
        (ask.line() == line).then_some(ask)
    }
}

/// What it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// This disk holds nobody to anything.
    Nothing,
    Held(Held),
    Done,
}

impl Said {
    fn line(self) -> String {
        match self {
            Said::Nothing => "nothing\n".to_owned(),
            Said::Done => "done\n".to_owned(),
            Said::Held(Held { octets, files, most }) => {
                format!("held {octets} {files} {} {}\n", most.octets, most.files)
            }
        }
    }

    fn parse(line: &str) -> io::Result<Said> {
        let words: Vec<&str> = line.trim_end().split(' ').collect();
        let number = |word: &str| word.parse::<u64>().map_err(|_| io::Error::from(ErrorKind::InvalidData));
        match words[..] {
            ["nothing"] => Ok(Said::Nothing),
            ["done"] => Ok(Said::Done),
            ["held", octets, files, most_octets, most_files] => Ok(Said::Held(Held {
                octets: number(octets)?,
                files: number(files)?,
                most: Most { octets: number(most_octets)?, files: number(most_files)? },
            })),
            _ => Err(io::Error::other(line.trim_end().to_owned())),
        }
    }
}

/// The real ones, through `alveole-quota`.
pub struct HostQuotas {
    socket: PathBuf,
    /// Kept open: a host with thousands of accounts looks at them all.
    open: Mutex<Option<BufReader<UnixStream>>>,
}

const PATIENCE: Duration = Duration::from_secs(10);
/// No answer is longer.
const LONGEST: u64 = 512;

impl Default for HostQuotas {
    fn default() -> HostQuotas {
        HostQuotas { socket: "/run/alveole/quota.sock".into(), open: Mutex::default() }
    }
}

impl HostQuotas {
    /// `None`: nobody is there who could be asked, as on a host where it was switched off.
    fn ask(&self, ask: Ask) -> io::Result<Option<Said>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stream) = open.as_mut() {
            match talk(stream, ask) {
                // It ended since, and begins anew.
                Err(error) if error.kind() != ErrorKind::Other => *open = None,
                said => return said.map(Some),
            }
        }
        let stream = match UnixStream::connect(&self.socket) {
            Ok(stream) => stream,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        talk(open.insert(BufReader::new(stream)), ask).map(Some)
    }
}

fn talk(stream: &mut BufReader<UnixStream>, ask: Ask) -> io::Result<Said> {
    stream.get_mut().write_all(ask.line().as_bytes())?;
    let mut line = String::new();
    io::Read::take(&mut *stream, LONGEST).read_line(&mut line)?;
    if !line.ends_with('\n') {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Said::parse(&line)
}

impl Quotas for HostQuotas {
    fn look(&self, uid: TenantUid) -> io::Result<Option<Held>> {
        match self.ask(Ask::Look(uid))? {
            Some(Said::Held(held)) => Ok(Some(held)),
            Some(Said::Nothing) | None => Ok(None),
            Some(Said::Done) => Err(ErrorKind::InvalidData.into()),
        }
    }

    fn set(&self, uid: TenantUid, most: Most) -> io::Result<()> {
        match self.ask(Ask::Set(uid, most))? {
            Some(Said::Done) => Ok(()),
            Some(Said::Nothing) | None => Err(ErrorKind::Unsupported.into()),
            Some(Said::Held(_)) => Err(ErrorKind::InvalidData.into()),
        }
    }
}

#[cfg(test)]
pub mod fake {
    use super::*;
    use std::collections::BTreeMap;

    /// A disk that holds nobody to anything.
    pub struct NoQuotas;

    impl Quotas for NoQuotas {
        fn look(&self, _: TenantUid) -> io::Result<Option<Held>> {
            Ok(None)
        }
        fn set(&self, _: TenantUid, _: Most) -> io::Result<()> {
            Err(ErrorKind::Unsupported.into())
        }
    }

    /// A disk that holds uids to their space, and forgets those without.
    #[derive(Default)]
    pub struct FakeQuotas {
        pub held: Mutex<BTreeMap<TenantUid, Held>>,
    }

    impl FakeQuotas {
        pub fn snapshot(&self) -> String {
            self.held.lock().unwrap().iter().map(|(uid, held)| format!("{} {held:?}\n", uid.get())).collect()
        }
    }

    impl Quotas for FakeQuotas {
        fn look(&self, uid: TenantUid) -> io::Result<Option<Held>> {
            Ok(Some(self.held.lock().unwrap().get(&uid).copied().unwrap_or_default()))
        }
        fn set(&self, uid: TenantUid, most: Most) -> io::Result<()> {
            let mut held = self.held.lock().unwrap();
            held.entry(uid).or_default().most = most;
            held.retain(|_, held| *held != Held::default());
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_tenant_s() {
        let uid = TenantUid::try_from(TenantUid::FIRST).unwrap();
        for ask in
            [Ask::Look(uid), Ask::Set(uid, Most { octets: 1 << 40, files: 7 }), Ask::Set(uid, Most::NONE)]
        {
            assert_eq!(Ask::parse(&ask.line()), Some(ask));
        }
        for bad in [
            "look 0\n",
            "look 1000\n",
            "look 200001",
            "look  200001\n",
            "look +200001\n",
            "set 200001 1\n",
            "set 200001 -1 1\n",
            "set 200001 01 1\n",
            "set 0 0 0\n",
            "off 200001\n",
        ] {
            assert_eq!(Ask::parse(bad), None, "{bad:?}");
        }
        let held = Held { octets: 3, files: 2, most: Most { octets: 1 << 50, files: 9 } };
        for said in [Said::Nothing, Said::Done, Said::Held(held)] {
            assert_eq!(Said::parse(&said.line()).unwrap(), said);
        }
        assert_eq!(Said::parse("failed no\n").unwrap_err().to_string(), "failed no");
    }

    #[test]
    fn whole_blocks() {
        let limits = Limits { disk_mb: 1, files: 5, memory_mb: 64, cpu_percent: 100, processes: 100 };
        assert_eq!(Most::of(&limits), Most { octets: 977 * 1024, files: 5 });
    }
}
