//! Files of an account: what is asked of the process that works on them as the tenant, and what it says.
//!
//! Asks and answers are JSON, contents are octets; on a session each is a frame of its own, and an empty one ends contents. One ask at a time.

use crate::{
    FileName, HomePath, Problem, Text,
    archive::{ArchiveKind, Archived},
    upload::UploadMark,
};
use serde::{Deserialize, Serialize};

pub use crate::file_refusal::FileRefusal;

/// Octets of contents in one frame, at most.
pub const CHUNK: usize = 64 * 1024;
/// A text that can be changed in the browser, in octets.
pub const LONGEST_TEXT: u64 = 1024 * 1024;
/// Entries in one answer, at most.
pub const MOST_ENTRIES: u16 = 1_000;
/// What is deleted stays in the trash this long.
pub const TRASH_DAYS: i64 = 30;
/// Where accounts' files are reached over SFTP: a server of Alvéole's own beside the host's.
pub const SFTP_PORT: u16 = 2222;
/// Where it lies, below the home.
pub const TRASH: &str = "private/.trash";

/// What a folder holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    Folder,
    File,
    /// A symbolic link; it is shown, and followed nowhere out of the home.
    Link,
    /// A pipe, a socket, a device.
    Other,
}

/// Permissions: what user, group and others may. No setuid, no setgid, no sticky bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct FileMode(u32);

impl FileMode {
    pub fn bits(self) -> u32 {
        self.0
    }

    /// What of a file's mode can be shown and set.
    pub fn of(mode: u32) -> FileMode {
        FileMode(mode & 0o777)
    }

    /// Three octal digits, such as 640.
    pub fn parse(typed: &str) -> Result<FileMode, Problem> {
        let typed = typed.trim();
        let digits = typed.strip_prefix('0').filter(|rest| rest.len() == 3).unwrap_or(typed);
        let octal = digits.len() == 3 && digits.bytes().all(|b| (b'0'..=b'7').contains(&b));
        u32::from_str_radix(digits, 8).ok().filter(|_| octal).map(FileMode).ok_or_else(bad_mode)
    }
}

fn bad_mode() -> Problem {
    Problem::invalid(
        "mode",
        "file_mode",
        Text::new(
            "Les droits s’écrivent avec trois chiffres de 0 à 7, par exemple 640\u{a0}; setuid et setgid ne sont pas admis.",
            "Permissions are three digits from 0 to 7, such as 640; setuid and setgid are not accepted.",
        ),
    )
}

impl TryFrom<u32> for FileMode {
    type Error = Problem;
    fn try_from(mode: u32) -> Result<FileMode, Problem> {
        if mode <= 0o777 { Ok(FileMode(mode)) } else { Err(bad_mode()) }
    }
}

impl From<FileMode> for u32 {
    fn from(mode: FileMode) -> u32 {
        mode.0
    }
}

impl std::fmt::Display for FileMode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:03o}", self.0)
    }
}

/// The order of a listing; folders stand before files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileSort {
    #[default]
    Name,
    Size,
    Modified,
}

/// One entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    pub name: FileName,
    pub kind: FileKind,
    pub size: u64,
    /// Milliseconds since 1970 UTC.
    pub modified_at: i64,
    pub mode: FileMode,
    /// Changes whenever the file does.
    pub stamp: String,
    /// Of a link, where it leads, as it is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

/// What becomes of a file that stands where another is put.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Over {
    /// It stays, and nothing is put.
    Refuse,
    Replace,
    /// It is replaced if it still has this stamp.
    Same(String),
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum FileAsk {
    /// What a folder holds: `limit` entries after the first `skip`.
    List {
        path: HomePath,
        sort: FileSort,
        down: bool,
        skip: u32,
        limit: u16,
    },
    /// What has these words in its name, at any depth below a folder.
    Find {
        path: HomePath,
        words: String,
    },
    /// One entry.
    Look {
        path: HomePath,
    },
    /// A file's entry, then its contents.
    Read {
        path: HomePath,
    },
    /// Contents follow once it says `ready`.
    Write {
        path: HomePath,
        over: Over,
    },
    MakeFolder {
        path: HomePath,
    },
    /// To another name, another folder, or both; never over something.
    Move {
        from: HomePath,
        to: HomePath,
    },
    Copy {
        from: HomePath,
        to: HomePath,
    },
    /// Into the trash.
    Delete {
        path: HomePath,
        now: i64,
    },
    SetMode {
        path: HomePath,
        mode: FileMode,
    },
    Trash,
    /// Back to where it was.
    Restore {
        id: TrashId,
    },
    /// For good.
    Forget {
        id: TrashId,
    },
    /// For good, what was deleted thirty days before this moment, and what broken uploads left.
    EmptyTrash {
        now: i64,
    },
    /// One archive of these; how far it is, is said meanwhile.
    Pack {
        paths: Vec<HomePath>,
        to: HomePath,
        kind: ArchiveKind,
    },
    /// The same, its contents said after `ready`, which an empty frame ends.
    PackOut {
        paths: Vec<HomePath>,
        kind: ArchiveKind,
    },
    /// How much of a file on its way has arrived.
    SoFar {
        mark: UploadMark,
    },
    /// What is missing of it, from here on: contents follow once it says `ready`. What is cut off before its end stays for a day.
    Resume {
        path: HomePath,
        over: Over,
        mark: UploadMark,
        from: u64,
        size: u64,
    },
    /// An archive's contents, into a folder that is made whole or is there already; how far it is, is said meanwhile.
    Unpack {
        archive: HomePath,
        into: HomePath,
    },
}

