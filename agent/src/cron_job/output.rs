//! The last of what a run wrote.

use model::CronRun;
use std::collections::VecDeque;

/// Keeps so much, and whether there was more.
#[derive(Default)]
pub struct Tail {
    bytes: VecDeque<u8>,
    cut: bool,
}

impl Tail {
    pub fn push(&mut self, written: &[u8]) {
        let most = CronRun::LONGEST_OUTPUT;
        let fits = &written[written.len().saturating_sub(most)..];
        let over = (self.bytes.len() + fits.len()).saturating_sub(most);
        self.cut |= over > 0 || fits.len() < written.len();
        self.bytes.drain(..over.min(self.bytes.len()));
        self.bytes.extend(fits);
    }

    /// As text that can be shown and kept anywhere, and whether something is missing before it.
    pub fn text(self) -> (String, bool) {
        let bytes: Vec<u8> = self.bytes.into();
        let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
        let shown = |c: char| if c.is_control() && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c };
        let mut text: String = text.chars().map(shown).collect();
        let mut start = text.len().saturating_sub(CronRun::LONGEST_OUTPUT);
        while !text.is_char_boundary(start) {
            start += 1;
        }
        (text.split_off(start), self.cut || start > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(pieces: &[&[u8]]) -> (String, bool) {
        let mut tail = Tail::default();
        pieces.iter().for_each(|piece| tail.push(piece));
        tail.text()
    }

    #[test]
    fn the_last_of_it_as_text() {
        assert_eq!(
            text(&[b"a\r\n", b"\x1b[1mb\0\xff"]),
            ("a\n\u{fffd}[1mb\u{fffd}\u{fffd}".to_owned(), false)
        );
        let most = CronRun::LONGEST_OUTPUT;
        let (whole, cut) = text(&[&vec![b'x'; most]]);
        assert_eq!((whole.len(), cut), (most, false));
        let (last, cut) = text(&[&vec![b'x'; most], b"y"]);
        assert_eq!((last.len(), last.ends_with('y'), cut), (most, true, true));
        let (last, cut) = text(&[&vec![b'z'; 3 * most]]);
        assert_eq!((last.len(), cut), (most, true));
        // What is not UTF-8 takes three octets for one.
        let (last, cut) = text(&[&vec![0xff; most]]);
        assert!(last.len() <= most && cut);
    }
}
