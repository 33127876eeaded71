//! A run as systemd sees it: a transient unit, which exists only while it lasts. It is as closed as `alveole-php@.service`, whose lines
//! these are. Nothing a tenant wrote stands in it: the job's file is the standard input of `alveole-job`, so neither systemd's `%` nor its `$`
//! meet a command.

use crate::{exec::Program, limits::slice};
use model::{CronJob, CronJobId, UnixName};
use std::path::Path;

/// The unit of a job's runs: there is never more than one.
pub fn name(account: &UnixName, id: CronJobId) -> String {
    format!("alveole-cron-{account}-{}.service", id.simple())
}

/// Whether a unit is of a job of this account.
pub fn is_of(unit: &str, account: &UnixName) -> bool {
    slice::id_of("alveole-cron", unit, account).is_some()
}

/// What only a run of a cron job has.
const LINES: &[&str] = &[
    // Where its end is noted: `+` below leaves the namespace as it is. No tenant may enter.
    "BindPaths=/run/alveole/cron/ends",
    // When the host goes down the scheduler ends first: what is cut off then is lost, and not failed.
    "Before=alveole-cron.service",
];

/// What closes every transient unit of an account.
pub(crate) const CLOSED: &[&str] = &[
    // Started once it runs.
    "Type=exec",
    "CapabilityBoundingSet=",
    "UMask=0027",
    // At its end, and at its time limit, everything it started goes with it.
    "KillMode=control-group",
    "TimeoutStopSec=2s",
    "StandardError=inherit",
    "LimitNOFILE=4096",
    // The account's slice says how many, by its plan.
    "TasksMax=infinity",
    "OOMPolicy=stop",
    // Visitors come first.
    "CPUWeight=50",
    "IOWeight=50",
    "NoNewPrivileges=yes",
    "PrivateDevices=yes",
    "PrivateIPC=yes",
    "ProtectSystem=strict",
    "ProtectProc=invisible",
    "TemporaryFileSystem=/home:ro /run:ro /var:ro /srv:ro /mnt:ro /etc/userdb:ro",
    "InaccessiblePaths=/sys -/etc/alveole",
    "TemporaryFileSystem=/dev/shm:mode=1777,size=64M",
    "BindReadOnlyPaths=-/var/lib/php/modules -/run/mysqld -/run/systemd/resolve",
    "BindReadOnlyPaths=-/run/alveole/outbox",
    "BindReadOnlyPaths=/usr/lib/alveole/alveole-sendmail:/usr/sbin/sendmail",
    "BindReadOnlyPaths=-/run/mysqld:/var/run/mysqld",
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
    "RestrictNamespaces=yes",
    "RestrictSUIDSGID=yes",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallFilter=~personality",
    "SystemCallErrorNumber=EPERM",
];

/// Those of one account, and of one run.
fn lines(job: &CronJob, pipe: &Path, file: &Path, started: u64) -> Vec<String> {
    let (account, id) = (&job.account, job.id.simple());
    let (pipe, file) = (pipe.display(), file.display());
    vec![
        format!("User={account}"),
        format!("Slice={}", slice::name(account)),
        format!("StandardInput=file:{file}"),
        format!("StandardOutput=file:{pipe}"),
        // Held by the run itself, to read and to write: a scheduler that is restarted meanwhile breaks no pipe.
        format!("OpenFile={pipe}:pipe"),
        format!("RuntimeMaxSec={}", u32::from(job.limit.minutes()) * 60),
        format!("BindPaths=/home/{account} /home/{account}/tmp:/tmp"),
        format!("BindReadOnlyPaths=/var/lib/alveole/cells/{account}"),
        format!(
            "BindReadOnlyPaths=/var/lib/alveole/cells/{account}/passwd:/etc/passwd /var/lib/alveole/cells/{account}/group:/etc/group"
        ),
        // As root, outside: how it ended is not for the tenant to say.
        format!("ExecStopPost=+/usr/lib/alveole/alveole-job --ended {id} {started}"),
    ]
}

/// What starts it, and says whether it started.
pub fn start(job: &CronJob, pipe: &Path, file: &Path, started: u64) -> Program {
    let mut program = Program::new("/usr/bin/systemd-run")
        .args(["--quiet", "--collect", "--expand-environment=no"])
        .arg(format!("--unit={}", name(&job.account, job.id)))
        .arg(format!("--description=Alvéole cron job of {}", job.account));
    for line in CLOSED.iter().chain(LINES) {
        program = program.arg(format!("--property={line}"));
    }
    for line in lines(job, pipe, file, started) {
        program = program.arg(format!("--property={line}"));
    }
    program.args(["--", "/usr/lib/alveole/alveole-job"])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A run sees what PHP sees, and no more: the two are read side by side.
    #[test]
    fn it_is_as_closed_as_the_account_s_php() {
        let php = include_str!("../../deb/alveole-web/usr/lib/systemd/system/alveole-php@.service");
        let own = [
            "User=",
            "Exec",
            "Type=",
            "RuntimeDirectory",
            "Kill",
            "Timeout",
            "OOMPolicy=",
            "BindPaths=",
            "StartLimit",
            "CollectMode=",
            // Each its account's.
            "Slice=",
        ];
        let closes = php.lines().skip_while(|line| *line != "[Service]").skip(1).filter(|line| {
            !line.starts_with('#') && !line.is_empty() && !own.iter().any(|prefix| line.starts_with(prefix))
        });
        let mut looked = 0;
        for line in closes.filter(|line| !line.contains('%')) {
            assert!(CLOSED.contains(&line), "{line}");
            looked += 1;
        }
        assert!(looked >= 15, "{looked}");
    }

    #[test]
    fn a_unit_is_one_account_s() {
        let id = CronJobId::new(7, &[7; 10]);
        let [les, amis]: [UnixName; 2] = ["les".parse().unwrap(), "les-amis".parse().unwrap()];
        assert!(is_of(&name(&amis, id), &amis) && is_of(&name(&les, id), &les));
        assert!(!is_of(&name(&amis, id), &les) && !is_of(&name(&les, id), &amis));
    }
}