/// What is said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "said", rename_all = "snake_case", deny_unknown_fields)]
pub enum FileSaid {
    Listed {
        entries: Vec<FileEntry>,
        /// How many there are in all; of a folder beyond all bounds, how many were looked at.
        total: u32,
        more: bool,
    },
    Found {
        found: Vec<Found>,
        /// Not everything was looked at, or there is more than is shown.
        more: bool,
    },
    Entry {
        entry: FileEntry,
    },
    File {
        entry: FileEntry,
    },
    Trash {
        items: Vec<TrashItem>,
    },
    Ready,
    Done {
        /// Where it is now, where that is not what was asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        path: Option<HomePath>,
    },
    /// Of a file on its way, so much is here.
    SoFar {
        octets: u64,
    },
    /// So far; another word follows.
    Working {
        entries: u64,
        octets: u64,
    },
    Archived {
        told: Archived,
    },
    Refused {
        why: FileRefusal,
    },
}

/// What a search found, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    pub folder: HomePath,
    pub entry: FileEntry,
}

/// Something in the trash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrashItem {
    pub id: TrashId,
    /// Where it was.
    pub from: HomePath,
    pub deleted_at: i64,
    pub kind: FileKind,
    pub size: u64,
}

/// When something was deleted, in milliseconds, and what tells it from others of that moment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TrashId(String);

crate::newtype::string_newtype!(TrashId);

impl TrashId {
    pub fn new(deleted_at: i64, turn: u32) -> TrashId {
        TrashId(format!("{:013}-{turn}", deleted_at.clamp(0, 9_999_999_999_999)))
    }

    pub fn parse(text: &str) -> Result<TrashId, Problem> {
        let fits = |(at, turn): (&str, &str)| {
            let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
            at.len() == 13 && digits(at) && (1..=9).contains(&turn.len()) && digits(turn)
        };
        if text.split_once('-').is_some_and(fits) {
            return Ok(TrashId(text.to_owned()));
        }
        let text = Text::new("Ceci n’est pas dans la corbeille.", "This is not in the trash.");
        Err(Problem::invalid("id", "trash_id", text))
    }

    pub fn deleted_at(&self) -> i64 {
        self.0.get(..13).and_then(|at| at.parse().ok()).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_are_three_digits_and_nothing_more() {
        assert_eq!(FileMode::parse("0640").unwrap().bits(), 0o640);
        assert_eq!(FileMode::parse(" 755").unwrap().to_string(), "755");
        for bad in ["", "64", "4755", "648", "-64", "rwx", "06401", "+64"] {
            assert!(FileMode::parse(bad).is_err(), "{bad}");
        }
        assert!(FileMode::try_from(0o4755).is_err());
    }

    #[test]
    fn what_is_in_the_trash_tells_when_it_came() {
        let id = TrashId::new(1_700_000_000_000, 3);
        assert_eq!(id.as_str(), "1700000000000-3");
        assert_eq!((TrashId::parse(id.as_str()).unwrap().deleted_at(), &id), (1_700_000_000_000, &id));
        for bad in ["", "..", "1700000000000", "1700000000000-", "1700000000000-../x", "170000000000-1"] {
            assert!(TrashId::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn asks_come_back_as_they_went_and_no_other_does() {
        let ask = FileAsk::Move { from: "a%0Ab".parse().unwrap(), to: "sites/é".parse().unwrap() };
        let json = serde_json::to_string(&ask).unwrap();
        assert_eq!(serde_json::from_str::<FileAsk>(&json).unwrap(), ask);
        for bad in [
            r#"{"do":"read","path":"../etc/passwd"}"#,
            r#"{"do":"read","path":"a","as":"root"}"#,
            r#"{"do":"run","path":"a"}"#,
            r#"{"do":"set_mode","path":"a","mode":2541}"#,
        ] {
            assert!(serde_json::from_str::<FileAsk>(bad).is_err(), "{bad}");
        }
    }
}
