//! Frames on a pipe: a letter for what it is, its length, itself. `t`: JSON; `o`: contents.

use model::files::CHUNK;
use std::io::{self, ErrorKind, Read, Write};

/// Octets before each frame.
pub const HEAD: usize = 5;
/// JSON, at most: a thousand entries with the longest names there can be.
const LONGEST_TEXT: usize = 4 * 1024 * 1024;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    Text(String),
    Octets(Vec<u8>),
}

impl Frame {
    /// What came after a head.
    pub fn of(letter: u8, octets: Vec<u8>) -> io::Result<Frame> {
        match letter {
            b'o' => Ok(Frame::Octets(octets)),
            _ => String::from_utf8(octets).map(Frame::Text).map_err(|_| ErrorKind::InvalidData.into()),
        }
    }
}

/// How long a frame of this letter may be.
pub fn longest(letter: u8) -> Option<usize> {
    match letter {
        b't' => Some(LONGEST_TEXT),
        b'o' => Some(CHUNK),
        _ => None,
    }
}

/// What stands before a frame.
pub fn head(frame: &Frame) -> io::Result<([u8; HEAD], &[u8])> {
    let (letter, octets) = match frame {
        Frame::Text(text) => (b't', text.as_bytes()),
        Frame::Octets(octets) => (b'o', octets.as_slice()),
    };
    if longest(letter).is_none_or(|longest| octets.len() > longest) {
        return Err(ErrorKind::InvalidData.into());
    }
    let length = u32::try_from(octets.len()).map_err(io::Error::other)?.to_be_bytes();
    Ok(([letter, length[0], length[1], length[2], length[3]], octets))
}

pub fn write(output: &mut impl Write, frame: &Frame) -> io::Result<()> {
    let (head, octets) = head(frame)?;
    output.write_all(&head)?;
    output.write_all(octets)?;
    output.flush()
}

/// The next frame; none, where the wire ends between two.
pub fn read(input: &mut impl Read) -> io::Result<Option<Frame>> {
    let mut head = [0; HEAD];
    match input.read_exact(&mut head[..1]) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    input.read_exact(&mut head[1..])?;
    let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
    if longest(head[0]).is_none_or(|longest| length > longest) {
        return Err(ErrorKind::InvalidData.into());
    }
    let mut octets = vec![0; length];
    input.read_exact(&mut octets)?;
    Frame::of(head[0], octets).map(Some)
}
