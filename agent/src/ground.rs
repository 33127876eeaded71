//! The folders everything else stands in. Packages make them (tmpfiles.d); should one be missing, it is made again.

use crate::{certificate::keys, fs, paths::Paths};
use nix::unistd::{Gid, Group, chown};
use std::{io, path::Path};

/// Makes what is missing, and leaves what is there as it is.
pub fn lay(paths: &Paths) -> io::Result<()> {
    for (folder, mode, group) in [
        (paths.names(), 0o750, Some("alveole-web")),
        (paths.cells(), 0o755, None),
        (paths.userdb(), 0o755, None),
        (paths.state(), 0o700, None),
        (paths.keys(), 0o700, None),
        (paths.certificates(), 0o750, Some("alveole-nginx")),
        (paths.thumbprints(), 0o755, None),
        (paths.redirects(), 0o755, None),
        (paths.jobs(), 0o750, Some("alveole-cron")),
        (paths.senders(), 0o750, Some("alveole-outbox")),
        (paths.ssh_keys(), 0o711, None),
        (paths.apps(), 0o700, None),
    ] {
        if !folder.is_dir() {
            make(&folder, mode, group)?;
            tracing::warn!(folder = %folder.display(), "was missing; made again");
        }
    }
    default_certificate(paths)
}

/// What is shown to who asks for no name that could be ours: a connection that ends in an answer, not in silence.
fn default_certificate(paths: &Paths) -> io::Result<()> {
    let path = paths.default_certificate();
    if path.is_file() {
        return Ok(());
    }
    let pair = keys::for_nobody(&keys::Fresh).map_err(io::Error::other)?;
    fs::write_for(paths.readers(&path), &path, &pair)
}

fn make(folder: &Path, mode: u32, group: Option<&str>) -> io::Result<()> {
    if let Some(parent) = folder.parent() {
        std::fs::create_dir_all(parent)?;
    }
    fs::folder(folder, mode)?;
    let known = group.and_then(|name| Group::from_name(name).ok().flatten());
    match known {
        Some(Group { gid, .. }) => Ok(chown(folder, None, Some(Gid::from_raw(gid.as_raw())))?),
        None => Ok(()),
    }
}
