//! SFTP for accounts: a server of OpenSSH's with one constant configuration (/usr/share/alveole/sftp/sshd_config), which finds an account's
//! keys in a file of ours. What is left to do here is to end what an account has open when it is in service no more.

use model::UnixName;
use nix::{
    sys::signal::{Signal, kill},
    unistd::{Pid, User},
};
use std::{fs, path::Path};

pub const SERVER: &str = "/usr/sbin/sshd";
pub const UNIT: &str = "/usr/lib/systemd/system/alveole-sftp.service";

/// In the cgroup of whatever it started.
const CGROUP: &str = "alveole-sftp.service";
/// One that was just being let in may begin while the others end.
const ROUNDS: usize = 3;

/// Ends the connections of an account; its keys are gone already, so no other begins.
pub fn end(account: &UnixName) {
    let Some(user) = User::from_name(account.as_str()).ok().flatten() else { return };
    for _ in 0..ROUNDS {
        let connected = connected(Path::new("/proc"), user.uid.as_raw());
        if connected.is_empty() {
            return;
        }
        for process in connected {
            // The part of sshd that is root's ends with the part that was the account's.
            let _ = kill(Pid::from_raw(process), Signal::SIGKILL);
        }
    }
}

/// The processes of a user that the server started.
fn connected(proc: &Path, uid: u32) -> Vec<i32> {
    let Ok(entries) = fs::read_dir(proc) else { return Vec::new() };
    let processes = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
    let is_one = |process: &i32| {
        let read =
            |file: &str| fs::read_to_string(proc.join(process.to_string()).join(file)).unwrap_or_default();
        let owner = read("status")
            .lines()
            .find_map(|line| line.strip_prefix("Uid:")?.split_whitespace().next()?.parse().ok());
        owner == Some(uid) && read("cgroup").lines().any(|line| line.ends_with(CGROUP))
    };
    processes.filter(is_one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_server_started_for_this_user_is_one() {
        let proc = tempfile::tempdir().unwrap();
        for (process, uid, cgroup) in [
            ("10", 200_001, "0::/system.slice/alveole-sftp.service"),
            ("11", 200_002, "0::/system.slice/alveole-sftp.service"),
            ("12", 200_001, "0::/alveole.slice/alveole-cell@asso.service"),
            ("13", 200_001, "1:name=systemd:/system.slice/alveole-sftp.service\n0::/x"),
            ("self", 200_001, "0::/system.slice/alveole-sftp.service"),
        ] {
            let folder = proc.path().join(process);
            fs::create_dir(&folder).unwrap();
            fs::write(folder.join("status"), format!("Name:\tx\nUid:\t{uid}\t{uid}\t0\t0\n")).unwrap();
            fs::write(folder.join("cgroup"), cgroup).unwrap();
        }
        let mut found = connected(proc.path(), 200_001);
        found.sort_unstable();
        assert_eq!(found, [10, 13]);
    }
}
