//! A dump as systemd sees it: a transient unit, as closed as the account's cron jobs, without a network and without the home. The tenant's own
//! processes may look into it, as into all of the account's; there is nothing of the host in it.

use super::PROGRAM;
use crate::{cron_job::unit::CLOSED, exec::Program, limits::slice};
use model::{DatabaseName, UnixName};

/// Those that are the same for all.
const LINES: &[&str] = &[
    "PrivateNetwork=yes",
    // As long as any session, and a little.
    "RuntimeMaxSec=6h 5min",
    // A client keeps a whole line and a whole statement, however long.
    "MemoryMax=512M",
    "MemorySwapMax=0",
    "TemporaryFileSystem=/tmp:ro",
];

/// Its name; `turn` tells those that follow one another apart.
pub fn name(account: &UnixName, turn: u128) -> String {
    format!("alveole-dump-{account}-{turn:032x}.service")
}

/// Whether a unit is a dump of this account's.
pub fn is_of(unit: &str, account: &UnixName) -> bool {
    slice::id_of("alveole-dump", unit, account).is_some()
}

/// What starts it, with its stdin and stdout for ours; it ends when they do.
pub fn start(unit: &str, account: &UnixName, database: &DatabaseName) -> Program {
    let mut program = Program::new("/usr/bin/systemd-run")
        .args(["--quiet", "--collect", "--expand-environment=no", "--pipe", "--wait"])
        .arg(format!("--unit={unit}"))
        .arg(format!("--description=Alvéole dumps a database of {account}"));
    let own = [
        format!("User={account}"),
        // Its limits come with the agent's next look at what is in use.
        format!("Slice={}", slice::name(account)),
        format!(
            "BindReadOnlyPaths=/var/lib/alveole/cells/{account}/passwd:/etc/passwd /var/lib/alveole/cells/{account}/group:/etc/group"
        ),
    ];
    // What it says on stderr must not come between what it says on stdout.
    let closed = CLOSED.iter().copied().filter(|line| !line.starts_with("StandardError="));
    for line in closed.chain(LINES.iter().copied()).chain(own.iter().map(String::as_str)) {
        program = program.arg(format!("--property={line}"));
    }
    program.args(["--", PROGRAM, database.as_str()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_dump_costs_counts_for_its_account() {
        let [account, database] = ["les-amis", "les-amis_wiki"];
        let (account, database): (UnixName, DatabaseName) =
            (account.parse().unwrap(), database.parse().unwrap());
        let started = format!("{:?}", start(&name(&account, 7), &account, &database));
        for line in [r"Slice=alveole-les\\x2damis.slice", "MemoryMax=512M", "PrivateNetwork=yes"] {
            assert!(started.contains(line), "{line}: {started}");
        }
        let [les, amis]: [UnixName; 2] = ["les".parse().unwrap(), "les-amis".parse().unwrap()];
        assert!(is_of(&name(&amis, 7), &amis) && !is_of(&name(&amis, 7), &les));
    }
}
