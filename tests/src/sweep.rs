//! Panels whose run was killed: the next run ends them. The lab sweeps its own hosts.

use crate::panel::Process;
use std::fs;
use std::path::{Path, PathBuf};

const REGISTER: &str = "/run/alveole-stages";

/// A process's start time (proc(5), field 22), so that a later one with the same number is not taken for it.
fn started(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.split(' ').nth(19).map(str::to_owned)
}

/// Notes that the panel of `folder` belongs to the process `owner`.
pub fn register(name: &str, folder: &Path, owner: u32) -> Result<(), String> {
    let note = format!("{owner}\n{}\n{}", started(owner).unwrap_or_default(), folder.display());
    fs::create_dir_all(REGISTER)
        .and_then(|()| fs::write(Path::new(REGISTER).join(name), note))
        .map_err(|error| format!("{REGISTER}: {error}"))
}

pub fn forget(name: &str) {
    // A stage without an owner has no note.
    let _ = fs::remove_file(Path::new(REGISTER).join(name));
}

/// Ends the panels whose owner is gone.
pub fn sweep() -> Result<(), String> {
    let Ok(notes) = fs::read_dir(REGISTER) else { return Ok(()) };
    for note in notes.flatten() {
        let text = fs::read_to_string(note.path()).unwrap_or_default();
        let mut lines = text.lines();
        let owner = lines.next().and_then(|pid| pid.parse().ok());
        let born = lines.next().unwrap_or_default();
        let lives = owner.and_then(started).is_some_and(|start| start == born);
        if let Some(folder) = lines.next().map(PathBuf::from)
            && !lives
        {
            Process::stop(&folder)?;
            let _ = fs::remove_file(note.path());
        }
    }
    Ok(())
}
