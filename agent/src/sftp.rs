//! SFTP for accounts: a server of OpenSSH's with one constant configuration (/usr/share/alveole/sftp/sshd_config), which finds an account's
//! keys in a file of ours. What is left to do here is to end what an account has open when it is in service no more.

pub mod login;
mod sign_ins;

pub use sign_ins::sign_ins;

use crate::paths::Paths;
use model::{TenantUid, UnixName};
use nix::{
    sys::signal::{Signal, kill},
    unistd::{Pid, Uid, User},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    time::Duration,
};
use tokio::time::{MissedTickBehavior, interval};

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
    all_connected(proc).remove(&uid).unwrap_or_default()
}

/// The processes the server started for accounts, by user, oldest first.
fn all_connected(proc: &Path) -> BTreeMap<u32, Vec<i32>> {
    let Ok(entries) = fs::read_dir(proc) else { return BTreeMap::new() };
    let processes = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
    let mut found: BTreeMap<u32, Vec<i32>> = BTreeMap::new();
    for process in processes {
        let read =
            |file: &str| fs::read_to_string(proc.join(process.to_string()).join(file)).unwrap_or_default();
        let owner = read("status")
            .lines()
            .find_map(|line| line.strip_prefix("Uid:")?.split_whitespace().next()?.parse::<u32>().ok());
        let Some(owner) = owner.filter(|uid| *uid >= TenantUid::FIRST) else { continue };
        if read("cgroup").lines().any(|line| line.ends_with(CGROUP)) {
            found.entry(owner).or_default().push(process);
        }
    }
    found.values_mut().for_each(|processes| processes.sort_unstable());
    found
}

/// How often open connections are looked at.
const EVERY: Duration = Duration::from_secs(4);
/// Connections of one account at once: one account shall not take the server from all others.
const MOST: usize = 10;

/// Ends connections whose right has gone since they began: their key was taken away, or the account is in service no more. What `end`
/// misses, because it was just being let in, is found here.
pub async fn keep(paths: Paths) {
    let mut watch = Watch::default();
    let mut clock = interval(EVERY);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        clock.tick().await;
        let paths = paths.clone();
        let round = tokio::task::spawn_blocking(move || {
            let keys = |uid: u32| {
                let user = User::from_uid(Uid::from_raw(uid)).ok().flatten()?;
                let account = user.name.parse().ok()?;
                let text = fs::read_to_string(paths.ssh_keys_of(&account)).unwrap_or_default();
                let ways: BTreeSet<String> =
                    text.lines().map(str::to_owned).chain(login::ways(&paths, &account)).collect();
                Some(ways).filter(|ways| !ways.is_empty())
            };
            for process in watch.round(&all_connected(Path::new("/proc")), keys) {
                let _ = kill(Pid::from_raw(process), Signal::SIGKILL);
            }
            watch
        });
        watch = round.await.unwrap_or_default();
    }
}

/// The keys with which connections that are open could have come in, by user, as they were at the last look.
#[derive(Default)]
struct Watch(BTreeMap<u32, BTreeSet<String>>);

impl Watch {
    /// The processes to end.
    fn round(
        &mut self,
        connected: &BTreeMap<u32, Vec<i32>>,
        keys: impl Fn(u32) -> Option<BTreeSet<String>>,
    ) -> Vec<i32> {
        let mut end = Vec::new();
        let mut known = BTreeMap::new();
        for (uid, processes) in connected {
            let now = keys(*uid);
            let lost = match (&now, self.0.get(uid)) {
                (None, _) => true,
                (Some(now), Some(before)) => !before.is_subset(now),
                (Some(_), None) => false,
            };
            // Those with a key that is still there come back by themselves.
            end.extend(processes.iter().skip(if lost { 0 } else { MOST }));
            known.insert(*uid, now.unwrap_or_default());
        }
        self.0 = known;
        end
    }
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

    #[test]
    fn connections_end_with_their_key_and_none_takes_all_places() {
        let set = |keys: &[&str]| Some(keys.iter().map(|key| (*key).to_owned()).collect::<BTreeSet<_>>());
        let mut watch = Watch::default();
        let open = BTreeMap::from([(200_001, vec![10, 11]), (200_002, vec![20])]);
        assert_eq!(watch.round(&open, |_| set(&["a", "b"])), [0; 0]);
        assert_eq!(watch.round(&open, |_| set(&["a", "b", "c"])), [0; 0], "a key more ends nothing");
        let lost = |uid| if uid == 200_001 { set(&["b", "c"]) } else { set(&["a", "b", "c"]) };
        assert_eq!(watch.round(&open, lost), [10, 11]);
        assert_eq!(watch.round(&open, lost), [0; 0], "who comes back has a key that is there");
        assert_eq!(watch.round(&open, |_| None), [10, 11, 20], "nobody's");
        let many = BTreeMap::from([(200_001, (1..=12).collect())]);
        assert_eq!(watch.round(&many, |_| set(&["a"])), [11, 12]);
    }
}
