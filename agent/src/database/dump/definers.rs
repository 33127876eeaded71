//! Who defined a view, a trigger, a routine or an event elsewhere is nobody here, and MariaDB lets no user name another: `DEFINER=…` is left
//! out of what is imported, so that whoever imports defines it. Lines are looked at as dumps write them; none is added or taken away, so that
//! the number of a line in an error is that of the file.

use std::io::{self, Write};

/// A line that defines something is not longer than this up to the word; longer lines are rows, and pass.
const LONGEST: usize = 64 * 1024;
/// How such a line begins.
const BEGINS: [&[u8]; 2] = [b"CREATE ", b"/*!5"];

/// Passes lines on.
pub(super) struct Definers<W> {
    to: W,
    /// The line so far, while it may be one of those.
    line: Vec<u8>,
    /// The rest of this line passes.
    passes: bool,
}

impl<W: Write> Definers<W> {
    pub fn new(to: W) -> Definers<W> {
        Definers { to, line: Vec::new(), passes: false }
    }

    fn let_go(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        self.to.write_all(&without_definer(&line))
    }

    /// The last line may have no end.
    pub fn end(&mut self) -> io::Result<()> {
        self.let_go()?;
        self.to.flush()
    }
}

fn may_define(line: &[u8]) -> bool {
    BEGINS.iter().any(|begin| {
        let both = begin.len().min(line.len());
        begin[..both].eq_ignore_ascii_case(&line[..both])
    })
}

impl<W: Write> Write for Definers<W> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        for part in octets.split_inclusive(|byte| *byte == b'\n') {
            let ends = part.ends_with(b"\n");
            if self.passes {
                self.to.write_all(part)?;
            } else {
                self.line.extend_from_slice(part);
                if ends || self.line.len() > LONGEST || !may_define(&self.line) {
                    self.let_go()?;
                    self.passes = true;
                }
            }
            if ends {
                self.passes = false;
            }
        }
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// The line without ` DEFINER=user@host`, where it stands before the line's first text or bracket.
fn without_definer(line: &[u8]) -> Vec<u8> {
    let found = (may_define(line)).then(|| definer(line)).flatten();
    match found {
        Some((from, to)) => [&line[..from], &line[to..]].concat(),
        None => line.to_vec(),
    }
}

fn definer(line: &[u8]) -> Option<(usize, usize)> {
    const WORD: &[u8] = b"DEFINER";
    let head = line.iter().position(|byte| b"('\"".contains(byte)).unwrap_or(line.len()).max(1);
    let from = (1..head).find(|at| {
        b" \t".contains(&line[at - 1])
            && line.get(*at..at + WORD.len()).is_some_and(|word| word.eq_ignore_ascii_case(WORD))
            && line[at + WORD.len()..].iter().find(|byte| !b" \t".contains(byte)) == Some(&b'=')
    })?;
    let equals = from + WORD.len() + line[from + WORD.len()..].iter().position(|byte| *byte == b'=')? + 1;
    let at = skip(line, part(line, skip(line, equals))?);
    if line.get(at) != Some(&b'@') {
        return None;
    }
    Some((from, part(line, skip(line, at + 1))?))
}

fn skip(line: &[u8], from: usize) -> usize {
    line[from..].iter().position(|byte| !b" \t".contains(byte)).map_or(line.len(), |blanks| from + blanks)
}

/// Where a name ends: quoted (a doubled quote is part of it), or a word.
fn part(line: &[u8], from: usize) -> Option<usize> {
    let first = *line.get(from)?;
    if !b"`'\"".contains(&first) {
        let word = |byte: &u8| byte.is_ascii_alphanumeric() || b"_$.%-".contains(byte);
        let length = line[from..].iter().take_while(|byte| word(byte)).count();
        return (length > 0).then_some(from + length);
    }
    let mut at = from + 1;
    loop {
        at += line[at..].iter().position(|byte| *byte == first)? + 1;
        if line.get(at) != Some(&first) {
            return Some(at);
        }
        at += 1;
    }
}
