//! The file system that holds homes, and quotactl(2) on its device.

use super::{BLOCK, Held, Most};
use model::TenantUid;
use nix::{
    errno::Errno,
    sys::quota::{Dqblk, QuotaType, QuotaValidFlags, quotactl_get, quotactl_set},
};
use std::{
    io,
    path::{Path, PathBuf},
};

/// What is mounted where homes lie (proc_pid_mountinfo(5)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disk {
    pub kind: String,
    pub mount: String,
    /// `major:minor`.
    number: String,
    source: String,
    /// It was mounted so that it refuses what is too much, and not only counts.
    pub holds: bool,
}

/// What of the options says that uids are held to their quota: ext4's and xfs's words. (`uqnoenforce` only counts.)
const OPTIONS: [&str; 5] = ["usrquota", "uquota", "quota", "uqenforce", "usrjquota"];

pub fn home() -> Option<Disk> {
    of(&std::fs::read_to_string("/proc/self/mountinfo").ok()?, Path::new("/home"))
}

/// The last mount that a path lies below.
fn of(mountinfo: &str, path: &Path) -> Option<Disk> {
    let mut best: Option<Disk> = None;
    // Where each file system is mounted whole, above the path.
    let mut whole: Vec<(&str, &str)> = vec![];
    for line in mountinfo.lines() {
        let Some((head, tail)) = line.split_once(" - ") else { continue };
        let head: Vec<&str> = head.split(' ').collect();
        let tail: Vec<&str> = tail.split(' ').collect();
        let (Some(number), Some(mount), [kind, source, options]) = (head.get(2), head.get(4), &tail[..])
        else {
            continue;
        };
        if head.get(3) == Some(&"/") && path.starts_with(mount) {
            whole.push((number, mount));
        }
        let deeper = best.as_ref().is_none_or(|best| mount.len() >= best.mount.len());
        if !path.starts_with(mount) || !deeper {
            continue;
        }
        let holds =
            options.split(',').any(|option| OPTIONS.contains(&option.split('=').next().unwrap_or(option)));
        let [kind, mount, number, source] = [*kind, *mount, *number, *source].map(str::to_owned);
        best = Some(Disk { kind, mount, number, source, holds });
    }
    // A folder of it that is bound elsewhere is not what an admin mounts anew.
    let disk = best.as_mut()?;
    if let Some((_, mount)) = whole.iter().rev().find(|(number, _)| *number == disk.number) {
        (*mount).clone_into(&mut disk.mount);
    }
    best
}

impl Disk {
    fn device(&self) -> PathBuf {
        let by_number = Path::new("/dev/block").join(&self.number);
        if by_number.exists() { by_number } else { PathBuf::from(&self.source) }
    }

    /// `None`: no quotas are kept here.
    pub fn look(&self, uid: TenantUid) -> io::Result<Option<Held>> {
        if !self.holds {
            return Ok(None);
        }
        match quotactl_get(QuotaType::USRQUOTA, &self.device(), id(uid)?) {
            Ok(found) => Ok(Some(read(&found))),
            // Of whom nothing lies there and nothing was set, xfs keeps nothing.
            Err(Errno::ENOENT) => Ok(Some(Held::default())),
            Err(Errno::ESRCH | Errno::ENOSYS | Errno::ENOTBLK | Errno::ENODEV | Errno::EOPNOTSUPP) => {
                Ok(None)
            }
            Err(errno) => Err(errno.into()),
        }
    }

    pub fn set(&self, uid: TenantUid, most: Most) -> io::Result<()> {
        let mut wanted = Dqblk::default();
        wanted.set_blocks_hard_limit(most.octets / BLOCK);
        wanted.set_inodes_hard_limit(most.files);
        quotactl_set(QuotaType::USRQUOTA, &self.device(), id(uid)?, &wanted, QuotaValidFlags::QIF_LIMITS)?;
        Ok(())
    }
}

fn id(uid: TenantUid) -> io::Result<i32> {
    i32::try_from(uid.get()).map_err(io::Error::other)
}

fn read(found: &Dqblk) -> Held {
    Held {
        octets: found.occupied_space().unwrap_or(0),
        files: found.allocated_inodes().unwrap_or(0),
        most: Most {
            octets: found.blocks_hard_limit().unwrap_or(0) * BLOCK,
            files: found.inodes_hard_limit().unwrap_or(0),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn homes_are_found_where_they_are_mounted() {
        let root = "20 1 254:1 / / rw,relatime - ext4 /dev/vda1 rw,errors=remount-ro\n";
        let disk = of(root, Path::new("/home")).unwrap();
        assert_eq!((disk.kind.as_str(), disk.mount.as_str(), disk.holds), ("ext4", "/", false));
        // As the agent sees it: systemd binds /home over the read-only whole.
        let bound = format!(
            "{root}30 20 254:1 /home /home rw,relatime shared:9 - ext4 /dev/vda1 rw,quota,usrquota\n"
        );
        let disk = of(&bound, Path::new("/home")).unwrap();
        assert_eq!((disk.mount.as_str(), disk.holds, disk.number.as_str()), ("/", true, "254:1"));
        let own = format!(
            "{bound}33 20 254:3 / /home rw - ext4 /dev/vdc rw\n34 33 254:3 /home /home rw - ext4 /dev/vdc rw\n"
        );
        assert_eq!(of(&own, Path::new("/home")).unwrap().mount, "/home");
        for (options, holds) in [
            ("rw,usrquota,prjquota", true),
            ("rw,usrjquota=aquota.user,jqfmt=vfsv1", true),
            ("rw,noquota", false),
            ("rw,attr2,uqnoenforce", false),
            ("rw,grpquota", false),
        ] {
            let xfs = format!(
                "{root}31 20 254:2 / /home rw - xfs /dev/vdb {options}\n32 20 0:5 / /homes rw - tmpfs t rw\n"
            );
            assert_eq!(of(&xfs, Path::new("/home")).unwrap().holds, holds, "{options}");
        }
        assert_eq!(of("", Path::new("/home")), None);
    }
}
