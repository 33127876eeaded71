//! What waits for somebody's decision: one file a mail, on the disk, so that nothing is lost. Bounded, so that a flood fills no disk.

use super::{letter::Letter, place::Places};
use crate::fs::{read_bounded, write};
use model::{EmailAddress, WhyNot};
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Mails of one account, and the octets they take.
pub const MOST: usize = 500;
const OCTETS: u64 = 64 * 1024 * 1024;
/// Octets of all accounts.
const ALL_OCTETS: u64 = 1024 * 1024 * 1024;
/// The head of a file, and what a mail grows by when it is made ready.
const ROOM: u64 = 10 * 1024 * 1024 + 1024 * 1024;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Milliseconds since 1970.
    pub at: u64,
    pub to: Vec<EmailAddress>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

fn folder(places: &Places, uid: u32) -> PathBuf {
    places.held.join(uid.to_string())
}

/// The files of one account, oldest first, with their sizes.
pub fn list(places: &Places, uid: u32) -> io::Result<Vec<(PathBuf, u64)>> {
    let entries = match fs::read_dir(folder(places, uid)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.path().extension().is_some_and(|end| end == "mail") {
            files.push((entry.path(), entry.metadata()?.len()));
        }
    }
    files.sort();
    Ok(files)
}

fn all_octets(places: &Places) -> io::Result<u64> {
    let mut sum = 0;
    for uid in places.known()? {
        sum += list(places, uid)?.iter().map(|(_, octets)| octets).sum::<u64>();
    }
    Ok(sum)
}

/// Keeps a mail; `id` tells it from all others of its moment.
pub fn keep(places: &Places, uid: u32, id: &str, head: &Head, text: &[u8]) -> Result<(), WhyNot> {
    let kept = (|| -> io::Result<bool> {
        let files = list(places, uid)?;
        let octets = |files: &[(PathBuf, u64)]| files.iter().map(|(_, octets)| octets).sum::<u64>();
        let more = text.len() as u64;
        if files.len() >= MOST || octets(&files) + more > OCTETS || all_octets(places)? + more > ALL_OCTETS {
            return Ok(false);
        }
        fs::create_dir_all(folder(places, uid))?;
        let mut bytes = serde_json::to_vec(head)?;
        bytes.push(b'\n');
        bytes.extend(text);
        write(&folder(places, uid).join(format!("{:014}-{id}.mail", head.at)), &bytes, 0o600)?;
        Ok(true)
    })();
    match kept {
        Ok(true) => Ok(()),
        Ok(false) => Err(WhyNot::Full),
        Err(error) => {
            crate::cell::log::error(format!("holding a mail of {uid}: {error}"));
            Err(WhyNot::Full)
        }
    }
}

pub fn read(path: &Path) -> io::Result<(Head, Letter)> {
    let bytes = read_bounded(path, ROOM)?;
    let end = bytes.iter().position(|byte| *byte == b'\n').ok_or(io::ErrorKind::InvalidData)?;
    let head: Head = serde_json::from_slice(&bytes[..end])?;
    let letter = Letter { to: head.to.clone(), text: bytes[end + 1..].to_vec() };
    Ok((head, letter))
}

/// Everything that is kept of an account.
pub fn throw_away(places: &Places, uid: u32) -> io::Result<()> {
    match fs::remove_dir_all(folder(places, uid)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
