//! Lines of a large file: from its end, and of a stream from its beginning. Neither holds more than a piece of it.

use std::{
    fs::File,
    io::{self, Read},
    ops::ControlFlow,
    os::unix::fs::FileExt,
};

/// Read at once.
const PIECE: usize = 256 * 1024;
/// A longer line is passed over. No request makes one: nginx reads 64 KiB of a request's head, and escapes an octet to six at most.
pub const LONGEST: usize = 400 * 1024;

/// The octets of a file that are whole lines: what is being written just now ends later.
pub fn whole(file: &File) -> io::Result<u64> {
    let mut end = file.metadata()?.len();
    let mut piece = vec![0; 4096];
    while end > 0 {
        let start = end.saturating_sub(4096);
        let part = &mut piece[..usize::try_from(end - start).unwrap_or(0)];
        file.read_exact_at(part, start)?;
        if let Some(place) = part.iter().rposition(|b| *b == b'\n') {
            return Ok(start + place as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

/// Gives the lines before `end`, which is where a line begins, from the last to the first, each with where it begins. Gives where it
/// stopped: every line from there on was given.
pub fn backwards(
    file: &File,
    mut end: u64,
    mut each: impl FnMut(u64, &[u8]) -> ControlFlow<()>,
) -> io::Result<u64> {
    // The beginning of the line that the piece before has the rest of.
    let mut rest: Vec<u8> = Vec::new();
    while end > 0 {
        let start = end.saturating_sub(PIECE as u64);
        let mut piece = vec![0; usize::try_from(end - start).unwrap_or(PIECE)];
        file.read_exact_at(&mut piece, start)?;
        piece.append(&mut rest);
        let mut starts: Vec<usize> = vec![];
        if start == 0 {
            starts.push(0);
        }
        starts.extend(piece.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(place, _)| place + 1));
        // After the last newline there is nothing, but for a line that was too long to be kept whole.
        starts.retain(|start| *start < piece.len());
        let mut line_end = piece.len();
        for begin in starts.iter().rev() {
            let at = start + *begin as u64;
            let line = &piece[*begin..line_end];
            line_end = *begin;
            if line.len() > LONGEST {
                continue;
            }
            if each(at, line.strip_suffix(b"\n").unwrap_or(line)).is_break() {
                return Ok(at);
            }
        }
        piece.truncate(line_end.min(LONGEST + 1));
        rest = piece;
        end = start;
    }
    Ok(0)
}

/// Gives the lines of a stream with where each begins; what follows the last newline is none.
pub fn forwards(
    mut stream: impl Read,
    mut each: impl FnMut(u64, &[u8]) -> ControlFlow<()>,
) -> io::Result<()> {
    let mut held: Vec<u8> = Vec::new();
    let mut piece = vec![0; PIECE];
    // Where `held` begins.
    let mut at = 0;
    // Within a line that is too long.
    let mut skipping = false;
    loop {
        let count = match stream.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        held.extend_from_slice(&piece[..count]);
        let mut begin = 0;
        while let Some(length) = held[begin..].iter().position(|b| *b == b'\n') {
            let line = &held[begin..begin + length];
            let skip = std::mem::take(&mut skipping) || line.len() > LONGEST;
            if !skip && each(at + begin as u64, line).is_break() {
                return Ok(());
            }
            begin += length + 1;
        }
        if held.len() - begin > LONGEST {
            skipping = true;
            begin = held.len();
        }
        at += begin as u64;
        held.drain(..begin);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::{Seek, SeekFrom, Write};

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        file
    }

    type Lines = Vec<(u64, Vec<u8>)>;

    fn both(bytes: &[u8]) -> (Lines, Lines) {
        let (mut back, mut forth) = (vec![], vec![]);
        let file = file(bytes);
        let end = whole(&file).unwrap();
        backwards(&file, end, |at, line| {
            back.push((at, line.to_vec()));
            ControlFlow::Continue(())
        })
        .unwrap();
        back.reverse();
        forwards(&file, |at, line| {
            forth.push((at, line.to_vec()));
            ControlFlow::Continue(())
        })
        .unwrap();
        (back, forth)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn lines_are_the_same_from_either_end(lengths in proptest::collection::vec(prop_oneof![0_usize..90_000, 390_000_usize..430_000], 0..10), half: bool) {
            let mut bytes = vec![];
            let mut wanted = vec![];
            for (turn, length) in lengths.iter().enumerate() {
                let line = vec![b'a' + u8::try_from(turn).unwrap(); *length];
                if *length < LONGEST {
                    wanted.push((bytes.len() as u64, line.clone()));
                }
                bytes.extend(line);
                bytes.push(b'\n');
            }
            if half {
                bytes.extend(b"being written");
            }
            let (back, forth) = both(&bytes);
            prop_assert_eq!(&back, &wanted);
            let fits = |lines: Vec<(u64, Vec<u8>)>| lines.into_iter().filter(|(_, line)| line.len() < LONGEST).collect::<Vec<_>>();
            prop_assert_eq!(fits(forth), wanted);
        }
    }

    #[test]
    fn where_it_stopped_is_where_it_goes_on() {
        let file = file(b"one\ntwo\nthree\n");
        let mut seen = vec![];
        let stopped = backwards(&file, 14, |_, line| {
            seen.push(line.to_vec());
            if seen.len() == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!((stopped.unwrap(), seen), (4, vec![b"three".to_vec(), b"two".to_vec()]));
    }
}
