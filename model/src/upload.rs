//! What tells one file on its way from another, so that a cut upload goes on where it ended.

use crate::{Problem, Text};
use serde::{Deserialize, Serialize};

/// 64 hexadecimal digits: a digest of whose upload it is, where to, and what the sender calls it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UploadMark(String);

crate::newtype::string_newtype!(UploadMark);

impl UploadMark {
    pub fn of(digest: &[u8; 32]) -> UploadMark {
        UploadMark(digest.iter().map(|octet| format!("{octet:02x}")).collect())
    }

    pub fn parse(text: &str) -> Result<UploadMark, Problem> {
        let plain = |octet: u8| octet.is_ascii_digit() || (b'a'..=b'f').contains(&octet);
        if text.len() == 64 && text.bytes().all(plain) {
            return Ok(UploadMark(text.to_owned()));
        }
        let text = Text::new("Ceci ne marque aucun envoi.", "This marks no upload.");
        Err(Problem::invalid("mark", "upload_mark", text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_a_file_name_and_nothing_more() {
        let mark = UploadMark::of(&[0xa5; 32]);
        assert_eq!(UploadMark::parse(mark.as_str()).unwrap(), mark);
        for bad in ["", "..", &"A5".repeat(32), &"a5".repeat(31), &format!("../{}", "a".repeat(61))] {
            assert!(UploadMark::parse(bad).is_err(), "{bad}");
        }
    }
}
