//! SFTP's packets, version 3 (draft-ietf-secsh-filexfer-02): what OpenSSH's clients and all others speak.

use nix::sys::stat::FileStat;
use std::io::{self, ErrorKind, Read, Write};

/// One packet, at most; OpenSSH's own bound.
const LONGEST: u32 = 256 * 1024;

pub const INIT: u8 = 1;
pub const VERSION: u8 = 2;
pub const OPEN: u8 = 3;
pub const CLOSE: u8 = 4;
pub const READ: u8 = 5;
pub const WRITE: u8 = 6;
pub const LSTAT: u8 = 7;
pub const FSTAT: u8 = 8;
pub const SETSTAT: u8 = 9;
pub const FSETSTAT: u8 = 10;
pub const OPENDIR: u8 = 11;
pub const READDIR: u8 = 12;
pub const REMOVE: u8 = 13;
pub const MKDIR: u8 = 14;
pub const RMDIR: u8 = 15;
pub const REALPATH: u8 = 16;
pub const STAT: u8 = 17;
pub const RENAME: u8 = 18;
pub const READLINK: u8 = 19;
pub const STATUS: u8 = 101;
pub const HANDLE: u8 = 102;
pub const DATA: u8 = 103;
pub const NAME: u8 = 104;
pub const ATTRS: u8 = 105;
pub const EXTENDED: u8 = 200;

/// What a status says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    Ok = 0,
    End = 1,
    NoFile = 2,
    Denied = 3,
    Failure = 4,
    BadMessage = 5,
    Unsupported = 8,
}

const SIZE: u32 = 1;
const OWNER: u32 = 2;
const MODE: u32 = 4;
const TIMES: u32 = 8;
const MORE: u32 = 0x8000_0000;

/// What is said of a file; what is asked to be set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attrs {
    pub size: Option<u64>,
    pub owner: Option<(u32, u32)>,
    pub mode: Option<u32>,
    /// Read, changed: seconds since 1970.
    pub times: Option<(u32, u32)>,
}

impl Attrs {
    pub fn of(stat: &FileStat) -> Attrs {
        let seconds = |at: i64| u32::try_from(at).unwrap_or(0);
        Attrs {
            size: u64::try_from(stat.st_size).ok(),
            owner: Some((stat.st_uid, stat.st_gid)),
            mode: Some(stat.st_mode),
            times: Some((seconds(stat.st_atime), seconds(stat.st_mtime))),
        }
    }
}

/// The next packet's kind and what is in it; none, where the client ended.
pub fn read(input: &mut impl Read) -> io::Result<Option<(u8, Vec<u8>)>> {
    let mut head = [0; 5];
    match input.read_exact(&mut head[..1]) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    input.read_exact(&mut head[1..])?;
    let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
    if !(1..=LONGEST).contains(&length) {
        return Err(ErrorKind::InvalidData.into());
    }
    let mut octets = vec![0; length as usize - 1];
    input.read_exact(&mut octets)?;
    Ok(Some((head[4], octets)))
}

/// What is left of a packet.
pub struct Parts<'a>(pub &'a [u8]);

impl<'a> Parts<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (first, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(first)
    }

    pub fn u32(&mut self) -> Option<u32> {
        self.take(4).and_then(|four| four.try_into().ok()).map(u32::from_be_bytes)
    }

    pub fn u64(&mut self) -> Option<u64> {
        self.take(8).and_then(|eight| eight.try_into().ok()).map(u64::from_be_bytes)
    }

    pub fn string(&mut self) -> Option<&'a [u8]> {
        let length = self.u32()?;
        self.take(length as usize)
    }

    pub fn attrs(&mut self) -> Option<Attrs> {
        let flags = self.u32()?;
        let mut attrs = Attrs::default();
        if flags & SIZE != 0 {
            attrs.size = Some(self.u64()?);
        }
        if flags & OWNER != 0 {
            attrs.owner = Some((self.u32()?, self.u32()?));
        }
        if flags & MODE != 0 {
            attrs.mode = Some(self.u32()?);
        }
        if flags & TIMES != 0 {
            attrs.times = Some((self.u32()?, self.u32()?));
        }
        if flags & MORE != 0 {
            for _ in 0..self.u32()? {
                self.string()?;
                self.string()?;
            }
        }
        Some(attrs)
    }
}

/// An answer on its way.
pub struct Answer(Vec<u8>);

impl Answer {
    pub fn new(kind: u8, id: u32) -> Answer {
        Answer(vec![0, 0, 0, 0, kind]).u32(id)
    }

    pub fn version() -> Answer {
        Answer(vec![0, 0, 0, 0, VERSION]).u32(3).string(b"posix-rename@openssh.com").string(b"1")
    }

    pub fn status(id: u32, code: Code) -> Answer {
        let words: &[u8] = match code {
            Code::Ok => b"Success",
            Code::End => b"End of file",
            Code::NoFile => b"No such file",
            Code::Denied => b"Permission denied",
            Code::Failure => b"Failure",
            Code::BadMessage => b"Bad message",
            Code::Unsupported => b"Operation unsupported",
        };
        Answer::new(STATUS, id).u32(code as u32).string(words).string(b"")
    }

    pub fn u32(mut self, value: u32) -> Answer {
        self.0.extend(value.to_be_bytes());
        self
    }

    fn u64(mut self, value: u64) -> Answer {
        self.0.extend(value.to_be_bytes());
        self
    }

    pub fn string(mut self, octets: &[u8]) -> Answer {
        self = self.u32(u32::try_from(octets.len()).unwrap_or(0));
        self.0.extend(octets);
        self
    }

    pub fn attrs(mut self, attrs: &Attrs) -> Answer {
        let has = |flag, there: bool| if there { flag } else { 0 };
        self = self.u32(
            has(SIZE, attrs.size.is_some())
                | has(OWNER, attrs.owner.is_some())
                | has(MODE, attrs.mode.is_some())
                | has(TIMES, attrs.times.is_some()),
        );
        if let Some(size) = attrs.size {
            self = self.u64(size);
        }
        if let Some((user, group)) = attrs.owner {
            self = self.u32(user).u32(group);
        }
        if let Some(mode) = attrs.mode {
            self = self.u32(mode);
        }
        if let Some((read, changed)) = attrs.times {
            self = self.u32(read).u32(changed);
        }
        self
    }

    pub fn send(mut self, output: &mut impl Write) -> io::Result<()> {
        let length = u32::try_from(self.0.len() - 4).map_err(io::Error::other)?;
        self.0[..4].copy_from_slice(&length.to_be_bytes());
        output.write_all(&self.0)?;
        output.flush()
    }
}
