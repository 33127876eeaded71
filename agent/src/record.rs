//! What the agent itself put on disk for one resource, and how that ended. With it the agent tells its own bytes from
//! edited ones, knows what to take away when a resource is gone, and remembers why one was set aside.

use crate::{fs, paths::Paths};
use model::{
    ResourceKey, Text,
    wire::{Drift, ReportState},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
};

/// One resource's record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// The generation this record speaks of.
    pub generation: u64,
    pub outcome: Option<Outcome>,
    /// The body that stands on disk.
    pub done: Option<Value>,
    /// Bodies that an interrupted run may have begun to put there besides.
    pub begun: Vec<Value>,
    /// By path, the SHA-256 of what we wrote or were about to write.
    pub ours: BTreeMap<PathBuf, BTreeSet<String>>,
    /// By path, what a person edited and asked to keep, and at which generation.
    pub pinned: BTreeMap<PathBuf, Pin>,
    /// Waits, whatever else is found, until this deletion is allowed.
    pub waits_for_consent: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub state: ReportState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift: Option<Drift>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    pub hash: String,
    pub generation: u64,
}

impl Record {
    /// Whether these bytes are ours: written by us, or about to be when we were interrupted.
    pub fn wrote(&self, path: &Path, bytes: &[u8]) -> bool {
        self.ours.get(path).is_some_and(|hashes| hashes.contains(&fs::hash(bytes)))
    }

    /// Whether a person asked to keep exactly these bytes for this generation.
    pub fn keeps(&self, path: &Path, bytes: &[u8], generation: u64) -> bool {
        self.pinned.get(path).is_some_and(|pin| pin.generation == generation && pin.hash == fs::hash(bytes))
    }

    /// The bodies something of which may be on disk.
    pub fn bodies(&self) -> impl Iterator<Item = &Value> {
        self.done.iter().chain(&self.begun)
    }
}

/// Reads and writes records.
#[derive(Clone, Debug)]
pub struct Records {
    paths: Paths,
}

impl Records {
    pub fn open(paths: &Paths) -> io::Result<Records> {
        for kind in model::Kind::ALL {
            std::fs::create_dir_all(paths.records(kind))?;
        }
        Ok(Records { paths: paths.clone() })
    }

    fn file(&self, at: ResourceKey) -> PathBuf {
        self.paths.records(at.kind).join(format!("{}.json", at.key))
    }

    /// A record that is missing or unreadable is an empty one: what is on disk is then ours only where it is what we want.
    pub fn read(&self, at: ResourceKey) -> io::Result<Record> {
        match std::fs::read(self.file(at)) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).unwrap_or_else(|error| {
                tracing::error!(key = %at.key, %error, "unreadable record");
                Record::default()
            })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Record::default()),
            Err(error) => Err(error),
        }
    }

    /// On the disk when this returns.
    pub fn write(&self, at: ResourceKey, record: &Record) -> io::Result<()> {
        let new = !self.file(at).exists();
        fs::write(&self.file(at), &serde_json::to_vec(record)?, 0o600)?;
        if new { fs::flush_folder(&self.paths.records(at.kind)) } else { Ok(()) }
    }

    pub fn remove(&self, at: ResourceKey) -> io::Result<()> {
        fs::remove(&self.file(at))
    }

    /// Keys that have a record, whatever the ledger says.
    pub fn keys(&self) -> io::Result<Vec<ResourceKey>> {
        let mut keys = Vec::new();
        for kind in model::Kind::ALL {
            for entry in std::fs::read_dir(self.paths.records(kind))? {
                let name = entry?.file_name();
                let key = name.to_str().and_then(|name| name.strip_suffix(".json"));
                keys.extend(key.and_then(|key| key.parse().ok()).map(|key| ResourceKey { kind, key }));
            }
        }
        Ok(keys)
    }
}
