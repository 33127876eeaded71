//! One slice for each account of which something runs: `alveole-ACCOUNT.slice`, a child of alveole.slice. It comes with the
//! first unit that lies in it, is given its limits at once, and goes with the last (`alveole-.slice.d`): an idle account has none, and
//! `systemctl daemon-reload` is never needed. It has no file, not even a transient one: systemd would remember that file after it went, from
//! the next `daemon-reload` on, and find the slice no more.

use crate::cell::{
    log,
    starter::{systemd, wire::Property},
};
use model::{Limits, UnixName};
use std::{io, path::Path, time::Duration};

const PATIENCE: Duration = Duration::from_secs(10);

/// An account's name where systemd takes a dash for a level: `les-amis` is not below `les`.
pub fn escaped(account: &UnixName) -> String {
    account.as_str().replace('-', "\\x2d")
}

pub fn name(account: &UnixName) -> String {
    format!("alveole-{}.slice", escaped(account))
}

/// `alveole-cell@ACCOUNT.service` and its like.
pub fn unit(of: &str, account: &UnixName) -> String {
    format!("alveole-{of}@{}.service", escaped(account))
}

/// The id at the end of a transient unit's name, `PREFIX-ACCOUNT-ID.service`, if it is this account's. (`les-amis` is not `les`: an id has no dash.)
pub fn id_of<'u>(prefix: &str, unit: &'u str, account: &UnixName) -> Option<&'u str> {
    let rest = unit.strip_prefix(prefix)?.strip_prefix('-')?;
    let id = rest.strip_prefix(account.as_str())?.strip_prefix('-')?.strip_suffix(".service")?;
    (id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(id)
}

fn properties(limits: &Limits) -> Vec<Property> {
    vec![
        ("MemoryMax", limits.memory()),
        // What does not fit would wear out the disk that is everybody's.
        ("MemorySwapMax", 0),
        ("TasksMax", limits.processes.into()),
        ("CPUQuotaPerSecUSec", u64::from(limits.cpu_percent) * 10_000),
    ]
}

/// Whether anything of an account runs.
pub fn is_in_use(account: &UnixName) -> bool {
    super::sample::folder().join(name(account)).is_dir()
}

/// Right after something of an account was started: what runs of it is held to these limits. Should that fail, what was started goes on,
/// and the agent sets them when it looks next.
pub fn hold(account: &UnixName, limits: Option<&Limits>) {
    let Some(limits) = limits else { return };
    if let Err(error) = ensure(account, limits)
        && is_in_use(account)
    {
        log::error(format!("{account}: not held to its limits: {error}"));
    }
}

/// The slice of an account that is in use has these limits. (Set before the first unit they would be of a slice that nobody needs yet.)
pub fn ensure(account: &UnixName, limits: &Limits) -> io::Result<()> {
    if !is_in_use(account) {
        return Ok(());
    }
    systemd::set(Path::new(systemd::SOCKET), &name(account), &properties(limits), PATIENCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_account_is_below_another() {
        let [les, amis]: [UnixName; 2] = ["les".parse().unwrap(), "les-amis-d-ana".parse().unwrap()];
        assert_eq!(name(&les), "alveole-les.slice");
        assert_eq!(name(&amis), r"alveole-les\x2damis\x2dd\x2dana.slice");
        assert_eq!(unit("cell", &amis), r"alveole-cell@les\x2damis\x2dd\x2dana.service");
    }
}
