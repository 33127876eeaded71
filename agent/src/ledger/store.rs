//! The ledger's files: one JSON file per resource, and the position, which is written last. A crash anywhere leaves a
//! ledger whose position is the old one; the panel then sends the same frame again, and it completes what was begun.

use crate::fs;
use model::{Kind, Resource, ResourceKey, wire::Position};
use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};
use uuid::Uuid;

/// From this many files on, one flush of the file system is cheaper than one per file.
const MANY: usize = 8;

pub struct Store {
    folder: PathBuf,
}

pub struct Loaded {
    pub position: Option<Position>,
    pub resources: Vec<Resource>,
}

impl Store {
    pub fn open(folder: &Path) -> io::Result<Store> {
        std::fs::create_dir_all(folder)?;
        fs::folder(folder, 0o700)?;
        for kind in Kind::ALL {
            fs::folder(&folder.join(kind.code()), 0o700)?;
        }
        Ok(Store { folder: folder.to_owned() })
    }

    fn file(&self, at: ResourceKey) -> PathBuf {
        self.folder.join(at.kind.code()).join(format!("{}.json", at.key))
    }

    fn position_file(&self) -> PathBuf {
        self.folder.join("position.json")
    }

    pub fn load(&self) -> io::Result<Loaded> {
        let mut whole = true;
        let mut resources = Vec::new();
        for kind in Kind::ALL {
            for entry in std::fs::read_dir(self.folder.join(kind.code()))? {
                let path = entry?.path();
                let Some(key) = key_of(&path) else { continue };
                let read = serde_json::from_slice::<Resource>(&std::fs::read(&path)?);
                match read {
                    Ok(resource) if resource.at() == (ResourceKey { kind, key }) => resources.push(resource),
                    Ok(_) | Err(_) => {
                        tracing::error!(path = %path.display(), "unreadable ledger file; asking the panel again");
                        whole = false;
                    }
                }
            }
        }
        let position = match std::fs::read(self.position_file()) {
            Ok(bytes) => serde_json::from_slice::<Position>(&bytes).map_err(io::Error::from).map(Some)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let position =
            position.map(
                |position| {
                    if whole { position } else { Position { generation: 0, change: None, ..position } }
                },
            );
        Ok(Loaded { position, resources })
    }

    /// Writes a batch, then the position; all of it is on the disk when this returns.
    pub fn write(&self, resources: &[Resource], position: &Position) -> io::Result<()> {
        let files = resources
            .iter()
            .map(|resource| Ok((self.file(resource.at()), serde_json::to_vec(resource)?)))
            .collect::<io::Result<Vec<_>>>()?;
        if files.len() >= MANY {
            fs::write_many(&files, 0o600)?;
        } else {
            for (path, bytes) in &files {
                fs::write(path, bytes, 0o600)?;
            }
        }
        for kind in Kind::ALL {
            if resources.iter().any(|resource| resource.kind == kind) {
                fs::flush_folder(&self.folder.join(kind.code()))?;
            }
        }
        fs::write(&self.position_file(), &serde_json::to_vec(position)?, 0o600)?;
        fs::flush_folder(&self.folder)
    }

    /// How long ago a resource's file was written; nothing when that cannot be told.
    pub fn age(&self, at: ResourceKey) -> Duration {
        let written = std::fs::metadata(self.file(at)).and_then(|meta| meta.modified()).ok();
        written.and_then(|written| written.elapsed().ok()).unwrap_or_default()
    }

    pub fn remove(&self, at: ResourceKey) -> io::Result<()> {
        fs::remove(&self.file(at))
    }
}

fn key_of(path: &Path) -> Option<Uuid> {
    let name = path.file_name()?.to_str()?;
    name.strip_suffix(".json").and_then(|key| Uuid::try_parse(key).ok())
}
