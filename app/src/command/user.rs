//! Root at the console becomes the panel's own user first: a file it left in the state folder would stop the panel.

use model::{Problem, ProblemKind, text};
use nix::unistd::{Gid, Uid, User, initgroups, setgid, setuid};
use std::{os::unix::fs::MetadataExt, path::Path};

/// As root, becomes the owner of the state folder, for good. As anybody else, and where root owns it, stays.
pub fn become_owner(state: &Path) -> Result<(), Problem> {
    let Ok(metadata) = std::fs::metadata(state) else { return Ok(()) };
    let (uid, gid) = (Uid::from_raw(metadata.uid()), Gid::from_raw(metadata.gid()));
    if !Uid::effective().is_root() || uid.is_root() {
        return Ok(());
    }
    let user = User::from_uid(uid).ok().flatten();
    let name = user.and_then(|user| std::ffi::CString::new(user.name).ok()).unwrap_or_default();
    // Groups first: without root there is no way to leave them.
    initgroups(&name, gid).and_then(|()| setgid(gid)).and_then(|()| setuid(uid)).map_err(|error| {
        let owner = metadata.uid();
        Problem::new(
            ProblemKind::Internal,
            "become_owner",
            text!(
                "Impossible de devenir l’utilisateur du panneau ({owner})\u{a0}: {error}",
                "Cannot become the panel's user ({owner}): {error}"
            ),
        )
    })
}
