//! Why a host does not do something with files.

use serde::{Deserialize, Serialize};

/// Why something was not done; nothing was altered then, unless it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileRefusal {
    /// There is nothing there.
    Gone,
    /// Something is there already.
    Exists,
    /// The account itself may not.
    Denied,
    NotAFolder,
    /// A folder, a pipe, a socket or a device.
    NotAFile,
    /// The way leads through a link out of the home, or in a circle.
    Outside,
    /// No room is left.
    Full,
    TooLarge,
    /// More entries, or deeper, than is worked on at once.
    TooMany,
    /// It was changed meanwhile.
    Changed,
    /// A link, where a file is asked for: what lies behind it is asked for by its own place.
    Link,
    /// A folder, where a file is put.
    FolderThere,
    /// Into itself.
    IntoItself,
    /// Of a folder that Alvéole itself needs.
    Ours,
    /// No archive of a kind that is known here.
    NoArchive,
    /// An archive that does not hold what it says.
    Broken,
    /// It would become far larger than it is.
    Bomb,
    /// It takes too long.
    TooLong,
    /// Another connection brings it.
    Busy,
    /// It does not go on where it ended.
    Offset,
    /// What was asked is not understood.
    Unreadable,
    /// The disk, or something else that is not the asker's.
    Failed,
}
