//! The daemons' own checkers, asked before anything takes effect: the whole cell, with only what changes swapped.

use super::{Hands, job::Job, plan::is_pool, product::Product, step::Step, trouble::Trouble};
use crate::{account, cell::place::Pool, fs};
use model::{Kind, ResourceKey, TenantUid, Text, UnixName};
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
    fn open(hands: &Hands, account: &UnixName) -> io::Result<Staging> {
        let folder = hands.paths.staging().join(account.as_str());
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
    let named = |product: &Product| {
        let name = product.path.file_name()?.to_str()?.to_owned();
        Pool::from_file(&name).filter(|_| is_pool(&product.path)).map(|pool| (name, pool))
    };
    let pool = job.want.files.iter().find_map(|product| Some((named(product)?, &product.bytes)));
    let Some(((name, pool), bytes)) = pool else { return Ok(()) };
    let staging = Staging::open(hands, &account.name).map_err(staged)?;
    let path = staging.put(&name, bytes).map_err(staged)?;
    hands.daemons.check_php(pool.version, &path, account.uid)
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
    let staging = Staging::open(hands, &account.name).map_err(staged)?;
    let mut swapped = Vec::new();
    let mut includes = Vec::new();
    for job in jobs {
        for product in &job.want.files {
            let Some(name) = product.path.file_name().and_then(|name| name.to_str()) else { continue };
            if job.at.kind == Kind::Site && name.ends_with(".conf") && !is_pool(&product.path) {
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
    let (ours, edited): (Vec<PathBuf>, Vec<PathBuf>) =
        others.iter().cloned().partition(|path| is_ours(hands, path));
    if edited.is_empty() {
        return Err(trouble);
    }
    // Without the edits this one is right: they are what must be mended, and until then Apache must not be sent to read them.
    ask(&ours)?;
    Err(in_the_way(&edited, trouble))
}

/// Before a cell reads its files again: what we did not write ourselves must be readable, or its Apache would end.
pub fn edits(hands: &Hands, account: &UnixName, uid: TenantUid) -> Result<(), Trouble> {
    let all = fragments(&hands.paths.fragments(account), &[]).map_err(staged)?;
    let edited: Vec<PathBuf> = all.iter().filter(|path| !is_ours(hands, path)).cloned().collect();
    if edited.is_empty() {
        return Ok(());
    }
    let staging = Staging::open(hands, account).map_err(staged)?;
    let path = staging.put("apache.conf", &account::steps::apache(account, &all)?).map_err(staged)?;
    hands.daemons.check_apache(&path, uid).map_err(|trouble| in_the_way(&edited, trouble))
}

/// What Apache refuses is the edited files' affair; any other trouble stays what it is.
fn in_the_way(edited: &[PathBuf], trouble: Trouble) -> Trouble {
    let Trouble::Refused(said) = trouble else { return trouble };
    let files = edited.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
    Trouble::Refused(Text {
        fr: format!(
            "Une modification faite à la main est en travers\u{a0}: corrigez {files}, ou rétablissez la version d’Alvéole. {}",
            said.fr
        )
        .into(),
        en: format!("An edit made by hand is in the way: mend {files}, or put Alvéole’s version back. {}", said.en).into(),
    })
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
