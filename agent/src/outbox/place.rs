//! Where the outbox finds who may send, and keeps what it counts and holds.

use super::count::Counts;
use crate::fs::{read_bounded, write_lightly};
use model::{HeldMail, Sender, TenantUid};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The socket in which programs of accounts find it.
pub const SOCKET: &str = "/run/alveole/outbox/socket";
/// What it is called on a host.
pub const PROGRAM: &str = "/usr/lib/alveole/alveole-outbox";

/// The folders; tests have their own.
#[derive(Clone, Debug)]
pub struct Places {
    /// Who may send how much: the agent's products, by uid.
    pub senders: PathBuf,
    /// What was counted, by uid.
    pub counts: PathBuf,
    /// What is held: a folder for each uid that has any.
    pub held: PathBuf,
}

impl Default for Places {
    fn default() -> Places {
        Places::below(Path::new("/"))
    }
}

const LONGEST_SENDER: u64 = 4096;
const LONGEST_COUNTS: u64 = 256 * 1024;

impl Places {
    pub fn below(root: &Path) -> Places {
        let at = root.join("var/lib/alveole/outbox");
        Places { senders: at.join("senders"), counts: at.join("counts"), held: at.join("held") }
    }

    /// Who has this uid; `None`: no account of this host.
    pub fn sender(&self, uid: u32) -> io::Result<Option<Sender>> {
        let Ok(uid) = TenantUid::try_from(uid) else { return Ok(None) };
        let read = read_bounded(&self.senders.join(format!("{}.json", uid.get())), LONGEST_SENDER);
        let sender: Sender = match read {
            Ok(bytes) => serde_json::from_slice(&bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        if sender.uid == uid {
            Ok(Some(sender))
        } else {
            Err(io::Error::other("named after another account"))
        }
    }

    pub fn counts_of(&self, uid: u32) -> io::Result<Counts> {
        match read_bounded(&self.counts.join(format!("{uid}.json")), LONGEST_COUNTS) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Counts::default()),
            Err(error) => Err(error),
        }
    }

    pub fn write_counts(&self, uid: u32, counts: &Counts) -> io::Result<()> {
        write_lightly(&self.counts.join(format!("{uid}.json")), &serde_json::to_vec(counts)?, 0o640)
    }

    /// The uids of which something is kept here.
    pub fn known(&self) -> io::Result<Vec<u32>> {
        let mut known = Vec::new();
        for folder in [&self.counts, &self.held] {
            for entry in fs::read_dir(folder)?.flatten() {
                let name = entry.file_name();
                let name = name.to_str().unwrap_or_default();
                known.extend(name.strip_suffix(".json").unwrap_or(name).parse::<u32>());
            }
        }
        known.sort_unstable();
        known.dedup();
        Ok(known)
    }

    /// The accounts of which mail is held, for the panel.
    pub fn all_held(&self) -> io::Result<Vec<HeldMail>> {
        let mut all = Vec::new();
        for entry in fs::read_dir(&self.held)?.flatten() {
            let uid = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok());
            let Some(uid) = uid else { continue };
            let (Ok(Some(sender)), Ok(counts)) = (self.sender(uid), self.counts_of(uid)) else { continue };
            if let Some(since) = counts.since {
                all.push(HeldMail { account: sender.account_id, mails: counts.held, since });
            }
        }
        Ok(all)
    }
}
