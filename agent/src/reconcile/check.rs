//! The daemons' own checkers, asked before anything takes effect: the whole cell, with only what changes swapped.

use super::{Hands, job::Job, step::Step, trouble::Trouble};
use crate::{account, fs};
use model::{Account, Kind, ResourceKey};
use std::{
    io,
    path::{Path, PathBuf},
};
use uuid::Uuid;

/// A staging folder of one account; gone when dropped.
struct Staging {
    folder: PathBuf,
}

impl Staging {
    fn open(hands: &Hands, account: &Account) -> io::Result<Staging> {
        let folder = hands.paths.staging().join(account.name.as_str());
        std::fs::create_dir_all(hands.paths.staging())?;
        fs::folder(&hands.paths.staging(), 0o711)?;
        // Left by a crash; the folder is root's alone.
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        fs::folder(&folder, 0o755)?;
        Ok(Staging { folder })
    }

    fn put(&self, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
        let path = self.folder.join(name);
        fs::write_lightly(&path, bytes, 0o644)?;
        Ok(path)
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn staged(source: io::Error) -> Trouble {
    Trouble::io("staging", source)
}

/// PHP-FPM's opinion of a job's pool.
pub fn php(hands: &Hands, job: &Job) -> Result<(), Trouble> {
    let Some(account) = &job.wish.account else { return Ok(()) };
    let pool = job.want.files.iter().find(|product| product.path.ends_with("php.conf"));
    let Some(pool) = pool else { return Ok(()) };
    let staging = Staging::open(hands, account).map_err(staged)?;
    let path = staging.put("php.conf", &pool.bytes).map_err(staged)?;
    hands.daemons.check_php(account.php, &path, account.uid)
}

/// Apache's opinion of all these jobs of one account together; if it does not like them, of each alone.
pub fn apache(hands: &Hands, jobs: &[&Job]) -> Vec<Result<(), Trouble>> {
    let together = apache_once(hands, jobs);
    match together {
        Ok(()) => jobs.iter().map(|_| Ok(())).collect(),
        Err(trouble) if jobs.len() == 1 => vec![Err(trouble)],
        Err(_) => jobs.iter().map(|job| apache_once(hands, &[*job])).collect(),
    }
}

fn apache_once(hands: &Hands, jobs: &[&Job]) -> Result<(), Trouble> {
    let Some(account) = jobs.iter().find_map(|job| job.wish.account.as_ref()) else { return Ok(()) };
    let staging = Staging::open(hands, account).map_err(staged)?;
    let mut swapped = Vec::new();
    let mut includes = Vec::new();
    for job in jobs {
        for product in &job.want.files {
            let Some(name) = product.path.file_name().and_then(|name| name.to_str()) else { continue };
            if job.at.kind == Kind::Site && name.ends_with(".conf") {
                swapped.push(product.path.clone());
                includes.push(staging.put(name, &product.bytes).map_err(staged)?);
            }
        }
        swapped.extend(job.gone.files.iter().cloned());
    }
    let others = fragments(&hands.paths.fragments(&account.name), &swapped).map_err(staged)?;
    let ask = |others: &[PathBuf]| {
        let all: Vec<PathBuf> = others.iter().chain(&includes).cloned().collect();
        let path =
            staging.put("apache.conf", &account::steps::apache(&account.name, &all)?).map_err(staged)?;
        hands.daemons.check_apache(&path, account.uid)
    };
    let Err(trouble) = ask(&others) else { return Ok(()) };
    // Somebody's edit of another site must not stand in this one's way.
    let ours: Vec<PathBuf> = others.iter().filter(|path| is_ours(hands, path)).cloned().collect();
    if ours.len() == others.len() { Err(trouble) } else { ask(&ours) }
}

/// The fragments that the cell loads, but for these, in the order in which Apache reads them.
fn fragments(folder: &Path, but: &[PathBuf]) -> io::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|ext| ext == "conf") && !but.contains(&path) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Whether a fragment holds what we wrote.
fn is_ours(hands: &Hands, path: &Path) -> bool {
    let key = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| Uuid::try_parse(stem).ok());
    let Some(key) = key else { return false };
    let record = hands.records.read(ResourceKey { kind: Kind::Site, key });
    match (record, fs::look(path)) {
        (Ok(record), Ok(fs::There::File(bytes))) => record.wrote(path, &bytes),
        _ => false,
    }
}

/// Whether a job asks Apache.
pub fn asks_apache(job: &Job) -> bool {
    job.steps.contains(&Step::CheckApache)
}
